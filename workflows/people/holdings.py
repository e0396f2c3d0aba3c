"""The roles that people hold: in a sector, in an entity of it, or of the installation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, object_session

from workflows.people.models import Absence, LentRole, Person, PersonRole, Role
from workflows.people.roles import BY_ID
from workflows.people.states import RoleScope
from workflows.sectors.models import SectorEntity


def hold(person: Person, sector: str, roles: Collection[str], *, entity: str | None = None) -> None:
    """Let a person hold exactly these roles in a sector: those of an entity, in `entity`, else where they work.

    What they hold in other sectors and in other entities stays.
    """
    entity = person.entity_code or "" if entity is None else entity
    own = {"", entity}
    wanted = {_place(one): one for one in (holding(person, role, sector, entity) for role in roles)}
    kept = {
        _place(one): one
        for one in person.roles
        if _place(one) in wanted or one.sector_code != sector or one.entity_code not in own
    }
    person.roles = list((wanted | kept).values())


def _place(one: PersonRole) -> tuple[str, str, str]:
    return one.role_id, one.sector_code, one.entity_code


def holding(person: Person, role: str, sector: str, entity: str) -> PersonRole:
    """A role for a person in a sector, and within it in an entity if its scope says so."""
    of_entity = _scope(person, role) == RoleScope.ENTITY
    return PersonRole(role_id=role, sector_code=sector, entity_code=entity if of_entity else "")


def _scope(person: Person, role: str) -> RoleScope | None:
    if role in BY_ID:
        return BY_ID[role].scope
    session = object_session(person)
    added = session.get(Role, role) if session is not None else None
    return added.scope if added is not None else None


def _columns(table: type[PersonRole | LentRole]) -> Any:
    return sa.select(
        table.username, table.role_id, table.sector_code, table.entity_code, table.since, table.until
    ).select_from(table)


HELD = sa.union_all(_columns(PersonRole), _columns(LentRole)).subquery("held")
"""The roles that people hold, their own and those of whom they stand in for."""


def in_force(on: dt.date | None, held: Any = None) -> sa.ColumnElement[bool]:
    """That a role is held on a day: not before its first, not after its last. Without a day: whenever it is held.

    `held` are the columns of what is asked; one's own roles (`PersonRole`) where none are given.
    """
    if on is None:
        return sa.true()
    asked = PersonRole if held is None else held
    begun = sa.or_(asked.since.is_(None), asked.since <= on)
    return sa.and_(begun, sa.or_(asked.until.is_(None), asked.until >= on))


def absent_on(on: dt.date) -> tuple[sa.ColumnElement[bool], ...]:
    """That an `Absence` is in force on a day."""
    return Absence.since <= on, Absence.until >= on, Absence.cancelled_at.is_(None)


def is_away(on: dt.date | None) -> sa.ColumnElement[bool]:
    """That a `Person` is away on a day; without a day, nobody is."""
    return sa.false() if on is None else sa.exists().where(Absence.username == Person.username, *absent_on(on))


def holds_on(since: dt.date | None, until: dt.date | None, on: dt.date) -> bool:
    """The same as `in_force`, of a row that was read."""
    return (since is None or since <= on) and (until is None or until >= on)


def of_sectors(sectors: Collection[str], on: dt.date | None = None) -> sa.ColumnElement[bool]:
    """That a person is of one of these sectors: holds a role in it, or holds none at all and works in an entity of it.

    What is of no sector (`""`) is the installation's, and everybody is of that. Without a day, roles that are over
    count too: their sector still keeps the person.
    """
    if "" in sectors:
        return sa.true()
    holding_there = sa.select(PersonRole.username).where(PersonRole.sector_code.in_(sectors), in_force(on))
    working_there = sa.select(SectorEntity.entity_code).where(SectorEntity.sector_code.in_(sectors))
    without_roles = sa.not_(sa.exists().where(PersonRole.username == Person.username, in_force(on)))
    return sa.or_(Person.username.in_(holding_there), sa.and_(without_roles, Person.entity_code.in_(working_there)))


def settle(session: Session, sector: str) -> None:
    """What was given before there was a sector is held in this, the first one."""
    ids = [role.id for role in BY_ID.values() if role.scope != RoleScope.INSTALLATION]
    statement = sa.update(PersonRole).where(PersonRole.sector_code == "", PersonRole.role_id.in_(ids))
    session.execute(statement.values(sector_code=sector))
