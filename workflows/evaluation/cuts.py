"""The figures an evaluation stands on: its own cut, of everything endorsed by then, kept as it was taken.

Closed months stay as they were frozen; where the cut differs from the frozen month of its date, it says why.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.runtime import ProcessEngine
from workflows.calendar import month_end
from workflows.cycles.models import Period
from workflows.evaluation.models import EvaluationCut
from workflows.indicators.models import Indicator
from workflows.indicators.wording import known_words
from workflows.monitoring import figures
from workflows.monitoring.facts import COUNTING
from workflows.monitoring.figure_rows import indicator_row, level_row, read_indicator, read_level
from workflows.monitoring.models import Figure, FormerDatum, Measurement
from workflows.monitoring.period_figures import IndicatorFigure, LevelFigure, PeriodFigures
from workflows.spanish import long_day, magnitude, month_name, percentage

NUMBERS = ("executed", "programmed_to_date", "year_progress", "compliance", "uncapped", "coverage", "opportunity")
"""Columns of a figure that are exact: kept as text."""


def take(session: Session, engine: ProcessEngine, plan_code: str, month: str) -> EvaluationCut:
    """Take the cut of a month (`2018-06`); another one only where something was endorsed since. One cut per date."""
    computed = figures.compute(session, plan_code, month, everything=True)
    rows = [_text(row) for row in _rows(computed)]
    last = _last(session, plan_code, month)
    if last is not None and last.figures == rows:
        return last
    taken = EvaluationCut(
        plan_code=plan_code,
        month=month,
        number=(last.number if last else 0) + 1,
        taken_at=engine.now(),
        formula_version=computed.formula_version,
        figures=rows,
        differences=[list(row) for row in _differences(session, plan_code, month, computed)],
    )
    session.add(taken)
    session.flush()
    return taken


def figures_at(session: Session, plan_code: str, month: str) -> PeriodFigures:
    """The figures of an evaluation at a month: its last cut; before it is taken, those of the month."""
    cut = _last(session, plan_code, month)
    return _read(cut) if cut else figures.of_period(session, plan_code, month)


def taken_at(session: Session, plan_code: str, month: str, *, by: dt.datetime | None = None) -> dt.datetime | None:
    """When the last cut of a month was taken, of those that there were at a moment; `None` before the first."""
    query = sa.select(sa.func.max(EvaluationCut.taken_at))
    query = query.where(EvaluationCut.plan_code == plan_code, EvaluationCut.month == month)
    return session.scalar(query.where(EvaluationCut.taken_at <= by) if by else query)


def differences(session: Session, plan_code: str, month: str) -> list[tuple[str, ...]]:
    """Where the cut of a month differs from its frozen figures: what, frozen, in the cut, and why."""
    cut = _last(session, plan_code, month)
    return [tuple(row) for row in cut.differences] if cut else []


def _last(session: Session, plan_code: str, month: str) -> EvaluationCut | None:
    query = sa.select(EvaluationCut).where(EvaluationCut.plan_code == plan_code, EvaluationCut.month == month)
    return session.scalar(query.order_by(EvaluationCut.number.desc()).limit(1))


def _rows(found: PeriodFigures) -> Iterator[dict[str, Any]]:
    for figure in found.indicators.values():
        yield indicator_row(figure)
    for level, kept in _levels(found).items():
        for code in kept:
            yield level_row(level, kept[code])


def _levels(found: PeriodFigures) -> dict[str, Mapping[str, LevelFigure]]:
    return {
        "objetivo": found.objectives,
        "linea": found.lines,
        "entidad": found.entities,
        "plan": {found.plan_code: found.plan} if found.plan else {},
    }


def _text(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: str(value) if key in NUMBERS and value is not None else value for key, value in row.items()}


def _read(cut: EvaluationCut) -> PeriodFigures:
    rows = [_figure(row) for row in cut.figures]
    levels = {
        level: {row.code: read_level(row) for row in rows if row.level == level}
        for level in ("objetivo", "linea", "entidad", "plan")
    }
    return PeriodFigures(
        plan_code=cut.plan_code,
        period=cut.month,
        cutoff=month_end(int(cut.month[:4]), int(cut.month[5:])),
        frozen=True,
        formula_version=cut.formula_version,
        indicators={row.code: read_indicator(row) for row in rows if row.level == "indicador"},
        objectives=levels["objetivo"],
        lines=levels["linea"],
        entities=levels["entidad"],
        plan=levels["plan"].get(cut.plan_code),
    )


def _figure(row: Mapping[str, Any]) -> Figure:
    return Figure(
        **{key: Decimal(value) if key in NUMBERS and value is not None else value for key, value in row.items()}
    )


def _differences(session: Session, plan_code: str, month: str, now: PeriodFigures) -> Iterator[tuple[str, ...]]:
    frozen = figures.frozen(session, plan_code, month)
    if frozen is None:
        return
    why = _late(session, plan_code, month)
    for code, figure in now.indicators.items():
        was = frozen.indicators.get(code)
        if was is not None and _said(was) != _said(figure):
            reason = why.get(code) or f"fórmulas de la versión {frozen.formula_version}"
            yield (f"{code} {figure.name}", _said(was), _said(figure), reason)
    for level, kept in _levels(now).items():
        before = _levels(frozen)[level]
        for code, one in kept.items():
            if code in before and percentage(before[code].capped) != percentage(one.capped):
                yield (
                    f"{code} {one.name}", percentage(before[code].capped), percentage(one.capped),
                    "por sus indicadores",
                )  # fmt: skip


def _said(figure: IndicatorFigure) -> str:
    found = figure.assessment
    if found.compliance is None:
        return known_words(found.status, found.data_month) or "sin cifra"
    return f"{magnitude(found.executed, figure.decimals)} ({percentage(found.compliance)})"


def _late(session: Session, plan_code: str, month: str) -> dict[str, str]:
    """Why the figure of an indicator is another than in the frozen month, by code: what came after that."""
    query = (
        sa.select(
            Indicator.code,
            Period.code.label("month"),
            Measurement.endorsed_at,
            sa.exists().where(FormerDatum.measurement_id == Measurement.id).label("corrected"),
        )
        .join(Measurement, Measurement.indicator_id == Indicator.id)
        .join(Period, Period.id == Measurement.period_id)
        .where(Indicator.plan_code == plan_code, Period.code <= month, Measurement.counts_from > month)
        .where(Measurement.state.in_(sorted(COUNTING)))
        .order_by(Period.code)
    )
    told: dict[str, list[str]] = {}
    for row in session.execute(query):
        what, endorsed = ("corrección", "avalada") if row.corrected else ("reporte extemporáneo", "avalado")
        when = f", {endorsed} el {long_day(row.endorsed_at)}" if row.endorsed_at else ""
        told.setdefault(row.code, []).append(f"{what} de {month_name(row.month)}{when}")
    return {code: "; ".join(reasons) for code, reasons in told.items()}
