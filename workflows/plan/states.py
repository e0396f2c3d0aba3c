"""What a plan can be."""

from __future__ import annotations

from enum import StrEnum


class PlanState(StrEnum):
    """Where a plan stands."""

    FORMULATION = "formulacion"
    ADOPTED = "adoptado"
    IN_FORCE = "vigente"
    CLOSED = "cerrado"


class ApprovalRule(StrEnum):
    """How the approvals of several entities make one decision."""

    UNANIMITY = "unanimidad"
    MAJORITY = "mayoria"
    HEAD_DECIDES = "cabeza_decide"
