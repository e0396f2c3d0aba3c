"""What is done with a whole case: start it, cancel it, read its variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import sqlalchemy as sa
from SpiffWorkflow.util.task import TaskState
from sqlalchemy.orm import Session, undefer

from engine import incidents
from engine.definitions import catalogue, parsing
from engine.definitions.catalogue import BundleModel
from engine.errors import InstanceEndedError, NotFound, UnknownInstance
from engine.identity import Actor
from engine.instances import closing, correlation, locking, state, turning
from engine.instances.case import Case, own_nodes
from engine.instances.holding import release
from engine.instances.models import Instance
from engine.instances.turn import Turn
from engine.instances.waiting import Waiting
from engine.naming import CaseName
from engine.runtime import ProcessEngine
from engine.states import HistoryKind, InstanceState, Resolution, UserTaskState
from engine.tasks import offering
from engine.tasks.models import UserTask
from engine.timers import Timer
from engine.variables import plain


def start(
    session: Session,
    engine: ProcessEngine,
    process_key: str,
    *,
    business_key: str,
    name: str,
    scope: str | None,
    variables: Mapping[str, Any],
    actor: Actor,
    start_element: str | None = None,
    tenant: str = "",
) -> Instance:
    """Open a case of the current version of a process, at `start_element` or at its plain (else first) start.

    `business_key` is unique among all cases, also ended ones. `tenant` says whose the case is: who may work on its
    tasks follows from it, never from a variable, and so does whose variant of the process it takes.

    Raises `UnknownDefinition`, `RetiredProcess`, `DuplicateBusinessKey`, `InvalidVariables`, `NotFound` (no such start
    event).
    """
    bundle = catalogue.to_begin(session, process_key, tenant)
    named = CaseName(business_key, name, scope, tenant)
    begins_at = _start_element(bundle, start_element)
    return turning.open_case(session, engine, bundle, named, variables, actor, begins_at)


def cancel(session: Session, engine: ProcessEngine, instance_id: int, *, actor: Actor, reason: str) -> None:
    """Stop a case: its open tasks, timers and messages go, its history stays. Works also if its state is corrupt."""
    turning.refuse_nested(session, instance_id)
    instance = locking.lock(session, instance_id)
    if instance is None:
        raise UnknownInstance(instance_id=instance_id)
    if instance.state != InstanceState.ACTIVE:
        raise InstanceEndedError(instance_id=instance_id)
    bundle = catalogue.by_sha(session, instance.bundle_sha256)
    # No case is loaded: it may be unreadable, and nothing in it matters any more.
    turn = Turn(session, engine, instance, bundle, cast(Case, None), actor, Waiting(), engine.now())
    offering.withdraw(turn, _nodes(session, instance_id, UserTask.node_id, UserTask.state == UserTaskState.OPEN))
    release(turn, _nodes(session, instance_id, Timer.node_id))
    correlation.forget(session, instance_id)
    for incident in incidents.open_incidents(session, instance_id):
        incidents.resolve(turn, incident, Resolution.CANCELLED, reason)
    closing.end(turn, InstanceState.CANCELLED)
    turn.record(HistoryKind.INSTANCE_CANCELLED, motivo=reason)
    session.flush()
    turn.write_history()
    turn.send()
    for event in turn.events:
        engine.tell(session, event)


def variables_of(session: Session, engine: ProcessEngine, instance_id: int) -> dict[str, Any]:
    """The variables of a case where it stands now, or at its end. Raises `UnknownInstance`, `CorruptState`."""
    query = sa.select(Instance).where(Instance.id == instance_id).options(undefer(Instance.status))
    instance = session.scalar(query)
    if instance is None:
        raise UnknownInstance(instance_id=instance_id)
    case = state.case_of(instance, catalogue.by_sha(session, instance.bundle_sha256))
    open_nodes = [
        node for node in own_nodes(case) if node._state & (TaskState.READY | TaskState.WAITING | TaskState.STARTED)
    ]
    found: dict[str, Any] = dict(case.last_task.data) if case.last_task is not None else {}
    for node in sorted(open_nodes, key=lambda node: node.last_state_change):
        found.update(node.data)
        found.update(case.set_inside(node))
    return plain(found)


def _start_element(bundle: BundleModel, asked: str | None) -> str:
    diagram = bundle.diagrams[bundle.process_key]
    if asked is None:
        return parsing.first_start(diagram)
    if asked not in {start.id for start in diagram.starts()}:
        raise NotFound(f"El proceso «{diagram.name}» no tiene un inicio llamado «{asked}».")
    return asked


def _nodes(session: Session, instance_id: int, column: Any, *conditions: Any) -> list[str]:
    table = column.class_
    return list(session.scalars(sa.select(column).where(table.instance_id == instance_id, *conditions)))
