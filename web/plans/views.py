"""The plan: what was promised, how it goes, and each indicator's sheet."""

from __future__ import annotations

from flask import Blueprint, abort, request
from sqlalchemy.orm import Session

from web.auth import SIGNED_IN, allow
from web.pages import current, page
from workflows.monitoring import figures, trace
from workflows.plan import overview
from workflows.plan.models import Plan
from workflows.reports.contents import light

blueprint = Blueprint("plans", __name__, url_prefix="/plan")


@blueprint.get("/")
@allow(SIGNED_IN)
def index() -> str:
    """The plan of the sector (the first, where there are several and none is named)."""
    with current().database.reading() as session:
        plans = overview.plans(session)
        if not plans:
            return page("plans/none.html")
        chosen = next((one for one in plans if one.code == request.args.get("plan")), plans[0])
        months = overview.months(session, chosen.code)
        month = _chosen_month(months)
        tree = overview.tree(session, chosen.code)
        found = figures.of_period(session, chosen.code, month) if month else None
    return page(
        "plans/index.html", plan=chosen, plans=plans, tree=tree, months=months, month=month, found=found, light=light
    )


@blueprint.get("/<plan_code>/indicadores/<indicator_code>")
@allow(SIGNED_IN)
def indicator(plan_code: str, indicator_code: str) -> str:
    """An indicator: its sheet, its figure at a month, and the rows the figure comes from."""
    with current().database.reading() as session:
        plan = _plan(session, plan_code)
        month = _chosen_month(overview.months(session, plan_code))
        sheet = overview.sheet(session, plan_code, indicator_code)
        if sheet is None:
            abort(404)
        found = figures.of_period(session, plan_code, month).indicators.get(indicator_code) if month else None
        rows = trace.of_indicator(session, plan_code, indicator_code, month) if month else []
        return page("plans/indicator.html", plan=plan, sheet=sheet, month=month, figure=found, rows=rows, light=light)


def _plan(session: Session, plan_code: str) -> Plan:
    return session.get(Plan, plan_code) or abort(404)


def _chosen_month(months: list[str]) -> str | None:
    asked = request.args.get("mes")
    if asked in months:
        return asked
    return months[0] if months else None
