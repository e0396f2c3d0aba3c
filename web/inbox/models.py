"""Tables of the inbox."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base
from workflows.sectors.models import SECTOR_CODE


class SavedView(Base):
    """Filters of the inbox under a name: its person's own, or (`sector_code`) everybody's of a sector.

    `query` is what stands in the address.
    """

    __tablename__ = "saved_view"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(sa.ForeignKey("person.username"), index=True)
    sector_code: Mapped[str] = mapped_column(sa.String(SECTOR_CODE), default="", index=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    query: Mapped[str] = mapped_column(sa.String(1000))


class CalendarFeed(Base):
    """That somebody subscribes to their deadlines at a private address, of which only the digest is kept."""

    __tablename__ = "calendar_feed"

    username: Mapped[str] = mapped_column(sa.ForeignKey("person.username"), primary_key=True)
    token_sha256: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_at: Mapped[dt.datetime]
