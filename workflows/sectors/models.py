"""Tables of entities and of days not worked."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base


class Entity(Base):
    """A public entity of the sector. `sector_role`: cabeza_de_sector, adscrita, vinculada, soporte_tecnico."""

    __tablename__ = "entity"

    code: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(300))
    sector_role: Mapped[str] = mapped_column(sa.String(40))
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)


class ReckonedHoliday(Base):
    """A local holiday with which every open deadline is reckoned; what differs from `LocalHoliday` moves them."""

    __tablename__ = "reckoned_holiday"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(sa.String(40), primary_key=True, default="")


class LocalHoliday(Base):
    """A day not worked that the national calendar does not know. `scope` is a plan or an entity; empty = everybody."""

    __tablename__ = "local_holiday"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(sa.String(40), primary_key=True, default="")
    name: Mapped[str] = mapped_column(sa.String(200))
