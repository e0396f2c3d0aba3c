"""People as administrators keep them: who there is, and which roles each holds where, from when until when."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.errors import Conflict, Refused
from workflows.people.models import Person, PersonRole, Role
from workflows.people.states import RoleScope
from workflows.sectors.models import Entity, SectorEntity

USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
LONGEST = 200
NOT_USERNAMES = frozenset({"nueva", "enlaces", "roles", "cargar", "sistema", "consola"})
"""Words that stand where a username would, in an address or in the trail."""
HOW_USERNAME = "El usuario lleva minúsculas, números, punto o guion, sin espacios: por ejemplo nruiz."


@dataclass(frozen=True, slots=True)
class Held:
    """A role as somebody is to hold it; empty codes: in the whole sector, in the installation."""

    role: str
    sector: str = ""
    entity: str = ""
    since: dt.date | None = None
    until: dt.date | None = None

    @property
    def place(self) -> tuple[str, str, str]:
        """What tells one holding from another."""
        return self.role, self.sector, self.entity


def of_person(person: Person) -> list[Held]:
    """What a person holds, in the order of the roles."""
    ordered = sorted(person.roles, key=lambda one: (one.sector_code, one.role.position, one.role_id, one.entity_code))
    return [Held(one.role_id, one.sector_code, one.entity_code, one.since, one.until) for one in ordered]


def create(session: Session, username: str, name: str, email: str, entity: str, *, is_service: bool = False) -> Person:
    """Make a person who may sign in, or a service. Raises `Refused` (what is wrong), `Conflict` (somebody already)."""
    username = username.strip().lower()
    if not USERNAME.fullmatch(username) or username in NOT_USERNAMES:
        raise Refused(HOW_USERNAME)
    known = session.get(Person, username)
    if known is not None:
        raise Conflict(f"El usuario {username} ya es de {known.name}. Escriba otro.")
    person = Person(username=username, active=True, is_service=is_service)
    describe(session, person, name, email, entity)
    session.add(person)
    session.flush()
    return person


def describe(session: Session, person: Person, name: str, email: str, entity: str) -> None:
    """Write name, address and where somebody works.

    Raises `Refused`, `Conflict` (an address is one person's; who was erased stays so).
    """
    ensure_kept(person)
    name, email = " ".join(name.split()), email.strip()
    if not 0 < len(name) <= LONGEST:
        raise Refused(f"Escriba el nombre, de hasta {LONGEST} letras.")
    ensure_address(session, email, person.username, shared=person.is_service)
    if entity and session.get(Entity, entity) is None:
        raise Refused(f"No hay una entidad «{entity}». Elija una de la lista.")
    person.name, person.email, person.entity_code = name, email, entity or None


def ensure_kept(person: Person) -> None:
    """Raise `Conflict` for who was erased: whoever comes back gets a username of their own."""
    if person.erased_at is not None:
        raise Conflict("Los datos de esta persona se suprimieron. Si vuelve, créela con otro usuario.")


def ensure_address(session: Session, email: str, username: str, *, shared: bool = False) -> None:
    """Raise `Refused` unless this is an address, `Conflict` if it is somebody else's who may sign in.

    `shared`: it may be that of a person, as the one who answers for a service.
    """
    if not EMAIL.fullmatch(email) or len(email) > LONGEST:
        raise Refused(f"«{email}» no es una dirección de correo. Escríbala como nombre@entidad.gov.co.")
    query = sa.select(Person.name).where(
        sa.func.lower(Person.email) == email.lower(), Person.username != username, Person.active, ~Person.is_service
    )
    other = None if shared else session.scalar(query.limit(1))
    if other is not None:
        raise Conflict(f"{email} ya es el correo de {other}. Si es la misma persona, únalas en su ficha.")


def set_holdings(session: Session, person: Person, wanted: Sequence[Held], within: Collection[str]) -> None:
    """Let a person hold exactly these roles in the sectors `within` (`""`: of the installation); elsewhere all stays.

    Raises `Refused` where a role can't be held so, `Conflict` (who was erased).
    """
    ensure_kept(person)
    _ensure_possible(session, wanted, within)
    places = [one.place for one in wanted]
    if len(set(places)) < len(places):
        raise Refused("Un mismo rol está dos veces en el mismo lugar. Deje una sola fila, con sus fechas.")
    kept = {(one.role_id, one.sector_code, one.entity_code): one for one in person.roles}
    rows = [one for one in person.roles if one.sector_code not in within]
    for one in wanted:
        row = kept.get(one.place) or PersonRole(role_id=one.role, sector_code=one.sector, entity_code=one.entity)
        row.since, row.until = one.since, one.until
        rows.append(row)
    person.roles = rows
    session.flush()


def _ensure_possible(session: Session, wanted: Sequence[Held], within: Collection[str]) -> None:
    roles = {role.id: role for role in session.scalars(sa.select(Role))}
    links = sa.select(SectorEntity.sector_code, SectorEntity.entity_code)
    linked = {(sector, entity) for sector, entity in session.execute(links)}
    for one in wanted:
        role = roles.get(one.role)
        if role is None or role.scope == RoleScope.PUBLIC or one.sector not in within:
            raise Refused("Ese rol no se puede dar ahí. Elija uno de la lista.")
        if (role.scope == RoleScope.INSTALLATION) != (one.sector == ""):
            raise Refused(f"«{role.name}» es de la instalación: no lleva sector, y los demás roles sí.")
        if role.sector_code and role.sector_code != one.sector:
            raise Refused(f"«{role.name}» es un rol de otro sector.")
        if role.scope == RoleScope.ENTITY and (one.sector, one.entity) not in linked:
            raise Refused(f"«{role.name}» se tiene en una entidad del sector: elija cuál.")
        if role.scope != RoleScope.ENTITY and one.entity:
            raise Refused(f"«{role.name}» es de todo el sector: deje vacía la entidad.")
        if one.since and one.until and one.until < one.since:
            raise Refused(f"«{role.name}» termina antes de empezar. Corrija sus fechas.")
