"""What exists around a diagram that is being checked: names, other processes, forms, and where data come from."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
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
from engine.definitions.models import FormVersion, ProcessDefinition
from engine.runtime import ProcessEngine

Schemas = Mapping[str, Mapping[str, Any]]


def known_names(
    session: Session,
    engine: ProcessEngine,
    diagrams: Iterable[DiagramModel] = (),
    forms: Schemas | None = None,
    decisions: Iterable[DecisionModel] = (),
) -> KnownNames:
    """What a diagram may name and read: what is published, with what is about to be."""
    drawn = {diagram.process_key: diagram for diagram in diagrams}
    published = published_diagrams(session)
    models = {**published, **drawn}
    processes = {key: name for key, name in session.execute(sa.select(ProcessDefinition.key, ProcessDefinition.name))}
    decided = _decided(session, decisions)
    known_forms = {key: key for key in session.scalars(sa.select(FormVersion.form_key).distinct())}
    return KnownNames(
        reserved_keys=engine.reserved_keys,
        roles=dict(engine.groups.roles(session)),
        forms=known_forms | {key: key for key in forms or {}},
        processes=processes | {key: diagram.name for key, diagram in drawn.items()},
        topics={topic: topic for topic in engine.service_tasks},
        form_handlers=engine.form_handlers,
        calls={key: _called(model) for key, model in models.items()},
        check_deadline=engine.calendar.check,
        check_opening=engine.check_opening,
        world=_world(session, engine, models, published, forms or {}, decided),
        decisions=decided,
        diagrams=models,
    )


def published_diagrams(session: Session) -> dict[str, DiagramModel]:
    """The diagram of every process as it is published now."""
    bundles = (catalogue.by_sha(session, d.bundle_sha256) for d in catalogue.definitions(session) if d.bundle_sha256)
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
) -> World | None:
    if engine.contracts is None:
        return None
    return World(engine.contracts, models, _asks(session, forms), published, decisions)


def _asks(session: Session, forms: Schemas) -> Callable[[str], Questions | None]:
    """What each form asks, by its key; a form is read when somebody looks at it, and once."""

    @functools.cache
    def asked(key: str) -> Questions | None:
        schema = forms[key] if key in forms else _latest(session, key)
        return None if schema is None else read_questions(schema)

    return asked


def _latest(session: Session, key: str) -> Mapping[str, Any] | None:
    newest = sa.select(FormVersion.schema).where(FormVersion.form_key == key).order_by(FormVersion.version.desc())
    return session.scalar(newest.limit(1))
