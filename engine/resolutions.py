"""How a person, or the sweep, ends an incident. `engine.incidents` keeps them; this takes the case further."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from SpiffWorkflow.task import Task as Node
from SpiffWorkflow.util.task import TaskState
from sqlalchemy.orm import Session

from engine import incidents
from engine.errors import CannotResolve, Conflict, Invalid, NotAllowed, NotFound, UnknownInstance
from engine.identity import Actor
from engine.incidents import Incident
from engine.instances import commands, locking, turning
from engine.instances.closing import Resolving
from engine.instances.execution import finish, retry
from engine.instances.holding import hold
from engine.instances.models import Instance
from engine.instances.turn import Turn
from engine.instances.waiting import BLOCKED
from engine.runtime import ProcessEngine
from engine.states import IncidentKind, IncidentState, Resolution
from engine.tasks import offering
from engine.variables import checked
from engine.waits import stalls, waits

SKIPPED_KINDS = frozenset({IncidentKind.STEP, IncidentKind.UNCAUGHT})
"""What may be left undone so that the case goes on."""


def resolve_by_retry(session: Session, engine: ProcessEngine, incident_id: int, *, actor: Actor) -> Incident:
    """Try the failed step again. If it fails again the incident stays open, with one attempt more."""
    return _try_again(session, engine, incident_id, actor, {}, Resolution.RETRIED, "")


def correct_variable(
    session: Session, engine: ProcessEngine, incident_id: int, name: str, value: Any, *, actor: Actor, reason: str
) -> Incident:
    """Set a variable at the failed step and try again."""
    _need_reason(reason)
    return _try_again(session, engine, incident_id, actor, {name: value}, Resolution.CORRECTED, reason)


def skip(session: Session, engine: ProcessEngine, incident_id: int, *, actor: Actor, reason: str) -> Incident:
    """Go on without a failed automatic step, or without what ended by an error; else raises `CannotResolve`."""
    _need_reason(reason)
    instance, incident = _open_incident(session, incident_id, actor)
    if incident.kind not in SKIPPED_KINDS or incident.node_id is None:
        raise CannotResolve(
            "Solo se puede omitir un paso automático o lo que terminó con un error. Corrija la variable o cancele."
        )
    with turning.turn(session, engine, instance, actor) as turn:
        node = turn.case.node(incident.node_id)
        node.internal_data.pop(BLOCKED, None)
        turn.retried.add(incident.node_id)
        finish(turn, node)
        incidents.resolve(turn, incident, Resolution.SKIPPED, reason.strip())
    return incident


def cancel(session: Session, engine: ProcessEngine, incident_id: int, *, actor: Actor, reason: str) -> Incident:
    """Cancel the case of an incident."""
    _need_reason(reason)
    _, incident = _open_incident(session, incident_id, actor)
    commands.cancel(session, engine, incident.instance_id, actor=actor, reason=reason)
    return incident


def _try_again(
    session: Session,
    engine: ProcessEngine,
    incident_id: int,
    actor: Actor,
    variables: dict[str, Any],
    resolution: Resolution,
    reason: str,
) -> Incident:
    instance, incident = _open_incident(session, incident_id, actor)
    if incident.kind == IncidentKind.STALLED and (why := stalls.reason(waits(session, engine, instance.id))):
        raise CannotResolve(why)
    resolving = Resolving(incident, resolution, reason.strip())
    with turning.turn(session, engine, instance, actor, resolving=resolving) as turn:
        if incident.node_id is not None:
            _wake(turn, turn.case.node(incident.node_id), incident, checked(variables))
    return incident


def _wake(turn: Turn, node: Node, incident: Incident, variables: dict[str, Any]) -> None:
    node.data.update(variables)
    if incident.kind in (IncidentKind.ENTRY, IncidentKind.UNCAUGHT) and node.parent is not None:
        node.parent.data.update(variables)
    retry(turn, node)
    if node.task_spec.manual and node._state == TaskState.READY:
        offering.offer_again(turn, node)
    elif incident.kind == IncidentKind.WAIT:
        hold(turn, node)


def _open_incident(session: Session, incident_id: int, actor: Actor) -> tuple[Instance, Incident]:
    """The incident and its case, both locked, the case first as everybody does (the sweep would else wait for us)."""
    instance_id = session.scalar(sa.select(Incident.instance_id).where(Incident.id == incident_id))
    if instance_id is None:
        raise NotFound("Ese incidente no existe.")
    turning.refuse_nested(session, instance_id)
    instance = locking.lock(session, instance_id)
    if instance is None:
        raise UnknownInstance(instance_id=instance_id)
    if not actor.may_supervise(instance.tenant):
        raise NotAllowed("Solo un coordinador puede resolver incidentes. Pídaselo a él.")
    incident = session.get_one(Incident, incident_id, populate_existing=True)
    if incident.state != IncidentState.OPEN:
        raise Conflict("Ese incidente ya fue resuelto.")
    return instance, incident


def _need_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid("Escriba la razón.")
