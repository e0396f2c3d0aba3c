"""The fields of a form's draft: add, change, move, remove."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import abort, request, url_for
from sqlalchemy.orm import Session
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from engine.definitions import drafts, variants
from engine.definitions.models import FormVersion
from engine.definitions.names import Name
from web.auth.access import Of, allow
from web.numbers import row_id
from web.pages import back_to, current, page
from web.studio import asking, overview, usage
from web.studio.asking import IN_TABLES, KINDS, LISTS, MOMENTS, PLACES, RESERVES, FieldForm
from web.studio.blueprint import LEADERS, blueprint
from web.studio.forms import keep_form, outline_of
from workflows.errors import NotFound, Refused
from workflows.forms import editing
from workflows.forms.fields import TYPE_NAMES, Field
from workflows.forms.patterns import NAMED
from workflows.forms.schema import FormSchema

Edit = Callable[[dict[str, Any]], dict[str, Any]]


@blueprint.get("/formularios/<form_key>/campo-nuevo")
@allow(*LEADERS, of=Of.DEFINITION)
def new_field(form_key: str) -> str:
    """What a new field asks: `tipo` is one of the palette, `donde` a table or a group."""
    return _adding(form_key, None)[1]


@blueprint.post("/formularios/<form_key>/campo-nuevo")
@allow(*LEADERS, of=Of.DEFINITION)
def add_field(form_key: str) -> Response | str | tuple[str, int]:
    """Add a field to the form, to a group or to the rows of a table."""
    found, body = _adding(form_key, request.form)
    asked = asking.asked(found)
    if _steps():
        return body
    if asked is None:
        return _adding(form_key, request.form, checked=True)[1], 422
    where = request.args.get("donde", "")
    change_draft(form_key, lambda source: editing.add_field(source, found.type, asked, where))
    return _onwards(form_key, f"Se agregó «{asked.label or 'el texto'}» al borrador.")


def _adding(form_key: str, typed: Any, *, checked: bool = False) -> tuple[FieldForm, str]:
    kind, where = KINDS.get(request.args.get("tipo", "")), request.args.get("donde", "")
    if kind is None or (where and not where.startswith("@") and kind.type not in IN_TABLES):
        abort(404)
    with current().database.reading() as session:
        source, revision = overview.working_form(session, form_key)
        schema = FormSchema.from_dict(source)
        found = asking.new(schema, kind, where)
        if typed is not None:
            found = asking.typed_page(schema, "", found, typed)
            if checked:
                asking.asked(found)
        return found, _shown(session, form_key, schema, revision, "", found, heading=kind.label)


@blueprint.get("/formularios/<form_key>/campos/<path>")
@allow(*LEADERS, of=Of.DEFINITION)
def field(form_key: str, path: str) -> str:
    """The page of one field, by its address in the outline."""
    return _changing(form_key, path, None)[1]


@blueprint.post("/formularios/<form_key>/campos/<path>")
@allow(*LEADERS, of=Of.DEFINITION)
def change_field(form_key: str, path: str) -> Response | str | tuple[str, int]:
    """Change how a field is asked; its type stays, so that what was answered keeps its meaning."""
    found, body = _changing(form_key, path, request.form)
    if _steps():
        return body
    asked = asking.asked(found)
    if asked is None:
        return _changing(form_key, path, request.form, checked=True)[1], 422
    group = request.form.get("donde")

    def edit(source: dict[str, Any]) -> dict[str, Any]:
        changed = editing.update_field(source, path, asked)
        return editing.put_into(changed, path, group) if group is not None else changed

    change_draft(form_key, edit)
    return _onwards(form_key, f"«{asked.label or 'El texto'}» quedó en el borrador.")


def _changing(form_key: str, path: str, typed: Any, *, checked: bool = False) -> tuple[FieldForm, str]:
    with current().database.reading() as session:
        source, revision = overview.working_form(session, form_key)
        schema = FormSchema.from_dict(source)
        one = find(schema, path)
        found = asking.page_of(schema, path, one, one.default)
        if typed is not None:
            found = asking.typed_page(schema, path, found, typed)
            if checked:
                asking.asked(found)
        return found, _shown(session, form_key, schema, revision, path, found, heading="", one=one)


def _steps() -> bool:
    """Whether the button only changes what the page offers."""
    return bool(request.form.get("c_paso") or request.form.get("_opcion"))


def _onwards(form_key: str, notice: str) -> Response:
    """To the next new field, if the palette was pressed instead of the button; else to the form."""
    if (kind := request.form.get("luego", "")) in KINDS:
        return redirect(url_for("studio.new_field", form_key=form_key, tipo=kind), 303)
    return back_to("studio.form", notice, form_key=form_key)


@blueprint.post("/formularios/<form_key>/campos/<path>/tipo")
@allow(*LEADERS, of=Of.DEFINITION)
def retype_field(form_key: str, path: str) -> Response:
    """Have something else answered in a field that was never published."""
    kind = request.form.get("tipo", "")
    with current().database.reading() as session:
        if path in published_paths(session, form_key):
            raise Refused("Ese campo ya se publicó: lo respondido perdería su sentido. Agregue otro y quite este.")
    if kind not in retypings():
        abort(400)
    change_draft(form_key, lambda source: editing.retype_field(source, path, kind))
    return back_to("studio.field", form_key=form_key, path=path)


def _places(typed: str) -> int:
    """How many places up (negative) or down; one down where that is no number."""
    sign, digits = (-1, typed[1:]) if typed.startswith("-") else (1, typed)
    try:
        return sign * row_id(digits)
    except ValueError:
        return 1


@blueprint.post("/formularios/<form_key>/campos/<path>/mover")
@allow(*LEADERS, of=Of.DEFINITION)
def move_field(form_key: str, path: str) -> Response:
    """Move a field among its neighbours, `by` places: -1 is up, 1 down."""
    by = max(-100, min(100, _places(request.form.get("by", ""))))
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
    versions = overview.form_versions(session, _asked_of_all(session, form_key))
    first = versions[-1].version if versions else None
    if not isinstance(first, FormVersion) or not usage.recorded_by(session, form_key):
        return frozenset()
    return frozenset(FormSchema.from_dict(first.schema).labels())


def published_paths(session: Session, form_key: str) -> frozenset[str]:
    """Every path that some published version asked."""
    named = dict.fromkeys((form_key, _asked_of_all(session, form_key)))
    versions = [row.version for name in named for row in overview.form_versions(session, name)]
    schemas = [FormSchema.from_dict(one.schema) for one in versions if isinstance(one, FormVersion)]
    return frozenset(path for schema in schemas for path in schema.labels())


def _asked_of_all(session: Session, form_key: str) -> str:
    """Of a variant, what all are asked; else the form itself."""
    return form_key if variants.is_alone(session, drafts.FORM, form_key) else Name.parse(form_key).key


def retypings() -> dict[str, str]:
    """What may be answered instead."""
    return {
        name: TYPE_NAMES[name] for name, kind in KINDS.items() if name == kind.type and name in IN_TABLES - {"text"}
    }


def _shown(
    session: Session,
    form_key: str,
    schema: FormSchema,
    revision: int,
    path: str,
    found: FieldForm,
    *,
    heading: str,
    one: Field | None = None,
) -> str:
    locked = protected(session, form_key) if path else frozenset()
    is_published = bool(path) and path in published_paths(session, form_key)
    is_input = bool(path) and found.type not in ("group", "text", "filepicker")
    handed = is_input and found.type != "dynamiclist"  # a table is handed on column by column
    outputs = usage.outputs(session, form_key, path) if handed else []
    lists = {name: LISTS[name] for name in current().forms.catalogues if name in LISTS}
    if (origin := found.values["origin"]) and origin not in lists:  # a list that no menu offers stays the field's
        lists[origin] = origin
    return page(
        "studio/field.html",
        form_key=form_key,
        name=usage.name_of(session, form_key),
        path=path,
        field=one,
        heading=heading,
        shown=found,
        values=found.values,
        wrong=found.wrong,
        revision=revision,
        lists=lists,
        patterns={key: named.label for key, named in NAMED.items()},
        moments=MOMENTS,
        places=PLACES,
        reserves=RESERVES,
        kinds=KINDS,
        columns=retypings(),
        groups=editing.groups(schema.source) if path and not path.startswith("@") and not found.is_column else {},
        group=editing.group_of(schema.source, path),
        locked=path in locked,
        recorders=usage.recorded_by(session, form_key) if path in locked else [],
        is_published=is_published,
        retypings=retypings()
        if is_input and not (is_published or found.readonly or found.type == "dynamiclist")
        else {},
        outputs=outputs,
        where=request.args.get("donde", ""),
        **outline_of(session, form_key, schema),
    )


def find(schema: FormSchema, address: str) -> Field:
    """What stands at an address; raises `NotFound`."""
    entry = asking.entry_at(schema, address)
    if entry is None:
        raise NotFound("Ese campo no está en el borrador. Vuelva al formulario y elija otro.")
    return entry.field


def outputs_of(form: Mapping[str, str]) -> set[str]:
    """The tasks that are to hand a field on, as ticked."""
    return {name.removeprefix("pasa-") for name in form if name.startswith("pasa-")}


@blueprint.post("/formularios/<form_key>/campos/<path>/pasar")
@allow(*LEADERS, of=Of.DEFINITION)
def hand_on(form_key: str, path: str) -> Response:
    """Hand what is answered to the process of each task that is ticked, in the draft of that process."""
    ticked = outputs_of(request.form)
    with current().database.unit_of_work() as session:
        changed = usage.hand_on(session, form_key, path, ticked)
    told = f"Cambió el borrador de {', '.join(changed)}: rige cuando se publique." if changed else ""
    return back_to("studio.field", told, form_key=form_key, path=path)
