"""Takes a case to another version of its process, where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.task import Task as Node
from SpiffWorkflow.util.task import TaskState

from engine.definitions import parsing
from engine.definitions.catalogue import BundleModel
from engine.definitions.diagram import Element
from engine.definitions.joins import JOINED, InclusiveJoin, ParallelJoin
from engine.definitions.parsing import Specs, element_id_of
from engine.definitions.specs import Border
from engine.enumerating import enumerated
from engine.errors import CannotMigrate
from engine.instances import state
from engine.instances.case import FINISHED, Case, depth_first, element_id, own_nodes, process_key
from engine.instances.holding import hold, release
from engine.instances.turn import Turn
from engine.instances.waiting import waiting_of
from engine.managing import moving, standing
from engine.states import HistoryKind
from engine.tasks import offering

_PREDICTED = TaskState.PREDICTED_MASK | TaskState.FUTURE


@dataclass(slots=True)
class Migrated:
    """Where a case stands in its new version, and what changed beside that."""

    stays: list[str] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def sentence(self) -> str:
        """«sigue en «Validar»»."""
        parts = [f"sigue en {_listed(self.stays)}"] if self.stays else []
        parts += [f"pasa de {old} a {new}" for old, new in self.moved]
        return "; ".join(parts) or "sigue donde está"


def migrate(
    turn: Turn, new: BundleModel, targets: Mapping[str, str], reason: str, *, new_deadlines: bool = False
) -> Migrated:
    """Let a case go on in another version, each token at the step at which it stands.

    `targets` say where to go from steps that the version does not have. Deadlines stay, unless `new_deadlines`. Raises
    `CannotMigrate`, with a sentence about this case.
    """
    old, told = turn.case, Migrated()
    old.subprocesses.wake()
    turn.before = waiting_of(old)
    start = _start(old, new)
    specs = parsing.parsed(new.sha256, new.diagrams, new.process_key, start)
    gone = _Leaving(turn, new, specs, targets, told)
    gone.leave()
    levels = _levels(old, specs)
    _ensure_same(turn, new, levels)
    _forget_predictions(levels)
    before = turn.bundle.versions[turn.instance.process_key]
    case = state.load(state.read(_status(old, start)), specs)
    depth_first(case)
    turn.case, turn.bundle, turn.instance.bundle_sha256 = case, new, new.sha256
    _hang_borders(case, told, new)
    _predict(case)
    gone.arrive(case)
    shown: dict[str, Any] = {
        "de": before,
        "a": new.versions[new.process_key],
        "frase": told.sentence(),
        "motivo": reason,
    }
    turn.record(HistoryKind.MIGRATED, **shown)
    _renew(turn, new_deadlines=new_deadlines)
    return told


def _start(case: Case, new: BundleModel) -> str:
    diagram = new.diagrams[new.process_key]
    known = {start.id for start in diagram.starts()}
    return case.start_element if case.start_element in known else parsing.first_start(diagram)


def _status(case: Case, start: str) -> bytes:
    case.start_element = start
    return state.dump(case)


def _levels(case: Case, specs: Specs) -> list[tuple[Any, Any]]:
    """Each level of the case, with what it becomes. Raises `CannotMigrate` where a level is gone."""
    found = [(case, specs.top)]
    for inside in list(case.subprocesses.values()):
        spec = specs.called.get(inside.name)
        if spec is None:
            caller = case.get_task_from_id(inside.parent_task_id)
            raise CannotMigrate(f"está dentro de {_called_of(caller)}, que la versión nueva no tiene así.")
        found.append((inside, spec))
    return found


def _called_of(node: Node) -> str:
    name = str(getattr(node.task_spec, "bpmn_name", "") or "")
    return f"«{name}»" if name else "un paso"


@dataclass(slots=True)
class _Leaving:
    """Tokens at steps that the new version does not have, each with the step it goes on at."""

    turn: Turn
    new: BundleModel
    specs: Specs
    targets: Mapping[str, str]
    told: Migrated
    _going: list[tuple[str, str, str]] = field(default_factory=list)

    def leave(self) -> None:
        for node in standing.nodes(self.turn.case):
            if node.id not in node.workflow.tasks or node._state & FINISHED:
                continue  # it went with another
            stand = standing.stand_of(node, self.turn.bundle)
            if self._stays(node):
                self.told.stays.append(str(stand))
                continue
            self._go(node, stand)

    def _stays(self, node: Node) -> bool:
        """Whether the version has the step where the case stands, of the same kind and at the same level."""
        element = self._new_element(node)
        if element is None or element.id in self.targets:
            return False
        spec = self._new_level(node.workflow)
        return spec is not None and moving.entry(spec, element.id) is not None

    def _new_element(self, node: Node) -> Element | None:
        model = self.new.diagrams.get(process_key(node))
        found = model.elements.get(element_id(node)) if model else None
        old = self.turn.element(node)
        return found if found is not None and (found.kind, found.event) == (old.kind, old.event) else None

    def _new_level(self, workflow: Any) -> Any:
        if workflow is workflow.top_workflow:
            return self.specs.top
        return self.specs.called.get(workflow.name)

    def _go(self, node: Node, stand: standing.Stand) -> None:
        target = self.targets.get(stand.element_id) or self.targets.get(self.turn.element(node).name)
        if target is None:
            version = self.new.versions.get(stand.process_key, "nueva")
            raise CannotMigrate(f"está en {stand}, que la versión {version} no tiene. Diga a qué paso pasarlo.")
        level, element = self._destination(node, target)
        token = moving.token_at(node, level)
        moving.leave(self.turn.case, token)
        token.task_spec = level.spec.start  # a finished point without a drawing, which every version has
        self._going.append((token.id, element.id, process_key(node)))
        self.told.moved.append((str(stand), element.called))

    def _destination(self, node: Node, target: str) -> tuple[Any, Element]:
        key = process_key(node)
        model = self.new.diagrams.get(key)
        if model is None:
            raise CannotMigrate(f"está en el proceso «{key}», que la versión nueva no llama.")
        element = model.elements[standing.named(self.new, key, target)]
        workflow = node.workflow
        while True:
            spec = self._new_level(workflow)
            if spec is not None and moving.entry(spec, element.id) is not None:
                return workflow, element
            if workflow is workflow.top_workflow or workflow.around.spec.process_key != key:
                raise CannotMigrate(f"no se puede entrar directamente a {element.called}: está dentro de otro paso.")
            workflow = workflow.around

    def arrive(self, case: Case) -> None:
        """Let each go on in the new version."""
        for node_id, element, _key in self._going:
            above = case.node(node_id)
            moving.enter(case, above, moving.entry(above.workflow.spec, element))


def _ensure_same(turn: Turn, new: BundleModel, levels: list[tuple[Any, Any]]) -> None:
    """Refuse a case in which something that goes on is another kind of thing in the new version."""
    for workflow, spec in levels:
        for node in own_nodes(workflow):
            found = spec.task_specs.get(node.task_spec.name)
            if node._state & FINISHED or _is_only_predicted(node) or _may_go(node, found):
                continue
            if found is None or type(found) is not type(node.task_spec):
                raise CannotMigrate(_changed(turn, new, node))
            if getattr(found, "spec", None) != getattr(node.task_spec, "spec", None):
                raise CannotMigrate(f"está dentro de {_called_of(node)}, que ahora llama a otro proceso.")
            if isinstance(found, ParallelJoin | InclusiveJoin):
                _ensure_arrivals(node, found)


def _is_only_predicted(node: Node) -> bool:
    return bool(node._state & _PREDICTED) and not node._state & (
        TaskState.WAITING | TaskState.READY | TaskState.STARTED
    )


def _may_go(node: Node, found: Any) -> bool:
    """What may vanish without a loss: events at a border that only wait, and the library's own nodes."""
    waits_at_border = isinstance(node.task_spec, Border) and node._state == TaskState.WAITING
    return found is None and (waits_at_border or not element_id_of(node.task_spec))


