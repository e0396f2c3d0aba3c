"""The outbox: mails are written with the work that needs them, and leave later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import Database
from notifications.errors import DeliveryFailed
from notifications.mail import EmailSender
from notifications.models import OutboxMessage
from notifications.rendering import Mail

LEASE = dt.timedelta(seconds=50)
"""How long a worker may take over a mail before another one takes it: a dead one hands over within a minute."""
BACK_OFF = tuple(dt.timedelta(minutes=m) for m in (1, 5, 30, 120, 480))


def enqueue(
    session: Session,
    *,
    now: dt.datetime,
    kind: str,
    dedup_key: str,
    recipient: str | None,
    address: str,
    mail: Mail,
    attachments: Sequence[dict[str, str]] = (),
) -> None:
    """Write a mail to be sent; a second mail with the same `dedup_key` is ignored."""
    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {
        "kind": kind, "dedup_key": dedup_key, "recipient": recipient, "address": address, "subject": mail.subject[:300],
        "text": mail.text, "html": mail.html, "attachments": list(attachments), "created_at": now, "send_at": now,
        "state": "pendiente", "attempts": 0, "last_error": "",
    }  # fmt: skip
    session.execute(insert(OutboxMessage).values(values).on_conflict_do_nothing(index_elements=["dedup_key"]))


def deliver_due(database: Database, clock: Clock, sender: EmailSender, *, sent_from: str, limit: int = 50) -> int:
    """Send what is due; returns how many mails left.

    Claiming, sending and marking are three moments, so that no transaction waits for the network. A worker killed
    between sending and marking sends again after the lease: same Message-ID, which mail servers show once.
    """
    sent = 0
    for _ in range(limit):
        message_id = _claim(database, clock.now())
        if message_id is None:
            break
        with database.reading() as session:
            message = session.get_one(OutboxMessage, message_id)
            email = _compose(message, sent_from)
        try:
            sender.send(email)
        except DeliveryFailed as exc:
            _put_off(database, clock.now(), message_id, str(exc))
        else:
            _mark_sent(database, clock.now(), message_id)
            sent += 1
    return sent


def _claim(database: Database, now: dt.datetime) -> int | None:
    """Take over the next mail that is due: one at a time, so that no lease runs out while others are sent."""
    due = (
        sa.select(OutboxMessage)
        .where(OutboxMessage.state == "pendiente", OutboxMessage.send_at <= now)
        .where(sa.or_(OutboxMessage.leased_until.is_(None), OutboxMessage.leased_until <= now))
        .order_by(OutboxMessage.send_at, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    with database.unit_of_work() as session:
        message = session.scalar(due)
        if message is None:
            return None
        message.leased_until = now + LEASE
        return message.id


def _mark_sent(database: Database, now: dt.datetime, message_id: int) -> None:
    with database.unit_of_work() as session:
        message = session.get_one(OutboxMessage, message_id)
        message.state, message.sent_at, message.leased_until = "enviado", now, None
        message.attempts += 1


def _put_off(database: Database, now: dt.datetime, message_id: int, why: str) -> None:
    with database.unit_of_work() as session:
        message = session.get_one(OutboxMessage, message_id)
        message.attempts += 1
        message.last_error, message.leased_until = why[:2000], None
        if message.attempts > len(BACK_OFF):
            message.state = "fallido"
        else:
            message.send_at = now + BACK_OFF[message.attempts - 1]


def retry(session: Session, message_id: int, now: dt.datetime) -> None:
    """Put a failed mail back in the queue, at a person's request."""
    message = session.get_one(OutboxMessage, message_id)
    if message.state == "fallido":
        message.state, message.attempts, message.send_at = "pendiente", 0, now


def _compose(message: OutboxMessage, sent_from: str) -> EmailMessage:
    email = EmailMessage()
    email["From"], email["To"], email["Subject"] = sent_from, message.address, message.subject
    email["Date"] = message.created_at
    domain = parseaddr(sent_from)[1].rpartition("@")[2]
    email["Message-ID"] = f"<cauce-{message.id}-{message.created_at:%Y%m%d%H%M%S}@{domain}>"
    email["Auto-Submitted"] = "auto-generated"
    email.set_content(message.text)
    email.add_alternative(message.html, subtype="html")
    for item in message.attachments:
        maintype, subtype = item["media_type"].split("/", 1)
        email.add_attachment(item["text"].encode(), maintype=maintype, subtype=subtype, filename=item["name"])
    return email
