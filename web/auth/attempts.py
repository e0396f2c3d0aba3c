"""The limit of sign-in attempts, kept in the database so that it holds for every process."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import Database
from web.auth.models import SignInAttempt
from web.errors import TooManyAttempts

WINDOW = dt.timedelta(minutes=15)
PER_PERSON = 8
PER_ADDRESS = 40


def begin(database: Database, clock: Clock, username: str, address: str) -> None:
    """Count this attempt before the password is looked at. Raises `TooManyAttempts`.

    The row is committed before it is counted: of many attempts at once, none overlooks the others.
    """
    with database.unit_of_work() as session:
        attempt = SignInAttempt(username=username[:60], address=address[:60], at=clock.now())
        session.add(attempt)
        session.flush()
        attempt_id = attempt.id
    with database.reading() as session:
        if not _is_too_many(session, clock, username[:60], address[:60]):
            return
    with database.unit_of_work() as session:
        # What was refused does not count, else a stranger could lock a person out for good.
        session.execute(sa.delete(SignInAttempt).where(SignInAttempt.id == attempt_id))
    raise TooManyAttempts()


def forget(session: Session, clock: Clock, username: str) -> None:
    """A person signed in: their failures no longer count; those of others are dropped once too old to count."""
    old = SignInAttempt.at < clock.now() - WINDOW
    session.execute(sa.delete(SignInAttempt).where(sa.or_(SignInAttempt.username == username[:60], old)))


def _is_too_many(session: Session, clock: Clock, username: str, address: str) -> bool:
    since = clock.now() - WINDOW
    return (
        _count(session, since, SignInAttempt.username == username) > PER_PERSON
        or _count(session, since, SignInAttempt.address == address) > PER_ADDRESS
    )


def _count(session: Session, since: dt.datetime, whose: sa.ColumnElement[bool]) -> int:
    query = sa.select(sa.func.count()).select_from(SignInAttempt).where(SignInAttempt.at > since, whose)
    return session.scalars(query).one()
