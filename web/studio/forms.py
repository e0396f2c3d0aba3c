"""Forms: the list, one form with its fields and preview, and its publication."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson
from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine.definitions import catalogue, drafts, releasing, unpublished, variants
from engine.definitions.diagram import Element
from engine.definitions.models import FormVersion
from engine.definitions.names import Name
from engine.definitions.reading import read_diagram
from engine.errors import Conflict, UnknownDefinition, UnknownElement
from web.auth.access import SIGNED_IN, Of, allow
from web.forms import SEND, parse_request, render
from web.forms.receiving import change_rows, read_uploads
from web.numbers import row_id
from web.pages import actor, back_to, current, page
from web.rehearsals import gate, jobs
from web.rehearsals.scenarios import judge
from web.studio import kinship, overview, owners, usage
from web.studio.asking import KINDS
from web.studio.blueprint import LEADERS, blueprint
from web.studio.preview import preview
from web.studio.processes import leads
from workflows.documents.files import Quota
from workflows.forms import editing
from workflows.forms.comparison import compare
from workflows.forms.fields import TYPE_NAMES
from workflows.forms.schema import FormSchema
from workflows.forms.trying import Trial
from workflows.forms.trying import try_form as try_it

LONGEST_NAME = 200


@blueprint.get("/formularios")
@allow(SIGNED_IN, of=Of.DEFINITION)
def forms() -> str:
    """Every form, by the tasks that ask it."""
    with current().database.reading() as session:
        versions, own = overview.current_forms(session), kinship.of_forms(session)
        alone = {
            name: (key, sector)
            for key, named in own.items()
            for name, sector in named.items()
            if variants.is_alone(session, drafts.FORM, name)
        }
        diagrams = overview.drawn_diagrams(session)
        new = [
            Name(key, tenant)
            for tenant in sorted(overview.seen())
            if leads(str(Name("", tenant)))
            for key in sorted(unpublished.form_keys(session, tenant))
        ]
        keys = [*versions, *(one.key for one in new), *(key for key, _sector in alone.values())]
        called = [overview.own_names(session, tenant) for tenant in sorted(overview.seen())]
        return page(
            "studio/forms.html",
            versions=versions,
            new=new,
            alone={name: catalogue.form_version(session, key, sector) for name, (key, sector) in alone.items()},
            names=overview.form_names(diagrams, keys, {key: name for each in called for key, name in each.items()}),
            tasks={key: overview.asked_by(diagrams, key) for key in keys},
            drafted=drafts.names(session, drafts.FORM),
            variants=own,
            makes=bool(owners.choices(session)),
            leads=leads(),
        )


@blueprint.get("/<process_key>/formularios")
@allow(*LEADERS, of=Of.DEFINITION)
def process_forms(process_key: str) -> str:
    """The forms of one process: which task asks what, and which asks nothing yet."""
    with current().database.reading() as session:
        version = overview.working_version(session, process_key)
        diagram = read_diagram(overview.working_xml(session, process_key)[0])
        tenant = version.tenant
        labels = overview.labels(session, current().engine, tenant)
        written = overview.working_forms(session, tenant)
        asked = {task.form_key for task in diagram.of_kind("userTask", "startEvent")}
        return page(
            "studio/process_forms.html",
            version=version,
            tasks=list(diagram.of_kind("userTask")),
            starts=[start for start in diagram.of_kind("startEvent") if start.form_key],
            names=labels.forms,
            sizes={key: len(FormSchema.from_dict(written[key]).labels()) for key in asked if key in written},
            named=overview.form_references(session, tenant, asked & written.keys()),
            drafted=drafts.names(session, drafts.FORM),
            owner=tenant or owners.EVERYBODY,
            has_draft=drafts.find(session, drafts.PROCESS, process_key) is not None,
        )


@blueprint.get("/formularios/nuevo")
@allow(*LEADERS, of=Of.NONE)
def new_form() -> str:
    """Asks what a new form is called and what it begins with; `proceso` and `tarea` are who will ask it."""
    return _new_form_page({}, {"de": request.args.get("de", "")})


def _new_form_page(wrong: Mapping[str, str], typed: Mapping[str, str]) -> str:
    process_key, task_id = request.args.get("proceso", ""), request.args.get("tarea", "")
    with current().database.reading() as session:
        sector = _owner(session, process_key)
        labels = overview.labels(session, current().engine, sector)
        task = _task(session, process_key, task_id) if process_key and task_id else None
        may_be = {} if process_key else owners.choices(session)
    given = {"nombre": task.name if task else "", "de-quien": sector or owners.EVERYBODY} | dict(typed)
    return page(
        "studio/new_form.html", forms=labels.forms, task=task, process_key=process_key, owners=may_be, typed=given,
        wrong=wrong,
    )  # fmt: skip


def _owner(session: Session, process_key: str) -> str:
    """The sector that a new form will be of: that of the process which asks it, else the one that was chosen."""
    if not process_key:
        return owners.chosen(session)
    if not leads(process_key):
        raise UnknownDefinition
    return Name.parse(process_key).tenant


def _task(session: Session, process_key: str, task_id: str) -> Element:
    diagram = read_diagram(overview.working_xml(session, process_key)[0])
    found = diagram.elements.get(task_id)
    if found is None or found.kind not in ("userTask", "startEvent"):
        raise UnknownElement("Esa tarea no está en el borrador. Vuelva al proceso y elija otra.")
    return found


@blueprint.post("/formularios/nuevo")
@allow(*LEADERS, of=Of.NONE)
def make_form() -> Response | tuple[str, int]:
    """Begin a form as a draft: blank or as a copy; the task that it was made for asks it from then on."""
    name, source_key = " ".join(request.form.get("nombre", "").split()), request.form.get("de", "")
    if not 0 < len(name) <= LONGEST_NAME:
        wrong = {"nombre": f"Escriba cómo se llama, en a lo sumo {LONGEST_NAME} letras."}
        return _new_form_page(wrong, request.form), 422
    process_key, task_id = request.args.get("proceso", ""), request.args.get("tarea", "")
    with current().database.unit_of_work() as session:
        sector = _owner(session, process_key)
        taken = {*overview.working_forms(session, sector), "nuevo"}
        key = editing.key_for(name, taken)
        source, called = editing.blank(key, name), str(Name(key, sector))
        if source_key:
            begins_with = Name.parse(source_key).key
            named = overview.form_references(session, sector, [begins_with])
            source = editing.copied(overview.working_form(session, named[begins_with])[0], key, name)
        drafts.save(
            session, current().engine, drafts.FORM, called, orjson.dumps(source),
            actor=actor(), revision=0, base_version=None,
        )  # fmt: skip
        if process_key and task_id:
            task = _task(session, process_key, task_id)
            usage.give_form(session, process_key, task.id, key)
    return back_to("studio.form", f"«{name}» quedó como borrador.", form_key=called)


@blueprint.post("/formularios/<form_key>/nombre")
@allow(*LEADERS, of=Of.DEFINITION)
def rename_form(form_key: str) -> Response | tuple[str, int]:
    """Call a form otherwise."""
    name = " ".join(request.form.get("nombre", "").split())
    if not 0 < len(name) <= LONGEST_NAME:
        return form_page(form_key, {"nombre": f"Escriba cómo se llama, en a lo sumo {LONGEST_NAME} letras."}), 422
    with current().database.unit_of_work() as session:
        source, _ = overview.working_form(session, form_key)
        keep_form(session, form_key, editing.renamed(source, name), request.form.get("revision", 0, type=row_id))
    return back_to("studio.form", f"Ahora se llama «{name}».", form_key=form_key)


@blueprint.get("/formularios/<form_key>")
@allow(SIGNED_IN, of=Of.DEFINITION)
def form(form_key: str) -> str | Response:
    """One form; with a `sector`, what its processes ask by this key."""
    sector = request.args.get("sector", "")
    with current().database.reading() as session:
        whose = sector if sector in overview.seen() else ""
        named = overview.form_references(session, whose, [form_key])[form_key]
    return form_page(form_key) if named == form_key else back_to("studio.form", form_key=named)


def form_page(form_key: str, wrong: Mapping[str, str] | None = None) -> str:
    """The page of a form, with what is wrong with what was just typed."""
    with current().database.reading() as session:
        versions = overview.form_versions(session, form_key)
        source, revision = overview.working_form(session, form_key)
        name, before = usage.name_of(session, form_key), kinship.compared_form(session, form_key)
        if not versions and not leads(form_key):
            raise UnknownDefinition("Ese formulario todavía no está publicado.")
        schema = FormSchema.from_dict(source)
        return page(
            "studio/form.html",
            form_key=form_key,
            name=name,
            schema=schema,
            revision=revision,
            versions=versions,
            kin=kinship.of(session, drafts.FORM, form_key),
            changes=compare(FormSchema.from_dict(before), schema) if revision and before is not None else [],
            preview=preview(schema),
            wrong=wrong or {},
            leads=leads(form_key),
            kinds=KINDS,
            recorders=usage.recorded_by(session, form_key),
            open_now=usage.open_now(session, form_key),
            path="",
            **outline_of(session, form_key, schema),
        )


def outline_of(session: Session, form_key: str, schema: FormSchema) -> dict[str, Any]:
    """What the outline beside every page of a form shows, and where its tabs lead: to who asks it first."""
    asked_by = usage.asked_by(usage.working_diagrams(session, Name.parse(form_key).tenant), form_key)
    process_keys = list(dict.fromkeys(one.process_key for one in asked_by))
    return {
        "outline": editing.outline(schema),
        "type_names": TYPE_NAMES,
        "asked_by": asked_by,
        "process_keys": process_keys,
        "has_draft": bool(process_keys) and drafts.find(session, drafts.PROCESS, process_keys[0]) is not None,
    }


@blueprint.get("/formularios/<form_key>/probar")
@allow(*LEADERS, of=Of.DEFINITION)
def try_form(form_key: str) -> str:
    """The draft as its task would show it, to be filled in and sent without any effect."""
    return _trial(form_key, None)[0]


@blueprint.post("/formularios/<form_key>/probar")
@allow(*LEADERS, of=Of.DEFINITION)
def send_trial(form_key: str) -> tuple[str, int]:
    """What its task would say to what was typed; nothing is kept."""
    body, trial = _trial(form_key, parse_request(request))
    return body, 422 if trial.errors else 200


def _trial(form_key: str, raw: dict[str, Any] | None) -> tuple[str, Trial]:
    action = request.form.get("_accion", SEND)
    with current().database.reading() as session:
        source, _ = overview.working_form(session, form_key)
        schema = FormSchema.from_dict(source)
        names: dict[int, str] = {}
        if raw is not None:
            raw, names = read_uploads(request, schema, raw, Quota())[0].pretended()
            change_rows(schema, raw, action)
        trial = try_it(
            session, current().engine, schema, actor(), current().forms.catalogues, raw, names, send=action == SEND
        )
        name = usage.name_of(session, form_key)
    shown = render(trial.opened, errors=trial.errors, action=request.full_path, panels=False)
    body = page(
        "studio/try_form.html", form_key=form_key, name=name, form=shown, trial=trial,
        sent=raw is not None and action == SEND, phone=request.args.get("ver") == "celular",
    )  # fmt: skip
    return body, trial


@blueprint.post("/formularios/<form_key>/publicar")
@allow(*LEADERS, of=Of.DEFINITION)
def publish_form(form_key: str) -> Response | tuple[str, int]:
    """Publish the draft of a form that the person has seen, with a reason."""
    reason = request.form.get("reason", "")
    if not reason.strip():
        return form_page(form_key, {"reason": "Escriba por qué se publica este cambio."}), 422
    if not_yet := _not_yet(form_key, accepted=bool(request.form.get("accepted"))):
        return form_page(form_key, {"accepted": not_yet}), 422
    revision = request.form.get("revision", 0, type=row_id)
    with current().database.unit_of_work() as session:
        FormSchema.from_dict(overview.working_form(session, form_key)[0])
        released = releasing.release_form(
            session, current().engine, form_key, revision=revision, actor=actor(), reason=reason
        )
    notice = f"Publicada la versión {released.version}. Las tareas de los próximos procesos la preguntan."
    if released.version is None:
        notice = "El borrador era igual a la versión vigente."
    return back_to("studio.form", notice, form_key=form_key)


def _not_yet(form_key: str, *, accepted: bool) -> str:
    """Why a form can't be published yet: what is kept of rehearsals that ask it is replayed with it first."""
    application, key = current(), Name.parse(form_key).key
    with application.database.reading() as session:
        kept = gate.touched(session, (), [key])
        if not kept:
            return ""
        schema, _ = overview.working_form(session, form_key)
        drawing = hashlib.sha256(orjson.dumps(schema, option=orjson.OPT_SORT_KEYS)).hexdigest()
        job = jobs.last_replay(application.config.home, application.clock, form_key, drawing)
        if job is None or job.failed or set(job.scenarios) != {one.id for one in kept}:
            runs = gate.runs(session, application, kept, (), {key: schema})
            jobs.begin(
                application.config.home, application.clock, form_key, drawing, runs,
                names=[one.name for one in kept], scenarios=[one.id for one in kept],
            )  # fmt: skip
        if job is None or not job.told:
            many = "un ensayo guardado" if len(kept) == 1 else f"{len(kept)} ensayos guardados"
            before = f"{job.failed} " if job and job.failed else ""
            return f"{before}Se repite {many} con este formulario: publíquelo otra vez en un minuto."
        expected = {one.id: one for one in kept}
        verdicts = [
            judge(name, expected[id_].expected, told)
            for id_, name, told in zip(job.scenarios, job.names, job.told, strict=True)
            if id_ in expected
        ]
    return gate.why_not(verdicts, accepted=accepted, how="Mírelo, y marque que así debe ser.")


@blueprint.post("/formularios/<form_key>/descartar")
@allow(*LEADERS, of=Of.DEFINITION)
def discard_form(form_key: str) -> Response:
    """Forget the draft."""
    with current().database.unit_of_work() as session:
        is_new = not overview.form_versions(session, form_key)
        key, sector = Name.parse(form_key)
        is_variant = sector and not variants.is_alone(session, drafts.FORM, form_key)
        if is_new and not is_variant and usage.asked_by(usage.working_diagrams(session, sector), form_key):
            raise Conflict("Este formulario se irá con el borrador de su proceso: nunca se ha publicado.")
        drafts.throw_away(session, current().engine, drafts.FORM, form_key, actor=actor())
    kept = "Por 30 días se puede recuperar en «Borradores descartados»."
    if is_new and is_variant:
        return back_to("studio.form", f"Se descartó la variante sin publicar. {kept}", form_key=key)
    if is_new:
        return back_to("studio.forms", f"Se descartó el formulario. {kept}")
    return back_to("studio.form", f"Se descartó el borrador. {kept}", form_key=form_key)


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
