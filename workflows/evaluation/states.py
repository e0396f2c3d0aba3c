"""What evaluations and annual reports can be."""

from __future__ import annotations

from enum import StrEnum


class EvaluationKind(StrEnum):
    """Of a half year, or of the whole plan."""

    INTERMEDIATE = "intermedia"
    FINAL = "final"


class EvaluationState(StrEnum):
    """Where an evaluation stands."""

    OPEN = "abierta"
    CERTIFIED = "certificada"
    ANALYSED = "analizada"
    APPROVED = "aprobada"
    PUBLISHED = "publicada"


class AnnualState(StrEnum):
    """Where an annual report stands."""

    OPEN = "abierto"
    CONSOLIDATED = "consolidado"
    CONFORMING = "conforme"
    APPROVED = "aprobado"


class SelfAssessmentState(StrEnum):
    """Whether an entity said something of its own semester."""

    PENDING = "pendiente"
    RECEIVED = "recibida"
    NONE_SENT = "sin_autoevaluacion"
