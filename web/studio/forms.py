"""Forms: the list, one form with its fields and preview, and its publication."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine.definitions import drafts, releasing, unpublished
from engine.definitions.models import FormVersion
from engine.errors import Conflict, UnknownDefinition
from web.auth.access import SIGNED_IN, Of, allow
from web.numbers import row_id
from web.pages import actor, back_to, current, page
from web.studio import overview
from web.studio.blueprint import LEADERS, blueprint
from web.studio.noting import note_release
from web.studio.preview import preview
from web.studio.processes import leads
from workflows.forms.comparison import compare
from workflows.forms.fields import CHOICE_TYPES, INPUT_TYPES, TYPE_NAMES
from workflows.forms.schema import FormSchema


@blueprint.get("/formularios")
@allow(SIGNED_IN, of=Of.DEFINITION)
def forms() -> str:
    """Every form, by the tasks that ask it."""
    with current().database.reading() as session:
        versions = overview.current_forms(session)
        diagrams = overview.drawn_diagrams(session)
        new = sorted(unpublished.form_keys(session)) if leads() else []
        keys = [*versions, *new]
        return page(
            "studio/forms.html",
            versions=versions,
            new=new,
            names=overview.form_names(diagrams, keys),
            tasks={key: overview.asked_by(diagrams, key) for key in keys},
            drafted=drafts.keys(session, drafts.FORM) & versions.keys(),
        )


@blueprint.get("/formularios/<form_key>")
@allow(SIGNED_IN, of=Of.DEFINITION)
def form(form_key: str) -> str:
    """One form."""
    return form_page(form_key)


def form_page(form_key: str, wrong: Mapping[str, str] | None = None, typed: Mapping[str, str] | None = None) -> str:
    """The page of a form, with what is wrong with a field just typed."""
    with current().database.reading() as session:
        versions = overview.form_versions(session, form_key)
        source, revision = overview.working_form(session, form_key)
        names = overview.form_names(overview.drawn_diagrams(session), [form_key])
    if not versions and not leads():
        raise UnknownDefinition("Ese formulario todavía no está publicado.")
    schema = FormSchema.from_dict(source)
    return page(
        "studio/form.html",
        form_key=form_key,
        name=names[form_key],
        schema=schema,
        revision=revision,
        versions=versions,
        changes=compare(published(versions), schema) if revision and versions else [],
        places=places(schema),
        types={key: text for key, text in TYPE_NAMES.items() if key in INPUT_TYPES},
        type_names=TYPE_NAMES,
        choice_types=CHOICE_TYPES,
        preview=preview(schema),
        wrong=wrong or {},
        typed=typed or {},
        leads=leads(),
    )


def published(versions: list[overview.VersionRow]) -> FormSchema:
    """The newest version's schema."""
    version = versions[0].version
    assert isinstance(version, FormVersion)  # noqa: S101 - tells the type checker what the query says
    return FormSchema.from_dict(version.schema)


def places(schema: FormSchema) -> dict[str, str]:
    """Where a new field may go: the form itself, or the rows of one of its tables."""
    tables = {field.key: f"En cada fila de «{field.label}»" for field in schema.fields() if field.is_list}
    return {"": "En el formulario, una sola vez", **tables}


@blueprint.post("/formularios/<form_key>/publicar")
@allow(*LEADERS, of=Of.DEFINITION)
def publish_form(form_key: str) -> Response | tuple[str, int]:
    """Publish the draft of a form that the person has seen, with a reason."""
    reason = request.form.get("reason", "")
    if not reason.strip():
        return form_page(form_key, {"reason": "Escriba por qué se publica este cambio."}), 422
    revision = request.form.get("revision", 0, type=row_id)
    with current().database.unit_of_work() as session:
        FormSchema.from_dict(overview.working_form(session, form_key)[0])
        released = releasing.release_form(
            session, current().engine, form_key, revision=revision, actor=actor(), reason=reason
        )
        note_release(session, "formulario", form_key, released.version, reason)
    notice = f"Publicada la versión {released.version}. Las tareas de los próximos procesos la preguntan."
    if released.version is None:
        notice = "El borrador era igual a la versión vigente."
    return back_to("studio.form", notice, form_key=form_key)


@blueprint.post("/formularios/<form_key>/descartar")
@allow(*LEADERS, of=Of.DEFINITION)
def discard_form(form_key: str) -> Response:
    """Forget the draft."""
    with current().database.unit_of_work() as session:
        if not overview.form_versions(session, form_key):
            raise Conflict("Este formulario se irá con el borrador de su proceso: nunca se ha publicado.")
        drafts.discard(session, drafts.FORM, form_key)
    return back_to("studio.form", "Se descartó el borrador.", form_key=form_key)


@blueprint.post("/formularios/<form_key>/versiones/<int:number>/volver")
@allow(*LEADERS, of=Of.DEFINITION)
def restore_form(form_key: str, number: int) -> Response:
    """Put an older version into the draft, to be looked at and published like any change."""
    with current().database.unit_of_work() as session:
        versions = overview.form_versions(session, form_key)
        older = next((row.version for row in versions if row.version.version == number), None)
        if not isinstance(older, FormVersion):
            raise UnknownDefinition(f"Ese formulario no tiene una versión {number}.")
        keep_form(session, form_key, older.schema, overview.working_form(session, form_key)[1])
    return back_to(
        "studio.form", f"El borrador es ahora la versión {number}. Revíselo y publíquelo.", form_key=form_key
    )


def keep_form(session: Session, form_key: str, source: Mapping[str, Any], revision: int) -> None:
    """Save a form's draft, made from `revision`; raises `InvalidForm`, `StaleDraft`."""
    FormSchema.from_dict(source)
    versions = overview.form_versions(session, form_key)
    drafts.save(
        session, current().engine, drafts.FORM, form_key, orjson.dumps(source),
        actor=actor(), revision=revision, base_version=versions[0].version.version if versions else None,
    )  # fmt: skip
