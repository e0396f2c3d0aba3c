"""Telling that the worker and the delivery are alive."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from engine.clock import Clock
from engine.database import Database, insert_once
from web.health.models import Heartbeat

TICK, DELIVERY, BACKUP = "tick", "delivery", "backup"
EVERY = dt.timedelta(seconds=30)
"""No sooner is a sign renewed: a round is short, and a write is not free."""


def beat(database: Database, clock: Clock, name: str) -> None:
    """Say that a round has ended, if nobody said so lately."""
    now = clock.now()
    with database.reading() as session:
        last = session.scalar(sa.select(Heartbeat.at).where(Heartbeat.name == name))
    if last is not None and now - EVERY < last <= now:
        return
    with database.unit_of_work() as session:
        if not insert_once(session, Heartbeat, {"name": name, "at": now}, key=["name"]):
            session.execute(sa.update(Heartbeat).where(Heartbeat.name == name).values(at=now))
