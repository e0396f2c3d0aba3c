"""The sectors of the installation: finding them, making the first one, keeping their entities."""

from __future__ import annotations

import re
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.errors import Conflict, NotFound, Refused
from workflows.sectors.models import SECTOR_CODE, Entity, Sector, SectorEntity, SectorPlace
from workflows.sectors.states import EntityRole
from workflows.spanish import plain

UNNAMED = "SECTOR"
CODE = re.compile(r"[A-Z0-9]{2,20}")
LONGEST_NAME = 100

LOCALITIES = (
    "Usaquén", "Chapinero", "Santa Fe", "San Cristóbal", "Usme", "Tunjuelito", "Bosa", "Kennedy", "Fontibón",
    "Engativá", "Suba", "Barrios Unidos", "Teusaquillo", "Los Mártires", "Antonio Nariño", "Puente Aranda",
    "La Candelaria", "Rafael Uribe Uribe", "Ciudad Bolívar", "Sumapaz",
)  # fmt: skip
"""The localities of Bogotá in their official order: the first is number 01. A new sector begins with them."""


def code_for(plan_code: str) -> str:
    """The code of a sector that nobody named, from that of its plan: `PES-GOB` is of `GOB`."""
    found = re.match(r"(?:PES-)?([A-Z0-9]+)", plan_code)
    return found[1][:SECTOR_CODE] if found else UNNAMED


def find(session: Session, code: str) -> Sector:
    """The sector with this code. Raises `NotFound`."""
    found = session.get(Sector, code)
    if found is None:
        raise NotFound(f"No hay un sector «{code}».")
    return found


def codes(session: Session) -> list[str]:
    """The codes of all sectors, in order."""
    return list(session.scalars(sa.select(Sector.code).order_by(Sector.code)))


def named(session: Session) -> dict[str, str]:
    """What all sectors are called, by code, in order."""
    return {code: name for code, name in session.execute(sa.select(Sector.code, Sector.name).order_by(Sector.code))}


def only(session: Session) -> Sector | None:
    """The sector of an installation that has one; `None` while it has none. Raises `Refused` where there are more."""
    found = list(session.scalars(sa.select(Sector).limit(2)))
    if len(found) > 1:
        raise Refused("Hay varios sectores: diga de cuál se trata.")
    return found[0] if found else None


def create(session: Session, code: str, name: str) -> Sector:
    """Make a sector with the places of the city."""
    sector = Sector(code=code, name=name)
    session.add(sector)
    session.flush()
    session.add_all(
        SectorPlace(sector_code=code, code=f"{place:02}", name=name, position=place)
        for place, name in enumerate(LOCALITIES, start=1)
    )
    session.flush()
    return sector


def create_named(session: Session, code: str, name: str) -> Sector:
    """Make a sector as somebody typed it. Raises `Refused` (no code, no name), `Conflict` (there is one so called)."""
    code = code.strip().upper()
    if not CODE.fullmatch(code):
        raise Refused("El código del sector lleva de 2 a 20 letras mayúsculas y números, por ejemplo HAB.")
    name, known = ensure_name(session, name), session.get(Sector, code)
    if known is not None:
        raise Conflict(f"Ya hay un sector {known.code} · {known.name}.")
    return create(session, code, name)


def ensure_name(session: Session, name: str, code: str = "") -> str:
    """The name of a sector (of `code`, where it is there already) without spare spaces.

    Raises `Refused` (none), `Conflict` (another sector's).
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Refused(f"Escriba el nombre del sector, de hasta {LONGEST_NAME} letras.")
    for known in session.scalars(sa.select(Sector).where(Sector.code != code)):
        if plain(known.name) == plain(name):
            raise Conflict(f"Ya hay un sector {known.code} · {known.name}.")
    return name


def link(session: Session, sector: Sector, links: Iterable[tuple[str, str]]) -> None:
    """Let entities take part in a sector, as (code, role), in this order; the first head becomes the sector's."""
    for position, (code, role) in enumerate(links):
        session.merge(
            SectorEntity(sector_code=sector.code, entity_code=code, sector_role=role, position=position, until=None)
        )
        if role == EntityRole.HEAD and sector.head_entity is None:
            sector.head_entity = code
    session.flush()


def entities(session: Session, sector: str) -> list[tuple[Entity, SectorEntity]]:
    """The entities of a sector with what they are in it, in their order, those that left too."""
    query = (
        sa.select(Entity, SectorEntity)
        .join(SectorEntity, SectorEntity.entity_code == Entity.code)
        .where(SectorEntity.sector_code == sector)
        .order_by(SectorEntity.position, Entity.code)
    )
    return [(row.Entity, row.SectorEntity) for row in session.execute(query)]


def places(session: Session, sector: str) -> list[SectorPlace]:
    """The places of a sector, in their order."""
    query = sa.select(SectorPlace).where(SectorPlace.sector_code == sector)
    return list(session.scalars(query.order_by(SectorPlace.position, SectorPlace.code)))
