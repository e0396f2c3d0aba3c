"""Errors and escalations leave by the border of what they happen in, and by no other.

The library offers them to every border of the same level, so that what fails in one branch would also stop the
branch beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import (
    CodeEventDefinition,
    ErrorEventDefinition,
    EscalationEventDefinition,
)
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.task import Task as Node


class Escape(BpmnEvent):  # type: ignore[misc]
    """An error or an escalation, and the node that threw it."""

    def __init__(self, definition: CodeEventDefinition, thrower: Node) -> None:
        """`thrower` says where it comes from."""
        super().__init__(definition, payload=deepcopy(thrower.data), target=thrower.workflow)
        self.thrower = thrower


class _Escaping:
    """Finds its way out from the node that throws it, level by level."""

    def throw(self, my_task: Node) -> None:
        my_task.workflow.top_workflow.catch(Escape(self, my_task))

    def catches(self, my_task: Node, event: Any) -> bool:
        """Whether the event comes from inside of what `my_task` is at the border of."""
        if not super().catches(my_task, event):  # type: ignore[misc]
            return False
        return any(node.parent is my_task.parent for node in _around(event.thrower))


class Error(_Escaping, ErrorEventDefinition):  # type: ignore[misc]
    """An error."""


class Escalation(_Escaping, EscalationEventDefinition):  # type: ignore[misc]
    """An escalation."""


def _around(node: Node) -> Iterator[Node]:
    """The subprocesses and calls that `node` runs inside, and the repetitions those are turns of."""
    top = node.workflow.top_workflow
    while node.workflow is not top:
        node = top.get_task_from_id(node.workflow.parent_task_id)
        yield node
        if isinstance(node.parent.task_spec, LoopTask):
            yield node.parent
