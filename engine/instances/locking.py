"""Instances under lock: the instance first, then what belongs to it, in every command."""

from __future__ import annotations

from typing import NamedTuple, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from engine import prepared
from engine.database import take_turns
from engine.errors import UnknownTask
from engine.instances.models import Instance
from engine.prepared import Prepared
from engine.tasks.assignment import GROUPS
from engine.tasks.models import UserTask

# Statements are built once: building one costs about as much as the database needs to answer it.
_INSTANCE = sa.select(Instance).options(undefer(Instance.status)).execution_options(populate_existing=True)
_BY_ID = _INSTANCE.where(Instance.id == sa.bindparam("instance_id"))
_LOCKED = _BY_ID.with_for_update(of=Instance)
_LOCKED_OR_SKIPPED = _BY_ID.with_for_update(of=Instance, skip_locked=True)
_INSTANCES, _TASKS = cast(sa.Table, Instance.__table__), cast(sa.Table, UserTask.__table__)
_LOCKED_WITH_TASK = Prepared(
    sa.select(*_INSTANCES.c, *_TASKS.c)
    .join_from(_INSTANCES, _TASKS)
    .where(_TASKS.c.id == sa.bindparam("task_id"))
    .with_for_update(of=(_INSTANCES, _TASKS))  # PostgreSQL locks in this order: the instance first, as everywhere
)


class Locked(NamedTuple):
    """A task and its instance, both locked, and the groups that the task is offered to."""

    instance: Instance
    task: UserTask
    groups: frozenset[str]


def lock(session: Session, instance_id: int, *, skip_locked: bool = False) -> Instance | None:
    """The instance with its state, locked against other turns; None if it doesn't exist or is skipped."""
    return session.scalar(_LOCKED_OR_SKIPPED if skip_locked else _LOCKED, {"instance_id": instance_id})


def lock_part(session: Session, instance_id: int, part: str) -> bool:
    """Wait for whoever works on the same part of a case; those on other parts, and the case, go on.

    Held until the end of the transaction. Whoever holds a part may lock the case afterwards, never the other way round.
    False on SQLite, where whoever writes is alone anyway: nothing changed meanwhile, and nothing is to be locked.
    """
    return take_turns(session, f"{instance_id}/{part}")


def lock_with_task(session: Session, task_id: int) -> Locked:
    """A task and the instance that it belongs to. Raises `UnknownTask`."""
    session.flush()  # what the session holds back would be read as it was before
    wanted = {"task_id": task_id}
    found, offered = prepared.send(session.connection(), _LOCKED_WITH_TASK.of(wanted), GROUPS.of(wanted))
    if not found.rows:
        raise UnknownTask(task_id=task_id)
    row, width = found.rows[0], len(_INSTANCES.c)
    instance = prepared.adopt(session, Instance, dict(zip(_INSTANCES.c.keys(), row[:width], strict=True)))
    task = prepared.adopt(session, UserTask, dict(zip(_TASKS.c.keys(), row[width:], strict=True)))
    return Locked(instance, task, frozenset(group for (group,) in offered.rows))
