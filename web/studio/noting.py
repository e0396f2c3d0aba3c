"""What process leaders do besides publishing, which is written down by itself, stands in the *bitácora*."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from web.pages import actor, current
from workflows.auditing import recording


def note_way(
    session: Session, act: str, key: str, reason: str, *, before: dict[str, Any] | None = None, **after: Any
) -> None:
    """Write down what somebody did about a process besides publishing it at once; what it was `before`, and is now."""
    clock, target = current().clock, ("proceso", key)
    recording.record(session, clock, actor(), act, target, reason=reason, before=before, after=after)