def _changed(turn: Turn, new: BundleModel, node: Node) -> str:
    called = turn.element(node).called if element_id(node) else "un paso"
    version = new.versions.get(process_key(node), "nueva")
    how = "se repite de otra manera" if isinstance(node.task_spec, LoopTask) else "es otra cosa, o está en otra parte,"
    return f"está en {called}, que {how} en la versión {version}. Diga a qué paso pasarlo."


def _ensure_arrivals(join: Node, found: Any) -> None:
    """A join counts by where its arrivals come from."""
    known = {spec.name for spec in found.inputs}
    arrived = [
        node
        for node in own_nodes(join.workflow)
        if node.task_spec is join.task_spec and JOINED not in node.internal_data and node.parent is not None
    ]
    if any(node.parent.task_spec.name not in known for node in arrived if node.parent._state == TaskState.COMPLETED):
        raise CannotMigrate("ya llegó a una unión por un camino que la versión nueva no tiene.")


def _forget_predictions(levels: list[tuple[Any, Any]]) -> None:
    """Leave what has happened and what goes on; finished points that the version does not draw lose their drawing."""
    for workflow, spec in levels:
        for node in own_nodes(workflow):
            if node.id not in workflow.tasks:
                continue
            found = spec.task_specs.get(node.task_spec.name)
            if node.parent is not None and (_is_only_predicted(node) or (_unfinished(node) and _may_go(node, found))):
                workflow._remove_task(node.id)
            elif found is None or (node._state & FINISHED and type(found) is not type(node.task_spec)):
                node.task_spec = workflow.spec.start


