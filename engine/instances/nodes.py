"""The nodes of a case: the library's, with cheaper names and without a line of log for every change of state.

The library formats each line, with what surrounds it, before anybody asks whether it is wanted: a twentieth of what a
completion costs. Our history says what happened. Its names are UUIDs, whose hash is worked out in Python each time that
one is looked up: another twentieth, and a fifth of a large case.
"""

from __future__ import annotations

import time
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


def plant(workflow: Any) -> None:
    """Begin a workflow: its first node, and what may follow from it."""
    root = QuietNode(workflow, workflow.spec.start, state=TaskState.FUTURE, id=new_id())
    workflow.task_tree = root
    root.task_spec._predict(root, mask=TaskState.NOT_FINISHED_MASK)
    root._ready()
