"""What an action plan and a change of money can be."""

from __future__ import annotations

from enum import StrEnum


class ActionPlanState(StrEnum):
    """Where the action plan of an entity stands."""

    DRAFT = "borrador"
    SENT = "enviado"
    RETURNED = "devuelto"
    APPROVED = "aprobado"


class BudgetChange(StrEnum):
    """What happens to the money of a project."""

    ADDITION = "adicion"
    REDUCTION = "reduccion"
    TRANSFER = "traslado"
    POSTPONEMENT = "aplazamiento"
