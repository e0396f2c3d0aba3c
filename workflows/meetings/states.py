"""What a meeting and what was promised there can be."""

from __future__ import annotations

from enum import StrEnum


class MeetingState(StrEnum):
    """Where a meeting stands."""

    PREPARED = "preparada"
    CONVENED = "convocada"
    HELD = "realizada"
    IN_REVIEW = "en_revision"
    APPROVED = "aprobada"
    CALLED_OFF = "aplazada"
    """It will not be on its day; whoever called it gives it another."""
    CANCELLED = "cancelada"
    """Nobody needs it any more: its case ended before it was held."""


class CommitmentState(StrEnum):
    """How a commitment stands; proposed until its minutes are approved."""

    PROPOSED = "propuesto"
    OPEN = "abierto"
    MET = "cumplido"
    PARTLY_MET = "en_parte"
    UNMET = "incumplido"
