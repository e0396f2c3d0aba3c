"""The library's workflow, with scans that are linear and don't stop at depth 1000, and no way to run code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.task import Task as Node
from SpiffWorkflow.util.task import TaskState

from engine.definitions.parsing import Specs, element_id_of
from engine.definitions.specs import Call, ParallelMultiInstance, SequentialMultiInstance
from engine.errors import CorruptState, EngineError
from engine.instances.inside import Inside
from engine.instances.nodes import NodeId, asleep_in, awake_nodes, plant
from engine.variables import holds, value_of

FINISHED: int = TaskState.FINISHED_MASK
_FILTERS = frozenset({"state", "manual", "spec_name", "lane", "skip_subprocesses"})


class ExpressionsOnly:
    """What the library calls a script engine: ours evaluates our expressions and executes nothing."""

    def evaluate(self, task: Node, expression: str, external_context: Any = None) -> Any:
        """The value of a condition or of a number of repetitions."""
        if isinstance(value := value_of(expression, task.data), int) and not isinstance(value, bool):
            return value
        return holds(expression, task.data)

    def execute(self, task: Node, script: str, external_context: Any = None) -> Any:
        """Refuse."""
        raise EngineError("Un diagrama no puede ejecutar programas.")

    call_service = execute


class _Linear:
    """The public scans of a workflow, over its own rows instead of by recursion."""

    task_tree: Node
    tasks: dict[NodeId, Node]
    completed: bool

    def get_tasks(self, first_task: Node | None = None, **filters: Any) -> list[Node]:
        if first_task is not None or not filters.keys() <= _FILTERS:
            found: list[Node] = super().get_tasks(first_task, **filters)  # type: ignore[misc]
            return found
        state, manual = filters.get("state", TaskState.ANY_MASK), filters.get("manual")
        name, lane = filters.get("spec_name"), filters.get("lane")
        return [
            node
            for node in (own_nodes(self) if filters.get("skip_subprocesses") else depth_first(self))
            if node._state & state
            and (manual is None or node.task_spec.manual == manual)
            and (name is None or node.task_spec.name == name)
            and (lane is None or node.task_spec.lane == lane)
        ]

    def get_next_task(self, first_task: Node | None = None, **filters: Any) -> Node | None:
        if first_task is not None or not filters.keys() <= _FILTERS:
            return super().get_next_task(first_task, **filters)  # type: ignore[misc]
        return next(iter(self.get_tasks(**filters)), None)

    def update_waiting_tasks(self) -> None:
        if not any(node._state == TaskState.WAITING for node in awake_nodes(self)):
            return
        for node in [node for node in awake_below(self.task_tree) if node._state == TaskState.WAITING]:
            if node._state == TaskState.WAITING and node.id in self.tasks:
                node.task_spec._update(node)

    def is_completed(self) -> bool:
        if not self.completed and not any(node._state & TaskState.NOT_FINISHED_MASK for node in self.tasks.values()):
            self.completed = True
        return self.completed


class SubCase(_Linear, BpmnSubWorkflow):  # type: ignore[misc]
    """A called process, or an embedded subprocess, that runs inside `around`. Its nodes are planted or restored."""

    def __init__(self, specs: Mapping[str, Any], name: str, parent_task_id: NodeId, around: Any) -> None:
        """`name` is that of the spec, among those of the case."""
        self.name, self.around = name, around
        super().__init__(specs[name], parent_task_id, around.top_workflow, deserializing=True)

    def _calculate_depth(self) -> int:
        return int(self.around.depth) + 1


class Case(_Linear, BpmnWorkflow):  # type: ignore[misc]
    """A running case. `start_element` says where it began; `failures` are nodes that could not be entered."""

    subprocesses: Inside[SubCase]

    def __init__(self, specs: Specs, start_element: str, *, loading: bool = False) -> None:
        """Begin at `start_element`; when `loading`, the nodes come from a stored state."""
        self.specs = specs
        self.start_element = start_element
        self.failures: dict[NodeId, Exception] = {}
        super().__init__(specs.top, specs.called, script_engine=ExpressionsOnly(), deserializing=True)
        self.subprocesses = Inside()
        self.woken: Callable[[Iterable[Node]], None] = lambda nodes: None
        if not loading:
            plant(self)

    def create_subprocess(self, my_task: Node, spec_name: str) -> SubCase:
        """Begin a called process or an embedded subprocess at a node."""
        inside = SubCase(self.subprocess_specs, spec_name, my_task.id, my_task.workflow)
        self.subprocesses[my_task.id] = inside
        plant(inside)
        return inside

    def get_active_subprocesses(self) -> list[SubCase]:
        """Those that are awake and go on; what is asleep stands still."""
        return [inside for inside in self.subprocesses.awake() if not inside.completed]

    def get_task_from_id(self, task_id: NodeId) -> Node:
        """A node of the case or of what runs inside it. Raises what the library raises."""
        return self._found(task_id) or super().get_task_from_id(task_id)

    @property
    def sleeps(self) -> bool:
        """Whether something that waits is asleep."""
        if self.subprocesses.asleep:
            return True
        rows = (row for one in (self, *self.subprocesses.awake()) for row in asleep_in(one).values())
        return any(row[3] == TaskState.READY for row in rows)

    def set_inside(self, node: Node) -> dict[str, Any]:
        """The variables that were set inside an embedded subprocess until now; of parallel branches the last wins."""
        inside = None if isinstance(node.task_spec, Call) else self.subprocesses.get(node.id)
        if inside is None:
            return {}
        found: dict[str, Any] = {}
        for below in own_nodes(inside):
            if _has_set_variables(below):
                before = node.data if below.parent is None else below.parent.data
                found.update({name: value for name, value in below.data.items() if before.get(name, ...) != value})
            found.update(self.set_inside(below))
        return found

    def set_beside(self, node: Node) -> dict[str, Any]:
        """The variables that were set at its level, in whatever branch; of several the last wins."""
        said: list[tuple[float, dict[str, Any]]] = []
        for below in own_nodes(node.workflow):
            if below is node or below.parent is None:
                continue
            inside = self.set_inside(below)
            if _has_set_variables(below):
                before = below.parent.data
                inside |= {name: value for name, value in below.data.items() if before.get(name, ...) != value}
            if inside:
                said.append((below.last_state_change, inside))
        return {name: value for _when, values in sorted(said, key=lambda one: one[0]) for name, value in values.items()}

    def node(self, node_id: str) -> Node:
        """The node behind a row's `node_id`. Raises `CorruptState`."""
        found = self._found(NodeId(node_id))
        if found is None:
            raise CorruptState(f"Falta el nodo {node_id} en el estado guardado del proceso.")
        return found

    def has(self, node_id: str) -> bool:
        """Whether a node is still part of the case: what interrupts may have cut it off."""
        found = self._found(NodeId(node_id))
        return found is not None and not found._state & FINISHED

    def _found(self, node_id: NodeId) -> Node | None:
        """Look where somebody looks anyway first; then wake what holds it."""
        for workflow in (self, *self.subprocesses.awake()):
            if node_id in workflow.tasks:
                return workflow.tasks[node_id]
        for inside, stored in self.subprocesses.asleep.items():
            if any(row[0] == node_id for row in stored["t"]):
                return self.subprocesses[inside].tasks[node_id]
        return None


