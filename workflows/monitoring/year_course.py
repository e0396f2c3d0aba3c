"""An indicator's year: what was programmed and executed up to each month."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from workflows.calendar import month_end
from workflows.indicators.formulas import executed_in_year
from workflows.indicators.sheets import Month
from workflows.indicators.traffic_light import Bands, bands_at
from workflows.monitoring import facts


@dataclass(frozen=True, slots=True)
class CoursePoint:
    """A month of the year: what was programmed and executed from its start to the month's end.

    `value` is what was reported for the month itself; after the month asked for, only the programme is known.
    """

    month: Month
    programmed: Decimal | None
    executed: Decimal | None
    value: Decimal | None
    is_due: bool


@dataclass(frozen=True, slots=True)
class YearCourse:
    """The twelve months of the year of a period, with the baseline and the thresholds in force."""

    baseline: Decimal | None
    annualization: str
    periodicity: str
    points: tuple[CoursePoint, ...]
    bands: Bands
    direction: str = ""
    tolerance: Decimal = Decimal(0)


def of_fact(session: Session, plan_code: str, fact: facts.IndicatorFacts, period: str) -> YearCourse:
    """The course of the year of an indicator up to a month (`2018-06`), from what `facts.of_indicator` knows of it."""
    year, last = facts.read_month(period)
    bands = bands_at(facts.thresholds(session, plan_code), month_end(year, last))
    points = tuple(_point(fact, (year, month), last) for month in range(1, 13))
    sheet = fact.sheet
    return YearCourse(
        sheet.baseline, sheet.annualization, sheet.periodicity, points, bands, sheet.direction, sheet.tolerance
    )


def _point(fact: facts.IndicatorFacts, month: Month, last: int) -> CoursePoint:
    reached = month[1] <= last
    return CoursePoint(
        month=month,
        programmed=fact.sheet.programmed(*month),
        executed=executed_in_year(fact.sheet, fact.series, month) if reached else None,
        value=fact.series.get(month) if reached else None,
        is_due=fact.sheet.is_due(*month),
    )
