"""The names a diagram may use: for the panel's lists and for the linter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine.runtime import ProcessEngine
from web.studio import overview


@dataclass(frozen=True, slots=True)
class Catalogues:
    """Key → label of roles, forms, processes and automatic steps."""

    roles: Mapping[str, str]
    forms: Mapping[str, str]
    processes: Mapping[str, str]
    topics: Mapping[str, str]


def catalogues(session: Session, engine: ProcessEngine, sector: str = "") -> Catalogues:
    """What exists now: what all share, and what is a sector's own."""
    labels = overview.labels(session, engine, sector)
    topics = {topic: topic.replace("_", " ").capitalize() for topic in sorted(engine.service_tasks)}
    return Catalogues(roles=labels.roles, forms=labels.forms, processes=labels.processes, topics=topics)
