"""What exists around the shipped diagrams, as the studio would say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from engine.clock import SystemClock
from engine.definitions.dataflow import World
from engine.definitions.dataflow.questions import read_questions
from engine.definitions.dataflow.world import Questions
from engine.definitions.diagram import DiagramModel
from engine.definitions.linting import KnownNames
from engine.definitions.reading import read_diagram
from engine.runtime import ProcessEngine
from workflows.assembly import process_engine
from workflows.shipped import shipped_diagrams, shipped_forms

Forms = Mapping[str, dict[str, Any]]


@cache
def engine() -> ProcessEngine:
    """The engine of the product: its handlers and what they declare."""
    return process_engine(SystemClock())


@cache
def shipped() -> Mapping[str, bytes]:
    """Every shipped diagram by its process."""
    return {read_diagram(xml).process_key: xml for xml in shipped_diagrams()}


@cache
def forms() -> Forms:
    """Every shipped form by its key."""
    return shipped_forms()


@cache
def model(xml: bytes) -> DiagramModel:
    """A diagram, read once."""
    return read_diagram(xml)


def models(diagrams: Mapping[str, bytes]) -> dict[str, DiagramModel]:
    """Each diagram by its process."""
    return {key: model(xml) for key, xml in diagrams.items()}


@cache
def _shipped_questions() -> Mapping[str, Questions]:
    return {key: read_questions(schema) for key, schema in forms().items()}


@cache
def _around_shipped() -> KnownNames:
    known, there = engine(), models(shipped())
    assert known.contracts is not None
    return KnownNames(
        reserved_keys=known.reserved_keys,
        roles=dict(known.groups.roles()),
        forms=dict.fromkeys(forms(), ""),
        processes={key: one.name for key, one in there.items()},
        topics={topic: topic for topic in known.service_tasks},
        form_handlers=known.form_handlers,
        calls={key: frozenset(c.called_element for c in one.of_kind("callActivity")) for key, one in there.items()},
        check_deadline=known.calendar.check,
        check_opening=known.check_opening,
        world=World(known.contracts, there, _shipped_questions().get, there),
        diagrams=there,
    )


def known_names(changed: Forms | None = None) -> KnownNames:
    """What a linter is told of all that is shipped, where these forms take the place of their own."""
    known = _around_shipped()
    if not changed or known.world is None:
        return known
    questions = {**_shipped_questions(), **{key: read_questions(schema) for key, schema in changed.items()}}
    return replace(known, world=replace(known.world, asks=questions.get))
