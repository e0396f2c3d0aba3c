"""What others have to do before a person's own work goes on: open tasks of the cases they worked in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.instances.models import Instance
from engine.states import InstanceState, UserTaskState
from engine.tasks.models import TaskCandidate, UserTask

MOST = 200
"""How many open tasks are looked at, nearest deadline first: nobody reads further."""


def of_others(session: Session, actor: Actor) -> list[tuple[UserTask, str]]:
    """Open tasks of others, with the name of their case, in the cases where this person finished something.

    Within a case that several entities share, only those that belong together with the person's own.
    """
    my_work = _contexts_of_my_work(session, actor)
    query = (
        sa.select(UserTask, Instance.name)
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(UserTask.state == UserTaskState.OPEN, UserTask.instance_id.in_(list(my_work)), _not_mine(actor))
        .order_by(UserTask.due_at.is_(None), UserTask.due_at, UserTask.id)
        .limit(MOST)
    )
    found = session.execute(query)
    return [(task, name) for task, name in found if _belongs(task.context, my_work[task.instance_id])]


def _contexts_of_my_work(session: Session, actor: Actor) -> Mapping[int, list[Mapping[str, Any]]]:
    """By running case: the loop variables of what the person finished there."""
    query = (
        sa.select(UserTask.instance_id, UserTask.context)
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(UserTask.completed_by == actor.id, Instance.state == InstanceState.ACTIVE)
    )
    found: dict[int, list[Mapping[str, Any]]] = {}
    for case_id, context in session.execute(query):
        found.setdefault(case_id, []).append(context)
    return found


def _not_mine(actor: Actor) -> sa.ColumnElement[bool]:
    offered_to_me = sa.exists().where(
        TaskCandidate.task_id == UserTask.id, TaskCandidate.group_id.in_(sorted(actor.groups))
    )
    return sa.case((UserTask.assignee.is_(None), ~offered_to_me), else_=UserTask.assignee != actor.id)


def _belongs(context: Mapping[str, Any], mine: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a task does not speak of another entity than any of my work did."""
    return any(
        all(other.get(key, value) == value for key, value in context.items() if key == "entidad") for other in mine
    )
