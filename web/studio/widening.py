"""Answers that a process does not get yet: a decision may be chosen from them too, and then they are handed on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from engine.contracts import Kind
from engine.definitions import editing
from engine.definitions.dataflow.flow import Following, variables
from engine.definitions.dataflow.giving import outputs
from engine.definitions.dataflow.questions import variable_of
from engine.definitions.diagram import DiagramModel
from engine.definitions.linting.flows import chooses

DECIDE = frozenset({Kind.OPTION, Kind.NUMBER, Kind.DATE, Kind.FLAG})
"""The kinds of answers that decisions are made of; what people write freely is handed on where it is asked."""


@dataclass(frozen=True, slots=True)
class Widened:
    """A diagram as if every task handed all that on, and by variable the task and the field that would."""

    diagram: DiagramModel
    kept_back: Mapping[str, tuple[str, str]]

    def hand_on(self, xml: bytes, diagram: DiagramModel, used: Iterable[str]) -> bytes:
        """The XML, of `diagram`, in which the tasks hand on what is used of it."""
        handed: dict[str, list[str]] = {}
        for task_id, path in (self.kept_back[name] for name in sorted(set(used) & self.kept_back.keys())):
            handed.setdefault(task_id, outputs(diagram.elements[task_id])).append(path)
        for task_id, paths in handed.items():
            xml = editing.set_property(xml, task_id, "salida", ",".join(paths))
        return xml


def widen(following: Following, diagram: DiagramModel) -> Widened:
    """What could be handed on besides: answers of a kind that decides, called like nothing else that is there.

    Where several tasks ask it, the one of them right before a decision hands it on; where that is not one, none does.
    """
    flow = following.of(diagram)
    taken = {name for state in flow.after.values() for name in variables(state.may)}
    found: dict[str, list[tuple[str, str]]] = {}
    for task in diagram.of_kind("userTask", "startEvent"):
        for path, question in (following.world.questions(task) or {}).items():
            kind = question.datum.each if question.datum.kind is Kind.LIST else question.datum.kind
            if kind in DECIDE and path not in outputs(task):
                found.setdefault(variable_of(path), []).append((task.id, path))
    decisive = {one.id for each in diagram.elements.values() if chooses(each) for one in diagram.before(each.id)}
    nearest = {
        name: places if len(places) == 1 else [place for place in places if place[0] in decisive]
        for name, places in found.items()
        if name not in taken
    }
    once = {name: places[0] for name, places in nearest.items() if len(places) == 1}
    wide = diagram
    for task_id, path in once.values():
        wide = _with_output(wide, task_id, [*outputs(wide.elements[task_id]), path])
    return Widened(wide, once)


def _with_output(model: DiagramModel, task_id: str, handed_on: list[str]) -> DiagramModel:
    task = model.elements[task_id]
    changed = replace(task, properties={**task.properties, "salida": ",".join(handed_on)})
    return replace(model, elements={**model.elements, task_id: changed})
