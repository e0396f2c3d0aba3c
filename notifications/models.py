"""Tables of outgoing mail."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, states
from notifications.states import Fault, MailKind, MailState
from workflows.sectors.models import SECTOR_CODE


class OutboxMessage(Base):
    """A mail, written in the transaction that makes it necessary and sent afterwards by the worker.

    `state` is a `MailState`. `dedup_key` makes a second writing of the same mail impossible.
    `leased_until` keeps two workers from sending the same row at once; a worker that dies lets the lease run out.
    `attempts` counts what ended by the mail's own fault, never the server's; `fault` is what was wrong in the end.
    `sector_code` is the sector it tells of; empty where it tells of several, or of the recipient's own account.
    `attachments` is a list of `{"name", "media_type", "text"}`.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        sa.Index("ix_outbox_message_due", "state", "send_at"),
        sa.Index("ix_outbox_message_recipient", "recipient", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(30))
    dedup_key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    recipient: Mapped[str | None] = mapped_column(sa.String(60))
    address: Mapped[str] = mapped_column(sa.String(200))
    subject: Mapped[str] = mapped_column(sa.String(300))
    text: Mapped[str] = mapped_column(sa.Text)
    html: Mapped[str] = mapped_column(sa.Text)
    attachments: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[dt.datetime]
    send_at: Mapped[dt.datetime]
    state: Mapped[MailState] = mapped_column(states(MailState), default=MailState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[dt.datetime | None]
    sent_at: Mapped[dt.datetime | None]
    last_error: Mapped[str] = mapped_column(sa.Text, default="")
    fault: Mapped[Fault] = mapped_column(states(Fault), default=Fault.NONE)
    sector_code: Mapped[str] = mapped_column(sa.String(SECTOR_CODE), default="", server_default="")

    @property
    def is_private(self) -> bool:
        """Whether what it says is for its recipient's eyes alone."""
        return self.kind == MailKind.ACCESS_LINK


class MailServer(Base):
    """How a mail server answers, as every worker knows it: whether it is down, and when it is tried again."""

    __tablename__ = "mail_server"

    name: Mapped[str] = mapped_column(sa.String(300), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    down_since: Mapped[dt.datetime | None]
    next_try_at: Mapped[dt.datetime | None]
    last_error: Mapped[str] = mapped_column(sa.Text, default="")
    last_sent_at: Mapped[dt.datetime | None]


class DigestRun(Base):
    """That the digests of a working day were written: one row, so that two workers write them once."""

    __tablename__ = "digest_run"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    written_at: Mapped[dt.datetime]
