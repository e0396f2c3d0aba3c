"""What methodologies, opinions of them and reviews of projects can be."""

from __future__ import annotations

from enum import StrEnum


class MethodologyOutcome(StrEnum):
    """What the entities made of an alternative."""

    NONE = ""
    """It is still discussed."""
    APPROVED = "aprobada"
    WITH_ADJUSTMENTS = "con_ajustes"
    RETURNED = "devuelta"


class OpinionKind(StrEnum):
    """What an entity says its opinion of."""

    ALTERNATIVE = "concepto"
    ADJUSTMENTS = "aprobacion"


class ProjectReviewKind(StrEnum):
    """Where the state of an entity's projects was learned."""

    FROM_REPORTS = "informe"
    FROM_TEAM = "estado"
