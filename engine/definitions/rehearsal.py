"""A publication tried in a process of its own, so that no drawing can take the server with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from engine.definitions import catalogue, linting, parsing
from engine.definitions.confinement import confined
from engine.definitions.diagram import DiagramModel
from engine.definitions.linting import KnownNames
from engine.definitions.publishing import called_by, known_names
from engine.definitions.reading import read_diagram
from engine.errors import InvalidDiagram
from engine.runtime import ProcessEngine


def rehearse(session: Session, engine: ProcessEngine, xml: bytes, forms: Mapping[str, dict[str, Any]]) -> None:
    """Check a drawing and let the library parse it, elsewhere and within limits; nothing is published.

    Raises `UnreadableDiagram` when that takes too long or too much, and `InvalidDiagram` when the library refuses it.
    What the linter finds, and calls in a circle, are left to `publish`, which says it all.
    """
    model = read_diagram(xml, engine.property_prefix)
    diagrams = _published(session) | {model.process_key: model}
    try:
        used = {key: diagrams[key] for key in called_by(model.process_key, diagrams)}
    except InvalidDiagram:
        used = {}
    # Only names: what answers questions would have the other process load the whole product first.
    known = replace(known_names(session, engine, [model], forms), check_deadline=None, check_opening=None)
    confined(_try, xml, replace(known, form_handlers=None), used, model.process_key)


def _published(session: Session) -> dict[str, DiagramModel]:
    bundles = (catalogue.by_sha(session, d.bundle_sha256) for d in catalogue.definitions(session) if d.bundle_sha256)
    return {bundle.process_key: bundle.diagrams[bundle.process_key] for bundle in bundles}


def _try(xml: bytes, known: KnownNames, diagrams: Mapping[str, DiagramModel], process_key: str) -> None:
    """In the other process: what `publish` will do with it."""
    found = linting.lint(xml, known)
    if diagrams and not any(finding.severity == "error" for finding in found):
        for start in diagrams[process_key].starts():
            parsing.parse(diagrams, process_key, start.id)
