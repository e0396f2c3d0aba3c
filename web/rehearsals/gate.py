"""What is kept of rehearsals stands before every publication: which ones a change touches, and how they go with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from engine.confinement import confined
from engine.definitions import catalogue, scenarios
from engine.definitions.diagram import DiagramModel
from engine.definitions.models import ProcessDefinition, Scenario
from engine.definitions.reading import read_diagram
from web.bootstrap import Application
from web.rehearsals import walking
from web.rehearsals.jobs import SECONDS
from web.rehearsals.material import Material, gather
from web.rehearsals.order import Order
from web.rehearsals.scenarios import Verdict, judge
from workflows.calendar import bogota_day

Forms = Mapping[str, dict[str, Any]]


def touched(session: Session, changed: Iterable[str], forms: Iterable[str] = ()) -> list[Scenario]:
    """The scenarios of processes that change or ask a form that does, and of all that call those, directly or not."""
    diagrams, asked = _shared(session), set(forms)
    found = list(dict.fromkeys(changed))
    found += [key for key, model in diagrams.items() if key not in found and _asks(model, asked)]
    for key in found:
        found += [other for other, model in diagrams.items() if other not in found and _calls(model, key)]
    return [scenario for key in found for scenario in scenarios.of_process(session, key)]


def _asks(model: DiagramModel, forms: set[str]) -> bool:
    return any(one.form_key in forms for one in model.elements.values() if one.form_key)


def _calls(model: DiagramModel, key: str) -> bool:
    return any(call.called_element == key for call in model.of_kind("callActivity"))


def _shared(session: Session) -> dict[str, DiagramModel]:
    rows: Sequence[ProcessDefinition] = catalogue.definitions(session, "")
    hashes = {one.key: one.bundle_sha256 for one in rows if one.bundle_sha256}
    return {key: catalogue.by_sha(session, sha256).diagrams[key] for key, sha256 in hashes.items()}


def runs(
    session: Session, application: Application, kept: Sequence[Scenario], diagrams: Sequence[bytes], forms: Forms
) -> list[tuple[Material, Order]]:
    """What a replay of them with these diagrams and forms is made of."""
    drawn = {read_diagram(xml).process_key: xml for xml in diagrams}
    today = bogota_day(application.clock.now())
    found = []
    for one in kept:
        taken = gather(session, application.engine, one.process_key, drawn, today)
        found.append((replace(taken, forms={**taken.forms, **forms}), Order.of(one.asked)))
    return found


def replay(kept: Sequence[Scenario], played: Sequence[tuple[Material, Order]]) -> list[Verdict]:
    """Play them now, one after another, each in a process of its own; how each went."""
    return [
        judge(one.name, one.expected, confined(walking.walk, material, order, seconds=SECONDS))
        for one, (material, order) in zip(kept, played, strict=True)
    ]


def why_not(verdicts: Sequence[Verdict], *, accepted: bool, how: str) -> str:
    """Why what was replayed can't be published; empty if it can. `how` says where one accepts what differs."""
    for one in verdicts:
        if one.stuck:
            return f"El ensayo guardado «{one.name}» ya no llega a su fin: {one.differences[0]}"
    other = [one for one in verdicts if not one.is_same]
    if other and not accepted:
        return f"El ensayo guardado «{other[0].name}» sale distinto: {other[0].differences[0]} {how}"
    return ""
