"""What a task is about, where many of one name are told apart by nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def subject(variables: Mapping[str, Any]) -> str:
    """«Mesa de productos» of its minutes, the title of a survey, «sección 4.2» of a document; else nothing."""
    if section := variables.get("seccion"):
        return f"sección {section}"
    return str(variables.get("tema") or variables.get("titulo") or "")
