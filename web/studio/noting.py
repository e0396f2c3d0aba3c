"""What process leaders change stands in the *bitácora*."""

from __future__ import annotations

from sqlalchemy.orm import Session

from web.pages import actor, current
from workflows.auditing import recording


def note_release(session: Session, kind: str, key: str, version: int | None, reason: str) -> None:
    """Write down that somebody published a version of a process or form; nothing if there was nothing new."""
    if version is not None:
        recording.record(
            session, current().clock, actor(), "publicar", (kind, key), reason=reason, after={"version": version}
        )


def note_way(session: Session, act: str, key: str, reason: str) -> None:
    """Write down what somebody did about a process besides publishing it at once."""
    recording.record(session, current().clock, actor(), act, ("proceso", key), reason=reason)
