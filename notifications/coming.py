"""The tasks of the periods that are still to open: those that the same process had in the plan the last time."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions import catalogue
from engine.definitions.diagram import Element
from engine.errors import InvalidDeadline
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import InstanceState
from engine.tasks.models import UserTask
from notifications import escalation
from notifications.recipients import RETURNS, OpenTask
from workflows.calendar import WorkingCalendar, add_months, bogota_day
from workflows.cycles import opening as cycles
from workflows.cycles.opening import DueOpening
from workflows.plan.models import Plan
from workflows.subjects import subject

Members = Mapping[str, frozenset[str]]
"""The active people of each group."""
AHEAD = 2
"""Months that are told beforehand."""


def tasks(session: Session, engine: ProcessEngine, plan: Plan, members: Mapping[str, frozenset[str]]) -> list[OpenTask]:
    """What will be asked in a plan in the next two months, of whom and until when, if all goes as it went.

    What came back then is left out, and what has no deadline that can be told before the case is there.
    """
    coming = _openings(session, engine, plan)
    if not coming:
        return []
    diagrams = {
        key: catalogue.by_sha(session, one.bundle_sha256).diagrams[key]
        for key, one in catalogue.by_key(session, plan.sector_code).items()
        if one.bundle_sha256 is not None
    }
    last = _last_cases(session, plan, coming)
    found: list[OpenTask] = []
    for key, case in last.items():
        for task in _tasks_of(session, case):
            model = diagrams.get(task.process_key)
            element = model.elements.get(task.element_id) if model is not None else None
            if element is not None and element.deadline:
                for one in _once_more(engine, plan, case, coming[key], task, element):
                    people = _people(session, engine, element, task, one, members)
                    found.append(replace(one, recipients=people))
    return found


def _openings(session: Session, engine: ProcessEngine, plan: Plan) -> dict[str, list[DueOpening]]:
    today = bogota_day(engine.now())
    until = add_months(today, AHEAD)
    found: dict[str, list[DueOpening]] = defaultdict(list)
    for start in cycles.calendar_starts(session, plan.sector_code):
        if not start.is_retired:
            ahead = (one for one in cycles.openings(engine, start.cadence, plan) if today < one.due_on <= until)
            found[start.process_key] += ahead
    return {key: ahead for key, ahead in found.items() if ahead}


def _last_cases(session: Session, plan: Plan, processes: Mapping[str, Any]) -> dict[str, Instance]:
    """Of each process the newest case that ended, which had all its tasks; else the newest."""
    has_ended = Instance.state == InstanceState.COMPLETED
    newest = (
        sa.select(sa.func.max(Instance.id))
        .where(Instance.scope == plan.code, Instance.process_key.in_(processes))
        .group_by(Instance.process_key, has_ended)
    )
    cases = session.scalars(sa.select(Instance).where(Instance.id.in_(newest)).order_by(has_ended))
    return {one.process_key: one for one in cases}


def _tasks_of(session: Session, case: Instance) -> Sequence[UserTask]:
    """The first of each: what was done twice came back."""
    query = sa.select(UserTask).where(UserTask.instance_id == case.id).order_by(UserTask.id)
    first: dict[tuple[str, str, str], UserTask] = {}
    for task in session.scalars(query):
        if task.properties.get(RETURNS) != "si":
            first.setdefault((task.process_key, task.element_id, str(sorted(task.context.items()))), task)
    return list(first.values())


def _people(
    session: Session, engine: ProcessEngine, element: Element, task: UserTask, then: OpenTask, members: Members
) -> frozenset[str]:
    """Whoever had it, of a step that names somebody; else the groups to which it is offered."""
    if element.assignee:
        return frozenset({task.assignee or ""}) & frozenset().union(*members.values())
    groups = (escalation.holding(session, role, then, engine.groups, members) for role in element.roles)
    return frozenset().union(*groups)


def _once_more(
    engine: ProcessEngine, plan: Plan, case: Instance, coming: Sequence[DueOpening], task: UserTask, element: Element
) -> Iterator[OpenTask]:
    """The task as each opening will have it, as many working days after it as the last time."""
    calendar = cast(WorkingCalendar, engine.calendar)
    after = calendar.working_days_between(bogota_day(case.started_at), bogota_day(task.created_at), plan.code)
    for opening in coming:
        day = calendar.add_working_days(opening.due_on, after, plan.code)
        since = dt.datetime.combine(day, dt.time(12), dt.UTC)
        variables = {**task.variables, **cycles.variables(plan, opening.period)}
        try:
            due_at = calendar.deadline(element.deadline, since=since, variables=variables, scope=plan.code)
        except InvalidDeadline:
            continue
        yield OpenTask(
            id=task.id,
            name=f"{element.name} ({opening.period.words})",
            case_name=case.name,
            tenant=case.tenant,
            subject=subject(task.variables),
            entity=task.variables.get("entidad"),
            created_at=since,
            due_at=due_at,
            properties=element.properties,
            variables=variables,
            returned=False,
            recipients=frozenset(),
            plan_code=plan.code,
            process_key=task.process_key,
            element_id=task.element_id,
            responsible=str(task.context.get("responsable") or ""),
        )
