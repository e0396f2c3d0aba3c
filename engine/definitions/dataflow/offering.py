"""Which data may be there at a place of a diagram, as people call them: what a condition there can be chosen from."""

from __future__ import annotations

from dataclasses import dataclass

from engine.contracts import Datum
from engine.definitions.dataflow.flow import Following, variables
from engine.definitions.dataflow.giving import merged, outputs
from engine.definitions.dataflow.questions import variable_of
from engine.definitions.dataflow.state import START, Source
from engine.definitions.diagram import DiagramModel, Element


@dataclass(frozen=True, slots=True)
class Offered:
    """A datum that may be there. `giver` fills it last, None of what a case begins with; `sure`: on every way."""

    name: str
    label: str
    datum: Datum
    giver: Element | None
    sure: bool


def offered(following: Following, model: DiagramModel, element_id: str) -> list[Offered]:
    """What may be there when an element begins, in the order in which it is filled; nothing where no way leads."""
    before = following.of(model).before.get(element_id)
    if before is None:
        return []
    found = [_offered(following, model, name, before.may[name], name in before.sure) for name in variables(before.may)]
    order = {element: place for place, element in enumerate(model.elements)}
    known = [Offered(one.name, one.label, merged(before, one.name), one.giver, one.sure) for one in found]
    return sorted(known, key=lambda one: (-1 if one.giver is None else order[one.giver.id], one.label))


def later(following: Following, model: DiagramModel, element_id: str) -> list[Offered]:
    """What is filled somewhere in the diagram, but not before this element begins."""
    flow = following.of(model)
    here = variables(flow.before[element_id].may) if element_id in flow.before else set()
    found: dict[str, Offered] = {}
    for state in flow.after.values():
        for name in variables(state.may) - here:
            found.setdefault(name, _offered(following, model, name, state.may[name], sure=False))
    return sorted(found.values(), key=lambda one: one.label)


def _offered(following: Following, model: DiagramModel, name: str, sources: frozenset[Source], sure: bool) -> Offered:
    ids = sorted(source.element for source in sources)
    givers = [model.elements[one] for one in ids if one != START and one in model.elements]
    labels = (label for giver in givers if (label := _asked_as(following, giver, name)))
    datum = next(iter(sources)).datum
    return Offered(name, next(labels, _as_words(name)), datum, givers[0] if givers else None, sure)


def _asked_as(following: Following, giver: Element, name: str) -> str:
    """The question by which a task fills a datum; empty where it fills it otherwise."""
    questions = following.world.questions(giver) or {}
    named = (questions[output] for output in outputs(giver) if output in questions and variable_of(output) == name)
    return next((one.label for one in named), "")


def _as_words(name: str) -> str:
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
