"""What a plan promised and what was reported of it, read in a handful of queries: the input of every figure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.calendar import month_end
from workflows.cycles.models import Period
from workflows.errors import NotFound
from workflows.goals.models import Line, Objective
from workflows.indicators.formulas import Series
from workflows.indicators.models import Indicator, MonthTarget, Thresholds, YearTarget
from workflows.indicators.rollup import Structure
from workflows.indicators.sheets import IndicatorSheet, Month, Snapshot
from workflows.indicators.traffic_light import Bands, bands_at, read_bands
from workflows.monitoring.models import Measurement, PeriodRow
from workflows.plan.models import Plan
from workflows.sectors.models import Entity

COUNTING = frozenset({"avalado", "congelado"})
"""States of a measurement that counts."""

PROVISIONAL = COUNTING | {"enviado", "validado"}
"""States that count in a preview, while the report is still on its way."""


@dataclass(frozen=True, slots=True)
class IndicatorFacts:
    """One indicator: what it is called, whose it is, what it promised, what was reported."""

    id: int
    code: str
    name: str
    kind: str
    objective: str
    entity: str
    weight: Decimal
    unit: str
    decimals: int
    project: str | None
    reports: str | None
    reviews: str | None
    substitute: str | None
    sheet: IndicatorSheet
    series: Series


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """A plan at a cut-off. `names` gives the names by level (`objetivo`, `linea`, `entidad`, `plan`) and code."""

    plan_code: str
    period: str
    year: int
    month: int
    bands: Bands
    structure: Structure
    names: Mapping[str, Mapping[str, str]]
    indicators: tuple[IndicatorFacts, ...]

    @property
    def cutoff(self) -> dt.date:
        """The last calendar day of the month."""
        return month_end(self.year, self.month)


def read_month(code: str) -> Month:
    """`2018-06` → (2018, 6). Raises `NotFound`."""
    if re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", code):
        return int(code[:4]), int(code[5:])
    raise NotFound(f"«{code}» no es un mes. Escríbalo como AAAA-MM, por ejemplo 2018-06.")


def load(
    session: Session,
    plan_code: str,
    period: str,
    *,
    provisional: bool = False,
    overrides: Mapping[str, Decimal | None] | None = None,
) -> PlanFacts:
    """Read a plan as it stands at a month.

    Where the month was opened, its snapshot decides which indicators there are, whose they are and what was
    programmed. A late report counts from the month it says (`counts_from`). `provisional` counts what is sent and not
    yet endorsed; `overrides` puts values of this month, by indicator, in place of what is on record.
    """
    plan = session.get(Plan, plan_code)
    if plan is None:
        raise NotFound(f"No hay un plan con el código «{plan_code}».", plan_code=plan_code)
    year, month = read_month(period)
    periods = {row.id: row for row in session.execute(_periods(plan_code, period))}
    snapshots = _snapshots(session, periods)
    sheets = sheets_of(session, plan, snapshots, followed_from=_followed_from(plan, periods.values()))
    series = _series(session, periods, period, PROVISIONAL if provisional else COUNTING)
    here = next((row.id for row in periods.values() if row.code == period), None)
    rows = _rows(session, here)
    indicators = tuple(
        _facts(indicator, rows.get(indicator.id), sheets[indicator.id], series.get(indicator.id, {}))
        for indicator in _indicators(session, plan_code)
        if (indicator.id in rows if rows else indicator.active)
    )
    structure, names = _structure(session, plan)
    history = session.execute(
        sa.select(Thresholds.valid_from, Thresholds.bands).where(Thresholds.plan_code == plan_code)
    )
    bands = bands_at(((since, read_bands(stored)) for since, stored in history), month_end(year, month))
    facts = PlanFacts(plan_code, period, year, month, bands, structure, names, indicators)
    return _with(facts, overrides) if overrides else facts


def sheets_of(
    session: Session,
    plan: Plan,
    snapshots: Mapping[int, Mapping[Month, Snapshot]] | None = None,
    *,
    followed_from: Month | None = None,
) -> dict[int, IndicatorSheet]:
    """The data sheets of all the plan's indicators, by indicator id; without snapshots, as programmed today."""
    of_plan = sa.select(Indicator.id).where(Indicator.plan_code == plan.code)
    targets: dict[int, dict[int, Decimal | None]] = {}
    for target in session.execute(
        sa.select(YearTarget.indicator_id, YearTarget.year, YearTarget.target).where(
            YearTarget.indicator_id.in_(of_plan)
        )
    ):
        targets.setdefault(target.indicator_id, {})[target.year] = target.target
    monthly: dict[int, dict[Month, Decimal]] = {}
    for asked in session.execute(
        sa.select(MonthTarget.indicator_id, MonthTarget.year, MonthTarget.month, MonthTarget.programmed).where(
            MonthTarget.indicator_id.in_(of_plan)
        )
    ):
        monthly.setdefault(asked.indicator_id, {})[(asked.year, asked.month)] = asked.programmed
    return {
        indicator.id: IndicatorSheet(
            code=indicator.code,
            annualization=indicator.annualization,
            periodicity=indicator.periodicity,
            baseline=indicator.baseline,
            final_target=indicator.final_target,
            first_year=plan.first_year,
            targets=targets.get(indicator.id, {}),
            monthly=monthly.get(indicator.id, {}),
            snapshots=(snapshots or {}).get(indicator.id, {}),
            followed_from=followed_from or read_month(plan.first_month),
        )
        for indicator in _indicators(session, plan.code)
    }