def _unfinished(node: Node) -> bool:
    return not node._state & FINISHED


def _hang_borders(case: Case, told: Migrated, new: BundleModel) -> None:
    """Give what goes on the events that the version draws at its border."""
    for node in depth_first(case):
        spec = node.task_spec
        if node._state & FINISHED or isinstance(spec, Border | BoundaryEventSplit) or not element_id_of(spec):
            continue
        split = node.workflow.spec.task_specs.get(f"{spec.name}{moving.SPLIT}")
        if split is None or node.parent is None:
            continue
        above = node.parent if node.parent.task_spec is split else _split_above(node, split)
        _add_borders(above, node, told, new)


def _split_above(node: Node, spec: Any) -> Node:
    """Put a split that has happened between a node and its parent."""
    parent = node.parent
    split: Node = parent._add_child(spec, TaskState.FUTURE)
    split._set_state(TaskState.COMPLETED)
    split.triggered, node.triggered = node.triggered, False
    split.data = dict(parent.data)
    parent._children.remove(split.id)
    parent._children[parent._children.index(node.id)] = split.id
    split._children, node._parent = [node.id], split.id
    return split


def _add_borders(split: Node, host: Node, told: Migrated, new: BundleModel) -> None:
    there = {child.task_spec.name for child in split.children}
    for spec in split.task_spec.outputs:
        if spec.name in there or not isinstance(spec, Border):
            continue
        border = split._add_child(spec, TaskState.FUTURE)
        border._set_state(TaskState.WAITING)
        border.data = dict(host.data)
        border.workflow.top_workflow.event_manager.add_task(border)
        element = new.element(process_key(border), element_id(border))
        told.warnings.append(f"Desde ahora puede ocurrir {element.called}, que su versión no tenía.")


def _predict(case: Case) -> None:
    """Work out again what may follow from everything that goes on."""
    for node in depth_first(case):
        if not node._state & FINISHED:
            node.task_spec._predict(node, mask=TaskState.NOT_FINISHED_MASK)
            if isinstance(node.task_spec, CatchingEvent) and node._state == TaskState.WAITING:
                case.event_manager.add_task(node)


def _renew(turn: Turn, *, new_deadlines: bool) -> None:
    """Let what stays be what the version says it is: its name, form, people and message."""
    after = waiting_of(turn.case)
    for node_id, node in after.tasks.items():
        if node_id in turn.before.tasks:
            offering.renew(turn, node, deadline=new_deadlines)
    for node_id, node in after.held.items():
        if node_id in turn.before.held and _to_hold_again(turn, node, new_deadlines):
            release(turn, [node_id])
            hold(turn, node)


def _to_hold_again(turn: Turn, node: Node, new_deadlines: bool) -> bool:
    return new_deadlines or turn.element(node).event != "timer"


def _listed(names: list[str]) -> str:
    return enumerated(list(dict.fromkeys(names)))
