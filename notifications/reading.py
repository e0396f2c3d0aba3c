"""Reading the outbox, for the app's page of mails."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from notifications.models import MailServer, OutboxMessage
from notifications.states import Fault, MailState
from workflows.calendar import BOGOTA
from workflows.people import holdings
from workflows.people.models import Person, PersonRole

TOLD = (MailState.SENT, MailState.FAILED, MailState.PENDING)
TOLD_AFTER = dt.timedelta(minutes=10)
"""How long a mail server may be silent before people are told."""


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Who does not receive mail: `newest` is the latest of their `count` mails that failed by their own fault.

    `person` is None for somebody outside the sector, who has an address and nothing else here.
    """

    person: Person | None
    newest: OutboxMessage
    count: int
    is_readable: bool = True
    """Whether the reader may open that mail: it tells of their sectors only."""

    @property
    def name(self) -> str:
        """The person's name, or the address."""
        return self.person.name if self.person else self.newest.address

    @property
    def is_address(self) -> bool:
        """Whether the address is what is wrong, and still the one the person has."""
        return self.newest.fault == Fault.ADDRESS and not self.is_corrected

    @property
    def is_corrected(self) -> bool:
        """Whether the address has changed since: the mail may be sent again."""
        return self.person is not None and self.person.email != self.newest.address


def of_sectors(sectors: Collection[str]) -> sa.ColumnElement[bool]:
    """That a mail tells of these sectors: it is of one of them, or to somebody who has a role in no other."""
    elsewhere = sa.select(PersonRole.username).where(PersonRole.sector_code.not_in(sectors))
    theirs = sa.select(Person.username).where(holdings.of_sectors(sectors), Person.username.not_in(elsewhere))
    of_nobody = sa.and_(OutboxMessage.sector_code == "", OutboxMessage.recipient.in_(theirs))
    return sa.or_(OutboxMessage.sector_code.in_(sectors), of_nobody)


def undelivered(session: Session, sectors: Collection[str], *, recipient: str | None = None) -> list[Undelivered]:
    """Who of these sectors does not receive mail and should (`recipient`: only this one), the latest failure first.

    Of somebody who is of other sectors too, what the mail says may be for others to read. One statement.
    """
    failed = OutboxMessage.state == MailState.FAILED, OutboxMessage.fault != Fault.NONE
    readable = of_sectors(sectors)
    query = (
        sa.select(OutboxMessage, Person, readable)
        .outerjoin(Person, Person.username == OutboxMessage.recipient)
        .where(*failed, sa.or_(Person.username.is_(None), Person.active))
        .where(sa.or_(readable, holdings.of_sectors(sectors)))
        .order_by(OutboxMessage.id.desc())
    )
    if recipient is not None:
        query = query.where(OutboxMessage.recipient == recipient)
    found: dict[str, Undelivered] = {}
    for message, person, is_readable in session.execute(query):
        key = message.recipient or message.address
        known = found.get(key)
        found[key] = (
            replace(known, count=known.count + 1) if known else Undelivered(person, message, 1, bool(is_readable))
        )
    return list(found.values())


def silent_server(session: Session, now: dt.datetime) -> MailServer | None:
    """The mail server that has taken nothing for a while, if one is."""
    return session.scalar(sa.select(MailServer).where(MailServer.down_since <= now - TOLD_AFTER).limit(1))


@dataclass(frozen=True, slots=True)
class MailDay:
    """The mails that were written on a day: how many left, did not arrive, wait; and the server, if it is silent."""

    day: dt.date
    sent: int
    failed: int
    waiting: int
    server: MailServer | None


def of_day(session: Session, sectors: Collection[str], day: dt.date, now: dt.datetime) -> MailDay:
    """What became of the mails of these sectors of a day of Bogotá. One statement."""
    begins = dt.datetime.combine(day, dt.time(), BOGOTA).astimezone(dt.UTC)
    counts = (
        sa.select(*(sa.func.count(sa.case((OutboxMessage.state == state, 1))).label(state.name) for state in TOLD))
        .where(OutboxMessage.created_at >= begins, OutboxMessage.created_at < begins + dt.timedelta(days=1))
        .where(of_sectors(sectors))
        .subquery()
    )
    silent = MailServer.down_since <= now - TOLD_AFTER
    query = sa.select(*counts.c, MailServer).select_from(counts).outerjoin(MailServer, silent).limit(1)
    row = session.execute(query).one()
    return MailDay(day, row[0], row[1], row[2], row[3])


def latest(
    session: Session, whose: str | Collection[str], *, before: int | None = None, limit: int | None = 50
) -> list[OutboxMessage]:
    """Mails from the newest, to one person or of these sectors; `before` is the id where the last page ended.

    Their bodies are not read.
    """
    bodies = defer(OutboxMessage.text), defer(OutboxMessage.html)
    query = sa.select(OutboxMessage).where(_whose(whose)).options(*bodies)
    query = query.order_by(OutboxMessage.id.desc()).limit(limit)
    if before is not None:
        query = query.where(OutboxMessage.id < before)
    return list(session.scalars(query))


def one(session: Session, mail_id: int, whose: str | Collection[str]) -> OutboxMessage | None:
    """A mail, if it exists and is to this person, or of these sectors."""
    return session.scalar(sa.select(OutboxMessage).where(OutboxMessage.id == mail_id, _whose(whose)))


def _whose(whose: str | Collection[str]) -> sa.ColumnElement[bool]:
    return OutboxMessage.recipient == whose if isinstance(whose, str) else of_sectors(whose)
