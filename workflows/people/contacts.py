"""Whom to ask about a task, by name: the liaison of its entity, else who coordinates its sector."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.tasks.models import UserTask
from workflows.people.holdings import HELD, in_force, is_away
from workflows.people.models import Person
from workflows.people.roles import COORDINATING

LIAISON = "enlace_planeacion"


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who answers, and as what: «enlace», «coordinación»."""

    person: Person
    role: str


def of_task(session: Session, task: UserTask, sector: str, *, but: str, on: dt.date) -> list[Contact]:
    """Those who are there on a day, by name, without `but`. One statement where there is a liaison, else two."""
    entity = str(task.variables.get("entidad") or "")
    liaisons = _holders(session, (LIAISON,), sector, entity, but, on) if entity else []
    if liaisons:
        return [Contact(person, "enlace") for person in liaisons]
    return [Contact(person, "coordinación") for person in _holders(session, COORDINATING, sector, "", but, on)]


def _holders(session: Session, roles: Sequence[str], sector: str, entity: str, but: str, on: dt.date) -> list[Person]:
    held = sa.select(HELD.c.username).where(
        HELD.c.role_id.in_(roles), HELD.c.sector_code == sector, HELD.c.entity_code == entity, in_force(on, HELD.c)
    )
    query = sa.select(Person).where(Person.username.in_(held), Person.username != but, Person.active, ~is_away(on))
    return list(session.scalars(query.order_by(Person.name)))
