"""Why a task is this person's, in words."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.history import HistoryEntry
from engine.identity import Actor
from engine.states import HistoryKind
from engine.tasks.assignment import groups_of
from engine.tasks.models import UserTask
from workflows.people.directory import Directory


def why(session: Session, task: UserTask, actor: Actor) -> str:
    """One or two sentences: who put the task in this person's hands, or which role they hold."""
    if task.assignee == actor.id:
        return _why_assigned(session, task)
    mine = [group for group in groups_of(session, task.id) if group in actor.groups]
    names = Directory().group_names(session, mine).values()
    if not names:
        return "La ve porque coordina el plan; la hace otra persona."
    return f"Le corresponde a {' o '.join(names)}, y usted tiene ese rol. Puede hacerla cualquiera del grupo."


def was_claimed(session: Session, task: UserTask) -> bool:
    """Whether its person took it from a group, and so may give it back."""
    last = _last_change(session, task)
    return last is not None and last.kind == HistoryKind.TASK_CLAIMED


def _why_assigned(session: Session, task: UserTask) -> str:
    last = _last_change(session, task)
    if last is None:
        return "El proceso la puso a su nombre: usted es la persona responsable."
    if last.kind == HistoryKind.TASK_CLAIMED:
        return "Usted la tomó de las tareas de su grupo."
    who = Directory().display_names(session, [last.actor_id])[last.actor_id]
    reason = str(last.data.get("reason") or last.data.get("motivo") or "")
    return f"{who} se la reasignó{f': {reason}' if reason else '.'}"


def _last_change(session: Session, task: UserTask) -> HistoryEntry | None:
    kinds = ("task_claimed", "task_reassigned")
    query = sa.select(HistoryEntry).where(HistoryEntry.instance_id == task.instance_id, HistoryEntry.task_id == task.id)
    return session.scalars(query.where(HistoryEntry.kind.in_(kinds)).order_by(HistoryEntry.id.desc())).first()
