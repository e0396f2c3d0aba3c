"""Failures inside a case that wait for a retry or for a person."""

from __future__ import annotations

import datetime as dt
import traceback

import sqlalchemy as sa
from SpiffWorkflow.task import Task as Node
from sqlalchemy.orm import Mapped, Session, mapped_column

from engine import limits
from engine.database import Base, states
from engine.errors import EngineError
from engine.events import IncidentOpened
from engine.identity import SYSTEM
from engine.instances.case import element_id, process_key
from engine.instances.models import Instance
from engine.instances.turn import Turn
from engine.instances.waiting import BLOCKED
from engine.runtime import ProcessEngine
from engine.states import HistoryKind, IncidentKind, IncidentState, Resolution

BACK_OFF = (dt.timedelta(minutes=1), dt.timedelta(minutes=5), dt.timedelta(minutes=30))
"""How long after each attempt the next one comes; after the last, a person decides."""
RETRIED_KINDS = frozenset({IncidentKind.STEP})
"""Kinds that may pass by themselves; the others need somebody to correct something."""


class Incident(Base):
    """One failure: which case, which element, what failed.

    `retry_at` is when the worker tries again, if it does.
    """

    __tablename__ = "incident"
    __table_args__ = (sa.Index("ix_incident_retry", "state", "retry_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"), index=True)
    node_id: Mapped[str | None] = mapped_column(sa.String(32))
    process_key: Mapped[str | None] = mapped_column(sa.String(limits.ID))
    element_id: Mapped[str | None] = mapped_column(sa.String(limits.ID))
    element_name: Mapped[str | None] = mapped_column(sa.String(limits.NAME))
    kind: Mapped[IncidentKind] = mapped_column(states(IncidentKind, 40))
    message: Mapped[str] = mapped_column(sa.Text)
    trace: Mapped[str] = mapped_column(sa.Text)
    state: Mapped[IncidentState] = mapped_column(states(IncidentState))
    attempts: Mapped[int]
    retry_at: Mapped[dt.datetime | None]
    opened_at: Mapped[dt.datetime]
    resolved_at: Mapped[dt.datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(sa.String(limits.PERSON))
    resolution: Mapped[Resolution | None] = mapped_column(states(Resolution))
    reason: Mapped[str | None] = mapped_column(sa.Text)


def open_failing(turn: Turn) -> None:
    """Open an incident for each node that failed in this turn, or count one more attempt of the one it has."""
    for node_id, (kind, failure) in turn.failing.items():
        node = turn.case.node(node_id)
        node.internal_data[BLOCKED] = True
        if node_id in turn.before.blocked and node_id not in turn.retried:
            continue
        known = of_node(turn.session, turn.instance.id, node_id)
        if known is not None:
            _another_attempt(turn.engine, known, kind, failure)
        else:
            _open(turn, node, kind, failure)


def stalled(turn: Turn, failure: Exception, kind: IncidentKind = IncidentKind.GUARD) -> None:
    """Open the incident of a case that stopped short of its end, or that nobody can take further (`STALLED`)."""
    if of_node(turn.session, turn.instance.id, None) is None:
        _open(turn, None, kind, failure)


def close_stall(turn: Turn) -> None:
    """Resolve the alarm of a case that can go on, if it is on."""
    incident = of_node(turn.session, turn.instance.id, None)
    if incident is not None and incident.kind == IncidentKind.STALLED:
        resolve(turn, incident, Resolution.PASSED, "El proceso puede seguir.")


def open_outside(
    session: Session, engine: ProcessEngine, instance: Instance, kind: IncidentKind, failure: Exception
) -> None:
    """Open an incident of a case whose state cannot be worked with; once."""
    known = of_node(session, instance.id, None)
    if known is not None:
        _another_attempt(engine, known, kind, failure)
        return
    incident = _incident(engine, instance.id, kind, failure)
    session.add(incident)
    session.flush()
    engine.tell(session, IncidentOpened(engine.now(), SYSTEM.id, instance.id, incident.id))


def close_lost(turn: Turn, node_ids: list[str]) -> None:
    """Resolve the incidents of nodes that are no longer part of the case."""
    query = sa.select(Incident).where(
        Incident.instance_id == turn.instance.id, Incident.state == IncidentState.OPEN, Incident.node_id.in_(node_ids)
    )
    for incident in turn.session.scalars(query):
        resolve(turn, incident, Resolution.CANCELLED, "El proceso siguió adelante.")


def resolve(turn: Turn, incident: Incident, resolution: Resolution, reason: str) -> None:
    """Write down how an incident ended."""
    incident.state, incident.resolution, incident.reason = IncidentState.RESOLVED, resolution, limits.kept(reason)
    incident.resolved_at, incident.resolved_by, incident.retry_at = turn.now, turn.actor.id, None
    turn.entries.append(
        _entry(turn, incident, HistoryKind.INCIDENT_RESOLVED, {"resolucion": resolution, "motivo": reason})
    )


def of_node(session: Session, instance_id: int, node_id: str | None) -> Incident | None:
    """The open incident of a node, or of the case as a whole (`None`)."""
    query = sa.select(Incident).where(Incident.instance_id == instance_id, Incident.state == IncidentState.OPEN)
    return session.scalars(query.where(Incident.node_id == node_id)).first()


def open_incidents(session: Session, instance_id: int | None = None) -> list[Incident]:
    """The open incidents, of one case or of all, oldest first."""
    query = sa.select(Incident).where(Incident.state == IncidentState.OPEN).order_by(Incident.opened_at, Incident.id)
    return list(session.scalars(query if instance_id is None else query.where(Incident.instance_id == instance_id)))


def of_same_cause(session: Session, incident: Incident) -> list[Incident]:
    """The open incidents of the same step that failed in the same way, that one among them, oldest first."""
    query = sa.select(Incident).where(
        Incident.state == IncidentState.OPEN,
        Incident.kind == incident.kind,
        Incident.process_key == incident.process_key,
        Incident.element_id == incident.element_id,
        Incident.message == incident.message,
    )
    return list(session.scalars(query.order_by(Incident.id)))


def _open(turn: Turn, node: Node | None, kind: IncidentKind, failure: Exception) -> None:
    incident = _incident(turn.engine, turn.instance.id, kind, failure)
    if node is not None:
        element = turn.element(node)
        incident.node_id, incident.process_key = node.id.hex, process_key(node)
        incident.element_id, incident.element_name = element_id(node), element.name or None
    turn.session.add(incident)
    turn.session.flush()
    turn.entries.append(
        _entry(turn, incident, HistoryKind.INCIDENT_OPENED, {"tipo": kind, "mensaje": incident.message})
    )
    turn.events.append(IncidentOpened(turn.now, turn.actor.id, turn.instance.id, incident.id))


def _incident(engine: ProcessEngine, instance_id: int, kind: IncidentKind, failure: Exception) -> Incident:
    now = engine.now()
    return Incident(
        instance_id=instance_id,
        kind=kind,
        message=message_of(failure),
        trace=trace_of(failure),
        state=IncidentState.OPEN,
        attempts=1,
        retry_at=now + BACK_OFF[0] if kind in RETRIED_KINDS else None,
        opened_at=now,
    )


def _another_attempt(engine: ProcessEngine, incident: Incident, kind: IncidentKind, failure: Exception) -> None:
    incident.kind, incident.message, incident.trace = kind, message_of(failure), trace_of(failure)
    again = kind in RETRIED_KINDS and incident.attempts < len(BACK_OFF)
    incident.retry_at = engine.now() + BACK_OFF[incident.attempts] if again else None
    incident.attempts += 1


def message_of(failure: Exception) -> str:
    """One line for people: our own sentences as they are, a foreign error by its kind."""
    if isinstance(failure, EngineError):
        return limits.told(failure.message)
    return limits.told(f"{type(failure).__name__}: {failure}".strip(), 1000)


def trace_of(failure: Exception) -> str:
    """The trace, for whoever repairs it; its end if it is long."""
    return limits.told("".join(traceback.format_exception(failure))[-limits.TRACE :], limits.TRACE)


def _entry(turn: Turn, incident: Incident, kind: HistoryKind, data: dict[str, str]) -> dict[str, object]:
    return {
        "instance_id": turn.instance.id,
        "at": turn.now,
        "actor_id": turn.actor.id,
        "kind": kind,
        "process_key": incident.process_key or turn.instance.process_key,
        "element_id": incident.element_id,
        "element_name": incident.element_name,
        "task_id": None,
        "data": {"incidente": incident.id, **data},
    }
