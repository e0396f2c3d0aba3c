"""Who has which open work."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.instances.models import Instance
from engine.states import UserTaskState
from engine.tasks import assignment
from engine.tasks.models import TaskCandidate, UserTask
from workflows.people import holders
from workflows.people.models import Person
from workflows.subjects import subject

RETURNS = "devolucion"
"""The property of a step that is there only for what came back."""
Place = tuple[int, str, str, tuple[tuple[str, str], ...]]
"""Where a task stands in its case: the element, and the loop variables it is under."""


@dataclass(frozen=True, slots=True)
class OpenTask:
    """An open user task and the people who may do it: its assignee, else the active members of its groups.

    Whoever did what it checks may not.
    """

    id: int
    name: str
    case_name: str
    tenant: str
    subject: str
    entity: str | None
    created_at: dt.datetime
    due_at: dt.datetime | None
    properties: Mapping[str, Any]
    variables: Mapping[str, Any]
    returned: bool
    recipients: frozenset[str]
    plan_code: str = ""
    process_key: str = ""
    element_id: str = ""
    responsible: str = ""
    """Whose report it is, where the task is one of a loop over those who report."""


def active_people(session: Session) -> dict[str, Person]:
    """Everybody who may receive mail, by username."""
    return {
        person.username: person
        for person in session.scalars(sa.select(Person).where(Person.active, ~Person.is_service))
    }


def members_by_group(session: Session, on: dt.date | None = None) -> dict[str, frozenset[str]]:
    """The active members of every candidate group on a day, as sets."""
    return {group: frozenset(members) for group, members in holders.members_by_group(session, on).items()}


def open_tasks(session: Session, groups: Mapping[str, frozenset[str]]) -> list[OpenTask]:
    """Every open task with its recipients, soonest deadline first; four queries, no state loaded.

    Those of suspended cases are left out: nobody can do them.
    """
    offered: dict[int, set[str]] = defaultdict(set)
    for task_id, group_id in session.execute(sa.select(TaskCandidate.task_id, TaskCandidate.group_id)):
        offered[task_id] |= groups.get(group_id, frozenset())
    again = _done_before(session)
    active = frozenset().union(*groups.values()) if groups else frozenset()
    query = (
        sa.select(UserTask, Instance.name, Instance.tenant, Instance.scope)
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(UserTask.state == UserTaskState.OPEN, Instance.suspended_at.is_(None))
        .order_by(UserTask.due_at, UserTask.id)
    )
    rows = session.execute(query).all()
    kept_out = assignment.barred(session, [row[0] for row in rows])
    return [
        _open_task(task, case, offered[task.id], active - kept_out.get(task.id, frozenset()), again)
        for task, *case in rows
    ]


def _open_task(
    task: UserTask, case: Sequence[str | None], offered: set[str], able: frozenset[str], again: set[Place]
) -> OpenTask:
    recipients = frozenset({task.assignee} if task.assignee else offered) & able
    return OpenTask(
        id=task.id,
        name=task.name,
        case_name=case[0] or "",
        tenant=case[1] or "",
        subject=subject(task.variables),
        entity=task.variables.get("entidad"),
        created_at=task.created_at,
        due_at=task.due_at,
        properties=task.properties,
        variables=task.variables,
        returned=task.properties.get(RETURNS) == "si" or _place(task) in again,
        recipients=frozenset(name for name in recipients if name),
        plan_code=case[2] or "",
        process_key=task.process_key,
        element_id=task.element_id,
        responsible=str(task.context.get("responsable") or ""),
    )


def recipients_of(session: Session, task: UserTask, on: dt.date) -> frozenset[str]:
    """The active people who may do one open task on a day."""
    groups = members_by_group(session, on)
    offered = frozenset().union(*(groups.get(group, frozenset()) for group in assignment.groups_of(session, task.id)))
    active = frozenset().union(*groups.values()) if groups else frozenset()
    asked = frozenset({task.assignee}) if task.assignee else offered
    return (asked & active) - assignment.barred(session, [task]).get(task.id, frozenset())


def came_back(session: Session, task: UserTask) -> bool:
    """Whether a task is for work that somebody sent back: its diagram says so, or the same was done before."""
    if task.properties.get(RETURNS) == "si":
        return True
    same = sa.select(UserTask).where(
        UserTask.instance_id == task.instance_id,
        UserTask.process_key == task.process_key,
        UserTask.element_id == task.element_id,
        UserTask.state == UserTaskState.COMPLETED,
    )
    return any(_place(one) == _place(task) for one in session.scalars(same))


def _place(task: UserTask) -> Place:
    loop = tuple(sorted((name, str(value)) for name, value in task.context.items()))
    return task.instance_id, task.process_key, task.element_id, loop


def _done_before(session: Session) -> set[Place]:
    """Places of open tasks that somebody already completed once in the same case: the work came back."""
    current = sa.select(UserTask.instance_id).where(UserTask.state == UserTaskState.OPEN).distinct()
    done = sa.select(UserTask).where(UserTask.state == UserTaskState.COMPLETED, UserTask.instance_id.in_(current))
    return {_place(task) for task in session.scalars(done)}
