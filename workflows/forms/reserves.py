"""How the files of a form are kept: what their field says, else what was chosen beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workflows.documents.states import Reserve
from workflows.forms.cells import file_id
from workflows.forms.fields import Field
from workflows.forms.reading import rows_of
from workflows.forms.schema import FormSchema

CHOSEN_IN = "reserva"
"""The key of the field that says it, in a form or in each row of a table."""


def reserves(schema: FormSchema, values: Mapping[str, Any]) -> Mapping[int, Reserve]:
    """By file, how it is to be kept; of what is named twice, the stricter. What nothing is said of is absent."""
    found: dict[int, Reserve] = {}
    for one, reserve in _said(schema, values):
        found[one] = max(found.get(one, reserve), reserve, key=list(Reserve).index)
    return found


def _said(schema: FormSchema, values: Mapping[str, Any]) -> Iterator[tuple[int, Reserve]]:
    fields = list(schema.fields())
    yield from _beside([one for one in fields if not one.is_list], values)
    for table in fields:
        for row in rows_of(values.get(table.key)) if table.is_list else ():
            yield from _beside(table.children, row)


def _beside(fields: Sequence[Field], values: Mapping[str, Any]) -> Iterator[tuple[int, Reserve]]:
    chosen = values.get(CHOSEN_IN) if any(one.key == CHOSEN_IN and one.has_choices for one in fields) else None
    for one in fields:
        said = one.reserve or chosen
        if one.type == "filepicker" and said in list(Reserve):
            held = values.get(one.key)
            for raw in held if isinstance(held, list) else [held]:
                number = file_id(raw)
                if number is not None:
                    yield number, Reserve(said)
