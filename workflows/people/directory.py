"""Who is who: people, their roles, and the candidate groups that tasks are offered to.

A role of the sector is a group by its own id; a role of an entity is the group `rol@ENTIDAD`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.errors import UnknownRole
from engine.identity import Actor
from workflows.errors import NotFound
from workflows.people.models import Person, PersonRole, Role
from workflows.people.roles import BY_ID, CATALOGUE, COORDINATING, ENTITY, RoleSheet


class SectorGroups:
    """The engine's `CandidateGroups`: resolves roles without touching the database."""

    def __init__(self, roles: Iterable[RoleSheet] = CATALOGUE) -> None:
        """Know these roles; by default the shipped catalogue."""
        self._roles = {role.id: role for role in roles}

    def resolve(self, role: str, variables: Mapping[str, Any]) -> str:
        """The group of `role`: its id, or `rol@ENTIDAD` by the process variable `entidad`. Raises `UnknownRole`."""
        sheet = self._roles.get(role)
        if sheet is None:
            raise UnknownRole(f"El diagrama nombra el rol «{role}», que no existe.", role=role)
        if sheet.scope != ENTITY:
            return role
        entity = variables.get("entidad")
        if not entity:
            raise UnknownRole(
                f"El rol «{sheet.name}» es de una entidad, y este paso no sabe de cuál: falta la variable «entidad».",
                role=role,
            )
        return group(role, str(entity))

    def exists(self, role: str) -> bool:
        """Whether a diagram may name this role."""
        return role in self._roles

    def roles(self) -> Mapping[str, str]:
        """Every role with its display name, in the order of the catalogue."""
        return {role.id: role.name for role in self._roles.values()}


def role_needs(role: str) -> frozenset[str]:
    """The process variables without which a role says nobody: a role of an entity, of which entity."""
    return frozenset({"entidad"}) if role in BY_ID and BY_ID[role].scope == ENTITY else frozenset()


def group(role: str, entity: str | None = None) -> str:
    """The candidate group of a role, within an entity where the role is held within one."""
    scoped = role in BY_ID and BY_ID[role].scope == ENTITY
    return f"{role}@{entity}" if scoped and entity else role


def group_name(session: Session, name: str) -> str:
    """How a candidate group is called on screen: «Enlace de planeación de la entidad · IDPAC»."""
    return group_names(session, [name])[name]


def group_names(session: Session, groups: Iterable[str]) -> Mapping[str, str]:
    """How each candidate group is called on screen, in one statement; in none where all roles are shipped ones."""
    parts = {name: name.partition("@") for name in groups}
    roles = {role for role, _, _ in parts.values()}
    labels = {role: BY_ID[role].name for role in roles if role in BY_ID}
    if others := roles - labels.keys():
        found = session.execute(sa.select(Role.id, Role.name).where(Role.id.in_(others)))
        labels |= {role: role for role in others} | {role: label for role, label in found}
    return {name: f"{labels[role]} · {entity}" if entity else labels[role] for name, (role, _, entity) in parts.items()}


def person(session: Session, username: str) -> Person:
    """The person with this username, active or not. Raises `NotFound`."""
    found = session.get(Person, username)
    if found is None:
        raise NotFound(f"No hay nadie con el usuario «{username}».")
    return found


def actor(session: Session, username: str) -> Actor:
    """The active person as the engine sees them. Raises `NotFound`."""
    found = session.execute(
        sa.select(PersonRole.role_id, PersonRole.entity_code)
        .select_from(Person)
        .outerjoin(PersonRole, PersonRole.username == Person.username)
        .where(Person.username == username, Person.active)
    ).all()
    if not found:
        raise NotFound(f"No hay ninguna persona activa con el usuario «{username}».")
    return actor_with(username, [(role, entity) for role, entity in found if role])


def actor_with(username: str, holdings: Collection[tuple[str, str]]) -> Actor:
    """A person who holds these roles, each in an entity (or none), as the engine sees them."""
    groups = frozenset(group(role, entity) for role, entity in holdings)
    return Actor(username, groups, is_supervisor=any(role in COORDINATING for role, _entity in holdings))


def people_with(session: Session, role: str, entity: str | None = None) -> list[Person]:
    """The active people who hold `role`, by name; of one entity only, where it is given."""
    held = sa.select(PersonRole.username).where(PersonRole.role_id == role)
    if entity:
        held = held.where(PersonRole.entity_code == entity)
    query = sa.select(Person).where(Person.username.in_(held), Person.active)
    return list(session.scalars(query.order_by(Person.name)))


def members(session: Session, group_id: str) -> list[Person]:
    """The active people of a candidate group (`coordinador_pes`, `enlace_planeacion@IDPAC`), by name."""
    role, _, entity = group_id.partition("@")
    return people_with(session, role, entity or None)


def everybody(session: Session, entity: str | None = None) -> list[Person]:
    """Every active person, by name; of one entity only, where it is given."""
    query = sa.select(Person).where(Person.active)
    if entity:
        query = query.where(Person.entity_code == entity)
    return list(session.scalars(query.order_by(Person.name)))


def display_names(session: Session, usernames: Iterable[str]) -> dict[str, str]:
    """The name to show of each username; one that is nobody's (`sistema`) stands for itself."""
    wanted = set(usernames)
    if not wanted:
        return {}
    found = session.execute(sa.select(Person.username, Person.name).where(Person.username.in_(wanted)))
    return {username: username for username in wanted} | {row.username: row.name for row in found}


def roles_of(session: Session, username: str) -> Sequence[str]:
    """The role ids of a person, in the order of the catalogue."""
    held = set(session.scalars(sa.select(PersonRole.role_id).where(PersonRole.username == username)))
    return [role.id for role in CATALOGUE if role.id in held]


def seed_roles(session: Session) -> None:
    """Bring the table of roles up to the shipped catalogue. Can be done twice."""
    for position, sheet in enumerate(CATALOGUE):
        session.merge(Role(id=sheet.id, name=sheet.name, scope=sheet.scope, position=position))
    session.flush()


class Directory:
    """The functions of this module as one collaborator, for whoever is handed its services."""

    group_name = staticmethod(group_name)
    group_names = staticmethod(group_names)
    person = staticmethod(person)
    actor = staticmethod(actor)
    people_with = staticmethod(people_with)
    members = staticmethod(members)
    everybody = staticmethod(everybody)
    display_names = staticmethod(display_names)
    roles_of = staticmethod(roles_of)
