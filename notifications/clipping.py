"""How long a subject may be."""

from __future__ import annotations

LONGEST = 60
"""As many letters as a phone shows."""


def clipped(text: str, room: int) -> str:
    """A text in as many letters as there is room for."""
    return text if len(text) <= room else text[: max(room - 1, 0)].rstrip(" ·,") + "…"
