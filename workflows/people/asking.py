"""Roles that whoever draws processes asks for people: an administrator gives them, or does not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from workflows.errors import NotFound, Refused
from workflows.people import managing
from workflows.people.holdings import of_sectors
from workflows.people.managing import Held
from workflows.people.models import AskedRole, Person, Role
from workflows.people.states import RoleScope


def may_hold(session: Session, sectors: Collection[str]) -> Sequence[Person]:
    """The active people of these sectors, by name."""
    query = sa.select(Person).where(Person.active, ~Person.is_service, of_sectors(sectors))
    return session.scalars(query.order_by(Person.name)).all()


def held_as(role: Role, person: Person, sector: str) -> Held:
    """How a person would hold a role in a sector: one of an entity, where they work.

    Raises `Refused` for who works in none.
    """
    if role.scope != RoleScope.ENTITY:
        return Held(role.id, sector)
    if not person.entity_code:
        raise Refused(f"{person.name} no trabaja en ninguna entidad, y «{role.name}» es de una. Elija a otra persona.")
    return Held(role.id, sector, person.entity_code)


def ask(session: Session, now: dt.datetime, role: Role, person: Person, sector: str, asked_by: str) -> AskedRole:
    """Ask that somebody hold a role; a second time is the same one."""
    held = held_as(role, person, sector)
    asked = session.get(AskedRole, (person.username, role.id, sector, held.entity))
    if asked is None:
        asked = AskedRole(
            username=person.username, role_id=role.id, sector_code=sector, entity_code=held.entity,
            asked_by=asked_by, asked_at=now,
        )  # fmt: skip
        session.add(asked)
        session.flush()
    return asked


def give(session: Session, role: Role, person: Person, sector: str) -> None:
    """Let somebody hold a role beside what they hold. Raises `Refused` where it can't be held so."""
    held = held_as(role, person, sector)
    kept = [one for one in managing.of_person(person) if one.sector == sector and one.place != held.place]
    managing.set_holdings(session, person, [*kept, held], {sector})


def open_ones(session: Session, sectors: Collection[str], role_id: str = "") -> Sequence[AskedRole]:
    """What is asked in these sectors, the oldest first; of one role, if named."""
    query = sa.select(AskedRole).where(AskedRole.sector_code.in_(sectors)).options(joinedload(AskedRole.person))
    if role_id:
        query = query.where(AskedRole.role_id == role_id)
    return session.scalars(query.order_by(AskedRole.asked_at, AskedRole.username)).all()


def answer(session: Session, role: Role, username: str, sector: str, *, gives: bool) -> Person:
    """Give the role that was asked for somebody, or say no. Raises `NotFound` (nobody asks it any more), `Refused`."""
    found = sa.select(AskedRole).where(
        AskedRole.username == username, AskedRole.role_id == role.id, AskedRole.sector_code == sector
    )
    asked = session.scalars(found).all()
    if not asked:
        raise NotFound("Ese pedido ya no está: alguien lo respondió antes.")
    person = asked[0].person
    for one in asked:
        session.delete(one)
    if gives:
        give(session, role, person, sector)
    session.flush()
    return person
