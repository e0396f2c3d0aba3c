"""Tables of exports and of what they sent."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, states
from notifications.exports.states import When


class Export(Base):
    """A table of a plan in the layout of another system, and where it goes.

    `mapping` is as it was typed. `target` is `carpeta:…`, `sftp://…` or `https://…`; `host_key` is by what an SFTP
    server is known.
    """

    __tablename__ = "export"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    mapping: Mapped[str] = mapped_column(sa.Text)
    format: Mapped[str] = mapped_column(sa.String(4))
    separator: Mapped[str] = mapped_column(sa.String(1))
    decimal: Mapped[str] = mapped_column(sa.String(1))
    due: Mapped[When] = mapped_column(states(When))
    target: Mapped[str] = mapped_column(sa.String(500))
    host_key: Mapped[str] = mapped_column(sa.String(120), default="")
    salt: Mapped[str] = mapped_column(sa.String(64))
    active: Mapped[bool] = mapped_column(default=True)
    made_at: Mapped[dt.datetime]
    made_by: Mapped[str] = mapped_column(sa.String(60))


class ExportDelivery(Base):
    """A file of an export, kept as it was made: exactly one for each time that it is due (`key`).

    `rows` are what it holds by the code of the indicator, to be compared with the next; the counts are those of that
    comparison, none for the first. Sent once `sent_at` is there.
    """

    __tablename__ = "export_delivery"
    __table_args__ = (
        sa.UniqueConstraint("export_id", "key"),
        sa.Index("ix_export_delivery_due", "export_id", "sent_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    export_id: Mapped[int] = mapped_column(sa.ForeignKey("export.id"))
    key: Mapped[str] = mapped_column(sa.String(40))
    period: Mapped[str] = mapped_column(sa.String(7))
    name: Mapped[str] = mapped_column(sa.String(120))
    content: Mapped[bytes] = mapped_column(deferred=True)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    rows: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    titles: Mapped[list[Any]]
    added: Mapped[int | None]
    removed: Mapped[int | None]
    changed: Mapped[int | None]
    made_at: Mapped[dt.datetime]
    sent_at: Mapped[dt.datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(sa.Text, default="")
