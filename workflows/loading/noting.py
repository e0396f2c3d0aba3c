"""What a file that was loaded did, as the *bitácora* keeps it: every change, with what there was before."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.identity import Actor
from workflows.auditing import recording as auditing
from workflows.records.columns import PEOPLE
from workflows.records.comparing import Change

OF_PEOPLE = frozenset({"roles", "entidad"})
"""What of a person is written down beside the username: never what they are called, nor where they are written to."""


def record(
    session: Session, clock: Clock, actor: Actor, act: str, target: tuple[str, str], changes: Sequence[Change]
) -> None:
    """Write down the changes; values as they were and as they are now stand under sheet, code and field."""
    values = {
        f"{one.sheet} {one.code} · {name}".replace("  ", " "): pair
        for one in changes
        for name, pair in one.values.items()
        if one.sheet != PEOPLE.title or name in OF_PEOPLE
    }
    was = {place: before for place, (before, _) in values.items()}
    now = {place: after for place, (_, after) in values.items()}
    after = {"cambios": [_noted(one) for one in changes], **now}
    auditing.record(session, clock, actor, act, target, before=was or None, after=after)


def _noted(change: Change) -> str:
    """A change in words; of people who, never what they are called."""
    said = f"{change.kind} · {change.sheet} · {change.code}"
    return said if change.sheet == PEOPLE.title else f"{said}: {change.text}"
