"""Keeping what was sent within bounds before anybody looks at it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from workflows.errors import InvalidSubmission
from workflows.forms.fields import Field
from workflows.forms.reading import Raw, rows_of
from workflows.forms.schema import FormSchema
from workflows.forms.values import ROW_KEY, as_json

MAX_BYTES = 4 * 1024 * 1024
MAX_STRING = 100_000
MAX_ITEMS = 1_000
_HALVES, _STAND_IN = re.compile("[\ud800-\udfff]"), "\ufffe"
"""Half of a pair cannot even be kept as a draft: a letter that can, and that every field refuses, stands for it."""


def within_bounds(schema: FormSchema, raw: object) -> dict[str, Any]:
    """Only what the form asks for, no deeper than rows of cells, and of a size that can be kept.

    Raises `InvalidSubmission`.
    """
    if not isinstance(raw, Mapping):
        raise InvalidSubmission("Se esperaba un objeto con los campos del formulario.", errors=[])
    kept = {field.key: _of(field, raw[field.key]) for field in schema.fields() if field.key in raw}
    if len(orjson.dumps(kept)) > MAX_BYTES:
        raise InvalidSubmission("Lo escrito es demasiado largo. Acórtelo o envíelo como archivo adjunto.", errors=[])
    return kept


def _of(one: Field, value: Any) -> Any:
    return [_row(one, row) for row in rows_of(value)] if one.is_list else _cell(value)


def _row(table: Field, row: Raw) -> dict[str, Any]:
    kept = {column.key: _cell(row[column.key]) for column in table.children if column.key in row}
    return kept | ({ROW_KEY: str(_scalar(row[ROW_KEY]))} if ROW_KEY in row else {})


def _cell(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_scalar(item) for item in value[:MAX_ITEMS]]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    """JSON scalars as they are; what is nested where one value belongs becomes a value that no field accepts."""
    if isinstance(value, Mapping | list | tuple):
        return "\ufffd"
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 63:
        return str(value) if value.bit_length() < 1000 else "\ufffd"
    if isinstance(value, str):
        return _HALVES.sub(_STAND_IN, value[: MAX_STRING + 1])
    return as_json(value) if not isinstance(value, float) or abs(value) < float("inf") else "\ufffd"
