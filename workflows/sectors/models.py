"""Tables of sectors: their entities, their places, the days not worked."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, states
from workflows.sectors.states import EntityRole

SECTOR_CODE = 20
"""How long the code of a sector may be."""


class Entity(Base):
    """A public entity. It belongs to the installation; what it is in a sector stands in `SectorEntity`."""

    __tablename__ = "entity"

    code: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(300))
    active: Mapped[bool] = mapped_column(default=True)


class Sector(Base):
    """A sector of the administration: it owns plans, and the roles that people hold in it.

    `code` is the tenant of its cases. `first_level_name` is what it calls the first level of its plans. Its acts are
    given in `act_place`, by the power of the norms in `act_powers`; either may be empty.
    """

    __tablename__ = "sector"

    code: Mapped[str] = mapped_column(sa.String(SECTOR_CODE), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    head_entity: Mapped[str | None] = mapped_column(sa.ForeignKey("entity.code"))
    first_level_name: Mapped[str] = mapped_column(sa.String(40), default="línea")
    colour: Mapped[str] = mapped_column(sa.String(7), default="#1f4e79")
    act_place: Mapped[str] = mapped_column(sa.String(100), default="", server_default="")
    act_powers: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    active: Mapped[bool] = mapped_column(default=True)


class SectorLogo(Base):
    """The logo of a sector, a PNG that Cauce made from the picture that was handed in."""

    __tablename__ = "sector_logo"

    sector_code: Mapped[str] = mapped_column(sa.ForeignKey("sector.code"), primary_key=True)
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    sha256: Mapped[str] = mapped_column(sa.String(64))


class SectorEntity(Base):
    """An entity in a sector; it may be in two.

    Whoever left has its last day in `until`, and keeps the row for its history.
    """

    __tablename__ = "sector_entity"

    sector_code: Mapped[str] = mapped_column(sa.ForeignKey("sector.code"), primary_key=True)
    entity_code: Mapped[str] = mapped_column(sa.ForeignKey("entity.code"), primary_key=True, index=True)
    sector_role: Mapped[EntityRole] = mapped_column(states(EntityRole, 40))
    position: Mapped[int] = mapped_column(default=0)
    since: Mapped[dt.date | None]
    until: Mapped[dt.date | None]


class SectorPlace(Base):
    """A place that a sector tells its work by. `kind`: localidad."""

    __tablename__ = "sector_place"

    sector_code: Mapped[str] = mapped_column(sa.ForeignKey("sector.code"), primary_key=True)
    code: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(100))
    kind: Mapped[str] = mapped_column(sa.String(20), default="localidad")
    position: Mapped[int] = mapped_column(default=0)


class ReckonedHoliday(Base):
    """A local holiday with which every open deadline is reckoned; what differs from `LocalHoliday` moves them."""

    __tablename__ = "reckoned_holiday"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    scope: Mapped[str] = mapped_column(sa.String(61), primary_key=True, default="")


class LocalHoliday(Base):
    """A day not worked that the national calendar does not know: everybody's, a sector's or an entity's in it."""

    __tablename__ = "local_holiday"

    day: Mapped[dt.date] = mapped_column(primary_key=True)
    sector_code: Mapped[str] = mapped_column(sa.String(SECTOR_CODE), primary_key=True, default="")
    entity_code: Mapped[str] = mapped_column(sa.String(20), primary_key=True, default="")
    name: Mapped[str] = mapped_column(sa.String(200))
