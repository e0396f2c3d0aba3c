"""Messages between cases: found by name and key, or opening a case."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions import catalogue
from engine.errors import ExecutionFailed, NoMessageReceiver
from engine.identity import SYSTEM, Actor
from engine.instances import closing, turns
from engine.instances.correlation import Subscription
from engine.instances.execution import receive
from engine.instances.turns import Thrown
from engine.runtime import ProcessEngine

MAX_DEPTH = 50
"""How many messages may follow one from another in a transaction."""
_DEPTH = "engine.message_depth"


def send(
    session: Session, engine: ProcessEngine, name: str, key: str, variables: Mapping[str, Any], *, actor: Actor
) -> list[int]:
    """Hand a message to every case that waits for it, and open the cases that begin with it.

    `key` must equal that of the waiting element; parts are joined with `/`. The variables are set where it is
    received. Returns the ids of the instances reached. Raises `NoMessageReceiver` if there is none.
    """
    reached = _send(session, engine, Thrown(name, key, dict(variables)), actor)
    if not reached:
        raise NoMessageReceiver(
            f"Ningún proceso espera el mensaje «{name}» con la clave «{key}». "
            "Revise si ya terminó o si aún no llega a ese paso."
        )
    return reached


def deliver(session: Session, engine: ProcessEngine, thrown: Iterable[Thrown]) -> None:
    """Send what a diagram threw. Nobody may be waiting for it: that is not an error of who throws."""
    depth = session.info.get(_DEPTH, 0)
    if depth >= MAX_DEPTH:
        raise ExecutionFailed("Los procesos se envían mensajes en círculo. Revise sus diagramas.")
    session.info[_DEPTH] = depth + 1
    try:
        for message in thrown:
            _send(session, engine, message, SYSTEM)
    finally:
        session.info[_DEPTH] = depth


def forget(session: Session, instance_id: int) -> None:
    """Delete what a case waits for."""
    session.execute(sa.delete(Subscription).where(Subscription.instance_id == instance_id))


def _send(session: Session, engine: ProcessEngine, message: Thrown, actor: Actor) -> list[int]:
    waiting = session.scalars(
        sa.select(Subscription.instance_id)
        .where(Subscription.name == message.name, Subscription.key == message.key)
        .distinct()
        .order_by(Subscription.instance_id)
    ).all()
    reached = [instance_id for instance_id in waiting if _hand(session, engine, instance_id, message, actor)]
    return reached + _open_cases(session, engine, message, actor)


def _hand(session: Session, engine: ProcessEngine, instance_id: int, message: Thrown, actor: Actor) -> bool:
    going_on = turns.going_on(session, instance_id)
    if going_on is not None:
        going_on.received.append(message)
        return True
    instance = turns.lock(session, instance_id)
    if instance is None or instance.state != "active":
        return False
    turn = turns.turn_of(session, engine, instance, actor)
    try:
        receive(turn, message)
        thrown = closing.close(turn)
    finally:
        turns.leave(turn)
    deliver(session, engine, thrown)
    return True


def _open_cases(session: Session, engine: ProcessEngine, message: Thrown, actor: Actor) -> list[int]:
    # Starting a case may send messages, and a message may start a case: each module needs the other.
    from engine.instances import commands  # noqa: PLC0415

    if engine.case_namer is None:
        return []
    opened = []
    for process_key, element in catalogue.start_events(session):
        if element.event == "message" and element.message == message.name:
            business_key, name, scope = engine.case_namer.name_case(session, process_key, message.variables)
            instance = commands.start(
                session,
                engine,
                process_key,
                business_key=business_key,
                name=name,
                scope=scope,
                variables=message.variables,
                actor=actor,
                start_element=element.id,
            )
            opened.append(instance.id)
    return opened
