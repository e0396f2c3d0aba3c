"""A case as bytes, and back: the lean state that an instance stores.

`{"v": format, "i": start element, "d": data, "l": last node, "s": success, "c": completed, "t": nodes,
"p": [[parent node, data, last, success, completed, nodes], …]}`. A node is
`[id, parent's row, spec, state, changed, triggered, internal, variables that differ from the parent's, gone ones]`.
Specs are not in it: they come from the bundle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

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
from engine.instances.nodes import QuietNode
from engine.variables import kept

FORMAT = 1


def dump(case: Case) -> bytes:
    """The state of `case`."""
    return orjson.dumps(
        {
            "v": FORMAT,
            "i": case.start_element,
            **_workflow(case),
            "p": [[node_id.hex, _workflow(inside)] for node_id, inside in case.subprocesses.items()],
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


def _workflow(workflow: Any) -> dict[str, Any]:
    last = workflow.last_task
    return {
        "d": workflow.data,
        "l": last.id.hex if last is not None and last.id in workflow.tasks else None,
        "s": workflow.success,
        "c": workflow.completed,
        "t": _rows(workflow),
    }


def _rows(workflow: Any) -> list[list[Any]]:
    # Nodes that a join cut off are still in `workflow.tasks`, but not in the tree: they are not written.
    places: dict[UUID, int] = {}
    rows = []
    for place, node in enumerate(own_nodes(workflow)):
        places[node.id] = place
        parent = workflow.tasks.get(node._parent)
        variables, gone = (node.data, None) if parent is None else _difference(parent.data, node.data)
        rows.append(
            [
                node.id.hex,
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
    nodes: dict[str, Node] = {}
    _restore(case, stored, nodes)
    for node_id, inside in stored["p"]:
        node = nodes[node_id]
        sub = SubCase(case.subprocess_specs[node.task_spec.spec], node.id, case, deserializing=True)
        case.subprocesses[node.id] = sub
        _restore(sub, inside, nodes)
        sub.completed_event.connect(node.task_spec._on_subworkflow_completed, node)
    return case


def _restore(workflow: Any, stored: dict[str, Any], nodes: dict[str, Node]) -> None:
    rows = [_node(workflow, row) for row in stored["t"]]
    for row, node in zip(stored["t"], rows, strict=True):
        nodes[row[0]] = node
        _relate(node, row, rows)
    workflow.task_tree = rows[0]
    workflow.data = stored["d"]
    workflow.last_task = nodes.get(stored["l"])
    workflow.success, workflow.completed = stored["s"], stored["c"]


def _node(workflow: Any, row: list[Any]) -> Node:
    node = QuietNode(workflow, workflow.spec.task_specs[row[2]], state=row[3], id=UUID(hex=row[0]))
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
