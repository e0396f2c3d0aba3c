"""Parallel and inclusive gateways that know which arrivals they have joined already.

The library's guess it from the shape of the tree, and are wrong in loops: a join fires early when branches end in
another order than the round before. Here an arrival is used once; after that, a mark on it says so.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.exceptions import WorkflowTaskException
from SpiffWorkflow.bpmn.specs.defaults import InclusiveGateway, ParallelGateway
from SpiffWorkflow.task import Task as Node
from SpiffWorkflow.util.deep_merge import DeepMerge
from SpiffWorkflow.util.task import TaskState

JOINED = "unido"
"""Mark on an arrival: the node with which it went on."""


class _Join:
    """Gathers arrivals: each is a node of its own, of which only the latest waits."""

    inputs: list[Any]

    def _update_hook(self, my_task: Node) -> bool:
        arrived = self._arrivals(my_task)
        for node in arrived:
            if node is not my_task and node._state == TaskState.WAITING:
                node.cancel()
        if not self._is_complete(my_task, {node.parent.task_spec for node in arrived}):
            my_task._set_state(TaskState.WAITING)
            return False
        for node in {node.parent.task_spec: node for node in reversed(arrived)}.values():  # one of each
            node.internal_data[JOINED] = my_task.id.hex
        my_task._inherit_data()
        return True

    def _arrivals(self, my_task: Node) -> list[Node]:
        """The arrivals that have not gone on, the earliest first."""
        waited = TaskState.WAITING | TaskState.CANCELLED
        others = (
            node
            for node in _nodes_beside(my_task)
            if node.task_spec is self
            and node is not my_task
            and node._state & waited
            and JOINED not in node.internal_data
        )
        arrived = [node for node in others if node.parent._state == TaskState.COMPLETED]
        return [*sorted(arrived, key=lambda node: node.last_state_change), my_task]

    def _is_complete(self, my_task: Node, arrived: set[Any]) -> bool:
        raise NotImplementedError

    def _merge(self, my_task: Node) -> None:
        """Take the variables of all that arrived, the latest last."""
        joined = [
            node
            for node in _nodes_beside(my_task)
            if node is not my_task and node.internal_data.get(JOINED) == my_task.id.hex
        ]
        for node in sorted(joined, key=lambda node: node.last_state_change):
            DeepMerge.merge(my_task.data, node.parent.data)
        my_task._inherit_data()


class ParallelJoin(_Join, ParallelGateway):  # type: ignore[misc]
    """A parallel gateway: waits for one arrival of each flow."""

    def _is_complete(self, my_task: Node, arrived: set[Any]) -> bool:
        return arrived.issuperset(self.inputs)

    def _run_hook(self, my_task: Node) -> bool:
        self._merge(my_task)
        return True


class InclusiveJoin(_Join, InclusiveGateway):  # type: ignore[misc]
    """An inclusive gateway: waits for whatever may still arrive by a flow by which nothing has."""

    def _is_complete(self, my_task: Node, arrived: set[Any]) -> bool:
        awaited = self._leading_to(set(self.inputs) - arrived) - self._leading_to(arrived)
        return not any(node.task_spec in awaited for node in _nodes_beside(my_task) if _is_token(node))

    def _leading_to(self, specs: set[Any]) -> set[Any]:
        """What may come to one of these without passing by this gateway."""
        found, stack = {self}, list(specs)
        while stack:
            spec = stack.pop()
            if spec not in found:
                found.add(spec)
                stack.extend(spec.inputs)
        return found - {self}

    def _run_hook(self, my_task: Node) -> bool:
        self._merge(my_task)
        matches, defaults = self._get_matching_outputs(my_task)
        if not matches and not defaults:
            raise WorkflowTaskException("No conditions satisfied on gateway", task=my_task)
        my_task._sync_children(matches or defaults, TaskState.FUTURE)
        for child in my_task.children:
            child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)
        return True


def _nodes_beside(my_task: Node) -> list[Node]:
    """The nodes of the same process or subprocess."""
    found: list[Node] = my_task.workflow.get_tasks(skip_subprocesses=True)
    return found


def _is_token(node: Node) -> bool:
    """Whether the case stands here."""
    return bool(
        node._state & TaskState.NOT_FINISHED_MASK
        and node.parent is not None
        and node.parent._state == TaskState.COMPLETED
    )
