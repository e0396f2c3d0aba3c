"""The fields of a form's draft: add, change, move, remove."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine.definitions.models import FormVersion
from web.auth.access import Of, allow
from web.numbers import row_id
from web.pages import back_to, current, page
from web.studio import overview
from web.studio.blueprint import LEADERS, blueprint
from web.studio.forms import form_page, keep_form
from workflows.errors import NotFound, Refused
from workflows.forms import editing
from workflows.forms.fields import CHOICE_TYPES, INPUT_TYPES, Field
from workflows.forms.schema import FormSchema

LONGEST_LABEL, LONGEST_HELP, MOST_OPTIONS = 200, 1000, 200

Edit = Callable[[dict[str, Any]], dict[str, Any]]


@blueprint.post("/formularios/<form_key>/campos")
@allow(*LEADERS, of=Of.DEFINITION)
def add_field(form_key: str) -> Response | tuple[str, int]:
    """Add a field to the form or to the rows of one of its tables."""
    kind, wrong = request.form.get("type", ""), wrong_field(request.form)
    if kind not in INPUT_TYPES:
        wrong["type"] = "Elija qué se responde."
    if wrong:
        return form_page(form_key, wrong, request.form), 422
    where = request.form.get("where", "")
    change_draft(form_key, lambda source: editing.add_field(source, kind, where=where, **asked(request.form)))
    return back_to("studio.form", f"Se agregó «{asked(request.form)['label']}» al borrador.", form_key=form_key)


@blueprint.get("/formularios/<form_key>/campos/<path>")
@allow(*LEADERS, of=Of.DEFINITION)
def field(form_key: str, path: str) -> str:
    """The page of one field."""
    return field_page(form_key, path)


@blueprint.post("/formularios/<form_key>/campos/<path>")
@allow(*LEADERS, of=Of.DEFINITION)
def change_field(form_key: str, path: str) -> Response | tuple[str, int]:
    """Change how a field is asked; its type stays, so that what was answered keeps its meaning."""
    wrong = wrong_field(request.form)
    if wrong:
        return field_page(form_key, path, wrong, request.form), 422
    change_draft(form_key, lambda source: editing.update_field(source, path, **asked(request.form)))
    return back_to("studio.form", f"«{asked(request.form)['label']}» quedó en el borrador.", form_key=form_key)


@blueprint.post("/formularios/<form_key>/campos/<path>/mover")
@allow(*LEADERS, of=Of.DEFINITION)
def move_field(form_key: str, path: str) -> Response:
    """Move a field one place up (`by` = -1) or down (1)."""
    by = -1 if request.form.get("by") == "-1" else 1
    change_draft(form_key, lambda source: editing.move_field(source, path, by))
    return back_to("studio.form", form_key=form_key, _anchor=f"campo-{path}")


@blueprint.post("/formularios/<form_key>/campos/<path>/quitar")
@allow(*LEADERS, of=Of.DEFINITION)
def remove_field(form_key: str, path: str) -> Response:
    """Remove a field, unless the records of the plan live on it."""
    with current().database.reading() as session:
        if path in protected(session, form_key):
            raise Refused("Ese campo lo usan las cifras del plan: no se puede quitar. Puede cambiar cómo se pregunta.")
    change_draft(form_key, lambda source: editing.remove_field(source, path))
    return back_to("studio.form", "Se quitó el campo del borrador.", form_key=form_key)


def change_draft(form_key: str, edit: Edit) -> None:
    """Apply `edit` to the draft that the person has seen; raises `StaleDraft`."""
    with current().database.unit_of_work() as session:
        source, _ = overview.working_form(session, form_key)
        keep_form(session, form_key, edit(source), request.form.get("revision", 0, type=row_id))


def protected(session: Session, form_key: str) -> frozenset[str]:
    """The paths that a form handler may count on: those of the first version, where a handler records the form."""
    handlers = current().engine.form_handlers or {}
    tasks = [task for model in overview.current_diagrams(session).values() for task in model.of_kind("userTask")]
    recorded = any(task.form_key == form_key and task.properties.get("registro", task.id) in handlers for task in tasks)
    versions = overview.form_versions(session, form_key)
    first = versions[-1].version if versions else None
    if not recorded or not isinstance(first, FormVersion):
        return frozenset()
    return frozenset(FormSchema.from_dict(first.schema).labels())


def field_page(
    form_key: str, path: str, wrong: Mapping[str, str] | None = None, typed: Mapping[str, str] | None = None
) -> str:
    """How one field is asked, as an ordinary form."""
    with current().database.reading() as session:
        source, revision = overview.working_form(session, form_key)
        names = overview.form_names(overview.drawn_diagrams(session), [form_key])
    found = find(FormSchema.from_dict(source), path)
    values = typed or {
        "label": found.label,
        "description": found.description,
        "required": "1" if found.rules.required else "",
        "options": "\n".join(label for _, label in found.options),
    }
    return page(
        "studio/field.html",
        form_key=form_key,
        name=names[form_key],
        path=path,
        field=found,
        values=values,
        wrong=wrong or {},
        revision=revision,
        has_options=found.type in CHOICE_TYPES and not found.catalogue,
    )


def find(schema: FormSchema, path: str) -> Field:
    """The field at `clave` or `tabla.columna`; raises `NotFound`."""
    key, _, column = path.partition(".")
    for one in schema.fields():
        if one.key == key and not column:
            return one
        for child in one.children if one.key == key else ():
            if child.key == column:
                return child
    raise NotFound("Ese campo no está en el borrador. Vuelva al formulario y elija otro.")


def asked(form: Mapping[str, str]) -> dict[str, Any]:
    """What was typed about a field."""
    return {
        "label": " ".join(form.get("label", "").split()),
        "description": " ".join(form.get("description", "").split()),
        "required": bool(form.get("required")),
        "options": [line.strip() for line in form.get("options", "").splitlines() if line.strip()],
    }


def wrong_field(form: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with what was typed, by field."""
    given, wrong = asked(form), {}
    if not 0 < len(given["label"]) <= LONGEST_LABEL:
        wrong["label"] = f"Escriba la pregunta, de a lo sumo {LONGEST_LABEL} caracteres."
    if len(given["description"]) > LONGEST_HELP:
        wrong["description"] = f"Acorte la ayuda a {LONGEST_HELP} caracteres."
    if form.get("type") in CHOICE_TYPES and len(given["options"]) < 2:
        wrong["options"] = "Escriba al menos dos opciones, una por línea."
    if len(given["options"]) > MOST_OPTIONS:
        wrong["options"] = f"Escriba a lo sumo {MOST_OPTIONS} opciones."
    return wrong
