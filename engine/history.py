"""What happened to each case, in order, never changed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine import limits
from engine.database import Base, states
from engine.states import HistoryKind


class HistoryEntry(Base):
    """One thing that happened to an instance."""

    __tablename__ = "history_entry"
    __table_args__ = (sa.Index("ix_history_entry_instance", "instance_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"))
    at: Mapped[dt.datetime]
    actor_id: Mapped[str] = mapped_column(sa.String(limits.PERSON))
    kind: Mapped[HistoryKind] = mapped_column(states(HistoryKind, 30))
    process_key: Mapped[str | None] = mapped_column(sa.String(limits.ID))
    element_id: Mapped[str | None] = mapped_column(sa.String(limits.ID))
    element_name: Mapped[str | None] = mapped_column(sa.String(limits.NAME))
    task_id: Mapped[int | None]
    data: Mapped[dict[str, Any]]


def of_instance(session: Session, instance_id: int) -> list[HistoryEntry]:
    """The history of a case, oldest first."""
    query = sa.select(HistoryEntry).where(HistoryEntry.instance_id == instance_id).order_by(HistoryEntry.id)
    return list(session.scalars(query))
