"""What comes after a task, read from the diagram the case runs on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from engine.definitions.catalogue import BundleModel
from engine.definitions.diagram import Element
from engine.definitions.moved import parts_of
from engine.errors import InvalidDeadline
from engine.runtime import ProcessEngine
from engine.tasks.models import UserTask
from workflows.people.directory import Directory
from workflows.spanish import week_day

Place = tuple[str, str]
"""A process key and an element id."""

STEPS = frozenset({"userTask", "callActivity", "manualTask"})


@dataclass(frozen=True, slots=True)
class NextStep:
    """A step that may follow. `who` in words, empty if the diagram does not say; `until` in words, or empty."""

    name: str
    who: str
    until: str
    is_same: bool


def next_steps(session: Session, engine: ProcessEngine, bundle: BundleModel, task: UserTask) -> list[NextStep]:
    """The people's steps that follow directly, over gateways and automatic steps. Empty: the process ends.

    One that is repeated for a list which is still to be filled may be for nobody: what comes after it is told too.
    """
    origin = (task.process_key, task.element_id)
    places = _following(bundle, origin, task.variables)
    return [_step(session, engine, bundle, task, place, is_same=place == origin) for place in places]


def _following(bundle: BundleModel, origin: Place, known: Mapping[str, Any]) -> list[Place]:
    """Breadth first, so that the usual way comes before what a detour leads to."""
    found: list[Place] = []
    seen: set[Place] = set()
    frontier = list(_onward(bundle, *origin))
    while frontier:
        place = frontier.pop(0)
        if place in seen:
            continue
        seen.add(place)
        element = bundle.element(*place)
        if element.kind in STEPS:
            found.append(place)
        if element.kind not in STEPS or (element.collection and not known.get(element.collection)):
            frontier += _onward(bundle, *place)
    return found


def _onward(bundle: BundleModel, process_key: str, element_id: str) -> Iterator[Place]:
    """Where the flow goes from an element: along it, into a subprocess or a part, or out of one at its end."""
    diagram = bundle.diagrams[process_key]
    element = diagram.elements[element_id]
    if element.kind == "endEvent":
        yield from _outward(bundle, process_key, element)
    for target in diagram.after(element_id):
        if target.kind in ("subProcess", "transaction"):
            yield from ((process_key, one.id) for one in diagram.inside(target.id) if one.kind == "startEvent")
        elif target.kind == "callActivity" and target.called_element in parts_of(bundle.diagrams, bundle.process_key):
            yield from ((target.called_element, one.id) for one in bundle.diagrams[target.called_element].starts())
        else:
            yield (process_key, target.id)


def _outward(bundle: BundleModel, process_key: str, end: Element) -> Iterator[Place]:
    if end.parent_id is not None:
        yield from _onward(bundle, process_key, end.parent_id)
        return
    for key, diagram in bundle.diagrams.items():
        for call in diagram.of_kind("callActivity"):
            if call.called_element == process_key:
                yield from _onward(bundle, key, call.id)


def _step(
    session: Session, engine: ProcessEngine, bundle: BundleModel, task: UserTask, place: Place, *, is_same: bool
) -> NextStep:
    element = bundle.element(*place)
    return NextStep(element.name or element.id, _who(session, element), _until(engine, task, element), is_same)


def _who(session: Session, element: Element) -> str:
    roles = [role for role in element.roles if not role.startswith("${")]
    return " o ".join(Directory().group_names(session, roles).values())


def _until(engine: ProcessEngine, task: UserTask, element: Element) -> str:
    """A day where the diagram anchors it to the period; a number of working days where it counts from arrival."""
    text = element.deadline
    if text.removesuffix("dh").isdecimal():
        return (
            f"en {text.removesuffix('dh')} días hábiles desde que llegue" if text != "1dh" else "al día hábil siguiente"
        )
    try:
        plan, now = str(task.variables.get("plan") or ""), engine.now()
        due = engine.calendar.deadline(text, since=now, variables=task.variables, scope=plan) if text else None
    except InvalidDeadline:
        return ""
    return f"hasta el {week_day(due)}" if due else ""
