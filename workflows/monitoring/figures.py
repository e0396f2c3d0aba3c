"""The figures of a month: computed from what was reported, kept when the month is consolidated, read when frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.calendar import month_end
from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.indicators import formulas, quadrennium
from workflows.indicators.formulas import Assessment
from workflows.indicators.quadrennium import Course
from workflows.indicators.rollup import Rate, RollUp, Share, Structure, light_of, roll_up
from workflows.indicators.sheets import shown
from workflows.indicators.states import IndicatorKind, Status
from workflows.indicators.traffic_light import Bands, bands_at
from workflows.monitoring import facts as reading
from workflows.monitoring import four_years, month_facts
from workflows.monitoring.facts import IndicatorFacts, PlanFacts
from workflows.monitoring.figure_rows import indicator_row, level_row, month_of, read_indicator, read_level
from workflows.monitoring.four_years import Years
from workflows.monitoring.models import Figure
from workflows.monitoring.period_figures import (
    Cell,
    IndicatorFigure,
    LevelFigure,
    LevelFigures,
    PeriodFigures,
    Point,
)
from workflows.plan.models import Plan

__all__ = [
    "IndicatorFigure",
    "LevelFigure",
    "LevelFigures",
    "PeriodFigures",
    "as_json",
    "assess",
    "at_a_glance",
    "cells",
    "compute",
    "figures_of",
    "frozen",
    "kept",
    "levels",
    "lights",
    "of_indicator",
    "of_period",
    "shown",
    "store",
]

KEPT = (PeriodState.CONSOLIDATED, PeriodState.CLOSED)
"""States of a month whose figures are read and not computed."""

INDICATOR = "indicador"
LEVELS = ("objetivo", "linea", "entidad", "plan")
"""What figures are of, as their rows say it."""


def of_period(session: Session, plan_code: str, period: str) -> PeriodFigures:
    """What a screen shows of a month: the kept figures once it was consolidated or closed, else computed now."""
    found = _kept_period(session, plan_code, period, KEPT)
    return of_known(session, found) if found else compute(session, plan_code, period)


def of_known(session: Session, period: Period) -> PeriodFigures:
    """As `of_period`, of a month that was read already."""
    known = kept(session, period) if period.state in KEPT else None
    return known or compute(session, period.plan_code, period.code)


def at_a_glance(session: Session, plan_code: str, period: str) -> PeriodFigures:
    """As `of_period`, for who shows how each thing stands at a month: an open one is computed from its year alone.

    Its indicators do not tell what needs all months: `missing`, `partial`, `plan_progress`, `years_met`.
    """
    found = _kept_period(session, plan_code, period, KEPT)
    if found is not None and (known := kept(session, found)) is not None:
        return known
    return figures_of(month_facts.load(session, plan_code, period), whole=False)


def levels(session: Session, plan_code: str, period: str) -> LevelFigures | None:
    """What is kept of a consolidated or closed month above its indicators; `None` before that."""
    rows = _kept_rows(session, plan_code, period, Figure.level != INDICATOR)
    return _level_figures(plan_code, period, rows) if rows else None


def levels_of(session: Session, plan_code: str, months: Sequence[str]) -> Mapping[str, LevelFigures]:
    """The same of several months that were consolidated, by their code, in one statement."""
    query = sa.select(Figure, Period.state, Period.code).join(Period, Period.id == Figure.period_id)
    query = query.where(Period.plan_code == plan_code, Period.code.in_(months), Period.state.in_(KEPT))
    found: dict[str, list[tuple[Figure, str]]] = {}
    for figure, state, code in session.execute(query.where(Figure.level != INDICATOR).order_by(Figure.id)):
        found.setdefault(code, []).append((figure, state))
    return {code: _level_figures(plan_code, code, rows) for code, rows in found.items()}


def _level_figures(plan_code: str, period: str, rows: Sequence[tuple[Figure, str]]) -> LevelFigures:
    found = {level: _of_level([figure for figure, _ in rows], level) for level in LEVELS}
    return LevelFigures(
        period=period,
        frozen=rows[0][1] == PeriodState.CLOSED,
        objectives=found["objetivo"],
        lines=found["linea"],
        entities=found["entidad"],
        plan=found["plan"].get(plan_code),
    )


def lights(session: Session, plan_code: str, period: str) -> list[tuple[str | None, str | None, int]]:
    """How many indicators of a consolidated or closed month stand in each colour and status."""
    query = (
        sa.select(Figure.color, Figure.status, sa.func.count())
        .join(Period, Period.id == Figure.period_id)
        .where(*_is_kept(plan_code, period), Figure.level == INDICATOR)
        .group_by(Figure.color, Figure.status)
    )
    return [(color, status, count) for color, status, count in session.execute(query)]


def cells(session: Session, plan_code: str, period: str) -> Mapping[str, Cell]:
    """What a table shows of each indicator of a consolidated or closed month, by its code; empty before that."""
    query = (
        sa.select(
            Figure.code,
            Figure.executed,
            Figure.programmed_to_date,
            Figure.compliance,
            Figure.color,
            Figure.status,
            Figure.data_month,
        )
        .join(Period, Period.id == Figure.period_id)
        .where(*_is_kept(plan_code, period), Figure.level == INDICATOR)
    )
    return {
        row.code: Cell(
            row.executed, row.programmed_to_date, row.compliance, row.color, row.status, month_of(row.data_month)
        )
        for row in session.execute(query)
    }


def courses(session: Session, plan_code: str, months: Sequence[str]) -> Mapping[tuple[str, str], Mapping[str, Point]]:
    """What is kept of these months, by level and code and then by month; one statement, rows of a page's table."""
    query = (
        sa.select(
            Figure.level, Figure.code, Period.code.label("month"), Figure.compliance, Figure.executed, Figure.color,
            Figure.status,
        )
        .join(Period, Period.id == Figure.period_id)
        .where(Period.plan_code == plan_code, Period.code.in_(months), Period.state.in_(KEPT))
        .where(Figure.level.in_((INDICATOR, "objetivo", "linea")))
        .order_by(Period.code)
    )  # fmt: skip
    found: dict[tuple[str, str], dict[str, Point]] = {}
    for row in session.execute(query):
        point = Point(row.compliance, row.executed, row.color, row.status)
        found.setdefault((row.level, row.code), {})[row.month] = point
    return found


