"""The months measured before the plan was loaded: closed months with frozen figures."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.identity import Actor
from workflows.calendar import month_end
from workflows.cycles.models import Period
from workflows.indicators.formulas import FORMULA_VERSION
from workflows.indicators.models import Indicator
from workflows.indicators.sheets import Month
from workflows.monitoring import facts, figures
from workflows.monitoring.models import Measurement, MeasurementChange, PeriodRow
from workflows.plan.models import Plan
from workflows.records.data import PlanData

ORIGIN = "cargue"


def write_history(session: Session, clock: Clock, actor: Actor, plan: Plan, data: PlanData) -> None:
    """Write the measured months that are not on record yet, in order, and freeze each."""
    known = set(session.scalars(sa.select(Period.code).where(Period.plan_code == plan.code)))
    months = [month for month in data.measured_months if "{}-{:02}".format(*month) not in known]
    if not months:
        return
    indicators = list(session.scalars(sa.select(Indicator).where(Indicator.plan_code == plan.code, Indicator.active)))
    periods = [_write_period(session, clock, actor, plan, month) for month in months]
    session.flush()
    sheets = facts.sheets_of(session, plan, followed_from=_first_month(session, plan))
    for period in periods:
        rows = [_row(period, indicator, sheets[indicator.id]) for indicator in indicators]
        session.execute(sa.insert(PeriodRow), rows)
        _write_measurements(session, clock, actor, period, indicators, data)
    session.flush()
    loaded = facts.history(session, plan.code)
    for period in periods:
        figures.store(session, period, figures.figures_of(loaded.at(period.code)))


def _first_month(session: Session, plan: Plan) -> Month:
    first = session.scalar(sa.select(sa.func.min(Period.code)).where(Period.plan_code == plan.code))
    return facts.read_month(first or plan.first_month)


def _write_period(session: Session, clock: Clock, actor: Actor, plan: Plan, month: Month) -> Period:
    period = Period(
        plan_code=plan.code,
        code="{}-{:02}".format(*month),
        year=month[0],
        month=month[1],
        cutoff_on=month_end(*month),
        state="cerrado",
        frozen_at=clock.now(),
        frozen_by=actor.id,
        introduction="Cifras cargadas de un archivo.",
        formula_version=FORMULA_VERSION,
    )
    session.add(period)
    return period


def _row(period: Period, indicator: Indicator, sheet: Any) -> dict[str, Any]:
    return {
        "period_id": period.id,
        "indicator_id": indicator.id,
        "entity_code": indicator.entity_code,
        "reports": indicator.reports,
        "reviews": indicator.reviews,
        "due": sheet.is_due(period.year, period.month),
        "year_target": sheet.target(period.year),
        "programmed_to_date": sheet.programmed(period.year, period.month),
    }


def _write_measurements(
    session: Session, clock: Clock, actor: Actor, period: Period, indicators: list[Indicator], data: PlanData
) -> None:
    last = session.scalar(sa.select(sa.func.max(Period.code)).where(Period.plan_code == period.plan_code)) or ""
    written = [
        _measurement(clock, actor, period, indicator, value, _counts_from(data, indicator, period), last)
        for indicator in indicators
        if (value := data.measurements.get(indicator.code, {}).get((period.year, period.month))) is not None
    ]
    if not written:
        return
    ids = session.scalars(sa.insert(Measurement).returning(Measurement.id, sort_by_parameter_order=True), written)
    changes = [_change(clock, actor, id_, row["value"]) for id_, row in zip(ids, written, strict=True)]
    session.execute(sa.insert(MeasurementChange), changes)


def _measurement(
    clock: Clock, actor: Actor, period: Period, indicator: Indicator, value: Decimal, since: str | None, last: str
) -> dict[str, Any]:
    return {
        "late": since is not None,
        "timely": since is None,
        "counts_from": None if since == period.code else since,
        "period_id": period.id,
        "indicator_id": indicator.id,
        "value": value,
        "state": "congelado" if since is None or since <= last else "avalado",
        "origin": ORIGIN,
        "extra": {},
        "reported_by": actor.id,
        "reported_at": clock.now(),
    }


def _counts_from(data: PlanData, indicator: Indicator, period: Period) -> str | None:
    return data.late.get(indicator.code, {}).get((period.year, period.month))


def _change(clock: Clock, actor: Actor, measurement_id: int, value: Decimal) -> dict[str, Any]:
    return {
        "measurement_id": measurement_id,
        "at": clock.now(),
        "actor_id": actor.id,
        "action": "cargar",
        "before": {},
        "after": {"valor": str(value)},
        "reason": "Cargue de las mediciones anteriores.",
    }
