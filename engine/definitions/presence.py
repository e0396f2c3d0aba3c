"""Who has a drawing open now, so that two who draw know of each other."""

from __future__ import annotations

import datetime as dt
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions.models import Editing
from engine.identity import Actor
from engine.runtime import ProcessEngine

STAYS: Final = dt.timedelta(seconds=60)
"""How long somebody counts as there after their editor said so."""


def here(session: Session, engine: ProcessEngine, name: str, *, actor: Actor) -> list[str]:
    """Say that somebody has it open; who else has, by username."""
    now = engine.now()
    session.execute(
        sa.delete(Editing).where(
            sa.or_(
                sa.and_(Editing.name == name, Editing.username == actor.id),
                Editing.seen_at < now - dt.timedelta(days=1),
            )
        )
    )
    session.add(Editing(name=name, username=actor.id, seen_at=now))
    session.flush()
    there = sa.select(Editing.username).where(
        Editing.name == name, Editing.username != actor.id, Editing.seen_at > now - STAYS
    )
    return sorted(session.scalars(there))