def kept_months(session: Session, plan_code: str, upto: str) -> list[str]:
    """The months whose figures are kept, to one, the first first."""
    query = sa.select(Period.code).where(Period.plan_code == plan_code, Period.state.in_(KEPT), Period.code <= upto)
    return list(session.scalars(query.order_by(Period.code)))


def of_indicator(
    session: Session, plan_code: str, code: str, period: str, fact: IndicatorFacts | None
) -> tuple[IndicatorFigure | None, bool]:
    """The figure of one indicator at a month, and whether it is frozen; none where the month did not follow it.

    `fact` is what `facts.of_indicator` knows of it there: an open month is computed from that.
    """
    found = _kept_period(session, plan_code, period, KEPT)
    if found is None:
        return (_computed(session, plan_code, fact, period) if fact else None), False
    query = sa.select(Figure).where(Figure.period_id == found.id, Figure.level == INDICATOR, Figure.code == code)
    row = session.scalar(query)
    return (read_indicator(row) if row else None), found.state == PeriodState.CLOSED


def compute(
    session: Session,
    plan_code: str,
    period: str,
    *,
    provisional: bool = False,
    everything: bool = False,
    overrides: Mapping[str, Decimal | None] | None = None,
) -> PeriodFigures:
    """Compute a month (`2018-06`) from what counts of the reports; writes nothing.

    `provisional` also counts what is sent and not yet endorsed; `everything` all that was endorsed, whenever it came;
    `overrides` puts values of this month in place of those on record, by indicator: what a reporter would get. Raises
    `NotFound`.
    """
    return figures_of(
        reading.load(session, plan_code, period, provisional=provisional, everything=everything, overrides=overrides)
    )


def figures_of(facts: PlanFacts, *, whole: bool = True) -> PeriodFigures:
    """The figures that follow from these facts; not the `whole`, without what only all the years of the plan tell."""
    years = four_years.of_facts(facts) if whole else None
    indicators = {
        fact.code: _figure(fact, facts.structure, _judged(fact, facts, years.indicators if years else {}))
        for fact in facts.indicators
    }
    shares = [_share(figure) for figure in indicators.values() if figure.assessment.is_due]
    total = roll_up(shares, facts.structure)
    results = roll_up((share for share in shares if share.kind == IndicatorKind.RESULT), facts.structure)
    products = roll_up((share for share in shares if share.kind == IndicatorKind.PRODUCT), facts.structure)
    rolled = (total, results, products)
    levels = {level: _levels(facts.names[level], rolled, level, facts.bands, years) for level in LEVELS}
    return PeriodFigures(
        plan_code=facts.plan_code,
        period=facts.period,
        cutoff=facts.cutoff,
        frozen=False,
        formula_version=formulas.FORMULA_VERSION,
        indicators=indicators,
        objectives=levels["objetivo"],
        lines=levels["linea"],
        entities=levels["entidad"],
        plan=levels["plan"].get(facts.plan_code),
    )


