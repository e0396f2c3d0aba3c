"""What the worker's tick takes further: due timers and due retries. Both may run twice, and in many workers."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine import incidents, resolutions
from engine.errors import CorruptState
from engine.identity import SYSTEM
from engine.incidents import Incident
from engine.instances import locking, turning
from engine.instances.execution import fire
from engine.instances.models import Instance
from engine.outages import given_up
from engine.runtime import ProcessEngine
from engine.states import HistoryKind, IncidentKind, IncidentState, InstanceState
from engine.timers import Timer


@dataclass(frozen=True, slots=True)
class Cases:
    """Which cases a look is at: only these, where any are named, and never `without`."""

    only: Collection[int] = ()
    without: Collection[int] = ()

    def narrow(self, query: sa.Select[int, int], column: Any) -> sa.Select[int, int]:
        """Leave the rows of other cases out."""
        query = query.where(column.in_(self.only)) if self.only else query
        return query.where(column.not_in(self.without)) if self.without else query


EVERY = Cases()
"""All of them."""


def fire_due_timers(session: Session, engine: ProcessEngine, *, limit: int = 100, cases: Cases = EVERY) -> int:
    """Let every due timer happen; how many did.

    The lock of its instance claims a timer; an instance that somebody works on is left for the next tick. What
    fails in one case is undone, becomes an incident of that case, and doesn't stop the others.
    """
    rows = session.execute(_due_timers(engine, cases).limit(limit)).all()
    return sum(
        _claimed(session, engine, instance_id, IncidentKind.TIMER, partial(_fire, session, engine, timer_id))
        for timer_id, instance_id in rows
    )


def retry_due_incidents(session: Session, engine: ProcessEngine, *, limit: int = 100, cases: Cases = EVERY) -> int:
    """Try again every failed step whose time has come; how many were tried."""
    rows = session.execute(_due_incidents(engine, cases).limit(limit)).all()
    return sum(
        _claimed(session, engine, instance_id, IncidentKind.STATE, partial(_retry, session, engine, incident_id))
        for incident_id, instance_id in rows
    )


def cases_with_due_timers(session: Session, engine: ProcessEngine, *, limit: int, cases: Cases = EVERY) -> list[int]:
    """The cases of the timers that `fire_due_timers` would let happen."""
    rows = session.execute(_due_timers(engine, cases).limit(limit))
    return list(dict.fromkeys(row.instance_id for row in rows))


def cases_with_due_incidents(session: Session, engine: ProcessEngine, *, limit: int, cases: Cases = EVERY) -> list[int]:
    """The cases of the steps that `retry_due_incidents` would try again."""
    rows = session.execute(_due_incidents(engine, cases).limit(limit))
    return list(dict.fromkeys(row.instance_id for row in rows))


def _due_timers(engine: ProcessEngine, cases: Cases) -> sa.Select[int, int]:
    due = sa.select(Timer.id, Timer.instance_id).where(Timer.due_at <= engine.now())
    due = due.where(Timer.instance_id.not_in(_in_trouble(IncidentKind.STATE, IncidentKind.TIMER)))
    due = due.where(Timer.instance_id.not_in(_suspended()))
    return cases.narrow(due, Timer.instance_id).order_by(Timer.due_at, Timer.id)


def _due_incidents(engine: ProcessEngine, cases: Cases) -> sa.Select[int, int]:
    due = sa.select(Incident.id, Incident.instance_id).where(
        Incident.state == IncidentState.OPEN, Incident.retry_at.is_not(None), Incident.retry_at <= engine.now()
    )
    due = due.where(Incident.instance_id.not_in(_in_trouble(IncidentKind.STATE)))
    due = due.where(Incident.instance_id.not_in(_suspended()))
    return cases.narrow(due, Incident.instance_id).order_by(Incident.retry_at, Incident.id)


def _in_trouble(*kinds: IncidentKind) -> sa.Select[Any]:
    """The cases that must wait for a person."""
    return sa.select(Incident.instance_id).where(Incident.state == IncidentState.OPEN, Incident.kind.in_(kinds))


def _suspended() -> sa.Select[Any]:
    """The cases in which nothing moves."""
    return sa.select(Instance.id).where(Instance.state == InstanceState.ACTIVE, Instance.suspended_at.is_not(None))


def _claimed(
    session: Session, engine: ProcessEngine, instance_id: int, kind: IncidentKind, work: Callable[[Instance], bool]
) -> bool:
    """Do `work` on an instance if nobody else holds it, undoing it if it fails; whether it was done."""
    instance = locking.lock(session, instance_id, skip_locked=True)
    if instance is None or instance.state != InstanceState.ACTIVE or instance.suspended_at is not None:
        return False
    try:
        with session.begin_nested():
            return work(instance)
    except Exception as failure:
        if given_up(failure):
            raise  # no fault of the case: the next tick tries again
        corrupt = isinstance(failure, CorruptState)
        incidents.open_outside(session, engine, instance, IncidentKind.STATE if corrupt else kind, failure)
        return False


def _fire(session: Session, engine: ProcessEngine, timer_id: int, instance: Instance) -> bool:
    # Columns, not the object: SQLite gives the id of a timer that is gone to the next one, maybe of another case.
    query = sa.select(Timer.node_id, Timer.element_id, Timer.due_at)
    timer = session.execute(query.where(Timer.id == timer_id, Timer.instance_id == instance.id)).one_or_none()
    if timer is None or timer.due_at > engine.now():
        return False
    with turning.turn(session, engine, instance, SYSTEM) as turn:
        node = turn.case.node(timer.node_id)
        element = turn.bundle.element(node.workflow.spec.process_key, timer.element_id)
        fire(node, timer.element_id, {})
        turn.record(HistoryKind.TIMER_FIRED, node, evento=element.name or element.id, vencia=timer.due_at.isoformat())
    return True


def _retry(session: Session, engine: ProcessEngine, incident_id: int, _instance: Instance) -> bool:
    incident = session.get(Incident, incident_id, populate_existing=True)
    if incident is None or incident.state != IncidentState.OPEN or incident.retry_at is None:
        return False
    if incident.retry_at > engine.now():
        return False
    resolutions.resolve_by_retry(session, engine, incident_id, actor=SYSTEM)
    return True
