"""A case as bytes, and back: the lean state that an instance stores.

`{"v": format, "i": start element, "d": data, "l": last node, "s": success, "c": completed, "t": nodes,
"p": [[parent node, {what runs inside it: "d", "l", "s", "c", "t", "n": its spec, "u": what it runs in itself}], …]}`. A
node is
`[id, parent's row, spec, state, changed, triggered, internal, variables that differ from the parent's, gone ones]`.
Specs are not in it: they come from the bundle. What nobody woke is written back as it was read. States that were stored
before there was anything to wake have no "n" and "u": there everything is awake.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.task import Task as Node
from SpiffWorkflow.util.task import TaskState

from engine.definitions import parsing
from engine.definitions.catalogue import BundleModel
from engine.definitions.parsing import Specs
from engine.errors import CorruptState
from engine.instances.case import Case, SubCase, own_nodes
from engine.instances.models import Instance
from engine.instances.nodes import NodeId, QuietNode
from engine.variables import kept

FORMAT = 1


def dump(case: Case) -> bytes:
    """The state of `case`."""
    return orjson.dumps(
        {
            "v": FORMAT,
            "i": case.start_element,
            **_workflow(case),
            "p": [[node_id, _inside(case, node_id)] for node_id in case.subprocesses],
        }
    )


@dataclass(frozen=True, slots=True)
class Stored:
    """A state that was read and not yet brought to life. `start_element` is where the case began."""

    start_element: str
    content: dict[str, Any]


def read(status: bytes) -> Stored:
    """What an instance stores. Raises `CorruptState`."""
    try:
        content = orjson.loads(status)
        if content["v"] != FORMAT:
            raise CorruptState
        return Stored(content["i"], content)
    except Exception as exc:
        raise CorruptState from exc


def case_of(instance: Instance, bundle: BundleModel) -> Case:
    """The case of an instance whose state is loaded. Raises `CorruptState`."""
    stored = read(instance.status)
    return load(stored, parsing.parsed(bundle.sha256, bundle.diagrams, bundle.process_key, stored.start_element))


def load(stored: Stored, specs: Specs) -> Case:
    """The stored case. Raises `CorruptState`."""
    try:
        return _load(stored.content, specs)
    except Exception as exc:
        raise CorruptState from exc


def _inside(case: Case, node_id: NodeId) -> dict[str, Any]:
    if node_id in case.subprocesses.asleep:
        return case.subprocesses.asleep[node_id]
    inside = case.subprocesses[node_id]
    return {**_workflow(inside), "n": inside.name, "u": inside.around.parent_task_id}


def _workflow(workflow: Any) -> dict[str, Any]:
    last = workflow.last_task
    return {
        "d": workflow.data,
        "l": last.id if last is not None and last.id in workflow.tasks else None,
        "s": workflow.success,
        "c": workflow.completed,
        "t": _rows(workflow),
    }


def _rows(workflow: Any) -> list[list[Any]]:
    # Nodes that a join cut off are still in `workflow.tasks`, but not in the tree: they are not written.
    places: dict[NodeId, int] = {}
    rows = []
    for place, node in enumerate(own_nodes(workflow)):
        places[node.id] = place
        parent = workflow.tasks.get(node._parent)
        variables, gone = (node.data, None) if parent is None else _difference(parent.data, node.data)
        rows.append(
            [
                node.id,
                None if parent is None else places[parent.id],
                node.task_spec.name,
                node._state,
                round(node.last_state_change, 6),
                node.triggered,
                node.internal_data or None,
                variables or None,
                gone,
            ]
        )
    return rows


def _difference(above: dict[str, Any], below: dict[str, Any]) -> tuple[dict[str, Any], list[str] | None]:
    changed = {
        name: value
        for name, value in below.items()
        if name not in above or (value is not above[name] and value != above[name])
    }
    return changed, [name for name in above if name not in below] or None


def _load(stored: dict[str, Any], specs: Specs) -> Case:
    case = Case(specs, stored["i"], loading=True)
    _restore(case, stored)
    case.subprocesses.restore = partial(_wake, case)
    for node_id, inside in stored["p"]:
        _name(case, NodeId(node_id), inside)
        case.subprocesses.lay(NodeId(node_id), inside)
    for node_id in [node_id for node_id, inside in case.subprocesses.asleep.items() if inside["c"]]:
        case.subprocesses[node_id]  # what has ended waits for nothing: it does not sleep
    return case


def _name(case: Case, node_id: NodeId, inside: dict[str, Any]) -> None:
    """Give a state that was stored before this was written down what `_wake` reads of it."""
    if "n" not in inside:
        node = case.node(node_id)
        inside["n"], inside["u"] = node.task_spec.spec, node.workflow.parent_task_id


def _wake(case: Case, node_id: NodeId, stored: dict[str, Any]) -> SubCase:
    """What runs inside a node, of which nothing is left if the node was cut off."""
    around = case if stored["u"] is None else case.subprocesses.get(stored["u"], case)
    inside = SubCase(case.subprocess_specs, stored["n"], node_id, around)
    _restore(inside, stored)
    node = around.tasks.get(node_id)
    if node is not None:
        inside.completed_event.connect(node.task_spec._on_subworkflow_completed, node)
    return inside


def _restore(workflow: Any, stored: dict[str, Any]) -> None:
    rows = [_node(workflow, row) for row in stored["t"]]
    for row, node in zip(stored["t"], rows, strict=True):
        _relate(node, row, rows)
    workflow.task_tree = rows[0]
    workflow.data = stored["d"]
    workflow.last_task = workflow.tasks.get(stored["l"])
    workflow.success, workflow.completed = stored["s"], stored["c"]


def _node(workflow: Any, row: list[Any]) -> Node:
    node = QuietNode(workflow, workflow.spec.task_specs[row[2]], state=row[3], id=NodeId(row[0]))
    node.last_state_change, node.triggered = row[4], row[5]
    if row[6]:
        node.internal_data = row[6]
    if row[3] == TaskState.WAITING and isinstance(node.task_spec, CatchingEvent):
        workflow.top_workflow.event_manager.add_task(node)
    return node


def _relate(node: Node, row: list[Any], rows: list[Node]) -> None:
    """Hang a node under its parent (which comes earlier) and give it its variables."""
    changed = kept(row[7]) if row[7] else {}
    if row[1] is None:
        node.data = changed
        return
    parent = rows[row[1]]
    node._parent = parent.id
    parent._children.append(node.id)
    node.data = {**parent.data, **changed}
    for name in row[8] or ():
        node.data.pop(name, None)
