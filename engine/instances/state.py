"""A case as bytes, and back: the lean state that an instance stores.

`{"v": format, "i": start element, "d": data, "l": last node, "s": success, "c": completed, "t": nodes,
"p": [[parent node, {what runs inside it: "d", "l", "s", "c", "t", "n": its spec, "u": what it runs in itself}], …]}`. A
node is
`[id, parent's row, spec, state, changed, triggered, internal, variables that differ from the parent's, gone ones]`.
Specs are not in it: they come from the bundle. What nobody woke is written back as it was read. What was stored in an
older format is converted (`engine.instances.formats`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
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
from engine.definitions.specs import ParallelMultiInstance
from engine.errors import CorruptState, NewerState
from engine.instances.case import Case, SubCase, awake_below, depth_first
from engine.instances.formats import FORMAT, converted, ensure_known
from engine.instances.models import Instance
from engine.instances.nodes import NodeId, Nodes, QuietNode, asleep_in
from engine.instances.waiting import BLOCKED
from engine.variables import kept

_STILL = (TaskState.READY, TaskState.COMPLETED)
MANY = 12
"""Turns of a repetition: fewer are cheaper awake."""


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
    """What an instance stores. Raises `CorruptState`, `NewerState`."""
    try:
        content = orjson.loads(status)
        ensure_known(content)
        return Stored(content["i"], content)
    except NewerState:
        raise
    except Exception as exc:
        raise CorruptState from exc


def case_of(instance: Instance, bundle: BundleModel) -> Case:
    """The whole case of an instance whose state is loaded. Raises `CorruptState`."""
    case = sleeping_case_of(instance, bundle)
    depth_first(case)  # which looks at everything
    return case


def sleeping_case_of(instance: Instance, bundle: BundleModel) -> Case:
    """The same, for who works in a part of it: what is broken elsewhere is found when somebody looks there."""
    stored = read(instance.status)
    return load(stored, parsing.parsed(bundle.sha256, bundle.diagrams, bundle.process_key, stored.start_element))


def load(stored: Stored, specs: Specs) -> Case:
    """The stored case. Raises `CorruptState`."""
    with _sound():
        return _load(converted(stored.content, specs), specs)


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
    rows: list[list[Any]] = []
    tasks, asleep, stack = workflow.tasks, asleep_in(workflow), [workflow.task_tree.id]
    learned = tasks.learned() if asleep else ()
    while stack:
        node_id = stack.pop()
        if node_id in asleep:
            row, place = asleep[node_id], places[tasks.above[asleep[node_id][1]].id]
            rows.append(row if row[1] == place and not learned else _sleeping(tasks, row, place))
            continue
        node = tasks[node_id]
        places[node_id] = len(rows)
        rows.append(_row(node, tasks.get(node._parent), places))
        stack.extend(reversed(node._children))
    return rows


def _row(node: Node, parent: Node | None, places: dict[NodeId, int]) -> list[Any]:
    variables, gone = (node.data, None) if parent is None else _difference(parent.data, node.data)
    return [
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


def _sleeping(tasks: Nodes, row: list[Any], place: int) -> list[Any]:
    """A row that nobody woke: as it was read, but for what its parent, now at `place`, has learned since."""
    changed, gone = _difference(tasks.above[row[1]].data, _variables(tasks.began_with[row[1]], row))
    return [row[0], place, *row[2:7], changed or None, gone]


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
        case.subprocesses.lay(NodeId(node_id), inside)
    for node_id in [node_id for node_id, inside in case.subprocesses.asleep.items() if inside["c"]]:
        case.subprocesses[node_id]  # what has ended waits for nothing: it does not sleep
    return case


@contextmanager
def _sound() -> Iterator[None]:
    try:
        yield
    except Exception as exc:  # of whatever kind: a `KeyError` would look as if nothing were there
        raise CorruptState from exc


def _wake(case: Case, node_id: NodeId, stored: dict[str, Any]) -> SubCase:
    with _sound():
        return _woken(case, node_id, stored)


def _woken(case: Case, node_id: NodeId, stored: dict[str, Any]) -> SubCase:
    """What runs inside a node, of which nothing is left if the node was cut off."""
    around = case if stored["u"] is None else case.subprocesses.get(stored["u"], case)
    inside = SubCase(case.subprocess_specs, stored["n"], node_id, around)
    _restore(inside, stored)
    node = around.tasks.get(node_id)
    if node is not None:
        inside.completed_event.connect(node.task_spec._on_subworkflow_completed, node)
    case.woken(awake_below(inside.task_tree))
    return inside


def _restore(workflow: Any, stored: dict[str, Any]) -> None:
    sleepers = _sleepers(workflow, stored["t"])
    if sleepers:
        workflow.tasks = Nodes(partial(_rouse, workflow))
    rows: list[Any] = [None if row[0] in sleepers else _node(workflow, row) for row in stored["t"]]
    for row, node in zip(stored["t"], rows, strict=True):
        if node is None:
            workflow.tasks.lay(row, rows[row[1]])
        else:
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
    if row[1] is None:
        node.data = kept(row[7] or {})
        return
    parent = rows[row[1]]
    node._parent = parent.id
    parent._children.append(node.id)
    node.data = _variables(parent.data, row)


def _variables(above: dict[str, Any], row: list[Any]) -> dict[str, Any]:
    """What a node knows: what its parent knew, and what differs."""
    found = {**above, **kept(row[7])} if row[7] else dict(above)
    for name in row[8] or ():
        found.pop(name, None)
    return found


def _sleepers(workflow: Any, rows: list[list[Any]]) -> set[str]:
    """The turns of large repetitions that wait for a person, or are over: nothing happens at them by itself."""
    if len(rows) < MANY:
        return set()
    specs = workflow.spec.task_specs
    repetitions = {
        place
        for place, row in enumerate(rows)
        if not row[3] & TaskState.FINISHED_MASK and isinstance(specs[row[2]], ParallelMultiInstance)
    }
    parents = {row[1] for row in rows} if repetitions else set()
    found = {
        row[0]
        for place, row in enumerate(rows)
        if row[1] in repetitions
        and place not in parents
        and row[3] in _STILL
        and specs[row[2]].manual
        and not (row[6] and BLOCKED in row[6])
    }
    return found if len(found) >= MANY else set()


def _rouse(workflow: Any, row: list[Any]) -> Node:
    """Bring a turn to life."""
    tasks = workflow.tasks
    with _sound():
        node = _node(workflow, row)
        node._parent = tasks.above[row[1]].id
        node.data = _variables(tasks.began_with[row[1]], row)
    workflow.top_workflow.woken([node])
    return node
