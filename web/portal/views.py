"""What anybody may read: plans, their closed months, the report in every format, open data."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, jsonify
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from web.auth import ANYONE, allow
from web.files.answers import named
from web.pages import current, page
from workflows.approvals import on_portal as published
from workflows.approvals import published as published_documents
from workflows.documents import files
from workflows.documents.models import Document, StoredFile
from workflows.documents.tables import Column, as_csv
from workflows.monitoring import figures
from workflows.reports import storing
from workflows.reports.assembling import monthly_report
from workflows.reports.charts import draw
from workflows.reports.html import chart_images
from workflows.reports.presenting import present

blueprint = Blueprint("portal", __name__, url_prefix="/portal")

FORMATS = {
    "pdf": "PDF para archivar (PDF/A)",
    "docx": "Documento de Word",
    "xlsx": "Hoja de cálculo",
    "html": "Página para guardar",
}
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
@allow(ANYONE)
def index() -> str:
    """The plans that have something published."""
    with current().database.reading() as session:
        plans = published.plans(session)
    return page("portal/index.html", plans=plans)


@blueprint.get("/<plan_code>")
@allow(ANYONE)
def plan(plan_code: str) -> str:
    """A plan: where it stands at the last closed month, and every report."""
    with current().database.reading() as session:
        shown = published.plan(session, plan_code)
        if shown is None:
            abort(404)
        months = published.months(session, plan_code)
        report = monthly_report(session, plan_code, months[0].code) if months else None
        documents = published_documents.of_plan(session, plan_code)
    r = present(report) if report else None
    return page("portal/plan.html", plan=shown, months=months, r=r, documents=documents, formats=FORMATS)


@blueprint.get("/<plan_code>/documentos/<kind>/<key>.<suffix>")
@allow(ANYONE)
def plan_document(plan_code: str, kind: str, key: str, suffix: str) -> Response:
    """A published document of a plan: the adopted plan, its act, an evaluation."""
    with current().database.reading() as session:
        found = published_documents.file_of(session, plan_code, kind, key, suffix)
        return _sent(session, found)


@blueprint.get("/<plan_code>/<period_code>")
@allow(ANYONE)
def month(plan_code: str, period_code: str) -> str:
    """The report of a closed month as a page."""
    with current().database.reading() as session:
        _ensure_published(session, plan_code, period_code)
        report = monthly_report(session, plan_code, period_code)
        made = [suffix for suffix in FORMATS if storing.find(session, plan_code, period_code, suffix)]
    return page(
        "portal/month.html",
        r=present(report),
        images=chart_images(draw(report)),
        link=None,
        formats={suffix: FORMATS[suffix] for suffix in made},
    )


@blueprint.get("/<plan_code>/<period_code>/informe.<suffix>")
@allow(ANYONE)
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
    answer = Response(files.read(session, file.id), content_type=file.media_type)
    answer.set_etag(file.sha256)
    return named(answer, file.name, attached=document.format != "pdf")


@blueprint.get("/<plan_code>/<period_code>/datos.json")
@allow(ANYONE)
def open_data(plan_code: str, period_code: str) -> Response:
    """The figures of a closed month, as `cauce plan figures --json` prints them."""
    with current().database.reading() as session:
        _ensure_published(session, plan_code, period_code)
        found = figures.of_period(session, plan_code, period_code)
    return jsonify(figures.as_json(found))


@blueprint.get("/<plan_code>/<period_code>/datos.csv")
@allow(ANYONE)
def open_table(plan_code: str, period_code: str) -> Response:
    """The indicators of a closed month, one a row, decimals with a point."""
    with current().database.reading() as session:
        _ensure_published(session, plan_code, period_code)
        found = figures.as_json(figures.of_period(session, plan_code, period_code))
    answer = Response(as_csv(OPEN_TABLE, found["indicadores"].items()), mimetype="text/csv")
    return named(answer, f"{plan_code}-{period_code}.csv")


def _ensure_published(session: Any, plan_code: str, period_code: str) -> None:
    if not published.is_published(session, plan_code, period_code):
        abort(404)
