"""A form as its task would show it, with nothing filled in."""

from __future__ import annotations

from markupsafe import Markup

from engine.instances.models import Instance
from engine.tasks.models import UserTask
from web import forms
from workflows.forms.handlers import Prefill, Preview
from workflows.forms.opening import OpenForm
from workflows.forms.schema import FormSchema


def preview(schema: FormSchema) -> Markup:
    """The real rendering, one empty row in each table; the task and the case exist only here."""
    opened = OpenForm(
        task=UserTask(id=0, name=""),
        instance=Instance(id=0, name=""),
        schema=schema,
        prefill=Prefill(),
        shown={field.key: [{}] if field.is_list else None for field in schema.fields()},
        options=_options(schema),
        files={},
        hidden=frozenset(),
        preview=Preview(),
        panels=(),
    )
    return forms.render(opened, panels=False)


def _options(schema: FormSchema) -> dict[str, list[tuple[str, str]]]:
    """The written options; a catalogue shows where its choices will come from."""
    found: dict[str, list[tuple[str, str]]] = {}
    for field in schema.fields():
        for path, one in [(field.key, field), *((f"{field.key}.{column.key}", column) for column in field.children)]:
            if one.has_choices:
                found[path] = list(one.options) or [("", f"(de la lista «{one.catalogue}»)")]
    return found
