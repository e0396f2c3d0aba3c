"""Somebody who can fill any form: what is obligatory, with the first value that it takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from workflows.forms.fields import Field
from workflows.forms.opening import OpenForm
from workflows.forms.reading import is_locked
from workflows.forms.values import ROW_KEY
from workflows.simulation.mindset import Raw, Upload

WORDS = "Texto escrito en un ensayo."


def typed(form: OpenForm, upload: Upload, today: dt.date) -> Raw:
    """What a browser would send: what the page proposes stays, the rest of what is obligatory is made up."""
    return dict(_values(form, upload, today))


def _values(form: OpenForm, upload: Upload, today: dt.date) -> Iterator[tuple[str, Any]]:
    for field in form.schema.fields():
        if field.is_list:
            yield field.key, [*_rows(form, field, upload, today)]
        elif not field.readonly and field.key not in form.hidden:
            yield field.key, _value(form, field, field.key, form.shown.get(field.key), upload, today)


def _rows(form: OpenForm, table: Field, upload: Upload, today: dt.date) -> Iterator[Mapping[str, Any]]:
    shown = list(form.shown.get(table.key) or ())
    wanted = max(len(shown), table.min_rows, 1 if table.rules.required else 0)
    for place in range(wanted):
        row: Mapping[str, Any] = shown[place] if place < len(shown) else {}
        path = f"{table.key}.{place}"
        known = {ROW_KEY: row[ROW_KEY]} if row.get(ROW_KEY) else {}
        if is_locked(path, form.prefill.locked):
            yield known
            continue
        yield known | {
            column.key: _value(form, column, f"{table.key}.{column.key}", row.get(column.key), upload, today)
            for column in table.children
            if not column.readonly and column.type != "text"
        }


def _value(form: OpenForm, field: Field, path: str, shown: Any, upload: Upload, today: dt.date) -> Any:
    if field.type == "filepicker":
        return [upload("soporte de ensayo.txt", b"ensayo\n")] if field.rules.required else []
    if shown not in (None, "", [], False):
        return as_typed(shown)
    if field.type == "checkbox":
        return "true" if field.rules.required else ""
    if field.has_choices:
        offered = [value for value, _label in form.options.get(path, field.options)]
        first = offered[:1] if field.rules.required or field.type == "radio" else []
        return first if field.type == "checklist" else "".join(first)
    return _made_up(field, today) if field.rules.required else ""


def _made_up(field: Field, today: dt.date) -> str:
    least = field.rules.minimum
    if field.type == "number":
        return str(max(least, Decimal(1)) if isinstance(least, Decimal) else 1).replace(".", ",")
    if field.type == "datetime":
        day = max(least, today) if isinstance(least, dt.date) else today
        return {"time": "10:00", "datetime": f"{day.isoformat()}T10:00"}.get(field.moment, day.isoformat())
    return (WORDS * (1 + field.rules.min_length // len(WORDS)))[: field.rules.max_length]


def as_typed(value: Any) -> Any:
    """A value as it stands in the control of a page."""
    if isinstance(value, bool):
        return "true" if value else ""
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    if isinstance(value, dt.date):
        return value.isoformat()
    return [as_typed(one) for one in value] if isinstance(value, list | tuple) else str(value)
