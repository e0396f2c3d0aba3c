"""Loading a sector, or its people alone: what would change, then all of it or nothing. Nobody is overwritten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.identity import Actor
from workflows.errors import Conflict, Refused
from workflows.loading import noting, shared, staff
from workflows.loading.sector_book import SectorData
from workflows.loading.sector_sheets import BY_KEY
from workflows.people import adding, holdings, managing
from workflows.people.directory import seed_roles
from workflows.people.models import Person, Role
from workflows.people.roles import ALIASES, CATALOGUE
from workflows.people.states import RoleScope
from workflows.records.comparing import ADDED, CHANGED, Change
from workflows.records.data import HolidayRecord
from workflows.records.problems import ERROR, InvalidPlan, Problem
from workflows.records.writing import write_people
from workflows.sectors import keeping, registry
from workflows.sectors.models import Entity, Sector, SectorPlace
from workflows.sectors.states import EntityRole


@dataclass(frozen=True, slots=True)
class SectorPreview:
    """What loading would do. With errors nothing can be loaded; `people` tells of each person, also who is gone."""

    sector: str
    name: str
    is_new: bool
    changes: Sequence[Change]
    errors: Sequence[Problem]
    warnings: Sequence[Problem]
    people: Sequence[staff.Told]

    @property
    def changes_nothing(self) -> bool:
        """Whether all already is as the workbook says."""
        return not self.changes


def preview(session: Session, data: SectorData, *, sector: str = "", keeps: bool = False) -> SectorPreview:
    """Compare a workbook with what is on record, and check every rule; writes nothing.

    `sector` is where it is loaded unless the workbook says one. `keeps`: who loads administers the installation, and
    may make a sector, choose another head and rename what several use.
    """
    data = _with_ids(data)
    code = data.sector.code if data.sector else sector
    known = session.get(Sector, code) if code else None
    people = staff.look_at(session, data, code, appoints=False, added={role.id: role.name for role in data.roles})
    problems = [
        *_about_sector(session, data, sector, known, keeps=keeps),
        *_about_entities(session, data, code, known, keeps=keeps),
        *_about_roles(session, data, code),
        *_about_people(session, data, code),
        *_about_days(session, data, code),
        *people.problems(),
        *data.notices,
    ]
    told = [*staff.told(session, people), *staff.gone(session, people)]
    return SectorPreview(
        sector=code,
        name=data.sector.name if data.sector else known.name if known else code,
        is_new=known is None,
        changes=[*_changes(session, data, code, known), *_of_people(told)],
        errors=[one for one in problems if one.severity == ERROR],
        warnings=[one for one in problems if one.severity != ERROR],
        people=told,
    )


def apply(
    session: Session, clock: Clock, actor: Actor, data: SectorData, *, sector: str = "", keeps: bool = False
) -> SectorPreview:
    """Load it and say what changed. Raises `InvalidPlan` if there are errors."""
    found = preview(session, data, sector=sector, keeps=keeps)
    if found.errors:
        raise InvalidPlan(problems=found.errors)
    if found.changes_nothing:
        return found
    data = _with_ids(data)
    kept = _write_sector(session, data, found)
    _write_entities(session, kept, data)
    for role in data.roles:
        if session.get(Role, role.id) is None:
            adding.add(session, role.name, role.scope, kept.code, role.resembles)
    people = staff.look_at(session, data, kept.code, appoints=False)
    write_people(session, people.as_they_will_stand, kept.code)
    for code, name in data.places:
        _write_place(session, kept.code, code, name)
    for day in _new_days(session, data, kept.code):
        keeping.add_day(session, kept, day.day, day.name, day.entity)
    noting.record(session, clock, actor, "cargar_sector", ("sector", kept.code), found.changes)
    session.flush()
    return found


def _with_ids(data: SectorData) -> SectorData:
    """Roles of people by id, where the workbook writes the name of one that it adds."""
    ids = {role.name.casefold(): role.id for role in data.roles}
    people = tuple(
        replace(one, roles=tuple(ids.get(role.casefold(), ALIASES.get(role, role)) for role in one.roles))
        for one in data.people
    )
    return replace(data, people=people)


def _at(data: SectorData, sheet: str, row: str, column: str, message: str) -> Problem:
    return Problem(message, BY_KEY[sheet].title, data.rows.get((sheet, row)), BY_KEY[sheet].heading(column))


def _at_sector(data: SectorData, column: str, message: str) -> Problem:
    """At the only row of its sheet."""
    row = next((number for (sheet, _code), number in data.rows.items() if sheet == "sector"), None)
    return Problem(message, BY_KEY["sector"].title, row, BY_KEY["sector"].heading(column))


def _about_sector(
    session: Session, data: SectorData, chosen: str, known: Sector | None, *, keeps: bool
) -> Iterator[Problem]:
    record = data.sector
    if record is None:
        if known is None:
            yield Problem("Diga de qué sector es: llene la hoja Sector, o elíjalo al cargar.", BY_KEY["sector"].title)
        return

    at = partial(_at_sector, data)
    if chosen and chosen != record.code:
        yield at("codigo", f"El libro es del sector {record.code}, y se carga en {chosen}. Elija el suyo.")
    if not registry.CODE.fullmatch(record.code):
        yield at("codigo", "El código lleva de 2 a 20 letras mayúsculas y números, por ejemplo HAB.")
    if known is None and not keeps:
        yield at("codigo", f"{record.code} no existe: un sector lo crea quien administra la instalación.")
    try:
        registry.ensure_name(session, record.name, record.code)
    except (Refused, Conflict) as wrong:
        yield at("nombre", str(wrong))
    if record.colour and (wrong_colour := keeping.why_no_colour(record.colour)):
        yield at("color", wrong_colour)


def _about_entities(
    session: Session, data: SectorData, code: str, known: Sector | None, *, keeps: bool
) -> Iterator[Problem]:
    if not keeps:
        yield from shared.problems(session, data, code)
    heads = [one.code for one in data.entities if one.sector_role == EntityRole.HEAD]
    for one in data.entities:
        if not keeping.ENTITY_CODE.fullmatch(one.code):
            message = "La sigla lleva de 1 a 20 letras mayúsculas, números o guiones, por ejemplo SEC-1."
            yield _at(data, "entidades", one.code, "sigla", message)
    for second in heads[1:]:
        yield _at(data, "entidades", second, "rol", f"Hay dos cabezas: {heads[0]} y {second}. Deje una.")
    if known is not None and known.head_entity and heads and heads[0] != known.head_entity and not keeps:
        message = f"{known.head_entity} es la cabeza del sector; la cambia quien administra la instalación."
        yield _at(data, "entidades", heads[0], "rol", message)


def _about_roles(session: Session, data: SectorData, code: str) -> Iterator[Problem]:
    shipped = {role.id for role in adding.may_resemble()}
    for role in data.roles:
        if role.resembles not in shipped:
            message = f"«{role.resembles}» no es un rol al que parecerse. Vea la hoja Roles."
            yield _at(data, "roles", role.name, "parecido", message)
        found = session.get(Role, role.id) if role.id else None
        if not role.id or not role.id[0].isalpha():
            yield _at(data, "roles", role.name, "nombre", "El nombre del rol empieza con una letra.")
        elif found is not None and (found.sector_code, found.scope) != (code, role.scope):
            message = f"Ya hay un rol «{found.name}» ({found.id}), que no es este. Póngale otro nombre."
            yield _at(data, "roles", role.name, "nombre", message)


def _about_people(session: Session, data: SectorData, code: str) -> Iterator[Problem]:
    entities = _entities_of(session, data, code)
    names = [one.username for one in data.people]
    works_in = sa.select(Person.username, Person.entity_code).where(Person.username.in_(names))
    known = {username: entity for username, entity in session.execute(works_in)}
    of_entity = {role.id for role in CATALOGUE if role.scope == RoleScope.ENTITY}
    of_entity |= {role.id for role in data.roles if role.scope == RoleScope.ENTITY}
    taken: dict[str, str] = {}
    for one in data.people:
        if one.username not in known:
            if not managing.USERNAME.fullmatch(one.username) or one.username in managing.NOT_USERNAMES:
                yield _at(data, "personas", one.username, "usuario", managing.HOW_USERNAME)
            try:
                managing.ensure_address(session, one.email, one.username)
            except (Refused, Conflict) as wrong:
                yield _at(data, "personas", one.username, "correo", str(wrong))
            twin = taken.setdefault(one.email.casefold(), one.username)
            if twin != one.username:
                message = f"{one.email} también es el correo de {twin}, en este libro. Cada persona lleva el suyo."
                yield _at(data, "personas", one.username, "correo", message)
        elsewhere = known.get(one.username) == one.entity and of_entity.isdisjoint(one.roles)
        if one.entity not in entities and not elsewhere:
            message = f"{one.entity} no está en el sector. Agréguela en la hoja Entidades."
            yield _at(data, "personas", one.username, "entidad", message)


def _about_days(session: Session, data: SectorData, code: str) -> Iterator[Problem]:
    entities = _entities_of(session, data, code)
    for one in data.holidays:
        if one.entity and one.entity not in entities:
            message = f"{one.entity} no está en el sector. Agréguela en la hoja Entidades, o deje la celda vacía."
            yield _at(data, "dias_no_habiles", f"{one.day} {one.entity}", "entidad", message)


def _entities_of(session: Session, data: SectorData, code: str) -> set[str]:
    """Those of the workbook, and those that are in the sector."""
    here = {entity.code for entity, link in registry.entities(session, code) if link.until is None}
    return here | {one.code for one in data.entities}


def _changes(session: Session, data: SectorData, code: str, known: Sector | None) -> Iterator[Change]:
    yield from _of_card(data, code, known)
    yield from _of_entities(session, data, code)
    for role in data.roles:
        if session.get(Role, role.id) is None:
            yield Change(ADDED, BY_KEY["roles"].title, role.id, role.name)
    places = {place.code: place.name for place in registry.places(session, code)}
    for place, name in data.places:
        if places.get(place) != name:
            values = {"nombre": (places[place], name)} if place in places else {}
            yield Change(CHANGED if values else ADDED, BY_KEY["lugares"].title, place, name, values)
    for day in _new_days(session, data, code):
        told = f"{day.name} (solo {day.entity})" if day.entity else day.name
        yield Change(ADDED, BY_KEY["dias_no_habiles"].title, f"{day.day:%d/%m/%Y}", told)


def _new_days(session: Session, data: SectorData, code: str) -> list[HolidayRecord]:
    """The days of the workbook that are not known: neither of the entity nor of the whole sector."""
    known = {(one.day, one.entity_code) for one in keeping.days(session, code)}
    whole = [one for one in data.holidays if not one.entity and (one.day, "") not in known]
    known |= {(one.day, "") for one in whole}
    own = [one for one in data.holidays if one.entity and (one.day, "") not in known]
    return whole + [one for one in own if (one.day, one.entity) not in known]


def _of_card(data: SectorData, code: str, known: Sector | None) -> Iterator[Change]:
    record = data.sector
    if record is not None and known is None:
        yield Change(ADDED, BY_KEY["sector"].title, code, record.name)
    elif record is not None and known is not None:
        pairs = {
            "nombre": (known.name, record.name),
            "primer nivel": (known.first_level_name, record.first_level_name),
            "color": (known.colour, record.colour.lower()),
            "lugar de los actos": (known.act_place, keeping.place_of_acts(record.act_place)),
            "normas de los actos": (known.act_powers, keeping.powers_of_acts(record.act_powers)),
        }
        values = {name: pair for name, pair in pairs.items() if pair[1] and pair[0] != pair[1]}
        if values:
            told = "; ".join(" → ".join(pair) for pair in values.values())
            yield Change(CHANGED, BY_KEY["sector"].title, code, told, values)


def _of_entities(session: Session, data: SectorData, code: str) -> Iterator[Change]:
    title = BY_KEY["entidades"].title
    links = {entity.code: link for entity, link in registry.entities(session, code) if link.until is None}
    for one in data.entities:
        entity, link = session.get(Entity, one.code), links.get(one.code)
        if link is None:
            yield Change(ADDED, title, one.code, "ya existe, se vincula" if entity is not None else one.name)
        elif link.sector_role != one.sector_role:
            roles = (str(link.sector_role), str(one.sector_role))
            yield Change(CHANGED, title, one.code, " → ".join(roles), {"rol": roles})
        if entity is not None and entity.name != one.name:
            names = (entity.name, one.name)
            yield Change(CHANGED, title, one.code, " → ".join(names), {"nombre": names})


def _of_people(told: Sequence[staff.Told]) -> Iterator[Change]:
    for one in told:
        said = "; ".join([*(f"+ {role}" for role in one.gains), *(f"− {loss.role}" for loss in one.losses)])
        if one.kind in (staff.NEW, staff.CHANGES):
            kind = ADDED if one.kind == staff.NEW else CHANGED
            lost, gained = ", ".join(loss.role for loss in one.losses), ", ".join(one.gains)
            yield Change(kind, BY_KEY["personas"].title, one.username, said, {"roles": (lost, gained)})


def _write_sector(session: Session, data: SectorData, found: SectorPreview) -> Sector:
    record = data.sector
    if found.is_new and record is not None:
        seed_roles(session)
        is_first = not registry.codes(session)
        sector = registry.create_named(session, record.code, record.name)
        if is_first:
            holdings.settle(session, sector.code)
    else:
        sector = registry.find(session, found.sector)
    if record is not None:
        first, colour = record.first_level_name or sector.first_level_name, record.colour or sector.colour
        keeping.describe(session, sector, record.name, first, colour)
        keeping.issue_acts(sector, record.act_place or sector.act_place, record.act_powers or sector.act_powers)
    return sector


def _write_entities(session: Session, sector: Sector, data: SectorData) -> None:
    links = {entity.code: link for entity, link in registry.entities(session, sector.code) if link.until is None}
    for one in data.entities:
        entity = session.get(Entity, one.code)
        if entity is not None and entity.name != one.name:
            keeping.rename(session, one.code, one.name, active=entity.active)
        if one.code not in links:
            role = EntityRole.ATTACHED if one.sector_role == EntityRole.HEAD else one.sector_role
            keeping.add_entity(session, sector, one.code, one.name, role, None)
        elif one.sector_role != EntityRole.HEAD and one.code != sector.head_entity:
            links[one.code].sector_role = EntityRole(one.sector_role)
    for head in (one.code for one in data.entities if one.sector_role == EntityRole.HEAD):
        keeping.lead(session, sector, head)
    session.flush()


def _write_place(session: Session, sector: str, code: str, name: str) -> None:
    """Write the name of a place; a new one comes after the others."""
    kept = session.get(SectorPlace, (sector, code))
    if kept is None:
        last = sa.select(sa.func.coalesce(sa.func.max(SectorPlace.position), 0))
        position = (session.scalar(last.where(SectorPlace.sector_code == sector)) or 0) + 1
        session.add(SectorPlace(sector_code=sector, code=code, name=name, position=position, kind="localidad"))
    else:
        kept.name = name
    session.flush()
