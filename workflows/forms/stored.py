"""Reading submissions back: typed again, and in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from workflows.forms.cells import is_blank
from workflows.forms.fields import Field
from workflows.forms.notation import format_number
from workflows.forms.schema import FormSchema
from workflows.forms.values import Values
from workflows.spanish import long_day, long_moment


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer in words. `row` names the row of a table, empty elsewhere; `path` is the field's."""

    path: str
    label: str
    text: str
    row: str = ""


def typed(schema: FormSchema, stored: Mapping[str, Any]) -> Values:
    """The values of a submission (JSON) with their types again."""
    values = dict(stored)
    for field in schema.fields():
        if field.is_list:
            values[field.key] = [_typed_row(field, row) for row in stored.get(field.key) or []]
        elif field.key in stored:
            values[field.key] = _typed(field, stored[field.key])
    return values


def row_in_words(table: Field, stored: Mapping[str, Any]) -> Iterator[Answer]:
    """Every answer of one stored row (JSON), in the order of its table."""
    row = _typed_row(table, stored)
    for column in table.children:
        if column.key in row and not is_blank(row[column.key]):
            yield Answer(column.key, column.label, text_of(column, row[column.key]))


def in_words(schema: FormSchema, values: Mapping[str, Any]) -> Iterator[Answer]:
    """Every answer that was given, in the order of the form; `values` are typed."""
    for field in schema.fields():
        if not field.is_list:
            if not is_blank(values.get(field.key)):
                yield Answer(field.key, field.label, text_of(field, values[field.key]))
            continue
        for place, row in enumerate(values.get(field.key) or []):
            title = " ".join(text_of(column, row.get(column.key)) for column in field.columns("titulo"))
            for column in field.children:
                if column.place != "titulo" and column.type != "text" and not is_blank(row.get(column.key)):
                    text = text_of(column, row[column.key])
                    yield Answer(f"{field.key}.{place}.{column.key}", column.label, text, title or f"Fila {place + 1}")


def text_of(one: Field, value: Any) -> str:
    """A typed value as people read it; empty for nothing. Files are counted, not named."""
    if one.type == "checkbox":
        return "Sí" if value else "No"
    if one.type == "filepicker" and isinstance(value, list):
        return f"{len(value)} archivo{'' if len(value) == 1 else 's'}" if value else ""
    if isinstance(value, list | tuple):
        return ", ".join(text_of(one, item) for item in value)
    return dict(one.options).get(value, value) if isinstance(value, str) else _told(value)


def _told(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return long_moment(value)
    if isinstance(value, dt.date):
        return long_day(value)
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    if isinstance(value, Decimal | int | float) and not isinstance(value, bool):
        return format_number(value)
    return "" if value is None else str(value)


def _typed_row(table: Field, stored: Mapping[str, Any]) -> Values:
    columns = {column.key: column for column in table.children}
    return {key: _typed(columns[key], value) if key in columns else value for key, value in stored.items()}


def _typed(one: Field, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        if one.type == "number":
            return Decimal(value)
        if one.type == "datetime":
            if one.moment == "time":
                return dt.time.fromisoformat(value)
            return (dt.datetime if one.moment == "datetime" else dt.date).fromisoformat(value)
    except (ArithmeticError, ValueError):  # a read-only cell may hold words where others hold numbers
        return value
    return value