def assess(fact: IndicatorFacts, facts: PlanFacts) -> Assessment:
    """The figures of one indicator at the month of `facts`."""
    return quadrennium.assess(fact.sheet, fact.series, facts.year, facts.month, facts.bands, fact.late, fact.partial)


def _judged(fact: IndicatorFacts, facts: PlanFacts, courses: Mapping[str, Course]) -> Assessment:
    found = formulas.judge(fact.sheet, fact.series, facts.year, facts.month, facts.bands, fact.late, fact.partial)
    course = courses.get(fact.code)
    return quadrennium.with_course(found, course) if course else found


def store(session: Session, period: Period, figures: PeriodFigures) -> None:
    """Keep these figures as the month's, in place of those it had. The month must not be frozen yet."""
    session.execute(sa.delete(Figure).where(Figure.period_id == period.id))
    rows = [indicator_row(figure) for figure in figures.indicators.values()]
    for level, found in _by_level(figures).items():
        rows += [level_row(level, figure) for figure in found.values()]
    common = {"period_id": period.id, "formula_version": figures.formula_version}
    session.execute(sa.insert(Figure), [common | row for row in rows])


def frozen(session: Session, plan_code: str, period: str) -> PeriodFigures | None:
    """The figures kept when the month was closed; `None` while it is not."""
    found = _kept_period(session, plan_code, period, (PeriodState.CLOSED,))
    return kept(session, found) if found else None


def kept(session: Session, period: Period) -> PeriodFigures | None:
    """The figures of the month's last consolidation, frozen or not; `None` before the first."""
    rows = session.scalars(sa.select(Figure).where(Figure.period_id == period.id).order_by(Figure.id)).all()
    if not rows:
        return None
    levels = {level: _of_level(rows, level) for level in LEVELS}
    return PeriodFigures(
        plan_code=period.plan_code,
        period=period.code,
        cutoff=month_end(period.year, period.month),
        frozen=period.state == PeriodState.CLOSED,
        formula_version=rows[0].formula_version,
        indicators={row.code: read_indicator(row) for row in rows if row.level == INDICATOR},
        objectives=levels["objetivo"],
        lines=levels["linea"],
        entities=levels["entidad"],
        plan=levels["plan"].get(period.plan_code),
    )


def as_json(figures: PeriodFigures) -> dict[str, Any]:
    """The figures as `cauce plan figures --json` prints them: rounded to one decimal, without what says nothing."""
    return {
        "indicadores": {code: _indicator_json(figure) for code, figure in figures.indicators.items()},
        "objetivos": {code: _level_json(figure) for code, figure in figures.objectives.items()},
        "lineas": {code: _level_json(figure) for code, figure in figures.lines.items()},
        "entidades": {code: _level_json(figure) for code, figure in figures.entities.items()},
        "plan": _level_json(figures.plan) if figures.plan else {},
    }


def _is_kept(plan_code: str, period: str, states: Iterable[str] = KEPT) -> tuple[sa.ColumnElement[bool], ...]:
    return Period.plan_code == plan_code, Period.code == period, Period.state.in_(states)


def _kept_period(session: Session, plan_code: str, period: str, states: Iterable[str]) -> Period | None:
    return session.scalar(sa.select(Period).where(*_is_kept(plan_code, period, states)))


def _kept_rows(
    session: Session, plan_code: str, period: str, *criteria: sa.ColumnElement[bool]
) -> list[tuple[Figure, str]]:
    """Figures of a month in their order, each with the state of the month."""
    query = sa.select(Figure, Period.state).join(Period, Period.id == Figure.period_id)
    found = session.execute(query.where(*_is_kept(plan_code, period), *criteria).order_by(Figure.id))
    return [(figure, state) for figure, state in found]


def _of_level(rows: Iterable[Figure], level: str) -> dict[str, LevelFigure]:
    return {row.code: read_level(row) for row in rows if row.level == level}


def _computed(session: Session, plan_code: str, fact: IndicatorFacts, period: str) -> IndicatorFigure:
    """The figure of one indicator from what counts of the reports, without those of the rest of the plan."""
    year, month = reading.read_month(period)
    structure, _names = reading.structure_of(session, session.get_one(Plan, plan_code))
    bands = bands_at(reading.thresholds(session, plan_code), month_end(year, month))
    return _figure(fact, structure, quadrennium.assess(fact.sheet, fact.series, year, month, bands, fact.late))


