"""The plan: what was promised, how it goes, and from every figure to the rows it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from flask import abort, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from web import exporting
from web.answering import remember_refusal
from web.auth import SIGNED_IN, Of, allow
from web.pages import HERE, actor, addresses, back_to, current, page
from web.plans import (
    act_template,
    answering_for,
    budget,
    changes,
    course_picture,
    dossier,
    levels,
    loading,
    projects,
    sheets,
    timeline,
    tree,
    wording,
)
from web.plans.blueprint import blueprint
from web.plans.course_picture import Picture
from web.plans.lights import chips, level_chips
from workflows.cycles.models import Period
from workflows.errors import Forbidden, PeriodFrozen
from workflows.forms.notation import format_number, parse_number
from workflows.indicators.formulas import Assessment
from workflows.indicators.sheets import IN_NO_MONTH
from workflows.indicators.states import Annualization
from workflows.indicators.wording import known_words
from workflows.monitoring import corrections, facts, figures, lateness, overview, trace, year_course
from workflows.monitoring.period_figures import Cell, IndicatorFigure, LevelFigures, PeriodFigures
from workflows.monitoring.year_course import YearCourse
from workflows.people import comments
from workflows.people.groups import Group, sectors_of
from workflows.plan.models import Plan
from workflows.recovery import plans as recovery

__all__ = [
    "act_template",
    "answering_for",
    "blueprint",
    "budget",
    "changes",
    "dossier",
    "loading",
    "projects",
    "timeline",
]

CORRECTORS, LIAISON = "coordinador_pes", "enlace_planeacion"
"""Who may correct a reported value while its month is open."""


@blueprint.get("/")
@allow(SIGNED_IN, of=Of.PLAN)
def index() -> str | Response:
    """The plan of the sector (the first, where there are several and none is named); its indicators as a file too."""
    with current().database.reading() as session:
        plans = overview.plans(session, sectors_of(actor()))
        if not plans:
            return page("plans/none.html")
        chosen = next((plan for plan in plans if plan.code == request.args.get("plan")), plans[0])
        months = _months(session, chosen.code)
        month = _chosen_month(months)
        branches = overview.tree(session, chosen.code)
        found, cells = _figures(session, chosen.code, month) if month else (None, {})
        asked = tree.wanted(months)
        shown = tree.read(session, chosen, branches, month, found, cells, asked)
        frames = chosen.development_plans
    file = exporting.asked(f"plan-{chosen.code}", "Plan", sheets.columns(list(shown.years)), shown.rows)
    return file or page(
        "plans/index.html",
        plan=chosen, plans=plans, frames=frames, months=months, month=month, found=found, tree=shown, chip_of=chips(),
        level_chip_of=level_chips(), known_words=known_words, counted=tree.counted, files=exporting.files_of(),
        folded=tree.folding(asked),
        address_of=addresses("plans.indicator", plan_code=chosen.code, indicator_code=HERE, mes=month),
    )  # fmt: skip


def _figures(
    session: Session, plan_code: str, month: str
) -> tuple[LevelFigures | PeriodFigures, Mapping[str, Cell | Assessment]]:
    """The figures of a month above its indicators, and what the table shows of each of those."""
    kept = figures.levels(session, plan_code, month)
    if kept is not None:
        return kept, figures.cells(session, plan_code, month)
    period_figures = figures.at_a_glance(session, plan_code, month)
    return period_figures, {code: figure.assessment for code, figure in period_figures.indicators.items()}


@blueprint.get("/<plan_code>/<any(plan, lineas, objetivos, entidades):kind>/<code>")
@allow(SIGNED_IN, of=Of.PLAN)
def level(plan_code: str, kind: str, code: str) -> str | Response:
    """An objective, a line, an entity or the whole plan: its figure, and what each part brings to it."""
    with current().database.reading() as session:
        plan = _plan(session, plan_code)
        months = _months(session, plan_code)
        month = _chosen_month(months) or abort(404)
        period_figures = figures.at_a_glance(session, plan_code, month)
        shown = levels.read(session, period_figures, kind, code)
    if shown is None:
        abort(404)
    file = exporting.asked(f"{plan_code} {code} {month}", "Partes", sheets.PARTS, shown.parts)
    return file or page(
        "plans/level.html",
        files=exporting.files_of(),
        plan=plan, months=months, month=month, found=period_figures, level=shown,
        kind_word=levels.KINDS[kind], chip_of=chips(), level_chip_of=level_chips(),
    )  # fmt: skip


@blueprint.get("/<plan_code>/indicadores/<indicator_code>")
@allow(SIGNED_IN, of=Of.PLAN)
def indicator(plan_code: str, indicator_code: str) -> str | Response:
    """An indicator: its sheet, its figure at a month, and the rows the figure comes from."""
    with current().database.reading() as session:
        return _indicator(session, plan_code, indicator_code)


def _to_goal(session: Session, plan_code: str, code: str) -> Response:
    """The goal of a project stands among those of its project."""
    if not overview.is_goal(session, plan_code, code):
        abort(404)
    return redirect(url_for("plans.projects", plan_code=plan_code, _anchor=code))


def _indicator(session: Session, plan_code: str, indicator_code: str, **context: Any) -> str | Response:
    plan, months = _plan(session, plan_code), _months(session, plan_code)
    month = _chosen_month(months)
    sheet = overview.sheet(session, plan_code, indicator_code)
    if sheet is None:
        return _to_goal(session, plan_code, indicator_code)
    figure = course = None
    rows: list[trace.TraceRow] = []
    if month:
        fact = facts.of_indicator(session, plan_code, indicator_code, month)
        figure, context["frozen"] = figures.of_indicator(session, plan_code, indicator_code, month, fact)
        course = year_course.of_fact(session, plan_code, fact, month) if fact else None
        rows = trace.of_indicator(session, plan_code, indicator_code, month)
    points = course.points if course else ()
    file = exporting.asked(f"{plan_code} {indicator_code}", "Programado y ejecutado", sheets.POINTS, points)
    return file or page(
        "plans/indicator.html",
        files=exporting.files_of(),
        plan=plan,
        sheet=sheet,
        months=months,
        month=month,
        figure=figure,
        explanation=_explanation(figure, course, month),
        course=course,
        picture=_picture(course, sheet),
        rows=rows,
        wording=wording,
        chip_of=chips(),
        known_words=known_words,
        IN_NO_MONTH=IN_NO_MONTH,
        recoveries=recovery.of_indicator(session, sheet.indicator.id),
        recovery_words=recovery.STATE_WORDS,
        said=comments.of_row(session, plan.code, plan.sector_code, indicator_code, actor()),
        may_ask_correction=_is_liaison(plan, sheet),
        format_number=format_number,
        **context,
    )


def _explanation(
    figure: IndicatorFigure | None, course: YearCourse | None, month: str | None
) -> wording.Explanation | None:
    if figure is None or course is None or month is None:
        return None
    basis = wording.Basis(
        course.annualization, course.periodicity, course.baseline, figure.decimals, course.bands, course.direction,
        course.tolerance,
    )  # fmt: skip
    return wording.explain(basis, figure.assessment, month)


def _picture(course: YearCourse | None, sheet: overview.Sheet) -> Picture | None:
    if course is None:
        return None
    adds_up = course.annualization == Annualization.SUM
    return course_picture.draw(course.points, sheet.indicator.decimals, adds_up=adds_up)


@blueprint.post("/<plan_code>/indicadores/<indicator_code>/correccion")
@allow(CORRECTORS, of=Of.PLAN)
def correct(plan_code: str, indicator_code: str) -> Any:
    """Correct what was reported. Of a closed month it is refused on the same page, and the attempt written down."""
    month, text, reason = (request.form.get(name, "") for name in ("mes", "valor", "motivo"))
    errors = {}
    try:
        value = parse_number(text)
    except ValueError as wrong:
        errors["valor"] = str(wrong)
    if not reason.strip():
        errors["motivo"] = "Diga el motivo: queda en la bitácora."
    if errors:
        with current().database.reading() as session:
            body = _indicator(
                session, plan_code, indicator_code, errors=errors, typed={"valor": text, "motivo": reason}
            )
        return body, 422
    try:
        with current().database.unit_of_work() as session:
            corrections.correct_measurement(
                session, current().engine, plan_code, month, indicator_code, value=value, reason=reason, actor=actor()
            )
    except PeriodFrozen as refused:
        remember_refusal(refused)
        with current().database.reading() as session:
            return _indicator(session, plan_code, indicator_code, refused=refused.message), 409
    return back_to(
        "plans.indicator", "El valor quedó corregido.", plan_code=plan_code, indicator_code=indicator_code, mes=month
    )


@blueprint.post("/<plan_code>/indicadores/<indicator_code>/reapertura")
@allow(LIAISON, of=Of.PLAN)
def ask_correction(plan_code: str, indicator_code: str) -> Any:
    """Open the correction of a datum of a closed month: whoever reports it tells it again."""
    month, reason = request.form.get("mes", ""), request.form.get("motivo", "")
    with current().database.unit_of_work() as session:
        plan, sheet = _plan(session, plan_code), overview.sheet(session, plan_code, indicator_code) or abort(404)
        if not _is_liaison(plan, sheet):
            raise Forbidden(f"Pide las correcciones el enlace de planeación de {sheet.entity.code}.")
        lateness.correct(session, current().engine, plan_code, month, indicator_code, reason=reason, actor=actor())
    told = "La corrección quedó abierta: quien reporta este indicador tiene la tarea en su bandeja."
    return back_to("plans.indicator", told, plan_code=plan_code, indicator_code=indicator_code, mes=month)


def _is_liaison(plan: Plan, sheet: overview.Sheet) -> bool:
    """Whether the reader is the planning liaison of the indicator's entity."""
    return str(Group(LIAISON, plan.sector_code, sheet.entity.code)) in actor().groups


def _plan(session: Session, plan_code: str) -> Plan:
    return session.get(Plan, plan_code) or abort(404)


def _months(session: Session, plan_code: str) -> dict[str, str]:
    """The months of a plan, newest first, with how each stands in words."""
    query = sa.select(Period).where(Period.plan_code == plan_code).order_by(Period.code.desc())
    return {period.code: wording.period_state(period) for period in session.scalars(query)}


def _chosen_month(months: dict[str, str]) -> str | None:
    """The month asked for, else the newest whose reports are all in, else the newest."""
    asked = request.values.get("mes", "")
    if asked in months:
        return asked
    complete = (code for code, state in months.items() if state != "en curso")
    return next(complete, next(iter(months), None))
