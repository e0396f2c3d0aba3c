"""What a person does with a user task."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, cast

import sqlalchemy as sa
from SpiffWorkflow.util.task import TaskState
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from engine import limits
from engine.errors import (
    Conflict,
    CorruptState,
    EngineError,
    ExecutionFailed,
    FourEyes,
    Invalid,
    NotAllowed,
    UnknownTask,
)
from engine.events import TaskAssigned, TaskCompleted
from engine.history import HistoryEntry
from engine.identity import Actor
from engine.instances import locking, turning
from engine.instances.models import Instance
from engine.instances.turn import Turn
from engine.prepared import Prepared
from engine.runtime import ProcessEngine
from engine.states import HistoryKind, UserTaskState
from engine.tasks import offering
from engine.tasks.assignment import done_what_is_checked, ensure_may_work_on, ensure_open, groups_of
from engine.tasks.models import TaskCandidate, UserTask
from engine.variables import check_size, checked, plain

_LOCKED = (
    sa.select(UserTask)
    .where(UserTask.id == sa.bindparam("task_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)

_TASKS = cast(sa.Table, UserTask.__table__)
_COMPLETE = Prepared(
    sa.update(_TASKS).where(_TASKS.c.id == sa.bindparam("task_id")),
    *("state", "assignee", "completed_by", "completed_at", "ended_at"),
)

__all__ = ["claim", "complete", "ensure_may_work_on", "extend", "reassign", "release"]


def complete(
    session: Session, engine: ProcessEngine, task_id: int, *, actor: Actor, variables: Mapping[str, Any]
) -> UserTask:
    """Finish a task on behalf of `actor`, set `variables` at its place in the case, and let the case go on.

    Of several who try at once exactly one succeeds; the others get `TaskAlreadyCompleted` with `completed_by` and
    `completed_at`. A group task that nobody took becomes the actor's. Raises `UnknownTask`, `NotAllowed`,
    `FourEyes`, `TaskHeldByAnother`, `TaskCancelledError`, `InvalidVariables`.
    """
    values = checked(variables)
    instance, task, groups = locking.lock_with_task(session, task_id)
    turning.refuse_nested(session, instance.id)  # before the rest: a step that tries it has made a mistake
    ensure_may_work_on(session, engine, task, actor, groups=groups)
    with turning.turn(session, engine, instance, actor) as turn:
        _finish(turn, task, values)
    return task


def claim(session: Session, engine: ProcessEngine, task_id: int, *, actor: Actor) -> UserTask:
    """Take a group task; nothing happens if it is the actor's already."""
    task = _locked(session, task_id)
    ensure_may_work_on(session, engine, task, actor)
    if task.assignee != actor.id:
        _assign(session, engine, task, actor, actor.id, HistoryKind.TASK_CLAIMED, "")
    return task


def release(session: Session, engine: ProcessEngine, task_id: int, *, actor: Actor) -> UserTask:
    """Give a task back to its groups."""
    task = _locked(session, task_id)
    ensure_open(task)
    if task.assignee is None:
        return task
    if task.assignee != actor.id and not actor.may_supervise(_tenant(session, task)):
        raise NotAllowed(task_id=task_id)
    if not groups_of(session, task_id):
        raise Conflict("Esta tarea no está ofrecida a ningún grupo: pida al coordinador que la reasigne.")
    _assign(session, engine, task, actor, None, HistoryKind.TASK_RELEASED, "")
    return task


def reassign(
    session: Session,
    engine: ProcessEngine,
    task_id: int,
    *,
    actor: Actor,
    to: str,
    reason: str,
    passes_on: bool = False,
) -> UserTask:
    """Hand a task to another person; who supervises its tenant may, and must say why.

    So may who has it, where it `passes_on` to a colleague of its groups: who they are is for the caller to know.
    Raises `FourEyes` if that person did what the task checks: nobody could do it then.
    """
    task = _locked(session, task_id)
    is_own = passes_on and task.assignee == actor.id
    if not is_own and not actor.may_supervise(_tenant(session, task)):
        raise NotAllowed("Solo un coordinador puede reasignar tareas. Pídaselo a él.", task_id=task_id)
    if not reason.strip():
        raise Invalid("Escriba por qué reasigna la tarea.")
    if not limits.fits(to, limits.PERSON):
        raise Invalid("Esa persona no existe. Elíjala de la lista.")
    ensure_open(task)
    if done_what_is_checked(session, task, to):
        raise FourEyes("Esa persona hizo el paso que aquí se revisa. Elija a otra.", task_id=task_id)
    if task.assignee != to:
        _assign(session, engine, task, actor, to, HistoryKind.TASK_REASSIGNED, reason.strip())
    return task


