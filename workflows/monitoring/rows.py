"""The rows of a month of one person or one entity, with what was promised and told of each. Never the whole plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.cycles.models import Period
from workflows.indicators import formulas
from workflows.indicators.alerts import previous_value
from workflows.indicators.formulas import Assessment, Series
from workflows.indicators.models import Indicator
from workflows.indicators.sheets import IndicatorSheet, Month
from workflows.indicators.traffic_light import Bands, bands_at
from workflows.monitoring import facts
from workflows.monitoring.models import Measurement, PeriodRow
from workflows.monitoring.states import MeasurementState
from workflows.plan.models import Plan
from workflows.spanish import MONTHS, number

_OF_ENTITY = (
    sa.select(PeriodRow, Indicator, Measurement, Plan)
    .join(Indicator, Indicator.id == PeriodRow.indicator_id)
    .join(Plan, Plan.code == Indicator.plan_code)
    .outerjoin(
        Measurement,
        sa.and_(Measurement.period_id == PeriodRow.period_id, Measurement.indicator_id == PeriodRow.indicator_id),
    )
    .where(
        PeriodRow.period_id == sa.bindparam("period_id"),
        PeriodRow.due,
        PeriodRow.entity_code == sa.bindparam("entity"),
    )
    .order_by(Indicator.position, Indicator.code)
)
COURSE_MONTHS = 12

_OF_PERSON = _OF_ENTITY.where(PeriodRow.reports == sa.bindparam("responsible"))


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """One row of a report: its snapshot, the indicator, what it promised, what was reported of it so far.

    `series` takes in what is sent and not yet endorsed; `bands` are the traffic light of the `month`.
    """

    snapshot: PeriodRow
    indicator: Indicator
    sheet: IndicatorSheet
    series: Series
    month: Month
    bands: Bands
    measurement: Measurement | None

    @property
    def state(self) -> str:
        """How the row stands; a row nobody touched is a draft."""
        return self.measurement.state if self.measurement else MeasurementState.DRAFT

    @property
    def before(self) -> Decimal | None:
        """The last value reported before this month."""
        return previous_value(self.series, *self.month)

    def assess(self, value: Decimal | None) -> Assessment:
        """The figures this value would give."""
        series = {**self.series, self.month: value}
        return formulas.judge(self.sheet, series, *self.month, self.bands)

    def accumulated(self, value: Decimal | None) -> Decimal | None:
        """What would be executed in the year with this value; without one, what is so far."""
        series = {month: known for month, known in self.series.items() if month != self.month}
        if value is None:
            return formulas.last_known(self.sheet, series, self.month)
        return formulas.executed_in_year(self.sheet, {**series, self.month: value}, self.month)

    def course(self) -> list[tuple[str, Decimal | None]]:
        """The values of the twelve months before, the month in short and its value; from the first one known."""
        year, month = self.month
        months = [divmod(year * 12 + month - 1 - ago, 12) for ago in range(COURSE_MONTHS, 0, -1)]
        told = [(MONTHS[m][:3], self.series.get((y, m + 1))) for y, m in months]
        known = [place for place, (_, value) in enumerate(told) if value is not None]
        return told[known[0] : known[-1] + 1] if known else []

    def last_three(self) -> str:
        """The three months before with a value: «abr 12 · may 13 · jun 14»."""
        earlier = [(month, value) for month, value in sorted(self.series.items()) if month < self.month]
        known = [(month, value) for month, value in earlier if value is not None][-3:]
        return " · ".join(f"{MONTHS[month[1] - 1][:3]} {number(value)}" for month, value in known)


def of_person(session: Session, period: Period, entity: str, responsible: str) -> list[ProgressRow]:
    """The rows due of one person in one entity, in the order of the plan."""
    whose = {"period_id": period.id, "entity": entity, "responsible": responsible}
    return _rows(session, period, session.execute(_OF_PERSON, whose).all())


def of_entity(session: Session, period: Period, entity: str) -> list[ProgressRow]:
    """The rows due of everybody in one entity, in the order of the plan."""
    return _rows(session, period, session.execute(_OF_ENTITY, {"period_id": period.id, "entity": entity}).all())


def _rows(session: Session, period: Period, found: Sequence[Any]) -> list[ProgressRow]:
    if not found:
        return []
    plan: Plan = found[0].Plan
    indicators = [row.Indicator for row in found]
    record = facts.record_of(session, plan, indicators, upto=period.code, states=facts.PROVISIONAL, some=True)
    bands = bands_at(facts.thresholds(session, plan.code), period.cutoff_on)
    return [
        ProgressRow(
            snapshot=row.PeriodRow,
            indicator=row.Indicator,
            sheet=record.sheet(row.Indicator.id, period.code),
            series=record.series(row.Indicator.id, period.code),
            month=(period.year, period.month),
            bands=bands,
            measurement=row.Measurement,
        )
        for row in found
    ]
