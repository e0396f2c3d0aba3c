"""What a case waits for: people, moments and messages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.task import Task as Node
from SpiffWorkflow.util.task import TaskState

from engine.definitions.specs import Held
from engine.instances.case import Case, awake, depth_first

BLOCKED = "incidente"
"""Mark on a node that failed: it is left alone until its incident is resolved."""
SINCE = "desde"
"""Mark on a node that waits for an event: since when, by the injected clock (the library's own moments are not)."""


@dataclass(slots=True)
class Waiting:
    """The nodes at which a case stands, by their id in hex. `others` wait for the case's own events."""

    tasks: dict[str, Node] = field(default_factory=dict)
    held: dict[str, Node] = field(default_factory=dict)
    blocked: dict[str, Node] = field(default_factory=dict)
    others: dict[str, Node] = field(default_factory=dict)

    def anything(self) -> bool:
        """Whether somebody or something will take the case further."""
        return bool(self.tasks or self.held or self.blocked or self.others)

    def see(self, nodes: Iterable[Node]) -> None:
        """Add those of `nodes` that stand still."""
        for node in nodes:
            if node._state == TaskState.READY:
                _sort_ready(self, node)
            elif node._state == TaskState.WAITING:
                _sort_waiting(self, node)


def waiting_of(case: Case) -> Waiting:
    """What `case` waits for now."""
    found = Waiting()
    found.see(depth_first(case))
    return found


def awake_waiting(case: Case) -> Waiting:
    """The same, of what is awake: the rest waits for what it waited for."""
    found = Waiting()
    found.see(awake(case))
    return found


def watch(case: Case) -> Waiting:
    """What a case waits for now, where it is awake; what wakes later is added as it was stored."""
    found = awake_waiting(case)
    case.woken = found.see
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
        found.others[node.id.hex] = node


def mark_since(node: Node, now: dt.datetime) -> None:
    """Note when a node began to wait."""
    node.internal_data.setdefault(SINCE, int(now.timestamp()))


def since_of(node: Node) -> dt.datetime | None:
    """Since when a node waits; None of one that began before this was noted."""
    noted = node.internal_data.get(SINCE)
    return None if noted is None else dt.datetime.fromtimestamp(noted, dt.UTC)
