"""Tables of user tasks."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine import limits
from engine.database import Base, states
from engine.states import UserTaskState


class UserTask(Base):
    """Something a person has to do.

    `variables` is the small data of the node when it was created
    (`entidad`, `periodo`, …). `properties` are the diagram's own properties without their prefix
    (`plazo`, `guia`, `registro`, …). `context` holds the loop variables the task is under (`{"entidad": "SEC"}`):
    what makes two tasks of one case belong together. `due_since` is the moment from which the calendar reckoned
    `due_at`; empty where a person agreed on it: such a deadline stays when the calendar changes.
    """

    __tablename__ = "user_task"
    __table_args__ = (
        sa.Index(
            "ix_user_task_open_assignee",
            "assignee",
            "due_at",
            "id",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.Index(
            "ix_user_task_open_due",
            "due_at",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.Index("ix_user_task_instance", "instance_id", "state"),
        sa.Index("ix_user_task_completed_by", "completed_by", "completed_at"),
        sa.Index("ix_user_task_process", "process_key", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"))
    node_id: Mapped[str] = mapped_column(sa.String(32), unique=True)
    process_key: Mapped[str] = mapped_column(sa.String(limits.ID))
    element_id: Mapped[str] = mapped_column(sa.String(limits.ID))
    name: Mapped[str] = mapped_column(sa.String(limits.NAME))
    form_key: Mapped[str | None] = mapped_column(sa.String(limits.ID))
    properties: Mapped[dict[str, Any]]
    variables: Mapped[dict[str, Any]]
    context: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[UserTaskState] = mapped_column(states(UserTaskState))
    assignee: Mapped[str | None] = mapped_column(sa.String(limits.PERSON))
    priority: Mapped[int] = mapped_column(default=50)
    created_at: Mapped[dt.datetime]
    due_at: Mapped[dt.datetime | None]
    due_since: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    completed_at: Mapped[dt.datetime | None]
    completed_by: Mapped[str | None] = mapped_column(sa.String(limits.PERSON))


class TaskCandidate(Base):
    """A group to which a task is offered; rows exist only while the task is open."""

    __tablename__ = "task_candidate"
    __table_args__ = (sa.Index("ix_task_candidate_group", "group_id", "due_at", "task_id"),)

    task_id: Mapped[int] = mapped_column(sa.ForeignKey("user_task.id", ondelete="CASCADE"), primary_key=True)
    group_id: Mapped[str] = mapped_column(sa.String(limits.GROUP), primary_key=True)
    due_at: Mapped[dt.datetime | None]
