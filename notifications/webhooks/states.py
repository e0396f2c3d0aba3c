"""What can become of something that is told to another system."""

from __future__ import annotations

from enum import StrEnum


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    PENDING = "pendiente"
    SENT = "entregado"
    FAILED = "fallido"
    """The receiver refused it too often, or did not answer for too long: somebody decides whether it is sent again."""
