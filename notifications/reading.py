"""Reading the outbox, for the app's page of mails."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.models import MailServer, OutboxMessage
from notifications.states import Fault, MailState
from workflows.people.models import Person

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


def undelivered(session: Session, *, recipient: str | None = None) -> list[Undelivered]:
    """Who does not receive mail and should (`recipient`: only this one), the latest failure first; one statement."""
    failed = OutboxMessage.state == MailState.FAILED, OutboxMessage.fault != Fault.NONE
    query = (
        sa.select(OutboxMessage, Person)
        .outerjoin(Person, Person.username == OutboxMessage.recipient)
        .where(*failed, sa.or_(Person.username.is_(None), Person.active))
        .order_by(OutboxMessage.id.desc())
    )
    if recipient is not None:
        query = query.where(OutboxMessage.recipient == recipient)
    found: dict[str, Undelivered] = {}
    for message, person in session.execute(query):
        key = message.recipient or message.address
        known = found.get(key)
        found[key] = Undelivered(person, known.newest, known.count + 1) if known else Undelivered(person, message, 1)
    return list(found.values())


def silent_server(session: Session, now: dt.datetime) -> MailServer | None:
    """The mail server that has taken nothing for a while, if one is."""
    return session.scalar(sa.select(MailServer).where(MailServer.down_since <= now - TOLD_AFTER).limit(1))


def latest(
    session: Session, *, recipient: str | None, before: int | None = None, limit: int = 50
) -> list[OutboxMessage]:
    """Mails from the newest, of one person or (None) of everybody; `before` is the id where the last page ended."""
    query = sa.select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(limit)
    if recipient is not None:
        query = query.where(OutboxMessage.recipient == recipient)
    if before is not None:
        query = query.where(OutboxMessage.id < before)
    return list(session.scalars(query))


def one(session: Session, mail_id: int, *, recipient: str | None) -> OutboxMessage | None:
    """A mail, if it exists and (where `recipient` says so) is that person's."""
    message = session.get(OutboxMessage, mail_id)
    if message is None or (recipient is not None and message.recipient != recipient):
        return None
    return message
