"""What exists around a diagram that is being checked: names, other processes, forms, and where data come from."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.decisions.model import DecisionModel
from engine.definitions import catalogue
from engine.definitions.dataflow.questions import read_questions
from engine.definitions.dataflow.world import Questions, World
from engine.definitions.deciding import PublishedDecision
from engine.definitions.diagram import DiagramModel
from engine.definitions.linting import KnownNames
from engine.definitions.models import FormVersion
from engine.runtime import ProcessEngine

Schemas = Mapping[str, Mapping[str, Any]]


def known_names(
    session: Session,
    engine: ProcessEngine,
    diagrams: Iterable[DiagramModel] = (),
    forms: Schemas | None = None,
    decisions: Iterable[DecisionModel] = (),
    *,
    tenant: str = "",
) -> KnownNames:
    """What a diagram may name and read: what a tenant's cases take, with what is about to be published."""
    drawn = {diagram.process_key: diagram for diagram in diagrams}
    published = published_diagrams(session, tenant)
    models = {**published, **drawn}
    processes = {one.key: one.name for one in catalogue.definitions(session, tenant)}
    decided = _decided(session, decisions)
    asked = sa.select(FormVersion.form_key).where(FormVersion.tenant.in_({"", tenant})).distinct()
    known_forms = {key: key for key in session.scalars(asked)}
    return KnownNames(
        reserved_keys=engine.reserved_keys,
        roles=dict(engine.groups.roles(session)),
        vacant=dict(engine.groups.vacant(session, tenant)),
        forms=known_forms | {key: key for key in forms or {}},
        processes=processes | {key: diagram.name for key, diagram in drawn.items()},
        topics={topic: topic for topic in engine.service_tasks},
        form_handlers=engine.form_handlers,
        calls={key: _called(model) for key, model in models.items()},
        check_deadline=engine.calendar.check,
        check_opening=engine.check_opening,
        world=_world(session, engine, models, published, forms or {}, decided, tenant),
        decisions=decided,
        diagrams=models,
    )


def published_diagrams(session: Session, tenant: str = "") -> dict[str, DiagramModel]:
    """The diagram of every process as the cases of a tenant take it now."""
    rows = catalogue.definitions(session, tenant)
    bundles = (catalogue.by_sha(session, one.bundle_sha256) for one in rows if one.bundle_sha256)
    return {bundle.process_key: bundle.diagrams[bundle.process_key] for bundle in bundles}


def _decided(session: Session, new: Iterable[DecisionModel]) -> dict[str, PublishedDecision]:
    """Every decision by its id; of files that are published again, those about to be."""
    fresh = {model.id: model for model in new}
    found: dict[str, PublishedDecision] = {}
    for file in catalogue.latest_decisions(session):
        if file.decision_key not in fresh:
            found |= catalogue.decisions_of(file)
    for model in fresh.values():
        found |= {one: PublishedDecision(model, node, 0) for one, node in model.decisions.items()}
    return found


def _called(model: DiagramModel) -> frozenset[str]:
    return frozenset(call.called_element for call in model.of_kind("callActivity"))


def _world(
    session: Session,
    engine: ProcessEngine,
    models: Mapping[str, DiagramModel],
    published: Mapping[str, DiagramModel],
    forms: Schemas,
    decisions: Mapping[str, PublishedDecision],
    tenant: str,
) -> World | None:
    if engine.contracts is None:
        return None
    contracts, added = engine.contracts, engine.groups.needs(session)
    if added:
        usual = contracts.role_needs
        contracts = replace(contracts, role_needs=lambda role: added.get(role) or usual(role))
    return World(contracts, models, _asks(session, forms, models, tenant), published, decisions)


def _asks(
    session: Session, forms: Schemas, models: Mapping[str, DiagramModel], tenant: str
) -> Callable[[str], Questions | None]:
    """What each form asks, by its key; read once somebody looks at it, with all that the same diagram asks."""
    beside: dict[str, frozenset[str]] = {}
    for model in models.values():
        named = frozenset(one.form_key for one in model.elements.values() if one.form_key) - forms.keys()
        for key in named:
            beside[key] = beside.get(key, frozenset()) | named
    read: dict[str, FormVersion | None] = {}

    @functools.cache
    def asked(key: str) -> Questions | None:
        if key in forms:
            return read_questions(forms[key])
        if key not in read:
            wanted = (beside.get(key, frozenset()) | {key}) - read.keys()
            found = catalogue.forms(session, tenant, wanted)
            read.update({one: found.get(one) for one in wanted})
        published = read[key]
        return None if published is None else read_questions(published.schema)

    return asked
