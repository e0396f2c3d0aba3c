"""Which data the steps that a case comes to read, and the case does not have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.definitions.catalogue import BundleModel
from engine.definitions.dataflow.giving import given
from engine.definitions.dataflow.needing import Need, needs
from engine.definitions.dataflow.questions import read_questions
from engine.definitions.dataflow.world import World
from engine.definitions.diagram import DiagramModel, Element
from engine.runtime import ProcessEngine


def missing(
    engine: ProcessEngine, bundle: BundleModel, element: Element, data: Mapping[str, Any], process: str
) -> tuple[str, ...]:
    """The data without which an element would stop or decide wrongly."""
    world = _world(engine, bundle)
    read = [one for one in _needs(world, bundle.diagrams[process]) if one.element == element.id]
    return _lacking(bundle.diagrams[process], read, data)


def ahead(
    engine: ProcessEngine, bundle: BundleModel, at: Iterable[tuple[str, str]], data: Mapping[str, Any]
) -> tuple[str, ...]:
    """The data that what lies before a case reads, nobody on the way fills, and the case does not have."""
    world = _world(engine, bundle)
    found: list[str] = []
    for process, element_id in at:
        model = bundle.diagrams[process]
        way = _reachable(model, element_id)
        gives = [given(world, model.elements[one], lambda _key: None) for one in way] if world else []
        if any(one.anything for one in gives):
            continue
        filled = {name for one in gives for name in (*one.sure, *one.maybe)}
        read = [one for one in _needs(world, model) if one.element in way]
        found += _lacking(model, read, {**data, **dict.fromkeys(filled)})
    return tuple(dict.fromkeys(found))


def _world(engine: ProcessEngine, bundle: BundleModel) -> World | None:
    if engine.contracts is None:
        return None

    def asks(key: str) -> Any:
        return read_questions(bundle.form(key)) if key in bundle.form_versions else None

    return World(engine.contracts, bundle.diagrams, asks, decisions=bundle.decisions)


def _needs(world: World | None, model: DiagramModel) -> list[Need]:
    return list(needs(world, model)) if world is not None else []


def _lacking(model: DiagramModel, read: Iterable[Need], data: Mapping[str, Any]) -> tuple[str, ...]:
    loops = {element.element_variable for element in model.elements.values() if element.element_variable}
    return tuple(dict.fromkeys(one.name for one in read if one.name not in data and one.name not in loops))


def _reachable(model: DiagramModel, element_id: str) -> list[str]:
    found, waiting = {element_id: None}, [element_id]
    while waiting:
        here = waiting.pop()
        borders = [one for one in model.elements.values() if one.attached_to == here]
        inside = [one for one in model.elements.values() if one.parent_id == here]
        for element in (*model.after(here), *borders, *inside):
            if element.id not in found:
                found[element.id] = None
                waiting.append(element.id)
        parent = model.elements[here].parent_id
        if parent and parent not in found:
            found[parent] = None
            waiting.append(parent)
    return list(found)
