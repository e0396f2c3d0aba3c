"""Takes a case from one step to another: the token that stood here stands there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.task import Task as Node
from SpiffWorkflow.util.task import TaskState

from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.specs import Border
from engine.errors import Invalid, UnknownElement
from engine.instances.case import FINISHED, Case, caller_of, forget_orphans, process_key, subtree
from engine.instances.turn import Turn
from engine.instances.waiting import BLOCKED
from engine.managing import standing
from engine.states import HistoryKind

SPLIT = ".BoundaryEventSplit"
"""What the library calls the node by which one enters an element with events at its border, after the element's id."""
JOINS = ("parallelGateway", "inclusiveGateway")
_SINGLE = TaskState.FUTURE | TaskState.PREDICTED_MASK


@dataclass(frozen=True, slots=True)
class Moved:
    """A token that was moved: the elements it left and reached, and what a person should know before."""

    origin: Element
    target: Element
    process_key: str
    node: Node
    warnings: tuple[str, ...]


def move(turn: Turn, node: Node, wanted: str, reason: str) -> Moved:
    """Move the token at `node` to the element `wanted` (its id or name) of its own process or of one around it.

    What was open at `node` ends, with all that belongs to it: the other turns of a repetition, the inside of a
    subprocess that is left. Raises `UnknownElement`, `Invalid` (nobody can enter there).
    """
    origin = turn.element(node)
    level, target = _destination(turn, node, wanted)
    token = token_at(node, level)
    warnings = (*_lost(turn, token, node), *_others(turn, token, target))
    shown: dict[str, Any] = {"desde": origin.called, "hasta": target.called, "elemento": target.id, "motivo": reason}
    turn.record(HistoryKind.STEP_CHANGED, node, **shown)
    reached = enter(turn.case, leave(turn.case, token), entry(level.spec, target.id))
    return Moved(origin, target, process_key(token), reached, warnings)


def entry(spec: Any, element_id: str) -> Any:
    """The spec by which one enters an element; None if the level has no such element."""
    return spec.task_specs.get(f"{element_id}{SPLIT}") or spec.task_specs.get(element_id)


def token_at(node: Node, level: Any) -> Node:
    """The node that a move replaces: at the level that is moved in, and around the turns of a repetition."""
    while node.workflow is not level:
        around = caller_of(node)
        if around is None:
            raise Invalid("Ese paso está en otra parte del proceso: no se puede mover hasta allí.")
        node = around
    while node.parent is not None and isinstance(node.parent.task_spec, LoopTask) and not node.parent._state & FINISHED:
        node = node.parent
    return node


def leave(case: Case, token: Node) -> Node:
    """End a token, its borders that still wait and all that runs inside it; what follows may be hung under it."""
    variables = {**token.data, **case.set_inside(token)}
    split = token.parent
    if split is not None and isinstance(split.task_spec, BoundaryEventSplit):
        for beside in split.children:
            if isinstance(beside.task_spec, Border) and not beside._state & FINISHED:
                beside.cancel()
    inside = [node for node in subtree(token) if node.id in case.subprocesses]
    token.cancel()
    for node in inside:
        if node.id in case.subprocesses and node.id in node.workflow.tasks:
            case.delete_subprocess(node)
    forget_orphans(case)
    token.internal_data.pop(BLOCKED, None)
    token._set_state(TaskState.COMPLETED)  # what follows takes its variables from it, and joins count what follows
    token.data = variables
    return token


def enter(case: Case, above: Node, spec: Any) -> Node:
    """Let a token begin at a spec, below a finished node."""
    child: Node = above._add_child(spec, TaskState.FUTURE)
    child.triggered = True  # the library never takes such a child away again
    spec._predict(child, mask=_SINGLE)
    spec._update(child)
    return child


def _destination(turn: Turn, node: Node, wanted: str) -> tuple[Any, Element]:
    """The level and element that are meant: the nearest around the token that has it."""
    inside: Node | None = node
    refused: UnknownElement | None = None
    while inside is not None:
        key = process_key(inside)
        try:
            element = turn.bundle.element(key, standing.named(turn.bundle, key, wanted))
        except UnknownElement as unknown:
            refused = refused or unknown
        else:
            level = _level_of(turn, inside, element)
            _ensure_entered(turn.bundle.diagrams[key], element)
            return level, element
        inside = _caller_of_process(inside)
    raise refused or UnknownElement


def _caller_of_process(node: Node) -> Node | None:
    key, around = process_key(node), caller_of(node)
    while around is not None and process_key(around) == key:
        around = caller_of(around)
    return around


def _level_of(turn: Turn, node: Node, element: Element) -> Any:
    asked: Node | None = node
    while asked is not None and process_key(asked) == process_key(node):
        if entry(asked.workflow.spec, element.id) is not None:
            return asked.workflow
        asked = caller_of(asked)
    around = turn.bundle.diagrams[process_key(node)].elements.get(element.parent_id or "")
    inside = f" Muévalo a {around.called}, que empieza por su inicio." if around else ""
    raise Invalid(f"{element.called} está dentro de otro paso: no se puede entrar allí directamente.{inside}")


def _ensure_entered(model: DiagramModel, element: Element) -> None:
    """Refuse what no token can begin at."""
    if element.kind == "startEvent":
        raise Invalid(f"{element.called} es un inicio: elija el paso que le sigue.")
    if element.attached_to:
        raise Invalid(f"{element.called} es un borde: ocurre solo mientras se hace su paso.")
    if element.kind in JOINS and len(element.incoming) > 1:
        after = ", ".join(one.called for one in model.after(element.id))
        raise Invalid(f"{element.called} espera a otros caminos: elija lo que le sigue ({after}).")
    if element.triggered_by_event:
        raise Invalid(f"{element.called} empieza por su propio evento: elija un paso.")


def _lost(turn: Turn, token: Node, node: Node) -> Iterator[str]:
    """What ends beside the step that is left, for who decides."""
    if token is node:
        return
    beside = [one for one in standing.nodes(turn.case) if one is not node and _is_inside(one, token)]
    if beside:
        names = "; ".join(dict.fromkeys(str(standing.stand_of(one, turn.bundle)) for one in beside))
        yield f"También se cierra lo que está abierto junto a ese paso: {names}."


def _is_inside(node: Node, token: Node) -> bool:
    asked: Node | None = node
    while asked is not None:
        if asked is token:
            return True
        asked = asked.parent if asked.parent is not None else caller_of(asked)
    return False


def _others(turn: Turn, token: Node, target: Element) -> Iterator[str]:
    """Whether other ways are going on that meet this one somewhere."""
    beside = [
        standing.stand_of(one, turn.bundle)
        for one in standing.nodes(turn.case)
        if one.workflow is token.workflow and not _is_inside(one, token)
    ]
    if not beside:
        return
    names = "; ".join(str(one) for one in beside)
    model = turn.bundle.diagrams[process_key(token)]
    joins = [one for one in _ahead(model, target.id) if one.kind in JOINS and len(one.incoming) > 1]
    for join in joins:
        yield (
            f"Siguen abiertos {names}. Si {join.called} espera un camino por el que ya nadie llega, el proceso se "
            "detendría ahí: revise el dibujo antes de mover."
        )
        return


def _ahead(model: DiagramModel, element_id: str) -> list[Element]:
    found: dict[str, Element] = {}
    waiting = [element_id]
    while waiting:
        for element in model.after(waiting.pop()):
            if element.id not in found:
                found[element.id] = element
                waiting.append(element.id)
    return list(found.values())
