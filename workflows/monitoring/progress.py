"""What a responsible is shown of each row, and what a value would give: for forms, previews and Excel alike."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.cycles.models import Period
from workflows.indicators import formulas
from workflows.indicators.alerts import goes_back, previous_value
from workflows.indicators.formulas import MET, NO_CUTOFF_YET, NO_DATA, NOT_MET, NOT_PROGRAMMED, Assessment
from workflows.indicators.models import Indicator
from workflows.indicators.sheets import Month
from workflows.indicators.traffic_light import GREEN, GREY, ORANGE, RED, YELLOW
from workflows.monitoring import facts, measurements, periods
from workflows.monitoring.facts import IndicatorFacts, PlanFacts
from workflows.monitoring.models import Measurement, PeriodRow
from workflows.spanish import MONTHS, number

COLOR_WORDS = {RED: "en rojo", YELLOW: "en amarillo", GREEN: "en verde", ORANGE: "sobreejecución", GREY: "sin dato"}
STATUS_WORDS = {
    NO_DATA: "sin dato",
    NOT_PROGRAMMED: "no programado",
    NO_CUTOFF_YET: "sin corte exigible",
    MET: "cumple",
    NOT_MET: "no cumple",
}
LOW = (RED, YELLOW)


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """One row of a report: the snapshot, the indicator, what was promised, what was reported so far."""

    snapshot: PeriodRow
    indicator: Indicator
    fact: IndicatorFacts
    plan: PlanFacts
    measurement: Measurement | None

    @property
    def month(self) -> Month:
        """The month it is about."""
        return self.plan.year, self.plan.month

    @property
    def state(self) -> str:
        """How the row stands; a row nobody touched is a draft."""
        return self.measurement.state if self.measurement else measurements.DRAFT

    @property
    def before(self) -> Decimal | None:
        """The last value reported before this month."""
        return previous_value(self.fact.series, *self.month)

    def assess(self, value: Decimal | None) -> Assessment:
        """The figures this value would give."""
        series = {**self.fact.series, self.month: value}
        return formulas.assess(self.fact.sheet, series, *self.month, self.plan.bands)

    def accumulated(self, value: Decimal | None) -> Decimal | None:
        """What would be executed in the year with this value; without one, what is so far."""
        series = {month: known for month, known in self.fact.series.items() if month != self.month}
        if value is None:
            return formulas.last_known(self.fact.sheet, series, self.month)
        return formulas.executed_in_year(self.fact.sheet, {**series, self.month: value}, self.month)

    def last_three(self) -> str:
        """The three months before with a value: «abr 12 · may 13 · jun 14»."""
        earlier = [(month, value) for month, value in sorted(self.fact.series.items()) if month < self.month]
        known = [(month, value) for month, value in earlier if value is not None][-3:]
        return " · ".join(f"{MONTHS[month[1] - 1][:3]} {number(value)}" for month, value in known)


def rows_of(session: Session, period: Period, entity: str, responsible: str) -> list[ProgressRow]:
    """The rows due of one person in one entity, in the order of the plan."""
    snapshots = periods.rows_due(session, period, entity=entity, responsible=responsible)
    plan = facts.load(session, period.plan_code, period.code, provisional=True)
    by_id = {fact.id: fact for fact in plan.indicators}
    reported = measurements.of_rows(session, snapshots)
    query = sa.select(Indicator).where(Indicator.id.in_([snapshot.indicator_id for snapshot in snapshots]))
    indicators = {indicator.id: indicator for indicator in session.scalars(query)}
    return [
        ProgressRow(
            snapshot,
            indicators[snapshot.indicator_id],
            by_id[snapshot.indicator_id],
            plan,
            reported.get(snapshot.indicator_id),
        )
        for snapshot in snapshots
    ]


def words(found: Assessment) -> str:
    """The traffic light in words."""
    return STATUS_WORDS.get(found.status or "", COLOR_WORDS.get(found.color or "", ""))


def needs_delay_reason(row: ProgressRow, value: Decimal) -> bool:
    """Whether a value must be explained: behind the programme, or going the wrong way."""
    before = row.before
    back = before is not None and goes_back(row.fact.sheet.annualization, before, value)
    return back or row.assess(value).color in LOW or (row.fact.sheet.annualization == "suma" and value < 0)


def needs_excess_reason(row: ProgressRow, value: Decimal) -> bool:
    """Whether a value is over-execution, which must be explained."""
    return row.assess(value).color == ORANGE
