"""What a rehearsal is made of, read from the installation once and carried to where it is played."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.contracts import Contracts
from engine.definitions import catalogue, unpublished
from engine.definitions.dataflow.giving import declared_inputs
from engine.definitions.diagram import DiagramModel, Element
from engine.definitions.names import Name
from engine.definitions.reading import read_diagram
from engine.runtime import ProcessEngine
from workflows.cycles import opening
from workflows.cycles.cadence import read as cadence_of
from workflows.errors import Refused
from workflows.lifecycle.starting import MASTER
from workflows.plan.models import Plan
from workflows.records.data import PlanData
from workflows.records.stored import stored_plan
from workflows.simulation.occasions import OCCASIONS

CALENDAR, BY_HAND, PLAN, OCCASION = "calendario", "a mano", "plan", "ocasión"


@dataclass(frozen=True, slots=True)
class Root:
    """The process with which a rehearsal begins, and how: the one that is rehearsed, else one that leads to it."""

    process_key: str
    name: str
    how: str


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that is published, with the draft in the place of its process; a plan; the day it is."""

    process_key: str
    root: Root
    diagrams: tuple[bytes, ...]
    forms: Mapping[str, dict[str, Any]]
    plan: PlanData
    today: dt.date


def gather(
    session: Session,
    engine: ProcessEngine,
    name: str,
    drawn: Mapping[str, bytes],
    today: dt.date,
    sectors: Collection[str] = (),
) -> Material:
    """What a rehearsal of a process needs, with what is `drawn` (by process) in the place of what is published.

    Processes may be named as a sector's variants; then it is played with all that is that sector's own, plan and people
    too. What all share is played with those of one of `sectors`, the reader's; of any, where none are said.
    Raises `Refused` where nothing can begin it, or there is no plan.
    """
    process_key, sector = Name.parse(name)
    drawn = {Name.parse(one).key: xml for one, xml in drawn.items()}
    definitions = [one for one in catalogue.definitions(session, sector) if one.bundle_sha256]
    published = {one.key: catalogue.by_sha(session, str(one.bundle_sha256)).xml(one.key) for one in definitions}
    diagrams = {**published, **drawn}
    models = {key: read_diagram(one) for key, one in diagrams.items()}
    forms = {key: one.schema for key, one in catalogue.forms(session, sector).items()}
    return Material(
        process_key,
        root_of(models, process_key, engine.contracts),
        tuple(diagrams.values()),
        forms | {key: one for own in drawn for key, one in unpublished.forms_of(session, models[own], sector).items()},
        _plan(session, [sector] if sector else sectors),
        today,
    )


def root_of(models: Mapping[str, DiagramModel], process_key: str, contracts: Contracts | None) -> Root:
    """The nearest process from which this one is reached and that begins by itself. Raises `Refused`."""
    waiting, seen = deque([process_key]), {process_key}
    while waiting:
        key = waiting.popleft()
        how = _begins(models[key], models, contracts)
        if how and (key == process_key or how not in (BY_HAND, OCCASION)):
            return Root(key, models[key].name, how)
        for other, model in sorted(models.items()):
            if other not in seen and _leads_to(model, models[key], contracts):
                seen.add(other)
                waiting.append(other)
    raise Refused(
        f"«{models[process_key].name}» no se puede ensayar solo: nada de lo que Cauce abre por sí mismo llega a él. "
        "Llámelo desde otro proceso, o déle un comienzo a mano."
    )


def _begins(model: DiagramModel, models: Mapping[str, DiagramModel], contracts: Contracts | None) -> str:
    if model.process_key == MASTER:
        return PLAN
    if model.process_key in OCCASIONS:
        return OCCASION
    if any(cadence_of(start.properties) is not None for start in model.starts()):
        return CALENDAR
    called = any(_calls(other, model) for other in models.values())
    plain = [start for start in model.starts() if start.event in ("", "none")]
    asks = any(declared_inputs(start) or start.form_key for start in plain)
    opened = contracts is not None and model.process_key in contracts.opened
    return BY_HAND if plain and not opened and (asks or not called) else ""


def _calls(model: DiagramModel, other: DiagramModel) -> bool:
    return any(call.called_element == other.process_key for call in model.of_kind("callActivity"))


def _leads_to(model: DiagramModel, other: DiagramModel, contracts: Contracts | None) -> bool:
    awaited = {start.message for start in other.starts() if start.event == "message"} - {""}
    return _calls(model, other) or any(
        _sends(element, awaited, contracts) or _opens(element, other.process_key, contracts)
        for element in model.elements.values()
    )


def _sends(element: Element, awaited: set[str], contracts: Contracts | None) -> bool:
    step = contracts.steps.get(element.topic or element.id) if contracts is not None else None
    if step is not None:
        return not awaited.isdisjoint(step.sends)
    return element.kind in ("sendTask", "intermediateThrowEvent", "endEvent") and element.message in awaited


def _opens(element: Element, process_key: str, contracts: Contracts | None) -> bool:
    step = contracts.steps.get(element.topic or element.id) if contracts is not None else None
    return step is not None and process_key in step.opens


def _plan(session: Session, sectors: Collection[str]) -> PlanData:
    """A plan that is followed, else any; of these sectors, where some are said: nobody reads names of another."""
    known = sa.select(Plan.code).order_by(Plan.code)
    if sectors:
        known = known.where(Plan.sector_code.in_(sectors))
    codes = session.scalars(known).all()
    followed = [plan.code for plan in opening.followed(session) if plan.code in codes]
    code = next(iter([*followed, *codes]), None)
    found = stored_plan(session, code) if code else None
    if found is None:
        whose = " en su sector" if sectors else ""
        raise Refused(f"Para ensayar se necesita un plan cargado{whose}, con sus entidades y personas.")
    return found
