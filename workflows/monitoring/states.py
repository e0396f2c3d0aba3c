"""What a month's reports, figures and findings can be."""

from __future__ import annotations

from enum import StrEnum


class ReportState(StrEnum):
    """How the report of one entity stands in one month."""

    PENDING = "pendiente"
    SENT = "enviado"
    RETURNED = "devuelto"
    VALIDATED = "validado"
    ENDORSED = "avalado"
    PARTLY_ENDORSED = "avalado_en_parte"
    """What had come is endorsed and counts; the rest is asked for in its late case."""
    MISSING = "sin_reporte"
    LATE = "extemporaneo"
    NEVER = "no_presentado"


class MeasurementState(StrEnum):
    """How the figure of one indicator stands in one month."""

    DRAFT = "borrador"
    SENT = "enviado"
    RETURNED = "devuelto"
    VALIDATED = "validado"
    ENDORSED = "avalado"
    FROZEN = "congelado"
    MISSING = "sin_reporte"


class BottleneckState(StrEnum):
    """Whether people agree that something is a bottleneck."""

    CANDIDATE = "candidato"
    CONFIRMED = "cuello"
    DISMISSED = "descartado"


class AlertState(StrEnum):
    """How far an alert was looked into."""

    NEW = "nueva"
    ASKED = "preguntada"
    ANSWERED = "respondida"
    UNANSWERED = "sin_aclarar"
    PROCEEDS = "procede"


class Acceptance(StrEnum):
    """Whether somebody takes on what they are proposed for."""

    NONE = ""
    """They have not said."""
    ACCEPTED = "acepta"
    REFUSED = "no_acepta"
    SILENT = "sin_respuesta"
    """The time to answer ended."""
