"""The nodes of a loaded case: the library's, without a line of log put together for every change of state.

The library formats each line, with what surrounds it, before anybody asks whether it is wanted: a twentieth of what a
completion costs. Our history says what happened.
"""

from __future__ import annotations

import time
from typing import Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState


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
        child = QuietNode(self.workflow, task_spec, self, state=state)
        child.thread_id = self.thread_id
        if state == TaskState.READY:
            child._ready()
        return child
