"""Cuts off what a case can no longer observe, so that a step costs the same after ten years as on the first day.

What is cut is in the history already. Per workflow: F is the deepest finished node that is above every unfinished
one and below finished ones only. The root, F and what is under F stay; F becomes the root's child. In each branch
below F the same is done with what is unfinished there, so that a loop beside an open branch costs no more either.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.task import Task as Node
from SpiffWorkflow.util.task import TaskState

from engine.instances.case import FINISHED, Case, forget_orphans, subtree
from engine.instances.nodes import NodeId, awake_nodes
from engine.instances.occurrences import forget_past_occurrences


def prune(case: Case) -> None:
    """Cut `case` and everything that runs inside it."""
    _drop_ended_subprocesses(case)
    forget_orphans(case)
    for workflow in (case, *case.subprocesses.awake()):
        forget_past_occurrences(workflow)
        _prune(workflow)


def _drop_ended_subprocesses(case: Case) -> None:
    for node_id in [inside.parent_task_id for inside in case.subprocesses.awake() if inside.completed]:
        if node_id in case.subprocesses:
            node = case.get_task_from_id(node_id)
            if node is None or node._state & FINISHED:
                case.delete_subprocess(node) if node is not None else case.subprocesses.pop(node_id)


def _prune(workflow: Any) -> None:
    unfinished = _unfinished(workflow)
    if unfinished and workflow.task_tree._state & FINISHED:
        _splice(workflow, workflow.task_tree, unfinished)
    if workflow.last_task is not None and workflow.last_task.id not in workflow.tasks:
        workflow.last_task = workflow.tasks[workflow.task_tree._children[0]]


def _splice(workflow: Any, top: Node, unfinished: list[Node]) -> None:
    """Hang the deepest finished node that is above all of `unfinished` right under `top`; then in each branch alike."""
    tasks = workflow.tasks
    trunk = _common_path(tasks, unfinished)
    while trunk and not all(tasks[node_id]._state & FINISHED for node_id in trunk):
        trunk.pop()
    keep_from = tasks[trunk[-1]]
    if keep_from is not top and top._children != [keep_from.id]:
        kept = {node.id for node in subtree(keep_from)}
        for node in subtree(top)[1:]:
            if node.id not in kept:
                del tasks[node.id]
        top._children, keep_from._parent = [keep_from.id], top.id
    for branch in keep_from.children:
        if branch._state & FINISHED:
            inside = {node.id for node in subtree(branch)[1:]}
            below = [node for node in unfinished if node.id in inside]
            if below:
                _splice(workflow, branch, below)


def _unfinished(workflow: Any) -> list[Node]:
    """The unfinished nodes right below finished ones; what sleeps is below one that is not.

    A waiting join reads the other instances of itself and their parents, so those count too.
    """
    tasks, awake = workflow.tasks, list(awake_nodes(workflow))
    joins = {
        node.task_spec
        for node in awake
        if node._state == TaskState.WAITING and isinstance(node.task_spec, UnstructuredJoin)
    }
    return [
        node
        for node in awake
        if node._parent in tasks
        and (node.task_spec in joins or (not node._state & FINISHED and tasks[node._parent]._state & FINISHED))
    ]


def _common_path(tasks: dict[NodeId, Node], nodes: list[Node]) -> list[NodeId]:
    """The ids from the root down to the deepest node that is above all of `nodes`."""
    common: list[NodeId] | None = None
    for node in nodes:
        path = []
        above = tasks.get(node._parent)
        while above is not None:
            path.append(above.id)
            above = tasks.get(above._parent)
        path.reverse()
        common = path if common is None else [a for a, b in zip(common, path, strict=False) if a == b]
    return common or []
