"""Who may read what was sent with a task."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine.errors import NotAllowed
from engine.instances.models import Instance
from engine.states import UserTaskState
from engine.tasks.assignment import ensure_may_work_on
from engine.tasks.models import UserTask
from web.files.reading import controls, works_on
from web.pages import actor, current


def ensure_may_read(session: Session, task: UserTask) -> None:
    """Raise `NotAllowed` for others than who sent it, coordinates, works on the same or is of internal control."""
    me, tenant = actor(), session.get_one(Instance, task.instance_id).tenant
    if task.completed_by == me.id or me.may_supervise(tenant):
        return
    if task.state != UserTaskState.COMPLETED:
        ensure_may_work_on(session, current().engine, task, me)
    if not works_on(session, task, me) and not controls(session, task, me, {tenant}):
        raise NotAllowed("Lo que se envió con esa tarea lo ven quienes trabajan en eso o lo revisan.", task_id=task.id)
