"""Drops what a boundary event that may happen again has led to, once that is over.

What it set is merged into the case when the case (or subprocess) ends, as for every parallel branch; so it is handed
to the node that waits for that end.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, _EndJoin
from SpiffWorkflow.task import Task as Node
from SpiffWorkflow.util.task import TaskState

from engine.definitions.specs import Border
from engine.instances.case import FINISHED, subtree
from engine.instances.nodes import awake_nodes


def forget_past_occurrences(workflow: Any) -> None:
    """Cut off the events of one workflow that do not interrupt, have happened, and whose path has ended."""
    past = [node for node in awake_nodes(workflow) if _happened(node) and _is_over(node)]
    heir = _waiting_end(workflow) if past else None
    if heir is None:
        return
    for event in past:
        gone = subtree(event)
        for node in reversed(gone):  # of several ends the last counts, as among branches
            if isinstance(node.task_spec, _EndJoin):
                _hand_over(node.parent, heir.parent, event.parent)
        event.parent._children.remove(event.id)
        for node in gone:
            del workflow.tasks[node.id]


def _happened(node: Node) -> bool:
    spec = node.task_spec
    return isinstance(spec, Border) and not spec.cancel_activity and node._state == TaskState.COMPLETED


def _is_over(event: Node) -> bool:
    """Whether nothing below goes on; the join that the library puts under every boundary event always waits."""
    return all(node._state & FINISHED or isinstance(node.task_spec, BoundaryEventJoin) for node in subtree(event))


def _waiting_end(workflow: Any) -> Node | None:
    ends = (node for node in workflow.tasks.values() if isinstance(node.task_spec, _EndJoin))
    return next((node for node in ends if node._state == TaskState.WAITING), None)


def _hand_over(gone: Node, heir: Node, before: Node) -> None:
    """Give `heir` what `gone` set since `before`, where it has set nothing itself."""
    for name, value in gone.data.items():
        if before.data.get(name, ...) != value and heir.data.get(name, ...) == before.data.get(name, ...):
            heir.data[name] = value
