"""What others have to do before a person's own work goes on: open tasks of the cases they worked in."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from engine.identity import Actor
from engine.instances.models import Instance
from engine.tasks.models import TaskCandidate, UserTask


def of_others(session: Session, actor: Actor, *, limit: int) -> list[tuple[UserTask, str]]:
    """Open tasks, with the name of their case, of the cases this person finished something in, nearest first.

    Within a case that several entities share, only those of the same entity, or of none.
    """
    query = _theirs(sa.select(UserTask, Instance.name).join(Instance, Instance.id == UserTask.instance_id), actor)
    ordered = query.order_by(UserTask.due_at.is_(None), UserTask.due_at, UserTask.id).limit(limit)
    return [(task, name) for task, name in session.execute(ordered)]


def count(session: Session, actor: Actor) -> int:
    """How many there are."""
    return session.scalars(_theirs(sa.select(sa.func.count(UserTask.id)), actor)).one()


def _theirs(query: sa.Select[tuple[*tuple[object, ...]]], actor: Actor) -> sa.Select[tuple[*tuple[object, ...]]]:
    mine = aliased(UserTask)
    worked_here = sa.exists().where(
        mine.instance_id == UserTask.instance_id,
        mine.completed_by == actor.id,
        sa.or_(mine.context == UserTask.context, mine.context.is_(None), UserTask.context.is_(None)),
    )
    offered_to_me = sa.exists().where(
        TaskCandidate.task_id == UserTask.id, TaskCandidate.group_id.in_(sorted(actor.groups))
    )
    held_by_another = UserTask.assignee.is_not(None) & (UserTask.assignee != actor.id)
    offered_elsewhere = UserTask.assignee.is_(None) & ~offered_to_me
    return query.where(UserTask.state == "open", worked_here, sa.or_(held_by_another, offered_elsewhere))
