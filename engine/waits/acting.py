"""What a supervisor does about a wait: send the message, let the date come, go on without it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.task import Task as Node
from SpiffWorkflow.util.task import TaskState
from sqlalchemy.orm import Session

from engine import incidents
from engine.definitions.diagram import Element
from engine.definitions.specs import Border
from engine.errors import Conflict, Invalid, NotAllowed, UnknownInstance
from engine.identity import Actor
from engine.instances import locking, turning
from engine.instances.execution import fire, skip_event
from engine.instances.holding import awaited, message_name
from engine.instances.turn import Turn
from engine.instances.waiting import waiting_of
from engine.runtime import ProcessEngine
from engine.states import HistoryKind
from engine.variables import checked, kept
from engine.waits.explaining import OF_EVENT
from engine.waits.senders import named_in_words
from engine.waits.wait import SKIPPED, WaitKind


@dataclass(frozen=True, slots=True)
class Place:
    """Which wait: the node at which a case stands, and the event it waits for there."""

    instance_id: int
    node_id: str
    element_id: str


def send(
    session: Session, engine: ProcessEngine, place: Place, variables: Mapping[str, Any], *, actor: Actor, reason: str
) -> None:
    """Hand the awaited message to this case alone. Raises as `skip`, and `InvalidVariables`."""
    with _at(session, engine, place, actor, reason) as found:
        _ensure_kind(found, WaitKind.MESSAGE)
        brought = kept(checked(variables))
        fire(found.node, found.element.id, brought)
        shown = {"mensaje": named_in_words(message_name(found.element)), "variables": brought}
        found.record(HistoryKind.MESSAGE_GIVEN, reason, shown)


def let_come(session: Session, engine: ProcessEngine, place: Place, *, actor: Actor, reason: str) -> None:
    """Let the awaited date come now. Raises as `skip`."""
    with _at(session, engine, place, actor, reason) as found:
        _ensure_kind(found, WaitKind.DATE)
        fire(found.node, found.element.id, {})
        found.record(HistoryKind.DATE_BROUGHT, reason, {})


def skip(session: Session, engine: ProcessEngine, place: Place, *, actor: Actor, reason: str) -> None:
    """Go on without what is awaited.

    Raises `NotAllowed` (no supervisor), `Invalid` (no reason, or it can't be skipped), `UnknownInstance`, `Conflict`
    (the case no longer waits for it) and what a turn raises.
    """
    with _at(session, engine, place, actor, reason) as found:
        if OF_EVENT.get(found.element.event) not in SKIPPED or isinstance(found.node.task_spec, Border):
            raise Invalid("Lo que puede llegar mientras se espera otra cosa no se omite: si no llega, nada se detiene.")
        skip_event(found.node, found.element.id)
        found.record(HistoryKind.WAIT_SKIPPED, reason, {})


@dataclass(frozen=True, slots=True)
class _Found:
    turn: Turn
    node: Node
    element: Element

    def record(self, kind: HistoryKind, reason: str, data: Mapping[str, Any]) -> None:
        shown = {"evento": self.element.name or self.element.id, "motivo": reason.strip(), **data}
        self.turn.record(kind, self.node, **shown)
        incidents.close_stall(self.turn)


@contextmanager
def _at(session: Session, engine: ProcessEngine, place: Place, actor: Actor, reason: str) -> Iterator[_Found]:
    """A turn of the case, standing at the wait."""
    if not reason.strip():
        raise Invalid("Escriba la razón.")
    turning.refuse_nested(session, place.instance_id)
    instance = locking.lock(session, place.instance_id)
    if instance is None:
        raise UnknownInstance(instance_id=place.instance_id)
    if not actor.may_supervise(instance.tenant):
        raise NotAllowed("Solo un coordinador puede decidir sobre una espera. Pídaselo a él.")
    with turning.turn(session, engine, instance, actor) as turn:
        yield _found(turn, place)


def _found(turn: Turn, place: Place) -> _Found:
    waiting = waiting_of(turn.case)
    node = (waiting.held | waiting.others).get(place.node_id)
    if node is not None and node._state == TaskState.WAITING:
        for element in awaited(turn, node):
            if element.id == place.element_id:
                return _Found(turn, node, element)
    raise Conflict("Ese proceso ya no espera eso. Actualice la página para ver qué espera ahora.")


def _ensure_kind(found: _Found, kind: WaitKind) -> None:
    if OF_EVENT.get(found.element.event) != kind:
        raise Invalid("Esa espera no es de esa clase. Actualice la página y elija otra vez.")
