"""What is thrown inside a case: who hears it, and which variables it brings.

The library offers an error to every border of the same level, so that what fails in one branch would also stop the
branch beside it; and it hands over all that the thrower knew, loop variables and those of a called process too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import (
    ErrorEventDefinition,
    EscalationEventDefinition,
    SignalEventDefinition,
)
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.task import Task as Node
from SpiffWorkflow.util.task import TaskState

from engine.definitions.specs import Border, Call, passed


class Throw(BpmnEvent):  # type: ignore[misc]
    """Something thrown, and the node that threw it."""

    def __init__(self, definition: Any, thrower: Node, target: Any = None) -> None:
        """`target` is the level at which somebody to hear it is looked for first; None for everywhere."""
        super().__init__(definition, target=target)
        self.thrower = thrower


class Signal(SignalEventDefinition):  # type: ignore[misc]
    """A signal, heard wherever somebody waits for it in the case."""

    def throw(self, my_task: Node) -> None:
        """Let all who wait hear it."""
        my_task.workflow.top_workflow.catch(Throw(self, my_task))

    def catch(self, my_task: Node, event: Any = None) -> None:
        """Hear it, with what the thrower knew."""
        super().catch(my_task, BpmnEvent(self, payload=_shared(event.thrower, my_task)))


class _Escaping:
    """Finds its way out from the node that throws it, level by level, to a border around it."""

    code: str | None

    def throw(self, my_task: Node) -> None:
        my_task.workflow.top_workflow.catch(Throw(self, my_task, target=my_task.workflow))

    def catches(self, my_task: Node, event: Any) -> bool:
        """Whether the event comes from inside of what `my_task` is at the border of, and nobody there is meant more."""
        if not super().catches(my_task, event):  # type: ignore[misc]
            return False
        if not any(node.parent is my_task.parent for node in _around(event.thrower)):
            return False
        return bool(self.code) or not _named_beside(my_task, event.event_definition)

    def catch(self, my_task: Node, event: Any = None) -> None:
        super().catch(my_task, BpmnEvent(self, payload=_brought_out(event.thrower, my_task)))  # type: ignore[misc]


class Error(_Escaping, ErrorEventDefinition):  # type: ignore[misc]
    """An error."""


class Escalation(_Escaping, EscalationEventDefinition):  # type: ignore[misc]
    """An escalation."""


def is_heard(thrower: Node) -> bool:
    """Whether somebody around would hear the error or escalation that `thrower` is about to throw."""
    event = Throw(thrower.task_spec.event_definition, thrower)
    waiting = thrower.workflow.top_workflow.event_manager.tasks.values()
    return any(node.task_spec.event_definition.catches(node, event) for node in waiting)


def call_around(node: Node) -> Node | None:
    """The innermost call that `node` runs inside."""
    return next((above for above in _around(node) if isinstance(above.task_spec, Call)), None)


def shared_with_others(thrower: Node) -> dict[str, Any]:
    """The variables of `thrower` that its whole process has: what a signal brings to the case it begins."""
    own = {_loop_variable(node) for node in _around(thrower)}
    return {name: value for name, value in thrower.data.items() if name not in own}


def _named_beside(border: Node, thrown: Any) -> bool:
    """Whether an event at the same border waits for just this error: it goes before one that catches all."""
    return any(
        isinstance(beside.task_spec, Border)
        and beside.has_state(TaskState.WAITING)
        and type(beside.task_spec.event_definition) is type(thrown)
        and beside.task_spec.event_definition.code == thrown.code
        for beside in border.parent.children
        if beside is not border
    )


def _around(node: Node) -> Iterator[Node]:
    """The subprocesses and calls that `node` runs inside, and the repetitions those are turns of."""
    top = node.workflow.top_workflow
    while node.workflow is not top:
        node = top.get_task_from_id(node.workflow.parent_task_id)
        yield node
        if isinstance(node.parent.task_spec, LoopTask):
            yield node.parent


def _brought_out(thrower: Node, border: Node) -> dict[str, Any]:
    """The variables of `thrower` that get as far as the border: a call gives what it names, a turn keeps its own."""
    data = dict(thrower.data)
    for node in _around(thrower):
        if isinstance(node.task_spec, Call):
            data = passed(node.task_spec.out_mappings, data)
        data.pop(_loop_variable(node), None)
        if node.parent is border.parent:
            break
    return data


def _shared(thrower: Node, catcher: Node) -> dict[str, Any]:
    """The variables of `thrower` that are the same thing to `catcher`: no loop variables, and in the same process."""
    if call_around(thrower) is not call_around(catcher):
        return {}
    own = {_loop_variable(node) for side in (thrower, catcher) for node in _around(side)}
    return {name: value for name, value in thrower.data.items() if name not in own}


def _loop_variable(node: Node) -> str:
    item = getattr(node.task_spec, "input_item", None)
    return item.bpmn_id if item is not None else ""
