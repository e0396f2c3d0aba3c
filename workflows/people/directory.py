"""Who is who: people, their roles, and the candidate groups that tasks are offered to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from workflows.errors import NotFound
from workflows.people.groups import Group
from workflows.people.holdings import HELD, in_force, is_away, of_sectors
from workflows.people.models import Person, PersonRole, Role
from workflows.people.roles import ALIASES, BY_ID, CATALOGUE, COORDINATING, INSTALLATION_ADMINISTRATOR


def group_name(session: Session, name: str) -> str:
    """How a candidate group is called on screen: «Enlace de planeación de la entidad · SEC»."""
    return group_names(session, [name])[name]


def group_names(session: Session, groups: Iterable[str]) -> Mapping[str, str]:
    """How each candidate group is called on screen, in one statement; in none where all roles are shipped ones."""
    parts = {name: Group.parse(name) for name in groups}
    roles = {one.role for one in parts.values()}
    labels = {role: BY_ID[ALIASES.get(role, role)].name for role in roles if ALIASES.get(role, role) in BY_ID}
    if others := roles - labels.keys():
        found = session.execute(sa.select(Role.id, Role.name).where(Role.id.in_(others)))
        labels |= {role: role for role in others} | {role: label for role, label in found}
    return {
        name: f"{labels[one.role]} · {one.entity}" if one.entity else labels[one.role] for name, one in parts.items()
    }


def person(session: Session, username: str) -> Person:
    """The person with this username, active or not. Raises `NotFound`."""
    found = session.get(Person, username)
    if found is None:
        raise NotFound(f"No hay nadie con el usuario «{username}».")
    return found


def actor(session: Session, username: str, on: dt.date | None = None) -> Actor:
    """The active person as the engine sees them: what they hold on a day, else whenever. Raises `NotFound`."""
    found = session.execute(_held_by(on is not None), {"username": username, "on": on}).all()
    if not found:
        raise NotFound(f"No hay ninguna persona activa con el usuario «{username}».")
    return actor_with(username, [Group(*row) for row in found if row.role_id])


@cache
def _held_by(dated: bool) -> sa.Select[Any]:
    """The roles of an active person; built once, which costs more than its answer."""
    on: Any = sa.bindparam("on", type_=sa.Date()) if dated else None
    return (
        sa.select(HELD.c.role_id, HELD.c.sector_code, HELD.c.entity_code)
        .select_from(Person)
        .outerjoin(HELD, sa.and_(HELD.c.username == Person.username, in_force(on, HELD.c)))
        .where(Person.username == sa.bindparam("username"), Person.active)
    )


@cache
def _holders_of(dated: bool) -> sa.Select[Any]:
    """The active people who hold a role in a place, by name; built once."""
    on: Any = sa.bindparam("on", type_=sa.Date()) if dated else None
    held = sa.select(HELD.c.username).where(
        HELD.c.role_id == sa.bindparam("role"),
        HELD.c.sector_code == sa.bindparam("sector"),
        HELD.c.entity_code == sa.bindparam("entity"),
        in_force(on, HELD.c),
    )
    return sa.select(Person).where(Person.username.in_(held), Person.active, ~is_away(on)).order_by(Person.name)


def actor_with(username: str, held: Collection[Group]) -> Actor:
    """A person who is of these groups, as the engine sees them: they supervise the sectors that they coordinate.

    Who administers the installation supervises what is of no sector.
    """
    supervised = {one.sector for one in held if one.role in COORDINATING}
    if any(one.role == INSTALLATION_ADMINISTRATOR for one in held):
        supervised.add("")
    return Actor(username, frozenset(map(str, held)), frozenset(supervised))


def people_with(session: Session, role: str, sector: str, entity: str = "", on: dt.date | None = None) -> list[Person]:
    """The active people who hold `role` in a sector, or in an entity of it, by name; on a day those who are there."""
    asked = {"role": role, "sector": sector, "entity": entity, "on": on}
    return list(session.scalars(_holders_of(on is not None), asked))


def members(session: Session, group: str, on: dt.date | None = None) -> list[Person]:
    """The active people of a candidate group (`coordinador_pes@S01`, `enlace_planeacion@S01/SEC`), by name."""
    wanted = Group.parse(group)
    return people_with(session, wanted.role, wanted.sector, wanted.entity, on)


def everybody(session: Session, sector: str, entity: str | None = None) -> list[Person]:
    """Every active person of a sector, by name; those of one entity of it, where it is given."""
    query = sa.select(Person).where(Person.active, of_sectors([sector]))
    if entity:
        held = sa.select(PersonRole.username).where(PersonRole.sector_code == sector, PersonRole.entity_code == entity)
        query = query.where(sa.or_(Person.entity_code == entity, Person.username.in_(held)))
    return list(session.scalars(query.order_by(Person.name)))


def display_names(session: Session, usernames: Iterable[str]) -> dict[str, str]:
    """The name to show of each username; one that is nobody's (`sistema`) stands for itself."""
    wanted = set(usernames)
    if not wanted:
        return {}
    found = session.execute(sa.select(Person.username, Person.name).where(Person.username.in_(wanted)))
    return {username: username for username in wanted} | {row.username: row.name for row in found}


def in_place(who: str | None, whose: str | None, names: Mapping[str, str]) -> str:
    """Who did something, and in whose place where it was another's: «Ricardo Mora, en lugar de Sandra Ruiz»."""
    name = names.get(who or "", who or "")
    return f"{name}, en lugar de {names.get(whose, whose)}" if who and whose and who != whose else name


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
