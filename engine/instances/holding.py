"""The rows that say which moment or message a case waits for."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from SpiffWorkflow.task import Task as Node

from engine import limits, timers
from engine.definitions.catalogue import BundleModel
from engine.definitions.diagram import Element
from engine.definitions.parsing import element_id_of
from engine.definitions.specs import EventGateway
from engine.errors import InvalidExpression
from engine.instances.case import element_id, process_key
from engine.instances.correlation import Subscription
from engine.instances.turn import Thrown, Turn
from engine.states import IncidentKind
from engine.timers import Timer
from engine.variables import fill, plain

TOO_LONG = (
    f"Un mensaje tiene un nombre de máximo {limits.MESSAGE_NAME} letras y una clave de máximo {limits.MESSAGE_KEY}: "
    "use un código, no un texto largo."
)


def hold(turn: Turn, node: Node) -> None:
    """Write the rows of a node that waits for a moment or a message."""
    for element in awaited(turn, node):
        try:
            row = _timer(turn, node, element) if element.event == "timer" else _subscription(turn, node, element)
        except Exception as failure:
            turn.fail(node, IncidentKind.WAIT, failure)
        else:
            turn.session.add(row)


def awaited(turn: Turn, node: Node) -> Iterator[Element]:
    """The events a node waits for: itself, or those after an event-based gateway."""
    return awaited_by(turn.bundle, node)


def awaited_by(bundle: BundleModel, node: Node) -> Iterator[Element]:
    """The same, outside a turn."""
    if not isinstance(node.task_spec, EventGateway):
        yield bundle.element(process_key(node), element_id(node))
        return
    for after in node.task_spec.outputs:
        yield bundle.element(process_key(node), element_id_of(after))


def release(turn: Turn, node_ids: list[str]) -> None:
    """Delete the rows of nodes that no longer wait."""
    for table in (Timer, Subscription):
        # The session has to forget them too: SQLite gives the number of a row that is gone to the next one.
        turn.session.execute(sa.delete(table).where(table.node_id.in_(node_ids)))


def _timer(turn: Turn, node: Node, element: Element) -> Timer:
    return Timer(
        instance_id=turn.instance.id,
        node_id=node.id.hex,
        element_id=element.id,
        since=turn.now,
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

    Raises `InvalidExpression` if a variable of it has no value, or one too long.
    """
    written = element.properties.get("clave", "${plan}")
    key = fill(written, node.data)
    if key is None:
        raise InvalidExpression(f"La clave del mensaje, «{written}», no tiene valor en este punto del proceso.")
    if not limits.fits(key, limits.MESSAGE_KEY):
        raise InvalidExpression(f"{TOO_LONG} Aquí la clave es «{written}» y vale «{limits.told(key, 60)}».")
    return key


def expects(element: Element, node: Node, message: Thrown) -> bool:
    """Whether an element that `node` waits for would take a message."""
    return (message.name, message.key) in _expected(element, node)


def expected(turn: Turn, node: Node) -> list[tuple[str, str]]:
    """The names and keys of the messages that a node waits for."""
    return [one for element in awaited(turn, node) for one in _expected(element, node)]


def _expected(element: Element, node: Node) -> list[tuple[str, str]]:
    if element.event not in ("", "message"):
        return []
    try:
        return [(message_name(element), message_key(element, node))]
    except InvalidExpression:
        return []