def extend(
    session: Session, engine: ProcessEngine, task_id: int, *, due_at: dt.datetime, actor: Actor, reason: str
) -> UserTask:
    """Give a task another deadline, which a change of the calendar leaves alone; its reminders follow.

    Whether `actor` may is for the caller to know. Raises `TaskAlreadyCompleted`, `TaskCancelledError`.
    """
    task = _locked(session, task_id)
    ensure_open(task)
    before = task.due_at
    if before == due_at:
        return task
    task.due_at, task.due_since = due_at, None
    session.execute(sa.update(TaskCandidate).where(TaskCandidate.task_id == task.id).values(due_at=due_at))
    session.add(
        HistoryEntry(
            instance_id=task.instance_id,
            at=engine.now(),
            actor_id=actor.id,
            kind=HistoryKind.DEADLINE_MOVED,
            process_key=task.process_key,
            element_id=task.element_id,
            element_name=task.name,
            task_id=task.id,
            data={
                "antes": before.isoformat() if before else None,
                "ahora": due_at.isoformat(),
                "motivo": reason,
            },
        )
    )
    session.flush()
    return task


def _locked(session: Session, task_id: int) -> UserTask:
    task = session.scalar(_LOCKED, {"task_id": task_id})
    if task is None:
        raise UnknownTask(task_id=task_id)
    return task


def _tenant(session: Session, task: UserTask) -> str:
    return session.scalars(sa.select(Instance.tenant).where(Instance.id == task.instance_id)).one()


def _finish(turn: Turn, task: UserTask, values: dict[str, Any]) -> None:
    node = turn.case.node(task.node_id)
    if node._state != TaskState.READY:
        raise CorruptState(f"La tarea {task.id} está abierta, pero su proceso no la espera.")
    offering.forget_candidates(turn, [task.id])
    _mark_completed(turn, task)
    node.data.update(values)
    check_size(node.data)
    turn.completed.add(task.node_id)
    shown: dict[str, Any] = {"variables": plain(values)} if values else {}
    turn.record(HistoryKind.TASK_COMPLETED, node, task_id=task.id, **shown)
    turn.events.append(TaskCompleted(turn.now, turn.actor.id, task.instance_id, task.id, plain(values)))
    try:
        node.run()
    except EngineError:
        raise
    except Exception as exc:
        raise ExecutionFailed(
            "El proceso no pudo seguir después de esta tarea; no se guardó nada. Avise al administrador."
        ) from exc


def _mark_completed(turn: Turn, task: UserTask) -> None:
    """Write the end of a task without the session, which would have to find out what changed."""
    person, now = turn.actor.id, turn.now
    changed = {
        "state": UserTaskState.COMPLETED,
        "assignee": person,
        "completed_by": person,
        "completed_at": now,
        "ended_at": now,
    }
    turn.write(_COMPLETE.of({"task_id": task.id, **changed}))
    for name, value in changed.items():
        set_committed_value(task, name, value)


def _assign(
    session: Session,
    engine: ProcessEngine,
    task: UserTask,
    actor: Actor,
    to: str | None,
    kind: HistoryKind,
    reason: str,
) -> None:
    before, task.assignee = task.assignee, to
    session.add(
        HistoryEntry(
            instance_id=task.instance_id,
            at=engine.now(),
            actor_id=actor.id,
            kind=kind,
            process_key=task.process_key,
            element_id=task.element_id,
            element_name=task.name,
            task_id=task.id,
            data={"antes": before, "despues": to, "motivo": reason},
        )
    )
    session.flush()
    engine.tell(session, TaskAssigned(engine.now(), actor.id, task.instance_id, task.id, before, to, reason))
