"""An event log as OCEL 2.0 (JSON): each event with its case, its task, whose they are and who did it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO

import orjson

from engine.eventlog.reading import Case, Event

TEXT = "string"
CASE, TASK, SCOPE, PERSON = "case", "task", "scope", "person"
ALWAYS = "1970-01-01T00:00:00Z"
"""The moment of what never changes, as the standard asks."""


def write(cases: Iterable[Case], target: BinaryIO) -> int:
    """Write the log; how many cases. Its form wants every object beside every event, so all of it is held at once."""
    objects: dict[str, dict[str, Any]] = {}
    events: list[dict[str, Any]] = []
    types: set[str] = set()
    count = 0
    for case in cases:
        count += 1
        _object(
            objects, CASE, case.id, key=case.key, title=case.name, process=case.process, bundle=case.bundle,
            changes=" ".join(case.changes),
        )  # fmt: skip
        if case.scope:
            _object(objects, SCOPE, case.scope, code=case.scope)
        for event in case.events:
            types.add(event.activity)
            events.append(_event(case, event))
            if event.task_id is not None:
                _object(objects, TASK, event.task_id, element=event.element, **dict(event.about))
            if event.person:
                _object(objects, PERSON, event.person, username=event.person)
    told = {
        "objectTypes": _object_types(objects.values()),
        "eventTypes": [_type(name, ("transition", "process", "element")) for name in sorted(types)],
        "objects": list(objects.values()),
        "events": sorted(events, key=lambda one: (one["time"], one["id"])),
    }
    target.write(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    return count


def _object_types(objects: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, None]] = {}
    for one in objects:
        found.setdefault(one["type"], {}).update(dict.fromkeys(attribute["name"] for attribute in one["attributes"]))
    return [_type(name, attributes) for name, attributes in sorted(found.items())]


def _type(name: str, attributes: Iterable[str]) -> dict[str, Any]:
    return {"name": name, "attributes": [{"name": attribute, "type": TEXT} for attribute in attributes]}


def _object(objects: dict[str, dict[str, Any]], kind: str, number: int | str, /, **attributes: str) -> None:
    told = [{"name": name, "time": ALWAYS, "value": value} for name, value in attributes.items()]
    name = f"{kind}/{number}"
    objects.setdefault(name, {"id": name, "type": kind, "attributes": told, "relationships": []})


def _event(case: Case, event: Event) -> dict[str, Any]:
    related = [(f"{CASE}/{case.id}", "of")]
    if case.scope:
        related.append((f"{SCOPE}/{case.scope}", "of"))
    if event.task_id is not None:
        related.append((f"{TASK}/{event.task_id}", "of"))
    if event.person:
        related.append((f"{PERSON}/{event.person}", "by"))
    attributes = {"transition": event.transition, "process": event.process, "element": event.element}
    return {
        "id": f"event/{event.id:012d}",
        "type": event.activity,
        "time": event.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "attributes": [{"name": name, "value": value} for name, value in attributes.items()],
        "relationships": [{"objectId": key, "qualifier": how} for key, how in related],
    }
