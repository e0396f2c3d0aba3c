"""What a case waits for: people, moments and messages; and the rows that say so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import sqlalchemy as sa
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.task import Task as Node
from SpiffWorkflow.util.task import TaskState

from engine import timers
from engine.definitions.diagram import Element
from engine.definitions.parsing import element_id_of
from engine.definitions.specs import EventGateway, Held
from engine.errors import InvalidExpression
from engine.instances.case import Case, depth_first, process_key
from engine.instances.correlation import Subscription
from engine.timers import Timer
from engine.variables import fill, plain

if TYPE_CHECKING:
    from engine.instances.turns import Turn

BLOCKED = "incidente"
"""Mark on a node that failed: it is left alone until its incident is resolved."""


@dataclass(slots=True)
class Waiting:
    """The nodes at which a case stands, by their id in hex. `others` is how many wait for the case's own events."""

    tasks: dict[str, Node] = field(default_factory=dict)
    held: dict[str, Node] = field(default_factory=dict)
    blocked: dict[str, Node] = field(default_factory=dict)
    others: int = 0

    def anything(self) -> bool:
        """Whether somebody or something will take the case further."""
        return bool(self.tasks or self.held or self.blocked or self.others)


def waiting_of(case: Case) -> Waiting:
    """What `case` waits for now."""
    found = Waiting()
    for node in depth_first(case):
        if node._state == TaskState.READY:
            _sort_ready(found, node)
        elif node._state == TaskState.WAITING:
            _sort_waiting(found, node)
    return found


def _sort_ready(found: Waiting, node: Node) -> None:
    if BLOCKED in node.internal_data:
        found.blocked[node.id.hex] = node
    if node.task_spec.manual:
        found.tasks[node.id.hex] = node


def _sort_waiting(found: Waiting, node: Node) -> None:
    if BLOCKED in node.internal_data:
        found.blocked[node.id.hex] = node
    if isinstance(getattr(node.task_spec, "event_definition", None), Held):
        found.held[node.id.hex] = node
    elif isinstance(node.task_spec, CatchingEvent):
        found.others += 1


def hold(turn: Turn, node: Node) -> None:
    """Write the rows of a node that waits for a moment or a message."""
    for element in awaited(turn, node):
        try:
            row = _timer(turn, node, element) if element.event == "timer" else _subscription(turn, node, element)
        except Exception as failure:
            turn.fail(node, "wait", failure)
        else:
            turn.session.add(row)


def awaited(turn: Turn, node: Node) -> Iterator[Element]:
    """The events a node waits for: itself, or those after an event-based gateway."""
    if not isinstance(node.task_spec, EventGateway):
        yield turn.element(node)
        return
    for after in node.task_spec.outputs:
        yield turn.bundle.element(process_key(node), element_id_of(after))


def release(turn: Turn, node_ids: list[str]) -> None:
    """Delete the rows of nodes that no longer wait."""
    for table in (Timer, Subscription):
        turn.session.execute(
            sa.delete(table).where(table.node_id.in_(node_ids)).execution_options(synchronize_session=False)
        )


def _timer(turn: Turn, node: Node, element: Element) -> Timer:
    return Timer(
        instance_id=turn.instance.id,
        node_id=node.id.hex,
        element_id=element.id,
        due_at=timers.due_at(
            turn.engine, element, since=turn.now, variables=plain(node.data), scope=turn.instance.scope
        ),
    )


def _subscription(turn: Turn, node: Node, element: Element) -> Subscription:
    return Subscription(
        instance_id=turn.instance.id,
        node_id=node.id.hex,
        element_id=element.id,
        name=message_name(element),
        key=message_key(element, node),
    )


def message_name(element: Element) -> str:
    """The message an element waits for; one without a message waits for one of its own name."""
    return element.message or element.id


def message_key(element: Element, node: Node) -> str:
    """The key by which a message finds (or leaves) this element: `clave`, by default the plan.

    Raises `InvalidExpression` if a variable of it has no value.
    """
    written = element.properties.get("clave", "${plan}")
    key = fill(written, node.data)
    if key is None:
        raise InvalidExpression(f"La clave del mensaje, «{written}», no tiene valor en este punto del proceso.")
    return key
