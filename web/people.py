"""The signed-in person, as the pages see them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from engine.identity import Actor
from workflows.people.directory import actor_with
from workflows.people.groups import Group
from workflows.people.holdings import HELD, holds_on, of_sectors
from workflows.people.models import Person, PersonRole, Role
from workflows.people.roles import READING
from workflows.people.states import RoleScope
from workflows.sectors.identity import Identity
from workflows.sectors.models import Sector, SectorEntity, SectorLogo


@dataclass(frozen=True, slots=True)
class SignedPerson:
    """Who is signed in: name, entity, what they hold, and the actor of their commands.

    `holdings` are the roles by sector, each by id with its name; those of the installation under the empty code.
    Where there is one sector, its roles count for the installation too. `resembled` are the shipped roles whose pages
    an added one opens. `token` is the session's, as flask-login keeps it in the cookie. With `owes_factor` nothing
    opens but where one begins to use a second step. `scopes` are those of the token of a program; a browser has none.
    """

    token: str
    username: str
    name: str
    entity_code: str | None
    holdings: Mapping[str, Mapping[str, str]]
    actor: Actor
    resembled: Mapping[str, str] = field(default_factory=dict)
    owes_factor: bool = False
    scopes: frozenset[str] = frozenset()
    looks: Mapping[str, Identity] = field(default_factory=dict)
    """How their sectors show themselves, where the installation has several."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What flask-login keeps: the session's token, not the person's name."""
        return self.token

    def may(self, allowed: Iterable[str], sector: str | None = None) -> bool:
        """Whether one of the roles that are held in a sector is among `allowed`; in any, where none is given."""
        held = self.roles if sector is None else self.holdings.get(sector, {})
        return not {*held, *(self.resembled[role] for role in held if role in self.resembled)}.isdisjoint(allowed)

    def only_reads(self, places: Iterable[str]) -> bool:
        """Whether every role that is held in these places looks at the work of others and changes nothing."""
        held = {self.resembled.get(role, role) for place in places for role in self.holdings.get(place, {})}
        return bool(held) and held <= READING

    @property
    def roles(self) -> dict[str, str]:
        """Every role that is held somewhere, by id with its name."""
        return {role: name for held in self.holdings.values() for role, name in held.items()}

    @property
    def sectors(self) -> frozenset[str]:
        """The sectors where a role is held: whose work this person sees."""
        return frozenset(self.holdings) - {""}

    @property
    def title(self) -> str:
        """The roles in words: «Enlace de planeación de la entidad, Equipo técnico de la entidad»."""
        return ", ".join(self.roles.values()) or "Sin rol asignado"


_ONLY_SECTOR = sa.select(sa.func.min(Sector.code)).having(sa.func.count() == 1).scalar_subquery()
PERSON = (
    sa.select(
        Person.username,
        Person.name,
        Person.entity_code,
        Person.is_service,
        HELD.c.role_id,
        HELD.c.sector_code,
        HELD.c.entity_code.label("held_in"),
        HELD.c.since,
        HELD.c.until,
        Role.name.label("role_name"),
        Role.scope,
        Role.resembles,
        Sector.name.label("sector_name"),
        Sector.colour,
        SectorLogo.sha256,
        _ONLY_SECTOR.label("only_sector"),
    )
    .outerjoin(HELD, HELD.c.username == Person.username)
    .outerjoin(Role, Role.id == HELD.c.role_id)
    .outerjoin(Sector, Sector.code == HELD.c.sector_code)
    .outerjoin(SectorLogo, SectorLogo.sector_code == HELD.c.sector_code)
    .where(Person.active)
    .order_by(HELD.c.role_id)
)
"""Somebody who may sign in, a row for each role: what `signed` takes."""
_BY_NAME = PERSON.where(Person.username == sa.bindparam("username"))


def signed_person(session: Session, username: str, token: str, on: dt.date) -> SignedPerson | None:
    """The person of a session; None if they do not exist, were deactivated, or are a service, which has no browser."""
    found = session.execute(_BY_NAME, {"username": username}).all()
    found = [] if found and found[0].is_service else found
    return signed(found, token, on) if found else None


def signed(
    found: Sequence[Any], token: str, on: dt.date, *, owes_factor: bool = False, scopes: Collection[str] = ()
) -> SignedPerson:
    """The person whose rows of `PERSON` these are: what they hold on this day, and nothing else."""
    first = found[0]
    found = [row for row in found if row.role_id and holds_on(row.since, row.until, on)]
    held = [Group(row.role_id, row.sector_code, row.held_in) for row in found]
    return SignedPerson(
        token=token,
        username=first.username,
        name=first.name,
        entity_code=first.entity_code,
        holdings=_holdings(found, first.only_sector),
        actor=actor_with(first.username, held),
        resembled={row.role_id: row.resembles for row in found if row.resembles},
        owes_factor=owes_factor,
        scopes=frozenset(scopes),
        looks={row.sector_code: _look(row) for row in found if row.sector_name and first.only_sector is None},
    )


def _look(row: Any) -> Identity:
    return Identity(row.sector_code, row.sector_name, "", row.colour, (row.sha256 or "")[:12])


def _holdings(found: Sequence[Any], only_sector: str | None) -> Mapping[str, Mapping[str, str]]:
    """What is held where; what anybody may (to answer a survey) is held by nobody."""
    holdings: dict[str, dict[str, str]] = {}
    for row in found:
        if row.scope != RoleScope.PUBLIC:
            for place in {row.sector_code, "" if row.sector_code == only_sector else row.sector_code}:
                holdings.setdefault(place, {})[row.role_id] = row.role_name
    return holdings


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
