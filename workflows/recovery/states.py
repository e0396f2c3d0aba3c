"""What a recovery plan can be."""

from __future__ import annotations

from enum import StrEnum


class RecoveryState(StrEnum):
    """Where a recovery plan stands."""

    TO_FORMULATE = "por_formular"
    IN_REVIEW = "en_revision"
    RETURNED = "devuelto"
    TO_APPROVE = "por_aprobar"
    RUNNING = "en_ejecucion"
    TO_DECIDE = "por_decidir"
    TO_VERIFY = "por_verificar"
    CLOSED = "cerrado"


class OverdueDecision(StrEnum):
    """What the head of the sector decides on a plan that ran out."""

    EXTEND = "prorrogar"
    REFORMULATE = "reformular"
    GIVE_UP = "cerrar_sin_recuperar"
