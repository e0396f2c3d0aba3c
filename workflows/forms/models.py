"""Tables of drafts and submissions."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base


class FormDraft(Base):
    """What a person has typed into a task's form so far, as typed (`values` are raw, unchecked).

    `page` is the page that kept it last, by the token it would be sent with: the same person may have two open.
    """

    __tablename__ = "form_draft"
    __table_args__ = (sa.UniqueConstraint("task_id", "username"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("user_task.id"))
    username: Mapped[str] = mapped_column(sa.String(60))
    values: Mapped[dict[str, Any]]
    saved_at: Mapped[dt.datetime]
    page: Mapped[str] = mapped_column(sa.String(64), default="", server_default="")


class Submission(Base):
    """What a person sent with a task: typed and checked. One per completed user task.

    A correction replaces `values`; what they were before stays in `SubmissionRevision`.
    """

    __tablename__ = "submission"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("user_task.id"), unique=True)
    form_key: Mapped[str] = mapped_column(sa.String(100))
    form_version: Mapped[int]
    username: Mapped[str] = mapped_column(sa.String(60))
    sent_at: Mapped[dt.datetime]
    values: Mapped[dict[str, Any]]
    token: Mapped[str | None] = mapped_column(sa.String(64), unique=True)


class SubmissionRevision(Base):
    """What a submission said before it was corrected: never changed. `number` counts from 1."""

    __tablename__ = "submission_revision"
    __table_args__ = (sa.UniqueConstraint("submission_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"))
    number: Mapped[int]
    username: Mapped[str] = mapped_column(sa.String(60))
    sent_at: Mapped[dt.datetime]
    values: Mapped[dict[str, Any]]
    replaced_at: Mapped[dt.datetime]
    replaced_by: Mapped[str] = mapped_column(sa.String(60))


class SubmissionFile(Base):
    """That a submission, as sent or corrected at any time, names a file: such a file is kept."""

    __tablename__ = "submission_file"

    submission_id: Mapped[int] = mapped_column(sa.ForeignKey("submission.id"), primary_key=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"), primary_key=True)


class StartFile(Base):
    """That a case began with a file: such a file is kept, and is of the sector of its case."""

    __tablename__ = "start_file"

    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"), primary_key=True)
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"), primary_key=True, index=True)


class Help(Base):
    """That whoever has a task asked somebody to fill in its form, or some `rows` of it (by what identifies them).

    `ready_at`: the helper said that it is done; `brought_at`: the owner put it into their draft; `ended_at`: the owner
    took the request back. Only the owner sends.
    """

    __tablename__ = "help"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("user_task.id"), index=True)
    helper: Mapped[str] = mapped_column(sa.ForeignKey("person.username"), index=True)
    asked_by: Mapped[str] = mapped_column(sa.ForeignKey("person.username"))
    asked_at: Mapped[dt.datetime]
    rows: Mapped[list[Any]]
    wanted_on: Mapped[dt.date | None]
    note: Mapped[str] = mapped_column(sa.Text, default="")
    ready_at: Mapped[dt.datetime | None]
    brought_at: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]


class ClosingItem(Base):
    """A point of a closing review: whether it was ticked, and the record that proved it then.

    `review` is the form handler (`cerrar_fase_1`), `key` the year where the review is yearly, `item` the point.
    """

    __tablename__ = "closing_item"
    __table_args__ = (sa.UniqueConstraint("plan_code", "review", "key", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    review: Mapped[str] = mapped_column(sa.String(60))
    key: Mapped[str] = mapped_column(sa.String(10), default="")
    item: Mapped[str] = mapped_column(sa.String(100))
    label: Mapped[str] = mapped_column(sa.String(300))
    ticked: Mapped[bool]
    proof: Mapped[str] = mapped_column(sa.Text, default="")
    link: Mapped[str] = mapped_column(sa.String(300), default="")
    remarks: Mapped[str] = mapped_column(sa.Text, default="")
    reviewed_at: Mapped[dt.datetime]
    reviewed_by: Mapped[str] = mapped_column(sa.String(60))
