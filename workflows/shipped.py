"""The diagrams and forms that come with Cauce, and their way into the database."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import orjson
from sqlalchemy.orm import Session

from engine.definitions import publishing
from engine.definitions.models import ProcessVersion
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


def _files(folder: Traversable, ending: str) -> list[Traversable]:
    return sorted((file for file in folder.iterdir() if file.name.endswith(ending)), key=lambda file: file.name)
