"""The diagrams and forms that come with Cauce, and their way into the database."""

from __future__ import annotations

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions import publishing
from engine.definitions.models import ProcessVersion
from engine.definitions.reading import read_diagram
from engine.identity import SYSTEM
from engine.runtime import ProcessEngine

REASON = "Versión que viene con Cauce"


def shipped_diagrams() -> list[bytes]:
    """The `.bpmn` files of the package `bpmn`, by file name."""
    return [file.read_bytes() for file in _files(resources.files("bpmn"), ".bpmn")]


def shipped_forms() -> dict[str, dict[str, Any]]:
    """The JSON of the forms of the package `bpmn`, by form key."""
    forms = (orjson.loads(file.read_bytes()) for file in _files(resources.files("bpmn") / "forms", ".form"))
    return {form["id"]: form for form in forms}


def publish_shipped(session: Session, engine: ProcessEngine) -> list[ProcessVersion]:
    """Publish every shipped diagram and form that differs from what is published; return the new versions.

    Raises `engine.errors.InvalidDiagram`.
    """
    return publishing.publish(session, engine, shipped_diagrams(), shipped_forms(), actor=SYSTEM, reason=REASON)


def unpublished(session: Session) -> list[str]:
    """The names of the processes whose shipped diagram was never published here: they came with a newer Cauce.

    One statement. What an office changed itself, and published before, is not among them.
    """
    query = sa.select(ProcessVersion.process_key, ProcessVersion.sha256).where(ProcessVersion.tenant == "")
    known = {tuple(row) for row in session.execute(query)}
    return [name for key, name, sha256 in _named() if (key, sha256) not in known]


@cache
def _named() -> list[tuple[str, str, str]]:
    models = ((read_diagram(xml), publishing.canonical_sha256(xml)) for xml in shipped_diagrams())
    return [(model.process_key, model.name, sha256) for model, sha256 in models]


def _files(folder: Traversable, ending: str) -> list[Traversable]:
    return sorted((file for file in folder.iterdir() if file.name.endswith(ending)), key=lambda file: file.name)
