"""Sessions of browsers: a new token at every sign-in, ended by the server."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import Database
from web.auth.models import WebSession
from web.people import PERSON, SignedPerson, signed, signed_person
from workflows.calendar import bogota_day
from workflows.people.models import Person

IDLE = dt.timedelta(hours=8)
LONGEST = dt.timedelta(hours=14)
"""However busy: whoever signs in in the morning works all day and is asked again the next."""
FRESH = dt.timedelta(minutes=10)
SEEN_STEP = dt.timedelta(minutes=5)

_OF_TOKEN = (
    PERSON.add_columns(WebSession.started_at, WebSession.seen_at, WebSession.owes_factor)
    .join(WebSession, WebSession.username == Person.username)
    .where(WebSession.token_sha256 == sa.bindparam("digest"))
)


@dataclass(frozen=True, slots=True)
class Provided:
    """Of a sign-in by a provider: who it calls the person, its own session (may be empty), the token it gave.

    `second_step`: it says that it asked for one.
    """

    subject: str
    session: str
    id_token: str
    second_step: bool = False


def begin(
    session: Session, clock: Clock, username: str, *,
    browser: str = "", network: str = "", provided: Provided | None = None,
) -> SignedPerson | None:  # fmt: skip
    """Open a session for a person and drop everybody's expired ones; None if the person may not sign in."""
    now = clock.now()
    over = sa.or_(WebSession.seen_at < now - IDLE, WebSession.started_at < now - LONGEST)
    session.execute(sa.delete(WebSession).where(over))
    token = secrets.token_urlsafe(32)
    opened = WebSession(
        token_sha256=_digest(token), username=username, started_at=now, seen_at=now, browser=browser, network=network
    )
    if provided is not None:
        opened.provider_subject, opened.provider_session = provided.subject, provided.session
        opened.id_token = provided.id_token
    session.add(opened)
    return signed_person(session, username, token, bogota_day(now))


def load(database: Database, clock: Clock, token: str) -> SignedPerson | None:
    """The person of a token, if the session is still alive; remembers that it was used."""
    with database.reading() as session:
        found = session.execute(_OF_TOKEN, {"digest": _digest(token)}).all()
    now = clock.now()
    if not found or found[0].seen_at < now - IDLE or found[0].started_at < now - LONGEST:
        return None
    if found[0].seen_at < now - SEEN_STEP:
        with database.unit_of_work() as session:
            mark = sa.update(WebSession).where(WebSession.token_sha256 == _digest(token))
            session.execute(mark.values(seen_at=now))
    return signed(found, token, bogota_day(now), owes_factor=found[0].owes_factor)


def let_owe(session: Session, token: str, owes: bool) -> None:
    """Say whether a session opens nothing until its owner has a second step."""
    mark = sa.update(WebSession).where(WebSession.token_sha256 == _digest(token))
    session.execute(mark.values(owes_factor=owes))


def let_all_owe(session: Session, username: str) -> None:
    """A person is obliged to a second step from now on: their sessions open nothing until they have one.

    Those of a provider are left: whether it asked for a second step was seen when they began.
    """
    own = sa.update(WebSession).where(WebSession.username == username, WebSession.provider_subject.is_(None))
    session.execute(own.values(owes_factor=True))


def settle(session: Session, username: str) -> None:
    """A person has a second step now: none of their sessions owes it."""
    session.execute(sa.update(WebSession).where(WebSession.username == username).values(owes_factor=False))


def is_fresh(session: Session, clock: Clock, token: str) -> bool:
    """Whether this person signed in just now: what they change of their account needs no password again."""
    began = session.scalar(sa.select(WebSession.started_at).where(WebSession.token_sha256 == _digest(token)))
    return began is not None and began > clock.now() - FRESH


def carry_over(session: Session, before: dt.datetime, after: dt.datetime) -> None:
    """Let the sessions alive at `before` be alive at `after`: a clock that was moved is nobody's absence."""
    alive = sa.update(WebSession).where(WebSession.seen_at >= before - IDLE)
    session.execute(alive.values(seen_at=after, started_at=after))


def end(session: Session, token: str) -> None:
    """Close one session."""
    session.execute(sa.delete(WebSession).where(WebSession.token_sha256 == _digest(token)))


def of_person(session: Session, clock: Clock, username: str) -> Sequence[WebSession]:
    """The sessions in which a person is signed in now, the last used first."""
    now = clock.now()
    query = sa.select(WebSession).where(WebSession.username == username, WebSession.seen_at >= now - IDLE)
    query = query.where(WebSession.started_at >= now - LONGEST)
    return session.scalars(query.order_by(WebSession.seen_at.desc())).all()


def is_here(opened: WebSession, token: str) -> bool:
    """Whether this is the session with that token."""
    return opened.token_sha256 == _digest(token)


def token_of_provider(session: Session, token: str) -> str | None:
    """What the provider gave at the sign-in of this session; None if it was no provider's."""
    return session.scalar(sa.select(WebSession.id_token).where(WebSession.token_sha256 == _digest(token)))


def end_provided(session: Session, subject: str, provider_session: str) -> int:
    """Close the sessions that a provider says are over: of this person there, or only of that session; how many."""
    of_session = WebSession.provider_session == provider_session
    of_person = WebSession.provider_subject == subject
    both = sa.and_(of_person, of_session) if subject and provider_session else of_person if subject else of_session
    if not subject and not provider_session:
        return 0
    ended = session.execute(sa.delete(WebSession).where(WebSession.provider_subject.is_not(None), both))
    return int(ended.rowcount)  # type: ignore[attr-defined]


def end_one(session: Session, username: str, token_sha256: str) -> None:
    """Close one session of a person, wherever it is open."""
    query = sa.delete(WebSession).where(WebSession.username == username, WebSession.token_sha256 == token_sha256)
    session.execute(query)


def end_all(session: Session, username: str, *, but: str = "") -> None:
    """Close a person's sessions (the password changed, the person left), except the one with the token `but`."""
    query = sa.delete(WebSession).where(WebSession.username == username, WebSession.token_sha256 != _digest(but))
    session.execute(query)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
