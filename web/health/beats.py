"""Telling that the worker and the delivery are alive."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from engine.clock import Clock
from engine.database import Database
from web.health.models import Heartbeat

TICK, DELIVERY = "tick", "delivery"
EVERY = dt.timedelta(seconds=30)
"""No sooner is a sign renewed: a round is short, and a write is not free."""


def beat(database: Database, clock: Clock, name: str) -> None:
    """Say that a round has ended, if nobody said so lately."""
    now = clock.now()
    with database.reading() as session:
        last = session.scalar(sa.select(Heartbeat.at).where(Heartbeat.name == name))
    if last is not None and now - EVERY < last <= now:
        return
    insert: Any = sqlite.insert if database.is_sqlite else postgresql.insert
    sign = insert(Heartbeat).values(name=name, at=now)
    with database.unit_of_work() as session:
        session.execute(sign.on_conflict_do_update(index_elements=["name"], set_={"at": now}))
