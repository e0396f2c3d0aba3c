"""What a case was before an act, so that the act can be undone: its state, and the rows beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.database import UtcDateTime
from engine.events import TaskCancelled, TaskCreated
from engine.identity import Actor
from engine.incidents import Incident
from engine.instances.correlation import Subscription
from engine.instances.keeping import KeptMessage
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import IncidentState, InstanceState, Resolution, UserTaskState
from engine.tasks.models import TaskCandidate, UserTask
from engine.timers import Timer

_WAITS: Mapping[str, Any] = {"timers": Timer, "subscriptions": Subscription, "kept": KeptMessage}


def rows_of(session: Session, instance: Instance) -> dict[str, Any]:
    """What stands beside the state of a case, as JSON: its version, open tasks, waits, messages and incidents."""
    tasks = session.scalars(_open_tasks(instance.id)).all()
    groups = sa.select(TaskCandidate).where(TaskCandidate.task_id.in_([task.id for task in tasks]))
    return {
        "bundle": instance.bundle_sha256,
        "tasks": [_plain(task) for task in tasks],
        "groups": [_plain(one) for one in session.scalars(groups)],
        **{name: [_plain(row) for row in _of(session, table, instance.id)] for name, table in _WAITS.items()},
        "incidents": [incident.id for incident in _open_incidents(session, instance.id)],
    }


def put_back(
    session: Session, engine: ProcessEngine, instance: Instance, status: bytes, rows: Mapping[str, Any], actor: Actor
) -> None:
    """Give a locked case the state and the rows that it had."""
    instance.status, instance.bundle_sha256 = status, rows["bundle"]
    instance.state, instance.ended_at = InstanceState.ACTIVE, None
    _put_tasks_back(session, engine, instance, rows, actor)
    for name, table in _WAITS.items():
        session.execute(sa.delete(table).where(table.instance_id == instance.id))
        session.add_all(table(**{**_read(table, row), "id": None}) for row in rows[name])
    _put_incidents_back(session, engine, instance, rows["incidents"], actor)
    session.flush()


def _put_tasks_back(
    session: Session, engine: ProcessEngine, instance: Instance, rows: Mapping[str, Any], actor: Actor
) -> None:
    now, had = engine.now(), {row["id"]: row for row in rows["tasks"]}
    for task in session.scalars(_open_tasks(instance.id)).all():
        session.execute(sa.delete(TaskCandidate).where(TaskCandidate.task_id == task.id))
        if task.id not in had:
            task.state, task.ended_at = UserTaskState.CANCELLED, now
            engine.tell(session, TaskCancelled(now, actor.id, instance.id, task.id))
    for task in session.scalars(sa.select(UserTask).where(UserTask.id.in_(had))).all():
        reopened = task.state != UserTaskState.OPEN
        for name, value in _read(UserTask, had[task.id]).items():
            setattr(task, name, value)
        if reopened:
            engine.tell(session, TaskCreated(now, actor.id, instance.id, task.id, task.process_key, task.element_id))
    session.add_all(TaskCandidate(**_read(TaskCandidate, row)) for row in rows["groups"])


def _put_incidents_back(
    session: Session, engine: ProcessEngine, instance: Instance, had: Iterable[int], actor: Actor
) -> None:
    known = set(had)
    for incident in _open_incidents(session, instance.id):
        if incident.id not in known:
            incident.state, incident.resolution = IncidentState.RESOLVED, Resolution.CANCELLED
            incident.resolved_at, incident.resolved_by, incident.retry_at = engine.now(), actor.id, None
    for incident in session.scalars(sa.select(Incident).where(Incident.id.in_(known))):
        incident.state, incident.resolution, incident.reason = IncidentState.OPEN, None, None
        incident.resolved_at, incident.resolved_by = None, None


def _open_tasks(instance_id: int) -> sa.Select[UserTask]:
    query = sa.select(UserTask).where(UserTask.instance_id == instance_id, UserTask.state == UserTaskState.OPEN)
    return query.order_by(UserTask.id).execution_options(populate_existing=True)


def _open_incidents(session: Session, instance_id: int) -> list[Incident]:
    query = sa.select(Incident).where(Incident.instance_id == instance_id, Incident.state == IncidentState.OPEN)
    return list(session.scalars(query))


def _of(session: Session, table: Any, instance_id: int) -> Iterable[Any]:
    return session.scalars(sa.select(table).where(table.instance_id == instance_id).order_by(table.id))


def _plain(row: Any) -> dict[str, Any]:
    values = {column.key: getattr(row, column.key) for column in sa.inspect(type(row)).columns}
    return {name: value.isoformat() if isinstance(value, dt.datetime) else value for name, value in values.items()}


def _read(table: Any, row: Mapping[str, Any]) -> dict[str, Any]:
    moments = {column.key for column in sa.inspect(table).columns if isinstance(column.type, UtcDateTime)}
    return {
        name: dt.datetime.fromisoformat(value) if name in moments and isinstance(value, str) else value
        for name, value in row.items()
    }
