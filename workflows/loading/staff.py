"""What a plan's file says of people: who is new, which roles it gives and takes, and what it leaves as it is.

A file never gives a role that somebody answers for by name (`APPOINTED`), and writes over nobody who is on record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.instances.models import Instance
from engine.states import UserTaskState
from engine.tasks.models import TaskCandidate, UserTask
from workflows.people.groups import Group
from workflows.people.models import Person, PersonRole, Role
from workflows.people.permissions import COORDINATOR
from workflows.people.roles import APPOINTED, BY_ID, CATALOGUE
from workflows.people.states import RoleScope
from workflows.records.columns import BY_KEY
from workflows.records.data import PersonRecord
from workflows.records.problems import WARNING, Problem
from workflows.sectors.models import Sector

NEW, CHANGES, UNTOUCHED, GONE = "nuevo", "cambia", "no se toca", "ya no está"


class FileOfPeople(Protocol):
    """What a file says of people, and where: (sheet key, username) → the number of the row."""

    @property
    def people(self) -> Sequence[PersonRecord]:
        """Those of the file."""
        ...

    @property
    def rows(self) -> Mapping[tuple[str, str], int]:
        """Where each stands."""
        ...


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a person: what is on record, and what the file says."""

    name: str
    on_record: str
    in_file: str


@dataclass(frozen=True, slots=True)
class Loss:
    """A role that the file takes away, and the open tasks that are offered to it and that nobody else has taken."""

    role: str
    open_tasks: int


@dataclass(frozen=True, slots=True)
class Told:
    """What loading does to a person of the file. `untouched` is what the file says otherwise, and stays."""

    username: str
    name: str
    kind: str
    gains: Sequence[str] = ()
    losses: Sequence[Loss] = ()
    untouched: Sequence[Field] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """A person of the file who is on record: what they hold here, and the name of another sector where they do."""

    person: Person
    held: tuple[str, ...]
    elsewhere: str = ""


@dataclass(frozen=True, slots=True)
class Staff:
    """The people of a file beside those on record, by username."""

    data: FileOfPeople
    sector: str
    known: Mapping[str, Known]
    roles: Mapping[str, str]
    appoints: bool

    @property
    def on_record(self) -> Sequence[PersonRecord]:
        """Those on record as the file would leave them, with the roles that they hold now."""
        return [
            replace(record, roles=self.known[record.username].held)
            for record in self.as_they_will_stand
            if record.username in self.known
        ]

    @property
    def as_they_will_stand(self) -> tuple[PersonRecord, ...]:
        """The file's people: who is known keeps name and access, and every role that no file takes away.

        Nobody's address is written from here (`records.writing`), so it stays as the file says it, to be checked.
        """
        return tuple(self._standing(record) for record in self.data.people)

    def _standing(self, record: PersonRecord) -> PersonRecord:
        known = self.known.get(record.username)
        if known is None:
            return record
        kept = () if self.appoints else tuple(role for role in known.held if role in APPOINTED)
        roles = tuple(dict.fromkeys(kept + record.roles))
        roles = known.held if set(roles) == set(known.held) else roles  # their order says nothing
        person = known.person
        return replace(record, name=person.name, active=person.active, roles=roles)

    def problems(self) -> Iterator[Problem]:
        """What keeps the file from being loaded, and what the reader should know of its people."""
        for record in self.data.people:
            for role in record.roles:
                if role not in self.roles:
                    yield self._at(record, "roles", f"«{role}» no es un rol. Vea la hoja Roles del formato.")
                elif role in APPOINTED and not self.appoints:
                    yield self._at(record, "roles", self._appointed(role))
            known = self.known.get(record.username)
            if known and known.elsewhere and known.person.email.casefold() != record.email.casefold():
                message = f"El usuario {record.username} es de {known.person.name} ({known.elsewhere})."
                yield self._at(record, "usuario", f"{message} Escriba otro usuario.")
            elif known and (left := _untouched(record, known.person)):
                message = (
                    f"{known.person.name} ya está en Cauce: el libro no cambia {_enumerated(left)}. Si debe cambiar, "
                    "se cambia en Personas."
                )
                yield self._at(record, "usuario", message, WARNING)

    def _appointed(self, role: str) -> str:
        return (
            f"«{self.roles[role]}» ({role}) no se da con un libro: lo da en Personas quien administra. Quítelo de la "
            "celda; quien ya lo tiene lo conserva."
        )

    def _at(self, record: PersonRecord, column: str, message: str, severity: str | None = None) -> Problem:
        sheet = BY_KEY["personas"]
        row = self.data.rows.get(("personas", record.username))
        place = (message, sheet.title, row, sheet.heading(column))
        return Problem(*place, severity) if severity else Problem(*place)


