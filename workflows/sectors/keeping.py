"""Sectors as they are kept on screen: their card, entities, places and days not worked."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.errors import Conflict, NotFound, Refused
from workflows.sectors import registry
from workflows.sectors.models import Entity, LocalHoliday, Sector, SectorEntity, SectorPlace
from workflows.sectors.states import EntityRole

ENTITY_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
PAPER = "#ffffff"
LEAST_CONTRAST = 4.5
LONGEST_ENTITY = 300
LONGEST_PLACE = 100
LONGEST_DAY = 200


def contrast(one: str, other: str) -> float:
    """The contrast of two colours (`#rrggbb`) as WCAG reckons it: from 1, the same, to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


MOST_POWERS = 2000


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def describe(session: Session, sector: Sector, name: str, first_level_name: str, colour: str) -> None:
    """Write the card of a sector. Raises `Refused` (what is wrong), `Conflict` (another one is so called)."""
    name, first = registry.ensure_name(session, name, sector.code), " ".join(first_level_name.split())
    if not 0 < len(first) <= 40:
        raise Refused("Escriba cómo se llama el primer nivel del plan, por ejemplo «línea», de hasta 40 letras.")
    if wrong := why_no_colour(colour):
        raise Refused(wrong)
    sector.name, sector.first_level_name, sector.colour = name, first, colour.lower()


def issue_acts(sector: Sector, place: str, powers: str) -> None:
    """Write where the acts of a sector are given, and which norms give the power. Raises `Refused`."""
    place, powers = place_of_acts(place), powers_of_acts(powers)
    if len(place) > 100 or len(powers) > MOST_POWERS:
        raise Refused("El lugar admite hasta 100 letras, y las normas hasta 2.000.")
    sector.act_place, sector.act_powers = place, powers


def place_of_acts(text: str) -> str:
    """A place as an act says it."""
    return " ".join(text.split())


def powers_of_acts(text: str) -> str:
    """Norms as they stand in the sentence of an act, which has its own full stop."""
    return " ".join(text.split()).rstrip(".,")


def why_no_colour(colour: str) -> str:
    """Why a sector can't have this colour, in a sentence; empty if it can."""
    if not COLOUR.fullmatch(colour):
        return f"«{colour}» no es un color. Elíjalo en la paleta, o escríbalo como #1f4e79."
    if (found := contrast(colour, PAPER)) < LEAST_CONTRAST:
        said = f"Ese color no se lee sobre blanco: su contraste es {found:.1f}".replace(".", ",")
        return f"{said} y debe ser de 4,5 o más. Elija uno más oscuro."
    return ""


def lead(session: Session, sector: Sector, entity: str) -> None:
    """Let another entity of the sector head it; the one that did becomes attached."""
    link = _link(session, sector, entity)
    for other in session.scalars(sa.select(SectorEntity).where(SectorEntity.sector_code == sector.code)):
        if other.sector_role == EntityRole.HEAD and other.entity_code != entity:
            other.sector_role = EntityRole.ATTACHED
    link.sector_role, sector.head_entity = EntityRole.HEAD, entity


def add_entity(
    session: Session, sector: Sector, code: str, name: str, role: str, since: dt.date | None
) -> tuple[Entity, bool]:
    """Let an entity take part in a sector: one that is known by its code, else a new one; whether it is new.

    Raises `Refused` (no code, no name for a new one, two heads), `Conflict` (it takes part already, or is known by
    another name).
    """
    code, name = code.strip().upper(), " ".join(name.split())
    if not ENTITY_CODE.fullmatch(code):
        raise Refused("La sigla lleva de 1 a 20 letras mayúsculas, números o guiones, por ejemplo SEC-1.")
    if role not in set(EntityRole):
        raise Refused("Elija qué es la entidad en el sector.")
    if role == EntityRole.HEAD and sector.head_entity is not None:
        raise Refused(f"{sector.head_entity} ya es la cabeza del sector. Cámbiela en la ficha del sector.")
    known = session.get(Entity, code)
    link = session.get(SectorEntity, (sector.code, code))
    if link is not None and link.until is None:
        raise Conflict(f"{code} ya está en este sector.")
    if known is None and not 0 < len(name) <= LONGEST_ENTITY:
        raise Refused(f"{code} es nueva: escriba su nombre, de hasta {LONGEST_ENTITY} letras.")
    if known is not None and name and name != known.name:
        raise Conflict(f"{code} ya es «{known.name}». Deje el nombre vacío para vincularla, o escriba otra sigla.")
    entity = known or Entity(code=code, name=name, active=True)
    session.add(entity)
    session.flush()
    if link is None:
        last = sa.select(sa.func.coalesce(sa.func.max(SectorEntity.position), -1))
        position = session.scalar(last.where(SectorEntity.sector_code == sector.code)) or 0
        link = SectorEntity(sector_code=sector.code, entity_code=code, position=position + 1)
        session.add(link)
    link.sector_role, link.since, link.until = EntityRole(role), since, None
    if role == EntityRole.HEAD:
        sector.head_entity = code
    session.flush()
    return entity, known is None


