"""What a period, and the opening of one, can be."""

from __future__ import annotations

from enum import StrEnum


class PeriodState(StrEnum):
    """Where a month of the plan stands."""

    OPEN = "abierto"
    IN_VALIDATION = "en_validacion"
    CONSOLIDATED = "consolidado"
    CLOSED = "cerrado"


class Opening(StrEnum):
    """What the calendar did, or asks, about a period that is due."""

    OPENED = "abierto"
    SKIPPED = "omitido"
    UNDECIDED = "por_decidir"
