"""The signed-in person, as the pages see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from engine.identity import Actor
from workflows.people.directory import Directory
from workflows.people.models import Person, PersonRole


@dataclass(frozen=True, slots=True)
class SignedPerson:
    """Who is signed in: name, entity, roles by id with their names, and the actor of their commands.

    `token` is the session's, as flask-login keeps it in the cookie.
    """

    token: str
    username: str
    name: str
    entity_code: str
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


def signed_person(session: Session, username: str, token: str) -> SignedPerson | None:
    """The person of a session, or None if they do not exist or were deactivated."""
    found = session.get(Person, username)
    if found is None or not found.active:
        return None
    return SignedPerson(
        token=token,
        username=found.username,
        name=found.name,
        entity_code=found.entity_code,
        roles={held.role_id: held.role.name for held in found.roles},
        actor=Directory().actor(session, username),
    )


def everybody(session: Session, *, active_only: bool = True) -> list[Person]:
    """All people with entity and roles, by entity and name."""
    query = sa.select(Person).options(
        selectinload(Person.roles).selectinload(PersonRole.role), selectinload(Person.entity)
    )
    if active_only:
        query = query.where(Person.active)
    people = list(session.scalars(query))
    return sorted(people, key=lambda person: (person.entity.position, person.entity_code, person.name))
