"""Waiting for a mail server that is down: one back-off for all its mails and all workers."""

from __future__ import annotations

import datetime as dt
from enum import Enum, auto

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.database import Database, insert_once
from notifications.models import MailServer

FIRST_WAIT = dt.timedelta(seconds=15)
LONGEST_WAIT = dt.timedelta(minutes=4)
KNOCKING = dt.timedelta(seconds=50)
"""How long the others wait for the worker that tries a server again."""


class Turn(Enum):
    """What a worker may do with a server now."""

    SEND = auto()
    KNOCK = auto()
    """The server was down: one mail, by this worker alone, tells whether it is back."""
    WAIT = auto()


def turn(database: Database, name: str, now: dt.datetime) -> Turn:
    """Whether a server is to be tried now; of several workers one knocks."""
    with database.reading() as session:
        waits_until = session.scalar(sa.select(MailServer.next_try_at).where(MailServer.name == name))
    if waits_until is None:
        return Turn.SEND
    if waits_until > now:
        return Turn.WAIT
    mine = sa.update(MailServer).where(MailServer.name == name, MailServer.next_try_at <= now)
    with database.unit_of_work() as session:
        knocks = session.execute(mine.values(next_try_at=now + KNOCKING).returning(MailServer.name)).first()
    return Turn.KNOCK if knocks else Turn.WAIT


def trouble(database: Database, name: str, now: dt.datetime, why: str) -> dt.datetime:
    """Remember that a server failed; returns when it is tried again: each wait is twice the one before."""
    with database.unit_of_work() as session:
        server = _held(session, name)
        wait: dt.timedelta = min(FIRST_WAIT * 2 ** min(server.failures, 10), LONGEST_WAIT)
        server.failures += 1
        server.down_since = server.down_since or now
        server.next_try_at, server.last_error = now + wait, why[:2000]
    return now + wait


def answered(database: Database, name: str, now: dt.datetime) -> None:
    """Remember that a server took a mail."""
    with database.unit_of_work() as session:
        server = _held(session, name)
        server.failures, server.down_since, server.next_try_at, server.last_error = 0, None, None, ""
        server.last_sent_at = now


def _held(session: Session, name: str) -> MailServer:
    """The server's row, made where there is none; nobody else changes it meanwhile."""
    insert_once(session, MailServer, {"name": name, "failures": 0, "last_error": ""}, key=["name"])
    return session.get_one(MailServer, name, with_for_update=True)
