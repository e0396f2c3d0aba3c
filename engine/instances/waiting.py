"""What a case waits for: people, moments and messages."""

from __future__ import annotations

from dataclasses import dataclass, field

from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.task import Task as Node
from SpiffWorkflow.util.task import TaskState

from engine.definitions.specs import Held
from engine.instances.case import Case, depth_first

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