def _has_set_variables(node: Node) -> bool:
    """Whether what differs from the parent's variables was done: a turn's own go to its repetition when it ends."""
    if node.parent is not None and isinstance(node.parent.task_spec, LoopTask):
        return False
    return bool(node._state == TaskState.COMPLETED or isinstance(node.task_spec, LoopTask))


def own_nodes(workflow: Any) -> list[Node]:
    """The nodes of one workflow, parents before children, children in order."""
    return subtree(workflow.task_tree)


def subtree(top: Node) -> list[Node]:
    """A node and all below it in its workflow, parents before children, children in order."""
    stack, found, tasks = [top], [], top.workflow.tasks
    while stack:
        node = stack.pop()
        found.append(node)
        stack.extend(tasks[child] for child in reversed(node._children))
    return found


def awake_below(top: Node) -> list[Node]:
    """The same, without what is asleep."""
    asleep = asleep_in(top.workflow)
    stack, found, tasks = [top], [], top.workflow.tasks
    while stack:
        node = stack.pop()
        found.append(node)
        stack.extend([tasks[child] for child in reversed(node._children) if child not in asleep])
    return found


def depth_first(workflow: Any) -> list[Node]:
    """The nodes of a workflow and of what runs inside it, in the order in which the library visits them."""
    inside = workflow.top_workflow.subprocesses
    stack, found = [workflow.task_tree], []
    while stack:
        node = stack.pop()
        found.append(node)
        tasks = node.workflow.tasks
        stack.extend(tasks[child] for child in reversed(node._children))
        if node.id in inside:
            stack.append(inside[node.id].task_tree)
    return found


def awake(workflow: Any) -> list[Node]:
    """The same, without what is asleep."""
    inside = {sub.parent_task_id: sub for sub in workflow.top_workflow.subprocesses.awake()}
    stack, found = [workflow.task_tree], []
    while stack:
        node = stack.pop()
        found.append(node)
        tasks, asleep = node.workflow.tasks, asleep_in(node.workflow)
        if node._children:
            stack.extend([tasks[child] for child in reversed(node._children) if child not in asleep])
        if node.id in inside:
            stack.append(inside[node.id].task_tree)
    return found


def forget_orphans(case: Case) -> None:
    """Drop what runs inside nodes that were cut off (a cancelled repetition); the library would trip over it."""
    if not case.subprocesses:
        return
    while lost := _orphans(case):
        for node_id in lost:
            for node in own_nodes(case.subprocesses[node_id]):
                case.event_manager.remove_task(node)
            del case.subprocesses[node_id]


def _orphans(case: Case) -> list[NodeId]:
    """What runs inside a node that is gone. What sleeps in something that sleeps lives as long as that does."""
    alive = {node.id for node in awake(case)}
    asleep = case.subprocesses.asleep
    return [
        node_id
        for node_id in case.subprocesses
        if node_id not in alive and (node_id not in asleep or asleep[node_id]["u"] not in asleep)
    ]


def caller_of(node: Node) -> Node | None:
    """The node (a call or an embedded subprocess) inside which `node` runs."""
    parent_id = node.workflow.parent_task_id
    return None if parent_id is None else node.workflow.top_workflow.get_task_from_id(parent_id)


def element_id(node: Node) -> str:
    """The diagram's element; empty for the library's own nodes."""
    return element_id_of(node.task_spec)


def process_key(node: Node) -> str:
    """The process that the element belongs to."""
    return str(node.workflow.spec.process_key)


def loop_context(node: Node) -> dict[str, Any]:
    """The loop variables that `node` is under, outermost last, with their values."""
    found: dict[str, Any] = {}
    for above in _ancestors(node):
        repetition = above.parent.task_spec if above.parent is not None else None
        if isinstance(repetition, ParallelMultiInstance | SequentialMultiInstance) and repetition.input_item:
            name = repetition.input_item.bpmn_id
            if name in above.data:
                found.setdefault(name, above.data[name])
    return found


def _ancestors(node: Node | None) -> Iterator[Node]:
    while node is not None:
        yield node
        node = node.parent if node.parent is not None else caller_of(node)
