"""The alarm of cases that nobody and nothing can take further: an incident, until that changes."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import incidents
from engine.errors import CorruptState, ExecutionFailed
from engine.identity import SYSTEM
from engine.incidents import Incident
from engine.instances import locking, turning
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import IncidentKind, IncidentState, InstanceState, UserTaskState
from engine.tasks.models import UserTask
from engine.timers import Timer
from engine.waits.explaining import waits
from engine.waits.wait import Wait, WaitKind

NOBODY = "Está en curso, pero nadie puede continuarlo"
WAY_OUT = "Envíe el mensaje u omita la espera en la página del proceso, o cancélelo."


def suspects(session: Session) -> list[int]:
    """The running cases without an open task, a timer or an incident, and those whose alarm is on; one statement."""
    alarmed = _of(Incident, Incident.state == IncidentState.OPEN, Incident.kind == IncidentKind.STALLED)
    held = [
        _of(UserTask, UserTask.state == UserTaskState.OPEN),
        _of(Timer),
        _of(Incident, Incident.state == IncidentState.OPEN),
    ]
    quiet = sa.and_(*(sa.not_(one) for one in held))
    running = (Instance.state == InstanceState.ACTIVE, Instance.suspended_at.is_(None))
    query = sa.select(Instance.id).where(*running, sa.or_(alarmed, quiet))
    return list(session.scalars(query.order_by(Instance.id)))


def look(session: Session, engine: ProcessEngine, instance_id: int) -> bool:
    """Open the alarm of a case that nothing can take further, or end that of one that can go on; whether it is on."""
    instance = locking.lock(session, instance_id)
    if instance is None or instance.state != InstanceState.ACTIVE or instance.suspended_at is not None:
        return False
    known = incidents.of_node(session, instance_id, None)
    alarmed = known is not None and known.kind == IncidentKind.STALLED
    why = reason(waits(session, engine, instance_id))
    if bool(why) == alarmed or (known is not None and not alarmed):
        return bool(why)
    try:
        _ring(session, engine, instance, why)
    except CorruptState as failure:
        incidents.open_outside(session, engine, instance, IncidentKind.STATE, failure)
    return bool(why)


def _ring(session: Session, engine: ProcessEngine, instance: Instance, why: str) -> None:
    with turning.turn(session, engine, instance, SYSTEM) as turn:
        if why:
            incidents.stalled(turn, ExecutionFailed(why), IncidentKind.STALLED)
        else:
            incidents.close_stall(turn)


def reason(found: Iterable[Wait]) -> str:
    """Why nothing can take a case further that waits for these, in a sentence; empty if something can."""
    held = [wait for wait in found if not _is_alarm(wait)]
    if any(_may_come(wait) for wait in held):
        return ""
    dead = next((wait for wait in held if wait.hopeless and not wait.meanwhile), None)
    if dead is not None:
        return f"{NOBODY}: espera en «{dead.element}» el mensaje «{dead.awaited}», y {dead.source}. {WAY_OUT}"
    stuck = next((wait for wait in held if not wait.meanwhile), None)
    if stuck is not None:
        return (
            f"Nadie puede continuarlo: espera en «{stuck.element}» algo que solo este mismo proceso traería. {WAY_OUT}"
        )
    return (
        "Está en curso, pero nada ni nadie puede continuarlo. Cancélelo, o pida que lo revise quien cuida los procesos."
    )


def _may_come(wait: Wait) -> bool:
    if wait.kind == WaitKind.MESSAGE:
        return not wait.hopeless
    return wait.kind in (WaitKind.TASK, WaitKind.DATE, WaitKind.INCIDENT)


def _is_alarm(wait: Wait) -> bool:
    """The alarm itself, which is no reason to wait."""
    return wait.kind == WaitKind.INCIDENT and wait.failed == IncidentKind.STALLED


def _of(table: type[UserTask] | type[Timer] | type[Incident], *conditions: sa.ColumnElement[bool]) -> sa.Exists:
    return sa.exists().where(table.instance_id == Instance.id, *conditions)
