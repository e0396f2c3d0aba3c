"""What anybody may read: plans, their closed months, the report in every format, open data."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from flask import Blueprint, abort, jsonify
from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from web.answers import named
from web.auth import ANYONE, Of, allow
from web.caching import FILE_S, PAGE_S, kept, unchanged
from web.pages import current, page
from workflows.approvals import on_portal as published
from workflows.approvals import open_goals
from workflows.approvals import published as published_documents
from workflows.documents import files
from workflows.documents.models import Document, StoredFile
from workflows.documents.states import Reserve
from workflows.documents.tables import Column, as_csv
from workflows.monitoring import figures
from workflows.reports import storing
from workflows.reports.assembling import monthly_report
from workflows.reports.charts import draw
from workflows.reports.html import body_of, render_body
from workflows.reports.presenting import present
from workflows.sectors import identity
from workflows.surveys import conducting

blueprint = Blueprint("portal", __name__, url_prefix="/portal")

FORMATS = {
    "pdf": "PDF para archivar (PDF/A)",
    "docx": "Documento de Word",
    "pptx": "Presentación para el comité",
    "xlsx": "Hoja de cálculo",
    "html": "Página para guardar",
}
BODIES = 16
"""Of kept reports, how many a process remembers: the months that people read, of half a megabyte each."""
OPEN_COLUMNS = (
    "ejecutado", "programado_a_la_fecha", "avance_vigencia_pct", "cumplimiento_a_la_fecha_pct", "color", "estado",
)  # fmt: skip
"""Of the figures of an indicator, by the names that `datos.json` has."""


def _open_column(name: str) -> Column[tuple[str, dict[str, Any]]]:
    return Column(name, lambda row: row[1].get(name, ""))


OPEN_TABLE: tuple[Column[tuple[str, dict[str, Any]]], ...] = (
    Column("codigo", lambda row: row[0]),
    *map(_open_column, OPEN_COLUMNS),
)


@blueprint.get("/")
@allow(ANYONE, of=Of.NONE)
def index() -> Response:
    """The sectors with their plans, and the surveys that are open."""
    application = current()
    with application.database.reading() as session:
        sectors, looks = published.sectors(session), identity.shown(session)
        surveys = conducting.open_now(session, application.clock.now())
    return kept(page("portal/index.html", sectors=sectors, looks=looks, surveys=surveys))


@blueprint.get("/<plan_code>")
@allow(ANYONE, of=Of.PLAN)
def plan(plan_code: str) -> Response:
    """A plan: where it stands at the last closed month, its indicators once it is published, and every report."""
    application = current()
    with application.database.reading() as session:
        shown = published.plan(session, plan_code)
        if shown is None:
            abort(404)
        months = published.months(session, plan_code)
        report = monthly_report(session, plan_code, months[0].code) if months else None
        documents = published_documents.of_plan(session, plan_code)
        is_open = bool(months) or published_documents.is_on_portal(session, plan_code)
        structure = open_goals.structure(session, plan_code) if is_open else []
        now = application.clock.now()
        surveys = [one for one in conducting.open_now(session, now) if one.plan_code == plan_code]
    r = present(report) if report else None
    return kept(
        page(
            "portal/plan.html", plan=shown, months=months, r=r, documents=documents, formats=FORMATS,
            structure=structure, surveys=surveys, look=shown.look,
        )
    )  # fmt: skip


@blueprint.get("/<plan_code>/documentos/<kind>/<key>.<suffix>")
@allow(ANYONE, of=Of.PLAN)
def plan_document(plan_code: str, kind: str, key: str, suffix: str) -> Response:
    """A published document of a plan: the adopted plan, its act, an evaluation."""
    with current().database.reading() as session:
        found = published_documents.file_of(session, plan_code, kind, key, suffix)
        return _sent(session, found)


@blueprint.get("/<plan_code>/<period_code>")
@allow(ANYONE, of=Of.PLAN)
def month(plan_code: str, period_code: str) -> Response:
    """The report of a closed month as a page: the one that was kept when its documents were made."""
    with current().database.reading() as session:
        found = storing.published(session, plan_code, period_code) or abort(404)
        formats = {suffix: label for suffix, label in FORMATS.items() if suffix in found.digests}
        if "html" not in formats:  # for the seconds until they are made
            report = monthly_report(session, plan_code, period_code)
            body = Markup(render_body(report, draw(report)))  # noqa: S704 - as below
            return kept(_month_page(report.plan_name, report.title, plan_code, period_code, body, formats))
    body = _body(found.digests["html"])
    return kept(_month_page(found.plan_name, found.title, plan_code, period_code, body, formats), seconds=PAGE_S)


@lru_cache(maxsize=BODIES)
def _body(sha256: str) -> Markup:
    """What a kept report says, by its digest: the same content has the same body, whoever asks for it."""
    with current().database.reading() as session:
        # Safe: the template of the report escapes every text that goes into it.
        return Markup(body_of(files.content_of(session, sha256)))  # noqa: S704


def _month_page(
    plan_name: str, title: str, plan_code: str, period_code: str, body: Markup, formats: Mapping[str, str]
) -> str:
    return page(
        "portal/month.html",
        plan_name=plan_name,
        title=title,
        plan_code=plan_code,
        period_code=period_code,
        formats=formats,
        body=body,
    )


@blueprint.get("/<plan_code>/<period_code>/informe.<suffix>")
@allow(ANYONE, of=Of.PLAN)
def document(plan_code: str, period_code: str, suffix: str) -> Response:
    """The stored document of a closed month."""
    with current().database.reading() as session:
        _ensure_published(session, plan_code, period_code)
        return _sent(session, storing.find(session, plan_code, period_code, suffix))


def _sent(session: Session, document: Document | None) -> Response:
    """A stored document. A page that was saved is a file to keep, not a page of this site."""
    if document is None:
        abort(404)
    file = session.get_one(StoredFile, document.file_id)
    if file.reserve is not Reserve.PUBLIC:  # whatever was published: what is kept so is read by who signed in
        abort(404)
    if unchanged(file.sha256):
        return kept(Response(), seconds=FILE_S, tag=file.sha256)
    answer = Response(files.read(session, file.id), content_type=file.media_type)
    named(answer, file.name, attached=document.format != "pdf")
    return kept(answer, seconds=FILE_S, tag=file.sha256)


@blueprint.get("/<plan_code>/<period_code>/datos.json")
@allow(ANYONE, of=Of.PLAN)
def open_data(plan_code: str, period_code: str) -> Response:
    """The figures of a closed month, as `cauce plan figures --json` prints them."""
    with current().database.reading() as session:
        _ensure_published(session, plan_code, period_code)
        period_figures = figures.of_period(session, plan_code, period_code)
    return kept(jsonify(figures.as_json(period_figures)), seconds=PAGE_S)


@blueprint.get("/<plan_code>/<period_code>/datos.csv")
@allow(ANYONE, of=Of.PLAN)
def open_table(plan_code: str, period_code: str) -> Response:
    """The indicators of a closed month, one a row, decimals with a point."""
    with current().database.reading() as session:
        _ensure_published(session, plan_code, period_code)
        found = figures.as_json(figures.of_period(session, plan_code, period_code))
    answer = Response(as_csv(OPEN_TABLE, found["indicadores"].items()), mimetype="text/csv")
    return kept(named(answer, f"{plan_code}-{period_code}.csv"), seconds=PAGE_S)


def _ensure_published(session: Any, plan_code: str, period_code: str) -> None:
    if not published.is_published(session, plan_code, period_code):
        abort(404)
