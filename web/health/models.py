"""Signs of life of what works in the background."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base


class Heartbeat(Base):
    """When something last ended a round, whichever process it was in: `tick`, `delivery`."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(sa.String(30), primary_key=True)
    at: Mapped[dt.datetime]
