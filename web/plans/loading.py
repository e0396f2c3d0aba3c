"""Loading a plan from a workbook: hand in, look at what would change, confirm. And the workbooks to start from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import Response, abort, request
from itsdangerous import BadSignature, URLSafeTimedSerializer

from web import choosing
from web.answers import named
from web.auth import SIGNED_IN, Of, allow
from web.pages import actor, back_to, current, page
from web.plans.blueprint import blueprint
from workflows.auditing import recording as auditing
from workflows.calendar import bogota_day
from workflows.documents import files
from workflows.documents.states import Reserve
from workflows.errors import Conflict
from workflows.loading import importing, reading, staff, workbook
from workflows.loading.importing import Preview
from workflows.people.roles import COORDINATING
from workflows.records.columns import BY_KEY
from workflows.records.comparing import ADDED, CHANGED, REMOVED, Change
from workflows.records.problems import InvalidPlan, Problem
from workflows.records.stored import stored_plan

LIFETIME_S = 8 * 3600
SIGNS = {ADDED: ("verde", "+"), CHANGED: ("amarillo", "≠"), REMOVED: ("rojo", "−")}
"""Colour and sign of each kind of change."""
PEOPLE = BY_KEY["personas"].title
PEOPLE_SIGNS = {staff.NEW: ("verde", "+"), staff.CHANGES: ("amarillo", "≠"), staff.UNTOUCHED: ("gris", "–")}
"""What is told of each person has a table of its own."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A file that was looked at and waits to be confirmed, by whom, and what the preview said it would change."""

    file_id: int
    name: str
    username: str
    fingerprint: str
    sector: str


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
        return page("plans/problems.html", name=name, errors=by_place(refused.problems), warnings=[]), 422
    if found.errors:
        return page("plans/problems.html", name=name, errors=by_place(found.errors), warnings=found.warnings), 422
    sealed = "" if found.changes_nothing else _keep(name, content, found, sector)
    told = [one for one in found.people if one.kind != staff.UNTOUCHED or one.untouched]
    return page(
        "plans/preview.html",
        name=name,
        found=found,
        groups=by_sheet([change for change in found.changes if change.sheet != PEOPLE]),
        signs=SIGNS,
        people=told,
        same=len(found.people) - len(told),
        people_signs=PEOPLE_SIGNS,
        sealed=sealed,
    )


def _previewed(name: str, content: bytes, sector: str) -> Preview:
    application, data = current(), reading.read_strangers(name, content)
    with application.database.reading() as session:
        return importing.preview(session, data, sector=sector, today=bogota_day(application.clock.now()))


def _keep(name: str, content: bytes, found: Preview, sector: str) -> str:
    """Put the file aside, so that what is confirmed is what was shown. It is forgotten if nobody confirms."""
    application = current()
    with application.database.unit_of_work() as session:
        kept = files.keep(
            session, application.clock, actor().id, name, content, files.PUT_ASIDE, reserve=Reserve.RESERVED
        )
    return _serializer().dumps([kept.id, name, actor().id, fingerprint(found.changes), sector])


@blueprint.post("/cargar/confirmar")
@allow(*COORDINATING, of=Of.NONE)
def confirm() -> Any:
    """Load the file that was shown; refused if loading it would now do something else."""
    application, pending = current(), _pending(request.form.get("cargue", ""))
    with application.database.reading() as session:
        content = files.read(session, pending.file_id)
    data = reading.read_strangers(pending.name, content)
    with application.database.unit_of_work() as session:
        sector = choosing.chosen(session, pending.sector)
        _ensure_as_shown(importing.preview(session, data, sector=sector), pending)
        done = importing.apply(session, application.clock, actor(), data, sector=sector)
    kinds = {kind: sum(change.kind == kind for change in done.changes) for kind in (ADDED, CHANGED, REMOVED)}
    said = f"El plan quedó cargado: {kinds[ADDED]} nuevos, {kinds[CHANGED]} con cambios, {kinds[REMOVED]} retirados."
    return back_to("plans.index", said, plan=done.plan_code)


def _pending(sealed: str) -> Pending:
    try:
        pending = Pending(*_serializer().loads(sealed, max_age=LIFETIME_S))
    except (BadSignature, TypeError) as wrong:  # `TypeError`: sealed before it said its sector
        raise Conflict("La vista previa venció. Cargue el archivo otra vez.") from wrong
    if pending.username != actor().id:
        raise Conflict("Esa vista previa es de otra persona. Cargue usted el archivo.")
    return pending


def _ensure_as_shown(now: Preview, pending: Pending) -> None:
    if now.changes_nothing:
        raise Conflict("El plan ya es como dice el archivo: no hay nada que cargar.")
    if fingerprint(now.changes) != pending.fingerprint:
        raise Conflict("El plan cambió después de la vista previa. Cargue el archivo otra vez y revise los cambios.")


def fingerprint(changes: Sequence[Change]) -> str:
    """What tells one list of changes from another."""
    text = "\n".join(repr((change.kind, change.sheet, change.code, change.text)) for change in changes)
    return hashlib.sha256(text.encode()).hexdigest()


def by_sheet(changes: Sequence[Change]) -> list[tuple[str, list[Change]]]:
    """The changes under the sheet they come from, in order."""
    return [(sheet, list(group)) for sheet, group in groupby(changes, lambda change: change.sheet)]


def by_place(problems: Sequence[Problem]) -> list[Problem]:
    """The problems as one would walk through the workbook."""
    return sorted(problems, key=lambda problem: (problem.sheet, problem.row or 0))


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


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current().config.secret_key, salt="plan-upload")
