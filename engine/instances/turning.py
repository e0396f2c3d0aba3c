"""The one way to take a case further: what a turn throws is sent, what is sent opens a case, and that is a turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.definitions import catalogue, parsing
from engine.definitions.catalogue import BundleModel
from engine.errors import Conflict, DuplicateBusinessKey, ExecutionFailed, InstanceEndedError
from engine.events import InstanceStarted
from engine.identity import SYSTEM, Actor
from engine.instances import closing, locking, state
from engine.instances.case import Case
from engine.instances.closing import Resolving
from engine.instances.correlation import Subscription
from engine.instances.execution import receive
from engine.instances.models import Instance
from engine.instances.turn import Thrown, Turn
from engine.instances.waiting import Waiting, waiting_of
from engine.naming import CaseName
from engine.runtime import ProcessEngine
from engine.states import HistoryKind, InstanceState
from engine.variables import check_size, checked, plain

MAX_DEPTH = 50
"""How many messages may follow one from another in a transaction."""
_DEPTH = "engine.message_depth"
_OPEN = "engine.turns"
"""Key of `Session.info`: the turns that are going on in this transaction, by instance."""


@contextmanager
def turn(
    session: Session,
    engine: ProcessEngine,
    instance: Instance,
    actor: Actor,
    *,
    case: Case | None = None,
    resolving: Resolving | None = None,
) -> Iterator[Turn]:
    """Work on a locked instance: load it (or take a fresh `case`), let the body act, write it down, send what it threw.

    If the body raises, nothing is written or sent, and the instance is free again. Raises `InstanceEndedError`,
    `CorruptState`, `Conflict` (this transaction is in the middle of that instance).
    """
    refuse_nested(session, instance.id)
    if instance.state != InstanceState.ACTIVE:
        raise InstanceEndedError(instance_id=instance.id)
    bundle = catalogue.by_sha(session, instance.bundle_sha256)
    before = Waiting()
    if case is None:
        case = state.case_of(instance, bundle)
        before = waiting_of(case)
    going = Turn(session, engine, instance, bundle, case, actor, before, engine.now())
    open_turns: dict[int, Turn] = session.info.setdefault(_OPEN, {})
    open_turns[instance.id] = going
    try:
        yield going
        closing.close(going, resolving)
    finally:
        open_turns.pop(instance.id, None)
    for event in going.events:
        engine.tell(session, event)
    deliver(session, engine, going.thrown)


def refuse_nested(session: Session, instance_id: int) -> None:
    """Raise `Conflict` if this transaction is in the middle of that instance already."""
    if _going_on(session, instance_id) is not None:
        raise Conflict("Un paso automático no puede cambiar el mismo proceso en el que corre.")


def open_case(
    session: Session,
    engine: ProcessEngine,
    bundle: BundleModel,
    named: CaseName,
    variables: Mapping[str, Any],
    actor: Actor,
    start_element: str,
) -> Instance:
    """Open a case at a start event. Raises `InvalidVariables`, `DuplicateBusinessKey`."""
    values = checked(variables)
    check_size(values)
    specs = parsing.parsed(bundle.sha256, bundle.diagrams, bundle.process_key, start_element)
    case = Case(specs, start_element)
    case.task_tree.data.update(values)
    instance = _insert(session, engine, bundle, named, actor)
    about = instance.id, bundle.process_key, named.business_key, named.scope
    with turn(session, engine, instance, actor, case=case) as opening:
        opening.record(HistoryKind.INSTANCE_STARTED, variables=plain(values))
        opening.events.append(InstanceStarted(opening.now, actor.id, *about))
    return instance


def deliver(session: Session, engine: ProcessEngine, thrown: Iterable[Thrown]) -> None:
    """Send what a diagram threw. Nobody may be waiting for it: that is not an error of who throws."""
    depth = session.info.get(_DEPTH, 0)
    if depth >= MAX_DEPTH:
        raise ExecutionFailed("Los procesos se envían mensajes en círculo. Revise sus diagramas.")
    session.info[_DEPTH] = depth + 1
    try:
        for message in thrown:
            reach(session, engine, message, SYSTEM)
    finally:
        session.info[_DEPTH] = depth


def reach(session: Session, engine: ProcessEngine, message: Thrown, actor: Actor) -> list[int]:
    """Hand a message to every case that waits for it and open those that begin with it; the instances reached."""
    waiting = session.scalars(
        sa.select(Subscription.instance_id)
        .where(Subscription.name == message.name, Subscription.key == message.key)
        .distinct()
        .order_by(Subscription.instance_id)
    ).all()
    reached = [instance_id for instance_id in waiting if _hand(session, engine, instance_id, message, actor)]
    return reached + _open_cases(session, engine, message, actor)


def _going_on(session: Session, instance_id: int) -> Turn | None:
    """The turn of that instance that this transaction is in the middle of."""
    found: Turn | None = session.info.get(_OPEN, {}).get(instance_id)
    return found


def _hand(session: Session, engine: ProcessEngine, instance_id: int, message: Thrown, actor: Actor) -> bool:
    going_on = _going_on(session, instance_id)
    if going_on is not None:
        going_on.received.append(message)
        return True
    instance = locking.lock(session, instance_id)
    if instance is None or instance.state != InstanceState.ACTIVE:
        return False
    with turn(session, engine, instance, actor) as receiving:
        receive(receiving, message)
    return True


def _open_cases(session: Session, engine: ProcessEngine, message: Thrown, actor: Actor) -> list[int]:
    if engine.case_namer is None:
        return []
    opened = []
    for process_key, element in catalogue.start_events(session):
        if element.event == "message" and element.message == message.name:
            named = engine.case_namer.name_case(session, process_key, message.variables)
            bundle = catalogue.current(session, process_key)
            instance = open_case(session, engine, bundle, named, message.variables, actor, element.id)
            opened.append(instance.id)
    return opened


def _insert(session: Session, engine: ProcessEngine, bundle: BundleModel, named: CaseName, actor: Actor) -> Instance:
    instance = Instance(
        process_key=bundle.process_key,
        bundle_sha256=bundle.sha256,
        business_key=named.business_key,
        name=named.name,
        scope=named.scope,
        state=InstanceState.ACTIVE,
        status=b"",
        started_at=engine.now(),
        started_by=actor.id,
    )
    try:
        with session.begin_nested():
            session.add(instance)
            session.flush()
    except IntegrityError as exc:
        raise DuplicateBusinessKey(
            f"Ya hay un proceso con la clave «{named.business_key}». Ábralo en la lista de procesos.",
            business_key=named.business_key,
        ) from exc
    return instance
