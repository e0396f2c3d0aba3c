"""Since when a person has not heard from us: a digest that did not arrive is told again by the next one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import chain

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import units
from notifications.models import DigestRun, OutboxMessage
from notifications.states import MailKind, MailState
from workflows.calendar import bogota_day

UNIT = "digest"
"""The kind of a person's digest among the worker's units."""
ARRIVED = (MailState.SENT, MailState.OMITTED)


def unheard_since(session: Session, first: dt.datetime) -> dict[str, dt.datetime]:
    """By username, for everybody whose latest digests did not leave: since when the first of these told.

    `first` is for digests that were written when there was none before.
    """
    runs = [(row.day, row.written_at) for row in session.scalars(sa.select(DigestRun).order_by(DigestRun.day.desc()))]
    found: dict[str, dt.datetime] = {}
    for username, written_at in chain(_first_unsent(session), _first_failed(session)):
        since = next((at for day, at in runs if day < bogota_day(written_at)), first)
        found[username] = min(since, found.get(username, since))
    return found


def _first_failed(session: Session) -> Iterator[tuple[str, dt.datetime]]:
    """The first digest of each person that could not be written since one was."""
    for failing in units.open_incidents(session):
        if failing.kind == UNIT:
            yield failing.key, failing.first_failed_at


def _first_unsent(session: Session) -> Iterator[tuple[str, dt.datetime]]:
    """The first digest of each person after the last one that left."""
    digests = OutboxMessage.kind == MailKind.DIGEST
    arrived = (
        sa.select(OutboxMessage.recipient, sa.func.max(OutboxMessage.id).label("id"))
        .where(digests, OutboxMessage.state.in_(ARRIVED))
        .group_by(OutboxMessage.recipient)
        .subquery()
    )
    unsent = (
        sa.select(OutboxMessage.recipient, sa.func.min(OutboxMessage.created_at))
        .outerjoin(arrived, arrived.c.recipient == OutboxMessage.recipient)
        .where(digests, OutboxMessage.recipient.is_not(None), OutboxMessage.state.not_in(ARRIVED))
        .where(sa.or_(arrived.c.id.is_(None), OutboxMessage.id > arrived.c.id))
        .group_by(OutboxMessage.recipient)
    )
    for username, written_at in session.execute(unsent):
        yield str(username), written_at
