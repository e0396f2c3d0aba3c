"""Who may work on a task."""

from __future__ import annotations

import re
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.errors import FourEyes, NotAllowed, TaskAlreadyCompleted, TaskCancelledError, TaskHeldByAnother
from engine.identity import Actor
from engine.runtime import ProcessEngine
from engine.tasks.models import TaskCandidate, UserTask

FOUR_EYES = "cuatro_ojos"

_CANDIDATES = cast(sa.Table, TaskCandidate.__table__)
_GROUPS = sa.select(_CANDIDATES.c.group_id).where(_CANDIDATES.c.task_id == sa.bindparam("task_id"))


def ensure_may_work_on(session: Session, engine: ProcessEngine, task: UserTask, actor: Actor) -> None:
    """Raise unless `actor` may do this task now.

    The assignee wins over the groups. Raises `TaskAlreadyCompleted`, `TaskCancelledError`, `TaskHeldByAnother`
    (somebody of the same group took it), `NotAllowed`, `FourEyes`.
    """
    ensure_open(task)
    if task.assignee != actor.id:
        in_group = not actor.groups.isdisjoint(groups_of(session, task.id))
        if task.assignee is not None and in_group:
            raise TaskHeldByAnother(task_id=task.id, assignee=task.assignee)
        if task.assignee is not None or not in_group:
            raise NotAllowed(task_id=task.id)
    if done_what_is_checked(session, task, actor.id):
        raise FourEyes(task_id=task.id)


def ensure_open(task: UserTask) -> None:
    """Raise `TaskAlreadyCompleted` or `TaskCancelledError` unless the task is open."""
    if task.state == "completed":
        raise TaskAlreadyCompleted(task_id=task.id, completed_by=task.completed_by, completed_at=task.completed_at)
    if task.state == "cancelled":
        raise TaskCancelledError(task_id=task.id)


def groups_of(session: Session, task_id: int) -> list[str]:
    """The groups that an open task is offered to."""
    return list(session.connection().scalars(_GROUPS, {"task_id": task_id}))


def done_what_is_checked(session: Session, task: UserTask, person: str) -> bool:
    """Whether `person` did a step that this one checks (`cuatro_ojos`), for the same entity of the same case."""
    checked = re.findall(r"[^\s,]+", str(task.properties.get(FOUR_EYES, "")))
    if not checked:
        return False
    contexts = session.scalars(
        sa.select(UserTask.context).where(
            UserTask.instance_id == task.instance_id,
            UserTask.state == "completed",
            UserTask.process_key == task.process_key,
            UserTask.element_id.in_(checked),
            UserTask.completed_by == person,
        )
    )
    mine = task.context
    return any(all(context[name] == mine[name] for name in context.keys() & mine.keys()) for context in contexts)
