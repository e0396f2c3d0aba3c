"""Who may work on a task."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.errors import FourEyes, NotAllowed, TaskAlreadyCompleted, TaskCancelledError, TaskHeldByAnother
from engine.identity import Actor
from engine.prepared import Prepared, send
from engine.runtime import ProcessEngine
from engine.states import UserTaskState
from engine.tasks.models import TaskCandidate, UserTask

FOUR_EYES = "cuatro_ojos"

_CANDIDATES = cast(sa.Table, TaskCandidate.__table__)
GROUPS = Prepared(sa.select(_CANDIDATES.c.group_id).where(_CANDIDATES.c.task_id == sa.bindparam("task_id")))
"""The groups that an open task is offered to."""


def ensure_may_work_on(
    session: Session, engine: ProcessEngine, task: UserTask, actor: Actor, *, groups: Collection[str] | None = None
) -> None:
    """Raise unless `actor` may do this task now. `groups` are those it is offered to, if they were read already.

    The assignee wins over the groups. Raises `TaskAlreadyCompleted`, `TaskCancelledError`, `TaskHeldByAnother`
    (somebody of the same group took it), `NotAllowed`, `FourEyes`.
    """
    ensure_open(task)
    if task.assignee != actor.id:
        in_group = not actor.groups.isdisjoint(groups_of(session, task.id) if groups is None else groups)
        if task.assignee is not None and in_group:
            raise TaskHeldByAnother(task_id=task.id, assignee=task.assignee)
        if task.assignee is not None or not in_group:
            raise NotAllowed(task_id=task.id)
    if done_what_is_checked(session, task, actor.id):
        raise FourEyes(task_id=task.id)


def ensure_open(task: UserTask) -> None:
    """Raise `TaskAlreadyCompleted` or `TaskCancelledError` unless the task is open."""
    if task.state == UserTaskState.COMPLETED:
        raise TaskAlreadyCompleted(task_id=task.id, completed_by=task.completed_by, completed_at=task.completed_at)
    if task.state == UserTaskState.CANCELLED:
        raise TaskCancelledError(task_id=task.id)


def groups_of(session: Session, task_id: int) -> list[str]:
    """The groups that an open task is offered to."""
    return [group for (group,) in send(session.connection(), GROUPS.of({"task_id": task_id}))[0].rows]


def done_what_is_checked(session: Session, task: UserTask, person: str) -> bool:
    """Whether `person` did a step that this one checks (`cuatro_ojos`), for the same entity of the same case."""
    return person in barred(session, [task]).get(task.id, ())


def barred(session: Session, tasks: Iterable[UserTask | sa.Row[Any]]) -> Mapping[int, frozenset[str]]:
    """By task, who must not do it because they did what it checks. Tasks that check nothing are left out; one query.

    Of a row are read `id`, `instance_id`, `process_key`, `properties`, `context`.
    """
    checking = {task.id: (task, _checked(task)) for task in tasks if _checked(task)}
    if not checking:
        return {}
    done = sa.select(
        UserTask.instance_id, UserTask.process_key, UserTask.element_id, UserTask.completed_by, UserTask.context
    ).where(
        UserTask.instance_id.in_({task.instance_id for task, _ in checking.values()}),
        UserTask.state == UserTaskState.COMPLETED,
        UserTask.element_id.in_({element for _, checked in checking.values() for element in checked}),
    )
    steps = session.execute(done).all()
    return {
        task.id: frozenset(
            step.completed_by
            for step in steps
            if (step.instance_id, step.process_key) == (task.instance_id, task.process_key)
            and step.element_id in checked
            and _agree(step.context, task.context)
        )
        for task, checked in checking.values()
    }


def _checked(task: UserTask | sa.Row[Any]) -> frozenset[str]:
    """The steps of its process that a task checks."""
    return frozenset(re.findall(r"[^\s,]+", str(task.properties.get(FOUR_EYES, ""))))


def _agree(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two steps are of the same turn of the loops around both."""
    return all(one[name] == other[name] for name in one.keys() & other.keys())
