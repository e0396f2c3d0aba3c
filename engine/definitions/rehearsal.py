"""A publication tried in a process of its own, so that no drawing can take the server with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from engine.confinement import confined
from engine.definitions import linting, parsing
from engine.definitions.diagram import DiagramModel
from engine.definitions.linting import KnownNames
from engine.definitions.publishing import called_by
from engine.definitions.reading import read_diagram
from engine.definitions.surroundings import known_names, published_diagrams
from engine.errors import InvalidDiagram
from engine.runtime import ProcessEngine


def rehearse(
    session: Session,
    engine: ProcessEngine,
    xml: bytes,
    forms: Mapping[str, dict[str, Any]],
    tenant: str = "",
    beside: Sequence[bytes] = (),
) -> None:
    """Check a drawing and let the library parse it, elsewhere and within limits; nothing is published.

    `beside` are drawings that would be published with it. With a tenant it is tried as its variant, among what its
    cases take. What the linter finds, and calls in a circle, are left to `publish`, which says it all.
    Raises `UnreadableDiagram` when that takes too long or too much, and `InvalidDiagram` when the library refuses it.
    """
    model = read_diagram(xml, engine.property_prefix)
    others = [read_diagram(one, engine.property_prefix) for one in beside]
    drawn = {one.process_key: one for one in [*others, model]}
    diagrams = published_diagrams(session, tenant) | drawn
    try:
        used = {key: diagrams[key] for key in called_by(model.process_key, diagrams)}
    except InvalidDiagram:
        used = {}
    # Only names: what answers questions would have the other process load the whole product first.
    known = replace(
        known_names(session, engine, drawn.values(), forms, tenant=tenant), check_deadline=None, check_opening=None
    )
    confined(
        _try,
        xml,
        replace(known, form_handlers=None, world=None, decisions=None, diagrams=None),
        used,
        model.process_key,
    )


def _try(xml: bytes, known: KnownNames, diagrams: Mapping[str, DiagramModel], process_key: str) -> None:
    """In the other process: what `publish` will do with it."""
    found = linting.lint(xml, known)
    if diagrams and not any(finding.severity == "error" for finding in found):
        for start in diagrams[process_key].starts():
            parsing.parse(diagrams, process_key, start.id)
