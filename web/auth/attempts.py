"""How often passwords may be tried, kept in the database so that it holds for every process.

Who guesses waits longer and longer; nobody is locked out by what somebody else does. A browser in which the person
signed in before (`web.auth.devices`) has a count of its own. What comes from other browsers counts by person and
network together, and beyond a larger number by person, against many networks, and by network, against many persons.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import Database
from web.auth.models import SignInAttempt
from web.errors import TooManyAttempts

WINDOW = dt.timedelta(hours=1)
FREE = 5
"""Failures, of one person from one network or browser, after which one waits before the next try."""
FREE_OF_STRANGERS = 50
"""The same, of one person from all networks in which they are not known."""
FREE_OF_NETWORK = 150
"""The same, of one network: an office goes out by one address."""
LONGEST = dt.timedelta(minutes=15)
SECOND_STEP = "segundo:"
"""How the name begins under which tries at a person's second step count."""
KNOWN = "equipo:"
"""How the origin of an attempt begins that comes from a browser which is known."""


def begin(database: Database, clock: Clock, username: str, network: str, device: str = "") -> None:
    """Count this attempt before the password is looked at. Raises `TooManyAttempts`.

    The row is committed before it is counted: of many attempts at once, none overlooks the others. `device` names a
    browser in which this person signed in before.
    """
    username, origin = username[:60], (f"{KNOWN}{device}" if device else network)[:60]
    with database.unit_of_work() as session:
        attempt = SignInAttempt(username=username, address=origin, at=clock.now())
        session.add(attempt)
        session.flush()
        attempt_id = attempt.id
    with database.reading() as session:
        wait = _wait(session, clock.now(), attempt_id, username, origin)
    if not wait:
        return
    with database.unit_of_work() as session:
        # What was refused does not count, else a stranger could make a person wait for good.
        session.execute(sa.delete(SignInAttempt).where(SignInAttempt.id == attempt_id))
    raise TooManyAttempts.of(wait)


def forget(session: Session, clock: Clock, username: str) -> None:
    """A person signed in: their failures no longer count; those of others are dropped once too old to count."""
    old = SignInAttempt.at < clock.now() - WINDOW
    theirs = SignInAttempt.username.in_((username[:60], f"{SECOND_STEP}{username}"[:60]))
    session.execute(sa.delete(SignInAttempt).where(sa.or_(theirs, old)))


def failures(session: Session, clock: Clock, username: str) -> int:
    """How many tries of a person are counted now, wherever they came from."""
    query = sa.select(sa.func.count()).where(
        SignInAttempt.username == username[:60], SignInAttempt.at > clock.now() - WINDOW
    )
    return session.scalar(query) or 0


def wait_after(failures: int, free: int = FREE) -> dt.timedelta:
    """How long after the last of so many failures nobody is heard: 2 s, 4 s, 8 s… to a quarter of an hour."""
    if failures < free:
        return dt.timedelta()
    return min(LONGEST, dt.timedelta(seconds=2.0 ** min(failures - free + 1, 20)))


def _wait(session: Session, now: dt.datetime, attempt_id: int, username: str, origin: str) -> dt.timedelta:
    of_person, from_here = SignInAttempt.username == username, SignInAttempt.address == origin
    rules = [(FREE, sa.and_(of_person, from_here))]
    if not origin.startswith(KNOWN):
        strangers = sa.not_(SignInAttempt.address.startswith(KNOWN, autoescape=True))
        rules += [(FREE_OF_STRANGERS, sa.and_(of_person, strangers)), (FREE_OF_NETWORK, from_here)]
    return max(_still(session, now, attempt_id, whose, free) for free, whose in rules)


def _still(
    session: Session, now: dt.datetime, attempt_id: int, whose: sa.ColumnElement[bool], free: int
) -> dt.timedelta:
    """How long is left to wait by one rule."""
    query = sa.select(sa.func.count(), sa.func.max(SignInAttempt.at)).where(
        SignInAttempt.at > now - WINDOW, SignInAttempt.id != attempt_id, whose
    )
    failures, last = session.execute(query).one()
    if last is None:
        return dt.timedelta()
    return max(dt.timedelta(), last + wait_after(failures, free) - now)
