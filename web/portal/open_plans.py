"""What anybody may read of a plan beside its months: its sector, its indicators, how it was made, what is new."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from flask import Blueprint, abort, jsonify
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from web.answers import named
from web.auth import ANYONE, Of, allow
from web.caching import FILE_S, kept
from web.pages import current, page
from web.portal import making, syndication
from web.portal.views import FORMATS
from workflows.approvals import on_portal as published
from workflows.approvals import open_goals
from workflows.approvals import published as published_documents
from workflows.approvals.on_portal import PublishedPlan
from workflows.approvals.open_goals import OpenMonth, OpenSheet
from workflows.calendar import bogota_day
from workflows.documents.tables import Column, as_csv
from workflows.monitoring.figures import shown
from workflows.sectors import identity
from workflows.spanish import month_name
from workflows.surveys import conducting

blueprint = Blueprint("open_plans", __name__, url_prefix="/portal")

SERIES: tuple[Column[OpenMonth], ...] = (
    Column("periodo", lambda row: row.code),
    Column("ejecutado", lambda row: row.executed),
    Column("programado_a_la_fecha", lambda row: row.programmed),
    Column("avance_vigencia_pct", lambda row: _rounded(row.year_progress)),
    Column("cumplimiento_a_la_fecha_pct", lambda row: _rounded(row.compliance)),
    Column("color", lambda row: row.color),
    Column("estado", lambda row: row.status),
    Column("publicado", lambda row: row.published_at and bogota_day(row.published_at).isoformat()),
)
"""The open data of an indicator, by the names that those of a month have."""


def _rounded(value: Any) -> Any:
    return "" if value is None else shown(value)


@blueprint.get("/sector/<sector>")
@allow(ANYONE, of=Of.SECTOR)
def sector(sector: str) -> Response:
    """A sector: its plans in force, being formulated and past, and the surveys that are open."""
    application = current()
    with application.database.reading() as session:
        found = published.sectors(session, sector)
        look = identity.shown(session, [sector]).get(sector)
        own = {one.code for of_sector in found for one in of_sector.plans}
        surveys = [one for one in conducting.open_now(session, application.clock.now()) if one.plan_code in own]
    if not found:
        abort(404)
    return kept(page("portal/sector.html", sector=found[0], look=look, surveys=surveys))


@blueprint.get("/sector/<sector>/logo.png")
@allow(ANYONE, of=Of.SECTOR)
def logo(sector: str) -> Response:
    """The logo of a sector, for pages and mails."""
    with current().database.reading() as session:
        picture = identity.logo(session, sector) or abort(404)
    return kept(Response(picture, mimetype="image/png"), seconds=FILE_S)


@blueprint.get("/<plan_code>/indicador/<code>")
@allow(ANYONE, of=Of.PLAN)
def indicator(plan_code: str, code: str) -> Response:
    """An indicator: what it measures, what was promised, and every published month."""
    with current().database.reading() as session:
        plan, sheet, months = _indicator(session, plan_code, code)
    return kept(page("portal/indicator.html", plan=plan, sheet=sheet, months=months))


@blueprint.get("/<plan_code>/indicador/<code>/datos.csv")
@allow(ANYONE, of=Of.PLAN)
def indicator_table(plan_code: str, code: str) -> Response:
    """The published months of an indicator, one a row, decimals with a point."""
    with current().database.reading() as session:
        _, sheet, months = _indicator(session, plan_code, code)
    answer = Response(as_csv(SERIES, months), mimetype="text/csv")
    return kept(named(answer, f"{plan_code}-{sheet.code}.csv"))


@blueprint.get("/<plan_code>/indicador/<code>/datos.json")
@allow(ANYONE, of=Of.PLAN)
def indicator_data(plan_code: str, code: str) -> Response:
    """The data sheet of an indicator and its published months; figures are texts, exact."""
    with current().database.reading() as session:
        plan, sheet, months = _indicator(session, plan_code, code)
    told = {
        "plan": plan.code,
        "codigo": sheet.code,
        "nombre": sheet.name,
        "objetivo": sheet.objective,
        "linea": sheet.line,
        "entidad": sheet.entity,
        "unidad": sheet.unit,
        "anualizacion": sheet.annualization,
        "periodicidad": sheet.periodicity,
        "linea_base": _text(sheet.baseline),
        "meta_final": _text(sheet.final_target),
        "metas": {str(year): _text(target) for year, target in sheet.targets.items()},
        "serie": [{column.title: _text(column.value(row)) for column in SERIES} for row in months],
    }
    return kept(jsonify(told))


@blueprint.get("/<plan_code>/como-se-hizo")
@allow(ANYONE, of=Of.PLAN)
def how_made(plan_code: str) -> Response:
    """The life of a published plan: its phases, how many met, what was asked of the citizens, its documents."""
    with current().database.reading() as session:
        plan = _published(session, plan_code)
        story = making.of_plan(session, plan_code)
        documents = published_documents.of_plan(session, plan_code)
    return kept(page("portal/how_made.html", plan=plan, story=story, documents=documents, formats=FORMATS))


@blueprint.get("/novedades.atom")
@allow(ANYONE, of=Of.NONE)
def news() -> Response:
    """What was published lately, of every plan, as a feed."""
    with current().database.reading() as session:
        entries = _news(session, [plan.code for plan in published.plans(session)])
    return kept(syndication.feed("Planes estratégicos sectoriales", "/portal/", "/portal/novedades.atom", entries))


@blueprint.get("/<plan_code>/novedades.atom")
@allow(ANYONE, of=Of.PLAN)
def news_of_plan(plan_code: str) -> Response:
    """What was published lately of a plan, as a feed."""
    with current().database.reading() as session:
        plan = _published(session, plan_code)
        entries = _news(session, [plan.code])
    return kept(syndication.feed(plan.name, f"/portal/{plan.code}", f"/portal/{plan.code}/novedades.atom", entries))


@blueprint.get("/sitemap.xml")
@allow(ANYONE, of=Of.NONE)
def sitemap() -> Response:
    """Every page of the portal, for search engines."""
    with current().database.reading() as session:
        sectors = published.sectors(session)
        codes = [plan.code for plan in published.plans(session)]
        paths = [
            "/portal/",
            *(f"/portal/sector/{one.code}" for one in sectors),
            *(f"/portal/{plan.code}" for one in sectors for plan in one.plans),
            *(f"/portal/{code}/como-se-hizo" for code in codes),
            *(f"/portal/{month.plan_code}/{month.code}" for _, month in published.newest_months(session, codes)),
            *(f"/portal/{plan}/indicador/{code}" for plan, code in open_goals.names(session, codes)),
        ]
    return kept(syndication.sitemap(paths))


def _indicator(session: Session, plan_code: str, code: str) -> tuple[PublishedPlan, OpenSheet, list[OpenMonth]]:
    plan = _published(session, plan_code)
    sheet = open_goals.sheet(session, plan_code, code) or abort(404)
    return plan, sheet, open_goals.series(session, plan_code, code)


def _published(session: Session, plan_code: str) -> PublishedPlan:
    """A plan of which something is published: what is still being formulated is nobody's to read."""
    found = next((one for one in published.plans(session) if one.code == plan_code), None)
    return found or abort(404)


def _news(session: Session, plans: Collection[str]) -> list[syndication.Entry]:
    months = [
        syndication.Entry(
            f"{name}: seguimiento de {month_name(one.code)}", f"/portal/{one.plan_code}/{one.code}", one.published_at
        )
        for name, one in published.newest_months(session, plans, syndication.NEWEST)
        if one.published_at is not None
    ]
    documents = [
        syndication.Entry(
            f"{name}: {one.title}",
            f"/portal/{one.plan_code}/documentos/{one.kind}/{one.key}.{one.format}",
            one.published_at,
        )
        for name, one in published_documents.newest(session, plans, syndication.NEWEST)
        if one.published_at is not None
    ]
    return months + documents


def _text(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else str(value)
