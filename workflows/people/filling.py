"""Who fills each role, and where nobody does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.people.holdings import in_force
from workflows.people.models import Person, PersonRole, Role
from workflows.people.roles import BY_ID
from workflows.people.states import RoleScope
from workflows.sectors.models import SectorEntity

Place = tuple[str, str]
"""A sector and an entity of it; an empty entity: the whole sector."""


@dataclass(frozen=True, slots=True)
class Filling:
    """Who holds a role, by name with the place, and the places where nobody does."""

    role: Role
    people: Sequence[tuple[str, Place]] = field(default_factory=list)
    empty: Sequence[Place] = field(default_factory=list)

    @property
    def waits(self) -> bool:
        """Whether it is a role that somebody added and nobody has been given yet: nothing that names it may hold."""
        return not self.people and self.role.id not in BY_ID

    @property
    def warning(self) -> str:
        """Where its tasks would reach nobody, in a sentence; empty where everywhere somebody does."""
        if not self.empty:
            return ""
        if not self.people:
            return f"nadie es «{self.role.name}» todavía"
        named = [entity or sector for sector, entity in self.empty]
        more = f" y {len(named) - 3} más" if len(named) > 3 else ""
        return f"nadie es «{self.role.name}» en {', '.join(named[:3])}{more}"


def filling(
    session: Session, roles: Collection[str], on: dt.date | None = None, sector: str = ""
) -> Mapping[str, Filling]:
    """How these roles are filled in a sector, else in all that have people; in three statements."""
    found = {role.id: role for role in session.scalars(sa.select(Role).where(Role.id.in_(roles)))}
    held = _held(session, found, on, sector)
    in_use = sa.select(PersonRole.sector_code).where(PersonRole.sector_code != "").distinct()
    entities = sa.select(SectorEntity.sector_code, SectorEntity.entity_code)
    entities = entities.where(SectorEntity.until.is_(None), SectorEntity.sector_code.in_(in_use))
    places = sorted((code, entity) for code, entity in session.execute(entities) if sector in ("", code))
    sectors = sorted({(code, "") for code, _ in places})
    return {
        key: Filling(role, held[key], _empty(held[key], places if role.scope == RoleScope.ENTITY else sectors))
        for key, role in found.items()
        if role.scope in (RoleScope.ENTITY, RoleScope.SECTOR)
    }


def _held(
    session: Session, roles: Collection[str], on: dt.date | None, sector: str
) -> dict[str, list[tuple[str, Place]]]:
    query = sa.select(PersonRole.role_id, PersonRole.sector_code, PersonRole.entity_code, Person.name)
    query = query.join(Person, Person.username == PersonRole.username).where(Person.active, in_force(on))
    found: dict[str, list[tuple[str, Place]]] = {role: [] for role in roles}
    for role, code, entity, name in session.execute(query.where(PersonRole.role_id.in_(roles)).order_by(Person.name)):
        if sector in ("", code):
            found[role].append((name, (code, entity)))
    return found


def _empty(held: Sequence[tuple[str, Place]], places: Sequence[Place]) -> list[Place]:
    filled = {place for _, place in held}
    return [place for place in places if place not in filled]
