"""How what somebody tried can end."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What became of an action."""

    DONE = "hecho"
    REFUSED = "rechazado"