def _figure(fact: IndicatorFacts, structure: Structure, assessment: Assessment) -> IndicatorFigure:
    return IndicatorFigure(
        code=fact.code,
        name=fact.name,
        kind=fact.kind,
        objective=fact.objective,
        line=structure.objectives[fact.objective][0],
        entity=fact.entity,
        weight=fact.weight,
        unit=fact.unit,
        decimals=fact.decimals,
        assessment=assessment,
    )


def _share(figure: IndicatorFigure) -> Share:
    found = figure.assessment
    return Share(
        figure.code,
        figure.objective,
        figure.entity,
        figure.kind,
        figure.weight,
        found.counted,
        found.timely,
        found.silent,
    )


def _rates(rolled: RollUp, level: str, plan_code: str) -> Mapping[str, Rate]:
    if level == "plan":
        return {plan_code: rolled.plan} if rolled.plan else {}
    return {"objetivo": rolled.objectives, "linea": rolled.lines, "entidad": rolled.entities}[level]


def _levels(
    names: Mapping[str, str], rolled: tuple[RollUp, RollUp, RollUp], level: str, bands: Bands, years: Years | None
) -> dict[str, LevelFigure]:
    plan_code = next(iter(names)) if level == "plan" else ""
    total, results, products = (_rates(one, level, plan_code) for one in rolled)
    over_years = years.at(level) if years else {}
    found = {
        code: _level(code, name, total[code], results.get(code), products.get(code), bands)
        if code in total
        else LevelFigure(code, name, None, None, None, None, None, status=Status.NO_CUTOFF_YET)
        for code, name in names.items()
    }
    return {code: replace(figure, years=over_years.get(code)) for code, figure in found.items()}


def _level(code: str, name: str, rate: Rate, results: Rate | None, products: Rate | None, bands: Bands) -> LevelFigure:
    color, by_silence = light_of(rate, bands)
    return LevelFigure(
        code=code,
        name=name,
        capped=rate.capped,
        uncapped=rate.uncapped,
        color=color,
        results=results.capped if results else None,
        products=products.capped if products else None,
        coverage=rate.coverage,
        opportunity=rate.opportunity,
        by_silence=by_silence,
    )


def _by_level(figures: PeriodFigures) -> dict[str, Mapping[str, LevelFigure]]:
    return {
        "objetivo": figures.objectives,
        "linea": figures.lines,
        "entidad": figures.entities,
        "plan": {figures.plan_code: figures.plan} if figures.plan else {},
    }


def _indicator_json(figure: IndicatorFigure) -> dict[str, Any]:
    return told(figure.assessment, figure.decimals) | {"avance_plan_pct": _percentage(figure.assessment.plan_progress)}


def told(found: Assessment, decimals: int) -> dict[str, Any]:
    """What is known at a cut-off, with the keys of the golden results."""
    if not found.is_due:
        return {"estado": found.status}
    last = "{}-{:02}".format(*found.data_month) if found.data_month else None
    if found.status == Status.NO_DATA:
        return {
            "estado": found.status,
            "ultimo": _plain(found.last),
            "ultimo_dato": last,
            "color": found.color,
        }
    decimals = max(1, decimals)
    figure: dict[str, Any] = {
        "estado": found.status,
        "ejecutado": _plain(found.executed),
        "programado_a_la_fecha": _plain(found.programmed_to_date, decimals),
        "avance_vigencia_pct": _percentage(found.year_progress),
        "cumplimiento_a_la_fecha_pct": _percentage(found.compliance),
        "color": found.color,
        "ultimo_dato": last,
    }
    missing, partial = (["{}-{:02}".format(*at) for at in months] or None for months in (found.missing, found.partial))
    also = _without_nothing(directo=found.direct, incompleto=missing, parcial=partial)
    return figure | also


def _level_json(figure: LevelFigure) -> dict[str, Any]:
    if figure.status == Status.NO_CUTOFF_YET:
        return {"estado": figure.status}
    told = {
        "cumplimiento": _percentage(figure.capped),
        "sin_tope": _percentage(figure.uncapped),
        "cobertura_pct": _percentage(figure.coverage),
        "oportunidad_pct": _percentage(figure.opportunity),
        "color": figure.color,
    }
    return told | _without_nothing(por_falta_de_dato=figure.by_silence or None)


def _without_nothing(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _plain(value: Decimal | None, decimals: int | None = None) -> int | float | None:
    if value is None:
        return None
    value = value if decimals is None else shown(value, decimals)
    return int(value) if value == value.to_integral_value() else float(value)


def _percentage(value: Decimal | None) -> float | None:
    """Below the baseline is shown as 0."""
    return None if value is None else float(shown(max(value, Decimal(0))))
