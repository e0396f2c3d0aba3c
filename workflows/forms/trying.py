"""Trying a form before it is published: filled in and sent as its task would take it, without any effect.

Fixed rows and what is only read hold made-up data; nothing is stored, not even files.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.tasks.models import UserTask
from workflows.documents.models import StoredFile
from workflows.errors import FieldError
from workflows.forms.bounds import within_bounds
from workflows.forms.fields import Field
from workflows.forms.handlers import Catalogue, FormContext, PlainForm, Prefill
from workflows.forms.opening import OpenForm, file_ids, lay_out
from workflows.forms.reading import without_blank_rows
from workflows.forms.schema import FormSchema
from workflows.forms.stored import Answer, in_words
from workflows.people.groups import sectors_of

MADE_UP = ("Ejemplo 1", "Ejemplo 2")


@dataclass(frozen=True, slots=True)
class Trial:
    """A form as it was tried: `errors` as they would be told, or `answers` as they would stand."""

    opened: OpenForm
    errors: Sequence[FieldError] = ()
    answers: Sequence[Answer] = ()


class MadeUpData(PlainForm):
    """Rows and cells that show what a form looks like when a handler has prepared it."""

    def __init__(self, schema: FormSchema) -> None:
        """For one form."""
        self.schema = schema

    def prepare(self, context: FormContext) -> Prefill:
        """Two rows where rows are fixed, and something in what is only read."""
        values: dict[str, Any] = {}
        for one in self.schema.fields():
            if one.is_list and one.fixed:
                values[one.key] = [_row(one, name) for name in MADE_UP]
            elif one.readonly and not one.is_list:
                values[one.key] = _made_up(one, MADE_UP[0])
        return Prefill(values=values)


def _row(table: Field, name: str) -> dict[str, Any]:
    return {column.key: _made_up(column, name) for column in table.children if column.readonly}


def _made_up(one: Field, name: str) -> Any:
    if one.options:
        return one.options[0][0]
    known: dict[str, Any] = {"number": Decimal(10), "datetime": dt.date(2026, 1, 30), "checkbox": True}
    return [] if one.type in ("checklist", "filepicker") else known.get(one.type, name)


def try_form(
    session: Session,
    engine: ProcessEngine,
    schema: FormSchema,
    actor: Actor,
    catalogues: Mapping[str, Catalogue],
    raw: object = None,
    files: Mapping[int, str] | None = None,
    *,
    send: bool = True,
) -> Trial:
    """The form with made-up data; with `raw`, as its task would take what was typed.

    `files` are the names of the files that were chosen, by the number that stands for each in `raw`. Raises
    `InvalidSubmission` for what no form sends.
    """
    task = UserTask(id=0, name="", element_id="", process_key="", variables={}, properties={}, context={})
    case = Instance(id=0, name="", tenant=next(iter(sorted(sectors_of(actor))), ""))
    layout = lay_out(FormContext(session, engine, task, case, actor), schema, MadeUpData(schema), catalogues)
    typed = None if raw is None else within_bounds(schema, raw)
    held = _held(file_ids(schema, typed or {}), files or {})
    layout = replace(layout, options=_offered(layout.options), files={**layout.files, **held})
    shown = layout.show(typed)
    opened = layout.opened(shown, layout.read(shown))
    if typed is None or not send:
        return Trial(opened)
    sent = layout.read(layout.show(without_blank_rows(schema, typed)))
    return Trial(opened, sent.errors, () if sent.errors else tuple(in_words(schema, sent.values)))


def _offered(options: Mapping[str, Sequence[tuple[str, str]]]) -> dict[str, Sequence[tuple[str, str]]]:
    """A list of the plan that is empty here shows what it will be."""
    return {path: found or [(name, name) for name in MADE_UP] for path, found in options.items()}


def _held(named: Iterable[int], files: Mapping[int, str]) -> dict[int, StoredFile]:
    """What stands for the files that were chosen: nobody keeps them."""
    return {id_: StoredFile(id=id_, name=files.get(id_, "Archivo"), size=0) for id_ in named}