def look_at(
    session: Session, data: FileOfPeople, sector: str, *, appoints: bool, added: Mapping[str, str] | None = None
) -> Staff:
    """Put the people of a file beside those on record; `appoints` lets the file give and take every role.

    `added` are roles that the file itself brings, by id with their names.
    """
    names = [record.username for record in data.people]
    entities = {record.username: record.entity for record in data.people}
    held: dict[str, list[str]] = {}
    elsewhere: dict[str, str] = {}
    query = (
        sa.select(PersonRole.username, PersonRole.role_id, PersonRole.sector_code, PersonRole.entity_code, Sector.name)
        .join(Role, Role.id == PersonRole.role_id)
        .outerjoin(Sector, Sector.code == PersonRole.sector_code)
        .where(PersonRole.username.in_(names))
        .order_by(Role.position, PersonRole.role_id, Sector.code.desc())
    )
    for row in session.execute(query):
        if row.sector_code == sector and row.entity_code in ("", entities[row.username]):
            held.setdefault(row.username, []).append(row.role_id)
        elif row.sector_code != sector and row.name:
            elsewhere[row.username] = row.name
    people = session.scalars(sa.select(Person).where(Person.username.in_(names)))
    known = {
        one.username: Known(one, tuple(held.get(one.username, ())), elsewhere.get(one.username, "")) for one in people
    }
    return Staff(data, sector, known, {**_roles(session, sector), **(added or {})}, appoints)


def _roles(session: Session, sector: str) -> dict[str, str]:
    """The roles that may be held in a sector, by id with their names."""
    added = session.scalars(sa.select(Role).where(Role.id.not_in(BY_ID), Role.sector_code.in_(("", sector))))
    return {role.id: role.name for role in (*CATALOGUE, *added) if role.scope in (RoleScope.SECTOR, RoleScope.ENTITY)}


def told(session: Session, staff: Staff) -> list[Told]:
    """What loading does to each person of the file, in its order."""
    found = []
    for asked, after in zip(staff.data.people, staff.as_they_will_stand, strict=True):
        known = staff.known.get(asked.username)
        names = [staff.roles.get(role, role) for role in asked.roles]
        if known is None:
            found.append(Told(asked.username, asked.name, NEW, names))
            continue
        gains = [staff.roles.get(role, role) for role in after.roles if role not in known.held]
        losses = [
            Loss(staff.roles.get(role, role), _left_alone(session, asked, role, staff.sector))
            for role in known.held
            if role not in after.roles
        ]
        kind = CHANGES if gains or losses else UNTOUCHED
        untouched = _untouched(asked, known.person)
        found.append(Told(asked.username, known.person.name, kind, gains, losses, untouched))
    return found


def gone(session: Session, staff: Staff) -> list[Told]:
    """Who holds a role in the sector that a file could give, and is not in it: nothing happens to them."""
    held = sa.select(PersonRole.username).where(
        PersonRole.sector_code == staff.sector, PersonRole.role_id.not_in(APPOINTED)
    )
    here = [record.username for record in staff.data.people]
    query = sa.select(Person).where(
        Person.username.in_(held), Person.username.not_in(here), Person.active, ~Person.is_service
    )
    return [Told(one.username, one.name, GONE) for one in session.scalars(query.order_by(Person.name))]


def _left_alone(session: Session, record: PersonRecord, role: str, sector: str) -> int:
    """How many open tasks nobody has taken are offered to a role, where this person holds it."""
    groups = [str(Group(role, sector)), str(Group(role, sector, record.entity))]
    query = (
        sa.select(sa.func.count(sa.distinct(UserTask.id)))
        .join(TaskCandidate, TaskCandidate.task_id == UserTask.id)
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(UserTask.state == UserTaskState.OPEN, Instance.tenant == sector, TaskCandidate.group_id.in_(groups))
    )
    mine = sa.or_(UserTask.assignee.is_(None), UserTask.assignee == record.username)
    return session.scalar(query.where(mine)) or 0


def nobody_coordinates(session: Session, staff: Staff) -> Problem | None:
    """That nobody will coordinate the sector, which is not the file's to mend."""
    if any(COORDINATOR in record.roles and record.active for record in staff.as_they_will_stand):
        return None
    query = sa.select(PersonRole.username).join(Person, Person.username == PersonRole.username)
    query = query.where(PersonRole.role_id == COORDINATOR, PersonRole.sector_code == staff.sector, Person.active)
    if staff.sector and session.scalar(query.limit(1)) is not None:
        return None
    message = "Nadie coordina este sector: nadie podrá aprobar el informe. Dé ese rol en Personas después de cargar."
    return Problem(message, BY_KEY["personas"].title, None, BY_KEY["personas"].heading("roles"), WARNING)


def _untouched(record: PersonRecord, person: Person) -> list[Field]:
    pairs = (
        ("nombre", person.name, record.name),
        ("correo", person.email, record.email),
        ("entidad", person.entity_code or "", record.entity),
        ("acceso", _access(person.active), _access(record.active)),
    )
    return [Field(*pair) for pair in pairs if pair[1] != pair[2]]


def _access(active: bool) -> str:
    return "activa" if active else "desactivada"


def _enumerated(fields: Sequence[Field]) -> str:
    said = [f"{one.name} ({one.on_record or 'sin ' + one.name}, no {one.in_file})" for one in fields]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} ni {said[-1]}"
