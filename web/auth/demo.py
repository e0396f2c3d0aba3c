"""The people one can be in the demo, by sector and entity, and what each of them would see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.instances.models import Instance
from engine.states import UserTaskState
from engine.tasks.models import TaskCandidate, UserTask
from web.pages import current
from web.people import everybody
from workflows.calendar import bogota_day
from workflows.lifecycle import phases
from workflows.people.groups import Group
from workflows.people.models import Person, PersonRole
from workflows.people.naming import called
from workflows.people.roles import COORDINATING
from workflows.plan.models import Plan
from workflows.plan.states import PlanState
from workflows.sectors.models import Entity, Sector
from workflows.spanish import enumeration

OPEN = UserTask.state == UserTaskState.OPEN


@dataclass(frozen=True, slots=True)
class Player:
    """A person one can be: with which roles in the sector, and what they find there."""

    username: str
    name: str
    roles: Sequence[str]
    finds: str


@dataclass(frozen=True, slots=True)
class Company:
    """The people of a sector by entity. `name` is empty where there is one sector; `stands` tells of its plans."""

    name: str
    stands: Sequence[str]
    entities: Sequence[tuple[Entity | None, Sequence[Player]]]


def companies() -> list[Company]:
    """Whom one can be; those who are of no sector come last."""
    application = current()
    today = bogota_day(application.clock.now()).year
    with application.database.reading() as session:
        sectors = session.scalars(sa.select(Sector).order_by(Sector.code)).all()
        people, work, given = everybody(session), _offered(session), _given(session)
        found = [
            Company(
                sector.name if len(sectors) > 1 else "",
                _stands(session, sector.code, today),
                _by_entity([one for one in people if _is_of(one, sector.code)], sector.code, work, given),
            )
            for sector in sectors
        ]
        others = [one for one in people if not any(_is_of(one, sector.code) for sector in sectors)]
        if others:
            found.append(Company("", (), _by_entity(others, "", work, given)))
    return found


def _is_of(person: Person, sector: str) -> bool:
    return any(role.sector_code == sector for role in person.roles)


def _by_entity(
    people: Sequence[Person], sector: str, work: Mapping[str, int], given: Mapping[tuple[str, str], int]
) -> list[tuple[Entity | None, list[Player]]]:
    return [
        (entity, [_player(one, sector, work, given) for one in group])
        for entity, group in groupby(people, lambda one: one.entity)
    ]


def _player(person: Person, sector: str, work: Mapping[str, int], given: Mapping[tuple[str, str], int]) -> Player:
    held = [role for role in person.roles if role.sector_code == sector]
    tasks = given.get((person.username, sector), 0) + sum(work.get(_group(role), 0) for role in held)
    names = [role.role.name for role in held]
    return Player(person.username, called(person.name), names, _finds(held, tasks))


def _group(role: PersonRole) -> str:
    return str(Group(role.role_id, role.sector_code, role.entity_code))


def _finds(held: Sequence[PersonRole], tasks: int) -> str:
    """What somebody finds, in a sentence: «Tiene 3 tareas por hacer.» and the like."""
    work = "No tiene tareas por ahora" if not tasks else "Tiene 1 tarea" if tasks == 1 else f"Tiene {tasks} tareas"
    if any(role.role_id in COORDINATING for role in held):
        return f"{work}; ve y reparte todo lo del sector."
    return f"{work}; lee el plan y su seguimiento." if not tasks else f"{work} por hacer."


def _offered(session: Session) -> dict[str, int]:
    """How many open tasks are offered to each group, and taken by nobody."""
    query = (
        sa.select(TaskCandidate.group_id, sa.func.count())
        .join(UserTask, UserTask.id == TaskCandidate.task_id)
        .where(OPEN, UserTask.assignee.is_(None))
        .group_by(TaskCandidate.group_id)
    )
    return {group: count for group, count in session.execute(query)}


def _given(session: Session) -> dict[tuple[str, str], int]:
    """How many open tasks each person has in each sector."""
    query = (
        sa.select(UserTask.assignee, Instance.tenant, sa.func.count())
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(OPEN, UserTask.assignee.is_not(None))
        .group_by(UserTask.assignee, Instance.tenant)
    )
    return {(str(username), tenant): count for username, tenant, count in session.execute(query)}


def _stands(session: Session, sector: str, year: int) -> list[str]:
    """Where the plans of a sector stand, a sentence each."""
    plans = session.scalars(sa.select(Plan).where(Plan.sector_code == sector).order_by(Plan.first_year))
    return [_standing(session, plan, year) for plan in plans if plan.state != PlanState.CLOSED]


def _standing(session: Session, plan: Plan, year: int) -> str:
    if plan.state == PlanState.IN_FORCE and year >= plan.first_year:
        place = year - plan.first_year + 1
        return f"Va en el año {place} de {plan.years} de su plan: se ejecuta, se reporta cada mes y se evalúa."
    under_way = [view.name for view in phases.of_plan(session, plan) if view.state == phases.UNDER_WAY]
    return f"Formula su plan. En curso: {enumeration(under_way)}." if under_way else "Su plan está por comenzar."
