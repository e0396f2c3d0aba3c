"""What a form's fields hold, how it is named by paths, and how it becomes JSON or process variables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from workflows.errors import FieldError

Values = dict[str, Any]
"""Typed values by field: str, Decimal, date, datetime, time, bool, None, list of str (checklist), list of
`StoredFile.id` (files), list of rows (each a `Values`)."""

ROW_KEY = "_fila"
"""In a table with fixed rows: what tells one row from another, whatever its place."""


def path_of(*parts: str | int) -> str:
    """`avances`, 0, `valor` → `avances.0.valor`."""
    return ".".join(str(part) for part in parts)


def as_json(value: Any) -> Any:
    """The value as JSON that loses nothing: decimals and dates as text (`1234.5`, `2026-11-22`)."""
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return value


def as_variable(value: Any) -> Any:
    """The value as a process variable: numbers as JSON numbers, dates as ISO text, lists of scalars as they are."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list | tuple):
        return [as_variable(item) for item in value]
    return as_json(value)


def names_in(text: str) -> list[str]:
    """The names of a property such as `pes.salida`, separated by commas or spaces."""
    return text.replace(",", " ").split()


def without_duplicates(errors: Iterable[FieldError]) -> list[FieldError]:
    """The errors in order, each once, and only the first of each field."""
    first: dict[str, FieldError] = {}
    for error in errors:
        first.setdefault(error.path, error)
    return list(first.values())
