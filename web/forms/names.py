"""How a field's path is written in HTML."""

from __future__ import annotations


def name_of(path: str) -> str:
    """The name of a field: `avances.0.valor` → `avances-0-valor`."""
    return path.replace(".", "-")


def anchor_of(path: str) -> str:
    """The id of a field, a row or a table on the page."""
    return f"f-{name_of(path)}"
