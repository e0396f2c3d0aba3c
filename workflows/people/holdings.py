"""The roles that people hold: in a sector, in an entity of it, or of the installation."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.people.models import Person, PersonRole
from workflows.people.roles import BY_ID
from workflows.people.states import RoleScope
from workflows.sectors.models import SectorEntity


def hold(person: Person, sector: str, roles: Collection[str], *, worked_in: str | None = None) -> None:
    """Let a person hold exactly these roles in a sector: those of an entity, in the one where they work.

    What they held in the entity where they worked before goes; what they hold in other sectors and entities stays.
    """
    own = {"", person.entity_code, worked_in}
    wanted = {_place(one): one for one in (holding(person, role, sector) for role in roles)}
    kept = {
        _place(one): one
        for one in person.roles
        if _place(one) in wanted or one.sector_code != sector or one.entity_code not in own
    }
    person.roles = list((wanted | kept).values())


def _place(one: PersonRole) -> tuple[str, str, str]:
    return one.role_id, one.sector_code, one.entity_code


def holding(person: Person, role: str, sector: str) -> PersonRole:
    """A role for a person in a sector, and within it where they work if its scope says so."""
    of_entity = role in BY_ID and BY_ID[role].scope == RoleScope.ENTITY
    return PersonRole(role_id=role, sector_code=sector, entity_code=person.entity_code or "" if of_entity else "")


def of_sectors(sectors: Collection[str]) -> sa.ColumnElement[bool]:
    """That a person is of one of these sectors: holds a role in it, or holds none at all and works in an entity of it.

    What is of no sector (`""`) is the installation's, and everybody is of that.
    """
    if "" in sectors:
        return sa.true()
    holding_there = sa.select(PersonRole.username).where(PersonRole.sector_code.in_(sectors))
    working_there = sa.select(SectorEntity.entity_code).where(SectorEntity.sector_code.in_(sectors))
    without_roles = sa.not_(sa.exists().where(PersonRole.username == Person.username))
    return sa.or_(Person.username.in_(holding_there), sa.and_(without_roles, Person.entity_code.in_(working_there)))


def settle(session: Session, sector: str) -> None:
    """What was given before there was a sector is held in this, the first one."""
    ids = [role.id for role in BY_ID.values() if role.scope != RoleScope.INSTALLATION]
    statement = sa.update(PersonRole).where(PersonRole.sector_code == "", PersonRole.role_id.in_(ids))
    session.execute(statement.values(sector_code=sector))
