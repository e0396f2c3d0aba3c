"""Loading a plan from a workbook: hand in, look at what would change, confirm. And the workbooks to start from."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request

from web import choosing, loads
from web.answers import named
from web.auth import SIGNED_IN, Of, allow
from web.pages import actor, back_to, current, page
from web.plans.blueprint import blueprint
from workflows.auditing import recording as auditing
from workflows.calendar import bogota_day
from workflows.documents import files
from workflows.loading import importing, reading, workbook
from workflows.loading.importing import Preview
from workflows.people.roles import COORDINATING
from workflows.records.comparing import ADDED, CHANGED, REMOVED
from workflows.records.problems import InvalidPlan
from workflows.records.stored import stored_plan

SALT = "plan-upload"


@blueprint.get("/cargar")
@allow(*COORDINATING, of=Of.NONE)
def upload() -> str:
    """Where the workbook is handed in."""
    return _upload()


def _upload(**context: Any) -> str:
    with current().database.reading() as session:
        return page("plans/upload.html", sectors=choosing.choices(session), **context)


@blueprint.post("/cargar")
@allow(*COORDINATING, of=Of.NONE)
def preview() -> Any:
    """Show what loading the file would change, or everything that is wrong with it. The plan is not touched."""
    given = request.files.get("archivo")
    if given is None or not given.filename:
        return _upload(error="Elija el archivo que quiere cargar.", picked=request.form.get("sector", "")), 422
    name, content = files.clean_name(given.filename), given.read()
    with current().database.reading() as session:
        sector = choosing.chosen(session, request.form.get("sector", ""))
    try:
        found = _previewed(name, content, sector)
    except InvalidPlan as refused:
        return page("plans/problems.html", name=name, errors=loads.by_place(refused.problems), warnings=[]), 422
    if found.errors:
        return page("plans/problems.html", name=name, errors=loads.by_place(found.errors), warnings=found.warnings), 422
    return loads.shown("plans/preview.html", name, content, found, sector, salt=SALT)


def _previewed(name: str, content: bytes, sector: str) -> Preview:
    application, data = current(), reading.read_strangers(name, content)
    with application.database.reading() as session:
        return importing.preview(session, data, sector=sector, today=bogota_day(application.clock.now()))


@blueprint.post("/cargar/confirmar")
@allow(*COORDINATING, of=Of.NONE)
def confirm() -> Any:
    """Load the file that was shown; refused if loading it would now do something else."""
    application, pending = current(), loads.pending(request.form.get("cargue", ""), salt=SALT)
    with application.database.reading() as session:
        content = files.read(session, pending.file_id)
    data = reading.read_strangers(pending.name, content)
    with application.database.unit_of_work() as session:
        sector = choosing.chosen(session, pending.sector)
        loads.ensure_as_shown(importing.preview(session, data, sector=sector).changes, pending, "El plan")
        done = importing.apply(session, application.clock, actor(), data, sector=sector)
    kinds = {kind: sum(change.kind == kind for change in done.changes) for kind in (ADDED, CHANGED, REMOVED)}
    said = f"El plan quedó cargado: {kinds[ADDED]} nuevos, {kinds[CHANGED]} con cambios, {kinds[REMOVED]} retirados."
    return back_to("plans.index", said, plan=done.plan_code)


@blueprint.get("/plantilla.xlsx")
@allow(SIGNED_IN, of=Of.NONE)
def template() -> Response:
    """The empty workbook."""
    return _workbook(workbook.template(bogota_day(current().clock.now()).year), "plantilla-plan.xlsx")


@blueprint.get("/<plan_code>/libro.xlsx", endpoint="workbook")
@allow(*COORDINATING, of=Of.PLAN)
def download_workbook(plan_code: str) -> Response:
    """The workbook that says the plan as it stands; it names people, so it is for coordinators."""
    application = current()
    with application.database.reading() as session:
        data = stored_plan(session, plan_code)
    if data is None:
        abort(404)
    with application.database.unit_of_work() as session:
        auditing.record(session, application.clock, actor(), "exportar", ("plan", plan_code))
    return _workbook(workbook.write_workbook(data, application.clock.now()), f"{plan_code}.xlsx")


def _workbook(content: bytes, name: str) -> Response:
    return named(Response(content, mimetype=workbook.MEDIA_TYPE), name)
