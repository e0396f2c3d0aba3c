"""The signed-in person, as the pages see them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from engine.identity import Actor
from workflows.people.directory import actor_with
from workflows.people.groups import Group
from workflows.people.holdings import of_sectors
from workflows.people.models import Person, PersonRole, Role
from workflows.sectors.models import SectorEntity


@dataclass(frozen=True, slots=True)
class SignedPerson:
    """Who is signed in: name, entity, roles by id with their names, and the actor of their commands.

    `token` is the session's, as flask-login keeps it in the cookie.
    """

    token: str
    username: str
    name: str
    entity_code: str | None
    roles: dict[str, str]
    actor: Actor

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What flask-login keeps: the session's token, not the person's name."""
        return self.token

    def may(self, allowed: Iterable[str]) -> bool:
        """Whether one of the roles is among `allowed`."""
        return not self.roles.keys().isdisjoint(allowed)

    @property
    def title(self) -> str:
        """The roles in words: «Enlace de planeación de la entidad, Equipo técnico de la entidad»."""
        return ", ".join(self.roles.values()) or "Sin rol asignado"


PERSON = (
    sa.select(
        Person.username,
        Person.name,
        Person.entity_code,
        PersonRole.role_id,
        PersonRole.sector_code,
        PersonRole.entity_code.label("held_in"),
        Role.name.label("role_name"),
    )
    .outerjoin(PersonRole, PersonRole.username == Person.username)
    .outerjoin(Role, Role.id == PersonRole.role_id)
    .where(Person.active)
    .order_by(PersonRole.role_id)
)
"""Somebody who may sign in, a row for each role: what `signed` takes."""
_BY_NAME = PERSON.where(Person.username == sa.bindparam("username"))


def signed_person(session: Session, username: str, token: str) -> SignedPerson | None:
    """The person of a session, or None if they do not exist or were deactivated."""
    found = session.execute(_BY_NAME, {"username": username}).all()
    return signed(found, token) if found else None


def signed(found: Sequence[Any], token: str) -> SignedPerson:
    """The person whose rows of `PERSON` these are."""
    held = [Group(row.role_id, row.sector_code, row.held_in) for row in found if row.role_id]
    first, roles = found[0], {row.role_id: row.role_name for row in found if row.role_id}
    return SignedPerson(
        token=token,
        username=first.username,
        name=first.name,
        entity_code=first.entity_code,
        roles=roles,
        actor=actor_with(first.username, held),
    )


def everybody(session: Session, sectors: Collection[str] = ("",), *, active_only: bool = True) -> list[Person]:
    """The people of these sectors with entity and roles, by entity and name; of the installation (`""`), all."""
    query = (
        sa.select(Person)
        .options(selectinload(Person.roles).selectinload(PersonRole.role), selectinload(Person.entity))
        .where(of_sectors(sectors))
    )
    if active_only:
        query = query.where(Person.active)
    people = list(session.scalars(query))
    placed = sa.select(SectorEntity.entity_code, sa.func.min(SectorEntity.position)).group_by(SectorEntity.entity_code)
    places: dict[str | None, int] = {code: place for code, place in session.execute(placed)}
    last = len(places)
    return sorted(people, key=lambda one: (places.get(one.entity_code, last), one.entity_code or "", one.name))
