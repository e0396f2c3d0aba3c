"""The «Sector» workbook: read from what somebody hands in, and written, empty or as a sector stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.confinement import confined
from workflows.loading import tables, workbook
from workflows.loading.reading import MAX_SIZE, SECONDS, too_much
from workflows.loading.sector_sheets import BY_KEY, KEYS, SHEETS
from workflows.loading.xlsx_source import read_xlsx
from workflows.people.adding import id_for
from workflows.people.models import Person, PersonRole, Role
from workflows.people.roles import BY_ID
from workflows.records.data import EntityRecord, HolidayRecord, PersonRecord
from workflows.records.problems import InvalidPlan, Problem
from workflows.sectors import keeping, registry

READ_ME = (
    "Formato para cargar un sector, o solo sus personas",
    "",
    "1. Llene las hojas que necesite: todas pueden quedar vacías. Para personas, basta la hoja Personas.",
    "2. Las columnas de encabezado rojizo son obligatorias en las filas que llene.",
    "3. Antes de escribir nada se muestra qué es nuevo, qué cambia, qué no se toca y quién ya no está en el libro.",
    "4. De quien ya está en Cauce el libro solo da o quita roles: su nombre, correo, entidad y acceso se cambian en",
    "   Personas. A quien no esté en el libro no le pasa nada.",
    "5. Los roles de administración, coordinación y líder del proceso se dan en Personas, nunca con un libro.",
)


@dataclass(frozen=True, slots=True)
class SectorRecord:
    """The sector as a workbook describes it; empty: as it is."""

    code: str
    name: str
    first_level_name: str = ""
    colour: str = ""
    act_place: str = ""
    act_powers: str = ""


@dataclass(frozen=True, slots=True)
class RoleRecord:
    """A role that the sector adds; `resembles` is the shipped one whose pages it opens."""

    name: str
    scope: str
    resembles: str

    @property
    def id(self) -> str:
        """What diagrams call it."""
        return id_for(self.name)


@dataclass(frozen=True, slots=True)
class SectorData:
    """What a workbook says. `rows` is where: (sheet key, what tells the row) → its number."""

    sector: SectorRecord | None
    entities: tuple[EntityRecord, ...]
    people: tuple[PersonRecord, ...]
    roles: tuple[RoleRecord, ...]
    places: tuple[tuple[str, str], ...]
    holidays: tuple[HolidayRecord, ...]
    rows: Mapping[tuple[str, str], int]
    notices: tuple[Problem, ...] = ()
    """What of the workbook was left out, or taken for something."""

    @property
    def is_empty(self) -> bool:
        """Whether no sheet has a row."""
        return not self.rows


def read_strangers(content: bytes) -> SectorData:
    """The workbook that somebody hands in, read in a process of its own. Raises `InvalidPlan` with every finding."""
    read = confined(_read, content, seconds=SECONDS, too_much=too_much)
    if isinstance(read, SectorData):
        return read
    raise InvalidPlan(problems=read)


def _read(content: bytes) -> SectorData | list[Problem]:
    try:
        return read(content)
    except InvalidPlan as refused:
        return list(refused.problems)


def read(content: bytes) -> SectorData:
    """The same, of what is our own. Raises `InvalidPlan`."""
    if len(content) > MAX_SIZE:
        raise InvalidPlan(problems=[Problem(f"El archivo pesa más de {MAX_SIZE // 1024 // 1024} MB.")])
    found, _taken_at, notices = read_xlsx(content, SHEETS, optional=frozenset(BY_KEY))
    cells, problems = tables.read_cells(found, SHEETS, KEYS)
    if len(cells["sector"]) > 1:
        problems.append(Problem("La hoja lleva una sola fila: un libro es un sector.", BY_KEY["sector"].title, 3))
    if not any(cells.values()):
        problems.append(Problem("El libro está vacío. Llene al menos la hoja Personas."))
    if problems:
        raise InvalidPlan(problems=problems)
    return replace(_assemble(cells), notices=tuple(notices))


def _assemble(read: tables.Tables) -> SectorData:
    rows = {key: [row.cells for row in read[key]] for key in BY_KEY}
    return SectorData(
        sector=next(
            (
                SectorRecord(
                    r["codigo"].strip().upper(),
                    r["nombre"],
                    r["primer_nivel"] or "",
                    r["color"] or "",
                    r["lugar_actos"] or "",
                    r["normas"] or "",
                )
                for r in rows["sector"]
            ),
            None,
        ),
        entities=tuple(EntityRecord(r["sigla"], r["nombre"], r["rol"]) for r in rows["entidades"]),
        people=tuple(tables.person_of(r) for r in rows["personas"]),
        roles=tuple(RoleRecord(r["nombre"], r["ambito"], r["parecido"]) for r in rows["roles"]),
        places=tuple((r["codigo"], r["nombre"]) for r in rows["lugares"]),
        holidays=tuple(
            HolidayRecord(r["fecha"], r["motivo"], (r["entidad"] or "").upper()) for r in rows["dias_no_habiles"]
        ),
        rows=tables.numbers(read, KEYS),
    )


def template() -> bytes:
    """The empty workbook (.xlsx)."""
    return workbook.write_sheets(SHEETS, {}, READ_ME)


def write(data: SectorData) -> bytes:
    """The workbook (.xlsx) that says this: loading it again changes nothing."""
    sector = data.sector
    cells = {
        "sector": [
            {
                "codigo": sector.code,
                "nombre": sector.name,
                "primer_nivel": sector.first_level_name,
                "color": sector.colour,
                "lugar_actos": sector.act_place,
                "normas": sector.act_powers,
            }
        ]
        if sector
        else [],
        "entidades": [{"sigla": e.code, "nombre": e.name, "rol": e.sector_role} for e in data.entities],
        "personas": [tables.person_cells(one) for one in data.people],
        "roles": [{"nombre": r.name, "ambito": r.scope, "parecido": r.resembles} for r in data.roles],
        "lugares": [{"codigo": code, "nombre": name} for code, name in data.places],
        "dias_no_habiles": [{"fecha": one.day, "motivo": one.name, "entidad": one.entity} for one in data.holidays],
    }
    return workbook.write_sheets(SHEETS, cells, READ_ME)


def stored(session: Session, code: str) -> SectorData:
    """A sector as it stands, with the people who hold a role where they work or in the whole sector."""
    sector = registry.find(session, code)
    own = sa.select(Role).where(Role.sector_code == code, Role.id.not_in(BY_ID)).order_by(Role.position)
    return SectorData(
        sector=SectorRecord(
            sector.code,
            sector.name,
            sector.first_level_name,
            sector.colour,
            sector.act_place,
            sector.act_powers,
        ),
        entities=tuple(
            EntityRecord(entity.code, entity.name, link.sector_role)
            for entity, link in registry.entities(session, code)
            if link.until is None
        ),
        people=tuple(_people(session, code)),
        roles=tuple(RoleRecord(role.name, role.scope, role.resembles) for role in session.scalars(own)),
        places=tuple((place.code, place.name) for place in registry.places(session, code)),
        holidays=tuple(
            HolidayRecord(one.day, one.name, one.entity_code)
            for one in keeping.days(session, code)
            if one.sector_code == code
        ),
        rows={},
    )


def _people(session: Session, code: str) -> list[PersonRecord]:
    query = (
        sa.select(Person, PersonRole.role_id)
        .join(PersonRole, PersonRole.username == Person.username)
        .join(Role, Role.id == PersonRole.role_id)
        .where(
            PersonRole.sector_code == code, PersonRole.entity_code.in_(("", Person.entity_code)), ~Person.is_service,
            Person.entity_code.is_not(None),
        )
        .order_by(Person.name, Person.username, Role.position)
    )  # fmt: skip
    held: dict[str, list[str]] = {}
    people: dict[str, Person] = {}
    for person, role in session.execute(query):
        people[person.username] = person
        held.setdefault(person.username, []).append(role)
    return [
        PersonRecord(one.username, one.name, one.email, one.entity_code or "", tuple(held[username]), one.active)
        for username, one in people.items()
    ]
