"""Failures inside a case that wait for a retry or for a person."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base


class Incident(Base):
    """One failure: which case, which element, what failed.

    `state` is open or resolved; `resolution` is one of retried, skipped, corrected, cancelled.
    """

    __tablename__ = "incident"
    __table_args__ = (sa.Index("ix_incident_retry", "state", "retry_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"), index=True)
    node_id: Mapped[str | None] = mapped_column(sa.String(32))
    process_key: Mapped[str | None] = mapped_column(sa.String(100))
    element_id: Mapped[str | None] = mapped_column(sa.String(100))
    element_name: Mapped[str | None] = mapped_column(sa.String(300))
    kind: Mapped[str] = mapped_column(sa.String(40))
    message: Mapped[str] = mapped_column(sa.Text)
    trace: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[str] = mapped_column(sa.String(20))
    attempts: Mapped[int]
    retry_at: Mapped[dt.datetime | None]
    opened_at: Mapped[dt.datetime]
    resolved_at: Mapped[dt.datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(sa.String(100))
    resolution: Mapped[str | None] = mapped_column(sa.String(20))
    reason: Mapped[str | None] = mapped_column(sa.Text)
