"""What was answered with finished tasks, in a line each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions import catalogue
from engine.instances.models import Instance
from engine.tasks.models import UserTask
from workflows.forms.fields import Field
from workflows.forms.models import Submission
from workflows.forms.schema import FormSchema

SHOWN, LONGEST = 3, 80
_SAID = frozenset({"radio", "select", "textfield", "textarea", "number", "checkbox"})


def in_words(session: Session, task_ids: Collection[int]) -> Mapping[int, str]:
    """By task: «Filas reportadas: Aceptar 5, Devolver 1 · Nota: …»; one statement, and the bundles of the cases.

    Names and choices are those of the form as it was then. What asked nothing is left out.
    """
    query = (
        sa.select(Submission.task_id, Submission.form_key, Submission.values, Instance.bundle_sha256)
        .join(UserTask, UserTask.id == Submission.task_id)
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(Submission.task_id.in_(task_ids))
    )
    found, schemas = {}, dict[tuple[str, str], FormSchema]()
    for task_id, form_key, values, sha in session.execute(query):
        if (sha, form_key) not in schemas:
            schemas[sha, form_key] = FormSchema.from_dict(catalogue.by_sha(session, sha).form(form_key))
        parts = list(_parts(schemas[sha, form_key], values))
        if parts:
            found[task_id] = " · ".join(parts[:SHOWN])
    return found


def _parts(schema: FormSchema, values: Mapping[str, Any]) -> Iterator[str]:
    for field in schema.fields():
        value = values.get(field.key)
        if field.is_list and isinstance(value, list) and value:
            yield f"{field.label or field.key}: {_of_rows(field, value)}"
        elif field.type in _SAID and not field.readonly and value not in (None, "", False, []):
            said = _said(field, value)
            yield f"{field.label or field.key}: {said}" if said else str(field.label or field.key)


def _of_rows(table: Field, rows: Sequence[Mapping[str, Any]]) -> str:
    """How often each choice of the first column with choices was made («Aceptar 5, Devolver 1»); else how many rows."""
    for column in table.children:
        chosen = Counter(str(row.get(column.key)) for row in rows) if column.has_choices and not column.readonly else {}
        told = [f"{label} {chosen[value]}" for value, label in column.options if chosen.get(value)]
        if told:
            return ", ".join(told)
    return f"{len(rows)} {'fila' if len(rows) == 1 else 'filas'}"


def _said(field: Field, value: Any) -> str:
    if value is True:
        return ""
    labels = dict(field.options)
    text = " ".join(str(labels.get(str(value), value)).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
