"""The table of what was sent without signing in."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base


class UnsignedAttempt(Base):
    """Something sent from a network to an address that needs no sign-in, so that nobody fills it by the hundred.

    `origin_hash` cannot be turned back into the network, and rows are dropped once they no longer count.
    """

    __tablename__ = "unsigned_attempt"
    __table_args__ = (sa.Index("ix_unsigned_attempt_origin", "origin_hash", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    origin_hash: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[dt.datetime]
