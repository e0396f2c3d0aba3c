"""Reading the outbox, for the app's page of mails."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from notifications.models import OutboxMessage


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
