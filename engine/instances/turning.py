"""The one way to take a case further: what a turn throws is sent, what is sent opens a case, and that is a turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine import limits
from engine.definitions import catalogue, parsing
from engine.definitions.catalogue import BundleModel
from engine.errors import (
    Conflict,
    DuplicateBusinessKey,
    ExecutionFailed,
    InstanceEndedError,
    InstanceSuspended,
    Invalid,
)
from engine.events import InstanceStarted
from engine.identity import SYSTEM, Actor
from engine.instances import closing, keeping, locking, state
from engine.instances.case import Case
from engine.instances.closing import Resolving
from engine.instances.correlation import Subscription
from engine.instances.execution import receive
from engine.instances.models import Instance
from engine.instances.turn import Signalled, Thrown, Turn
from engine.instances.waiting import Waiting, watch
from engine.naming import CaseName, CaseNamer
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
    suspended: bool = False,
) -> Iterator[Turn]:
    """Work on a locked instance: load it (or take a fresh `case`), let the body act, write it down, send what it threw.

    If the body raises, nothing is written or sent, and the instance is free again. Raises `InstanceEndedError`,
    `InstanceSuspended` (unless this is meant for such a case: `suspended`), `CorruptState`, `Conflict` (this
    transaction is in the middle of that instance).
    """
    refuse_nested(session, instance.id)
    if instance.state != InstanceState.ACTIVE:
        raise InstanceEndedError(instance_id=instance.id)
    if not suspended:
        refuse_suspended(instance)
    bundle = catalogue.by_sha(session, instance.bundle_sha256)
    before = Waiting()
    if case is None:
        case = state.sleeping_case_of(instance, bundle)
        before = watch(case)
    going = Turn(session, engine, instance, bundle, case, actor, before, engine.now())
    open_turns: dict[int, Turn] = session.info.setdefault(_OPEN, {})
    number = instance.id  # a flush that fails leaves nothing of the row to be asked
    open_turns[number] = going
    try:
        yield going
        closing.close(going, resolving)
    finally:
        open_turns.pop(number, None)
    for event in going.events:
        engine.tell(session, event)
    deliver(session, engine, going.thrown, going.signals)


def refuse_nested(session: Session, instance_id: int) -> None:
    """Raise `Conflict` if this transaction is in the middle of that instance already."""
    if _going_on(session, instance_id) is not None:
        raise Conflict("Un paso automático no puede cambiar el mismo proceso en el que corre.")


def refuse_suspended(instance: Instance) -> None:
    """Raise `InstanceSuspended` if nothing may move in a case, with the reason that was given."""
    if instance.suspended_at is None:
        return
    why = (instance.suspended_why or "").strip()
    said = f"{InstanceSuspended.sentence} Motivo: {limits.told(why, 300)}" if why else ""
    raise InstanceSuspended(said, instance_id=instance.id, why=why)


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
    named = _named(named)
    specs = parsing.parsed(bundle.sha256, bundle.diagrams, bundle.process_key, start_element)
    case = Case(specs, start_element)
    case.task_tree.data.update(values)
    instance = _insert(session, engine, bundle, named, actor)
    about = instance.id, bundle.process_key, named.business_key, named.scope
    with turn(session, engine, instance, actor, case=case) as opening:
        opening.record(HistoryKind.INSTANCE_STARTED, variables=plain(values))
        opening.events.append(InstanceStarted(opening.now, actor.id, *about))
    return instance


def deliver(
    session: Session, engine: ProcessEngine, thrown: Iterable[Thrown], signals: Iterable[Signalled] = ()
) -> None:
    """Send what a diagram threw. A message for which nobody waits yet is kept for the cases that may come to."""
    depth = session.info.get(_DEPTH, 0)
    if depth >= MAX_DEPTH:
        raise ExecutionFailed("Los procesos se envían mensajes o señales en círculo. Revise sus diagramas.")
    session.info[_DEPTH] = depth + 1
    try:
        for message in thrown:
            if not reach(session, engine, message, SYSTEM):
                _keep(session, engine, message)
        for signal in signals:
            _open_cases(session, engine, ("signal", signal.name), signal.variables, SYSTEM, signal)
    finally:
        session.info[_DEPTH] = depth


def _keep(session: Session, engine: ProcessEngine, message: Thrown) -> None:
    """Keep a message; a case that begins to wait for it at this very moment is seen when its turn is over."""
    for instance_id in keeping.candidates(session, message):
        going_on = _going_on(session, instance_id)
        instance = going_on.instance if going_on else locking.lock(session, instance_id)
        if instance is None or instance.state != InstanceState.ACTIVE:
            continue
        if going_on is None and keeping.is_awaited(session, instance_id, message):
            _hand(session, engine, instance_id, message, SYSTEM)
        else:
            keeping.keep(session, instance, message, engine.now())


def reach(session: Session, engine: ProcessEngine, message: Thrown, actor: Actor) -> list[int]:
    """Hand a message to every case that waits for it and open those that begin with it; the instances reached.

    Of two who send the same at once, one finds that nobody waits any more.
    """
    waiting = session.scalars(
        sa.select(Subscription.instance_id)
        .where(Subscription.name == message.name, Subscription.key == message.key)
        .distinct()
        .order_by(Subscription.instance_id)
    ).all()
    reached = [instance_id for instance_id in waiting if _hand(session, engine, instance_id, message, actor)]
    return reached + _open_cases(session, engine, ("message", message.name), message.variables, actor)


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
    if instance.suspended_at is not None:  # it takes it when it is resumed
        keeping.keep(session, instance, message, engine.now())
        return True
    with turn(session, engine, instance, actor) as receiving:
        return receive(receiving, message)


def _open_cases(
    session: Session,
    engine: ProcessEngine,
    begins_with: tuple[str, str],
    variables: Mapping[str, Any],
    actor: Actor,
    signal: Signalled | None = None,
) -> list[int]:
    """Open a case of every process of its tenant that begins with this (`message` or `signal`, and its name).

    What a signal begins is of the scope and the tenant of the case that gave it.
    """
    if engine.case_namer is None:
        return []
    opened = []
    for process_key in catalogue.beginning_with(session, *begins_with):
        named = _name_case(session, engine.case_namer, process_key, variables, signal)
        if catalogue.definition(session, process_key, named.tenant) is None:
            continue  # another tenant has it for itself
        bundle = catalogue.current(session, process_key, named.tenant)
        for place, element in enumerate(catalogue.starts_with(bundle, *begins_with)):
            if place:  # a case of its own
                named = _name_case(session, engine.case_namer, process_key, variables, signal)
            opened.append(open_case(session, engine, bundle, named, variables, actor, element.id).id)
    return opened


def _name_case(
    session: Session, namer: CaseNamer, process_key: str, variables: Mapping[str, Any], signal: Signalled | None
) -> CaseName:
    named = namer.name_case(session, process_key, variables)
    return named if signal is None else named._replace(scope=signal.scope or named.scope, tenant=signal.tenant)


def _named(named: CaseName) -> CaseName:
    """A name that fits its columns. Raises `Invalid` for a key that does not: cut short, it would be another's."""
    fits = limits.fits(named.scope or "", limits.SCOPE) and limits.fits(named.tenant, limits.TENANT)
    if not fits or not limits.fits(named.business_key, limits.BUSINESS_KEY):
        raise Invalid(f"La clave de un proceso tiene máximo {limits.BUSINESS_KEY} letras. Acórtela.")
    return named._replace(name=limits.told(named.name, limits.NAME))


def _insert(session: Session, engine: ProcessEngine, bundle: BundleModel, named: CaseName, actor: Actor) -> Instance:
    instance = Instance(
        process_key=bundle.process_key,
        bundle_sha256=bundle.sha256,
        business_key=named.business_key,
        name=named.name,
        scope=named.scope,
        tenant=named.tenant,
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
