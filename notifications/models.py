"""Tables of outgoing mail."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, states
from notifications.states import Fault, MailKind, MailState, Urgent, Watching
from workflows.sectors.models import SECTOR_CODE


class OutboxMessage(Base):
    """A mail, written in the transaction that makes it necessary and sent afterwards by the worker.

    `state` is a `MailState`. `dedup_key` makes a second writing of the same mail impossible.
    `leased_until` keeps two workers from sending the same row at once; a worker that dies lets the lease run out.
    `attempts` counts what ended by the mail's own fault, never the server's; `fault` is what was wrong in the end.
    `sector_code` is the sector it tells of; empty where it tells of several, or of the recipient's own account.
    `attachments` is a list of `{"name", "media_type", "text"}`,
    of a calendar with its `method` too. `reply_to` is the address of who answers, or empty.
    `id_secret` is the part of its Message-ID that nobody guesses; empty in mails written before there was one.
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
    reply_to: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    id_secret: Mapped[str] = mapped_column(sa.String(32), default="", server_default="")

    @property
    def message_id(self) -> str:
        """What comes before the `@` of its Message-ID; `notifications.bounces` believes a notice that repeats it."""
        secret = f"-{self.id_secret}" if self.id_secret else ""
        return f"cauce-{self.id}-{self.created_at:%Y%m%d%H%M%S}{secret}"

    @property
    def is_private(self) -> bool:
        """Whether what it says is for its recipient's eyes alone."""
        return self.kind == MailKind.ACCESS_LINK


class MailNote(Base):
    """Something a person is to hear before the next digest, and the mail that tells it.

    Notes of half an hour share one mail, and what comes after it waits for the digest (`notifications.urgent`): a note
    without a mail, or whose mail did not leave, is told by the next digest. `letter` is its part of an HTML mail.
    `template` and `facts` are what its words were made of, where an office may change these: it tries others on them.
    """

    __tablename__ = "mail_note"
    __table_args__ = (
        sa.Index("ix_mail_note_recipient", "recipient", "id"),
        sa.Index("ix_mail_note_mail_id", "mail_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str] = mapped_column(sa.String(60))
    kind: Mapped[str] = mapped_column(sa.String(30))
    dedup_key: Mapped[str] = mapped_column(sa.String(200), unique=True)
    task_id: Mapped[int | None]
    sector_code: Mapped[str] = mapped_column(sa.String(SECTOR_CODE), default="")
    subject: Mapped[str] = mapped_column(sa.String(300))
    text: Mapped[str] = mapped_column(sa.Text)
    letter: Mapped[str] = mapped_column(sa.Text)
    attachments: Mapped[list[Any]] = mapped_column(default=list)
    template: Mapped[str] = mapped_column(sa.String(30), default="", server_default="")
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    created_at: Mapped[dt.datetime]
    mail_id: Mapped[int | None] = mapped_column(sa.ForeignKey("outbox_message.id"))

    @property
    def body(self) -> str:
        """The plain text without its greeting."""
        return self.text.partition("\n\n")[2].strip()


class MailHabit(Base):
    """How a person wants their mails; who has none is written to as everybody.

    `quiet_from` and `quiet_until` are hours of Bogotá (0 to 24), equal where there are no quiet hours.
    """

    __tablename__ = "mail_habit"

    username: Mapped[str] = mapped_column(sa.ForeignKey("person.username"), primary_key=True)
    urgent: Mapped[Urgent] = mapped_column(states(Urgent), default=Urgent.AT_ONCE)
    watching: Mapped[Watching] = mapped_column(states(Watching), default=Watching.DAILY)
    quiet_from: Mapped[int] = mapped_column(default=0)
    quiet_until: Mapped[int] = mapped_column(default=0)


class ReminderPolicy(Base):
    """When a plan wants its tasks reminded of, in the place of what the diagrams say.

    Of all its processes where `process_key` is empty, of one process, or of a step of it. Both texts are written as in
    a diagram: «-3,-1,0,+1», «+3:coordinador_pes».
    """

    __tablename__ = "reminder_policy"
    __table_args__ = (sa.UniqueConstraint("plan_code", "process_key", "element_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    process_key: Mapped[str] = mapped_column(sa.String(100), default="")
    element_id: Mapped[str] = mapped_column(sa.String(200), default="")
    reminders: Mapped[str] = mapped_column(sa.String(200))
    escalations: Mapped[str] = mapped_column(sa.String(1000), default="")
    reason: Mapped[str] = mapped_column(sa.String(500))
    set_by: Mapped[str] = mapped_column(sa.String(60))
    set_at: Mapped[dt.datetime]


class MailTemplate(Base):
    """The words of a kind of mail as an office changed them, each change a row; the last one says whether they hold.

    Of a sector, or of the installation where `sector_code` is empty. `name` is a folder of `templates/email`.
    """

    __tablename__ = "mail_template"
    __table_args__ = (sa.UniqueConstraint("sector_code", "name", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sector_code: Mapped[str] = mapped_column(sa.String(SECTOR_CODE), default="")
    name: Mapped[str] = mapped_column(sa.String(30))
    number: Mapped[int]
    holds: Mapped[bool]
    subject: Mapped[str] = mapped_column(sa.Text)
    text: Mapped[str] = mapped_column(sa.Text)
    letter: Mapped[str] = mapped_column(sa.Text)
    reason: Mapped[str] = mapped_column(sa.String(500))
    saved_by: Mapped[str] = mapped_column(sa.String(60))
    saved_at: Mapped[dt.datetime]


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