def _with(facts: PlanFacts, overrides: Mapping[str, Decimal | None]) -> PlanFacts:
    month = (facts.year, facts.month)
    indicators = tuple(
        replace(indicator, series={**indicator.series, month: overrides[indicator.code]})
        if indicator.code in overrides
        else indicator
        for indicator in facts.indicators
    )
    return replace(facts, indicators=indicators)


def _periods(plan_code: str, upto: str) -> sa.Select[*tuple[Any, ...]]:
    query = sa.select(Period.id, Period.code, Period.year, Period.month)
    return query.where(Period.plan_code == plan_code, Period.code <= upto).order_by(Period.code)


def _followed_from(plan: Plan, periods: Iterable[Any]) -> Month:
    """The first month anybody was asked about: the first on record, or the first the calendar will open."""
    return read_month(min([row.code for row in periods] + [plan.first_month]))


def _snapshots(session: Session, periods: Mapping[int, Any]) -> dict[int, dict[Month, Snapshot]]:
    found: dict[int, dict[Month, Snapshot]] = {}
    query = sa.select(
        PeriodRow.period_id, PeriodRow.indicator_id, PeriodRow.year_target, PeriodRow.programmed_to_date
    ).where(PeriodRow.period_id.in_(periods))
    for row in session.execute(query):
        period = periods[row.period_id]
        snapshot = Snapshot(row.year_target, row.programmed_to_date)
        found.setdefault(row.indicator_id, {})[(period.year, period.month)] = snapshot
    return found


def _series(
    session: Session, periods: Mapping[int, Any], upto: str, states: frozenset[str]
) -> dict[int, dict[Month, Decimal | None]]:
    query = sa.select(
        Measurement.period_id, Measurement.indicator_id, Measurement.value, Measurement.counts_from
    ).where(Measurement.period_id.in_(periods), Measurement.state.in_(states))
    series: dict[int, dict[Month, Decimal | None]] = {}
    for row in session.execute(query):
        period = periods[row.period_id]
        if (row.counts_from or period.code) <= upto:
            series.setdefault(row.indicator_id, {})[(period.year, period.month)] = row.value
    return series


def _rows(session: Session, period_id: int | None) -> dict[int, Any]:
    query = sa.select(PeriodRow.indicator_id, PeriodRow.entity_code, PeriodRow.reports, PeriodRow.reviews).where(
        PeriodRow.period_id == period_id
    )
    return {row.indicator_id: row for row in session.execute(query)} if period_id is not None else {}


def _indicators(session: Session, plan_code: str) -> list[Any]:
    query = (
        sa.select(Indicator.__table__, Objective.code.label("objective"))
        .join(Objective, Objective.id == Indicator.objective_id)
        .where(Indicator.plan_code == plan_code)
        .order_by(Indicator.position, Indicator.code)
    )
    return list(session.execute(query))


def _facts(indicator: Any, row: Any, sheet: IndicatorSheet, series: Series) -> IndicatorFacts:
    return IndicatorFacts(
        id=indicator.id,
        code=indicator.code,
        name=indicator.name,
        kind=indicator.kind,
        objective=indicator.objective,
        entity=row.entity_code if row else indicator.entity_code,
        weight=indicator.weight,
        unit=indicator.unit,
        decimals=indicator.decimals,
        project=indicator.project_code,
        reports=row.reports if row else indicator.reports,
        reviews=row.reviews if row else indicator.reviews,
        substitute=indicator.substitute,
        sheet=sheet,
        series=series,
    )


def _structure(session: Session, plan: Plan) -> tuple[Structure, dict[str, dict[str, str]]]:
    lines = session.execute(
        sa.select(Line.code, Line.name, Line.weight).where(Line.plan_code == plan.code).order_by(Line.position)
    ).all()
    objectives = session.execute(
        sa.select(Objective.code, Objective.name, Objective.weight, Line.code.label("line"))
        .join(Line, Line.id == Objective.line_id)
        .where(Objective.plan_code == plan.code)
        .order_by(Objective.position)
    ).all()
    entities = session.execute(sa.select(Entity.code, Entity.name).order_by(Entity.position, Entity.code)).all()
    names = {
        "linea": {row.code: row.name for row in lines},
        "objetivo": {row.code: row.name for row in objectives},
        "entidad": {row.code: row.name for row in entities},
        "plan": {plan.code: plan.name},
    }
    structure = Structure(
        {row.code: (row.line, row.weight) for row in objectives}, {row.code: row.weight for row in lines}
    )
    return structure, names
