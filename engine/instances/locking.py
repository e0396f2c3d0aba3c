"""Instances under lock: the instance first, then what belongs to it, in every command."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from engine.errors import UnknownTask
from engine.instances.models import Instance
from engine.tasks.models import UserTask

# Statements are built once: building one costs about as much as the database needs to answer it.
_INSTANCE = sa.select(Instance).options(undefer(Instance.status)).execution_options(populate_existing=True)
_BY_ID = _INSTANCE.where(Instance.id == sa.bindparam("instance_id"))
_LOCKED = _BY_ID.with_for_update(of=Instance)
_LOCKED_OR_SKIPPED = _BY_ID.with_for_update(of=Instance, skip_locked=True)
_LOCKED_WITH_TASK = (
    sa.select(Instance, UserTask)
    .join(UserTask, UserTask.instance_id == Instance.id)
    .where(UserTask.id == sa.bindparam("task_id"))
    .options(undefer(Instance.status))
    .with_for_update(of=(Instance, UserTask))  # PostgreSQL locks in this order: the instance first, as everywhere
    .execution_options(populate_existing=True)
)


def lock(session: Session, instance_id: int, *, skip_locked: bool = False) -> Instance | None:
    """The instance with its state, locked against other turns; None if it doesn't exist or is skipped."""
    return session.scalar(_LOCKED_OR_SKIPPED if skip_locked else _LOCKED, {"instance_id": instance_id})


def lock_with_task(session: Session, task_id: int) -> tuple[Instance, UserTask]:
    """A task and the instance that it belongs to, both locked. Raises `UnknownTask`."""
    found = session.execute(_LOCKED_WITH_TASK, {"task_id": task_id}).one_or_none()
    if found is None:
        raise UnknownTask(task_id=task_id)
    return found.Instance, found.UserTask
