"""What a file says of people and entities that another sector uses too: it is not this file's to change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.people.models import Person, PersonRole
from workflows.records.columns import BY_KEY
from workflows.records.data import PersonRecord, PlanData
from workflows.records.problems import WARNING, Problem
from workflows.sectors.models import Entity, Sector, SectorEntity


def as_on_record(session: Session, data: PlanData, sector: str) -> PlanData:
    """The file with the name, entity and access of people who hold roles in another sector as they are on record.

    Their roles in this sector are the file's to say.
    """
    shared = _people_elsewhere(session, data, sector)
    people = tuple(
        _kept(record, shared[record.username][0]) if record.username in shared else record for record in data.people
    )
    return replace(data, people=people)


def problems(session: Session, data: PlanData, sector: str) -> list[Problem]:
    """A user or an entity that is somebody else's under this name; and, as a warning, what stays as it is."""
    return [*_of_people(session, data, sector), *_of_entities(session, data, sector)]


def _of_people(session: Session, data: PlanData, sector: str) -> list[Problem]:
    sheet, shared, found = BY_KEY["personas"], _people_elsewhere(session, data, sector), []
    for record in data.people:
        if record.username not in shared:
            continue
        person, where = shared[record.username]
        row = data.rows.get(("personas", record.username))
        if person.email.casefold() != record.email.casefold():
            message = f"El usuario {record.username} es de {person.name} ({where}). Escriba otro usuario."
            found.append(Problem(message, sheet.title, row, sheet.heading("usuario")))
        elif _kept(record, person) != record:
            message = (
                f"{person.name} también trabaja en {where}: aquí solo cambian sus roles; lo demás queda como está."
            )
            found.append(Problem(message, sheet.title, row, sheet.heading("usuario"), WARNING))
    return found


def _of_entities(session: Session, data: PlanData, sector: str) -> list[Problem]:
    codes = [record.code for record in data.entities]
    elsewhere = sa.select(SectorEntity.entity_code).where(SectorEntity.sector_code != sector)
    named = sa.select(Entity.code, Entity.name).where(Entity.code.in_(codes), Entity.code.in_(elsewhere))
    names = {code: name for code, name in session.execute(named)}
    sheet = BY_KEY["entidades"]
    return [
        Problem(
            f"{record.code} ya se llama «{names[record.code]}» y otro sector la usa; su nombre lo cambia quien "
            "administra la instalación.",
            sheet.title,
            data.rows.get(("entidades", record.code)),
            sheet.heading("nombre"),
        )
        for record in data.entities
        if record.code in names and names[record.code] != record.name
    ]


def _kept(record: PersonRecord, person: Person) -> PersonRecord:
    return replace(record, name=person.name, entity=person.entity_code or record.entity, active=person.active)


def _people_elsewhere(session: Session, data: PlanData, sector: str) -> Mapping[str, tuple[Person, str]]:
    """The people of the file who hold a role in another sector, with its name."""
    query = (
        sa.select(Person, Sector.name)
        .join(PersonRole, PersonRole.username == Person.username)
        .join(Sector, Sector.code == PersonRole.sector_code)
        .where(Person.username.in_([record.username for record in data.people]), Sector.code != sector)
        .order_by(Sector.code.desc())
    )
    return {person.username: (person, name) for person, name in session.execute(query)}