def arrange(
    session: Session, sector: Sector, code: str, *, position: int, since: dt.date | None, until: dt.date | None
) -> None:
    """Write an entity's place and its days in a sector. Raises `Refused` (its head can't leave; days turned round)."""
    link = _link(session, sector, code)
    if since and until and until < since:
        raise Refused(f"{code} saldría antes de entrar. Corrija las fechas.")
    if until and code == sector.head_entity:
        raise Refused(f"{code} es la cabeza del sector: ponga antes otra en su ficha.")
    link.position, link.since, link.until = position, since, until


def rename(session: Session, code: str, name: str, *, active: bool) -> None:
    """Write the name of an entity, and whether it still works. Whoever may is asked of whoever calls."""
    entity = session.get(Entity, code)
    if entity is None:
        raise NotFound(f"No hay una entidad «{code}».")
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_ENTITY:
        raise Refused(f"Escriba el nombre de {code}, de hasta {LONGEST_ENTITY} letras.")
    if not active and session.scalar(sa.select(Sector.code).where(Sector.head_entity == code).limit(1)):
        raise Refused(f"{code} es la cabeza de un sector: ponga antes otra en su ficha.")
    entity.name, entity.active = name, active


def sectors_using(session: Session, code: str) -> Sequence[str]:
    """The sectors in which an entity takes part, or took."""
    return list(session.scalars(sa.select(SectorEntity.sector_code).where(SectorEntity.entity_code == code)))


def set_places(session: Session, sector: Sector, named: Sequence[tuple[str, str]]) -> None:
    """Let a sector have exactly these places, by code and name, in this order. Raises `Refused`, `Conflict`."""
    codes = [code for code, _name in named]
    if len(set(codes)) < len(codes):
        raise Conflict("Dos lugares llevan el mismo código. Corrija uno.")
    for code, name in named:
        if not 0 < len(code) <= 40 or not 0 < len(name) <= LONGEST_PLACE:
            raise Refused(
                f"Cada lugar lleva código, y nombre de hasta {LONGEST_PLACE} letras: revise «{code or name}»."
            )
    for place in registry.places(session, sector.code):
        if place.code not in codes:
            session.delete(place)
    for position, (code, name) in enumerate(named, start=1):
        session.merge(SectorPlace(sector_code=sector.code, code=code, name=name, position=position, kind="localidad"))
    session.flush()


def days(session: Session, sector: str) -> Sequence[LocalHoliday]:
    """The local days not worked in a sector, its own, its entities' and everybody's, newest first."""
    query = sa.select(LocalHoliday).where(LocalHoliday.sector_code.in_(("", sector)))
    order = (LocalHoliday.day.desc(), LocalHoliday.sector_code, LocalHoliday.entity_code)
    return session.scalars(query.order_by(*order)).all()


def add_day(session: Session, sector: Sector, day: dt.date, name: str, entity: str = "") -> None:
    """Nobody of a sector works on a day, or nobody of an entity in it.

    Raises `Refused` (no reason), `Conflict` (it is known), `NotFound` (no such entity here).
    """
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_DAY:
        raise Refused(f"Escriba por qué no se trabaja ese día, en hasta {LONGEST_DAY} letras.")
    if entity:
        _link(session, sector, entity)
    if any(one.day == day and one.entity_code in ("", entity) for one in days(session, sector.code)):
        raise Conflict(f"El {day:%d/%m/%Y} ya está en la lista.")
    session.add(LocalHoliday(day=day, sector_code=sector.code, entity_code=entity, name=name))


def remove_day(session: Session, sector: Sector, day: dt.date, entity: str = "") -> None:
    """A day is worked after all. Raises `NotFound` where it is not the sector's own."""
    found = session.get(LocalHoliday, (day, sector.code, entity))
    if found is None:
        raise NotFound(f"El {day:%d/%m/%Y} no es un día propio de este sector.")
    session.delete(found)


def _link(session: Session, sector: Sector, code: str) -> SectorEntity:
    found = session.get(SectorEntity, (sector.code, code))
    if found is None:
        raise NotFound(f"{code} no está en este sector.")
    return found
