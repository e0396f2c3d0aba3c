"""The nodes of a case: the library's, with cheaper names and without a line of log for every change of state.

The library formats each line, with what surrounds it, before anybody asks whether it is wanted: a twentieth of what a
completion costs. Our history says what happened. Its names are UUIDs, whose hash is worked out in Python each time that
one is looked up: another twentieth, and a fifth of a large case.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import uuid4

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState


class NodeId(str):
    """What a node is called: 32 hexadecimal digits."""

    __slots__ = ()

    @property
    def hex(self) -> str:
        """The digits, as of a UUID."""
        return self


def new_id() -> NodeId:
    """A name that no other node has."""
    return NodeId(uuid4().hex)


class QuietNode(Task):  # type: ignore[misc]
    """A node whose children are quiet too."""

    _state: int

    def _set_state(self, value: int) -> None:
        if value != self._state:
            self.last_state_change = time.time()
            self._state = value

    def _add_child(self, task_spec: Any, state: int = TaskState.MAYBE) -> QuietNode:
        if self.has_state(TaskState.PREDICTED_MASK) and not state & TaskState.PREDICTED_MASK:
            child: QuietNode = super()._add_child(task_spec, state)  # which refuses, in its own words
            return child
        child = QuietNode(self.workflow, task_spec, self, state=state, id=new_id())
        child.thread_id = self.thread_id
        if state == TaskState.READY:
            child._ready()
        return child


class Nodes(dict[NodeId, Task]):
    """The nodes of a workflow in which many turns of a repetition sleep: rows, which become nodes when looked at.

    `rouse` makes a node of a row. Whoever goes through the `values`, as the library does, rouses all of them.
    """

    def __init__(self, rouse: Callable[[list[Any]], Task]) -> None:
        """Nobody is there yet. `above`: the parents of those that slept, by their row; `began_with`: what they knew."""
        super().__init__()
        self.rouse = rouse
        self.asleep: dict[NodeId, list[Any]] = {}
        self.above: dict[int, Task] = {}
        self.began_with: dict[int, dict[str, Any]] = {}

    def lay(self, row: list[Any], below: Task) -> None:
        """Let a row sleep below a node that is awake."""
        self.asleep[row[0]] = row
        below._children.append(row[0])
        if row[1] not in self.above:
            self.above[row[1]], self.began_with[row[1]] = below, dict(below.data)

    def learned(self) -> set[int]:
        """The parents of sleepers, by their row, that know something else than when these fell asleep."""
        return {place for place, node in self.above.items() if node.data != self.began_with[place]}

    def __missing__(self, node_id: NodeId) -> Task:
        return self.rouse(self.asleep.pop(node_id))

    def __contains__(self, node_id: object) -> bool:
        return super().__contains__(node_id) or node_id in self.asleep

    def get(self, node_id: Any, default: Any = None) -> Any:
        """As of any mapping; a dictionary's own would not rouse it."""
        try:
            return self[node_id]
        except KeyError:
            return default

    def values(self) -> Any:
        """All of them, roused."""
        for node_id in list(self.asleep):
            self[node_id]
        return super().values()


def awake_nodes(workflow: Any) -> Iterable[Task]:
    """The nodes of a workflow but for those that sleep, in no order."""
    return dict.values(workflow.tasks)


def asleep_in(workflow: Any) -> Mapping[NodeId, list[Any]]:
    """The rows of a workflow that sleep."""
    return workflow.tasks.asleep if isinstance(workflow.tasks, Nodes) else {}


def plant(workflow: Any) -> None:
    """Begin a workflow: its first node, and what may follow from it."""
    root = QuietNode(workflow, workflow.spec.start, state=TaskState.FUTURE, id=new_id())
    workflow.task_tree = root
    root.task_spec._predict(root, mask=TaskState.NOT_FINISHED_MASK)
    root._ready()
