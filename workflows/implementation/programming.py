"""The monthly programming of a year: proposed from the year's target, seeded from the action plans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.implementation import years
from workflows.implementation.models import PlannedActivity
from workflows.implementation.states import ActionPlanState
from workflows.indicators.models import Indicator, MonthTarget
from workflows.indicators.sheets import IndicatorSheet
from workflows.indicators.states import Annualization

Months = Mapping[int, Decimal]
"""What is programmed by month number: an increment for suma, a level otherwise."""


def proposal(sheet: IndicatorSheet, year: int, decimals: int) -> Months:
    """The linear programme in figures that people would write; a constant one asks for nothing."""
    if sheet.annualization == Annualization.CONSTANT:
        return {}
    levels = {month: _written(sheet.programmed(year, month), decimals) for month in range(1, 13)}
    levels[12] = sheet.target(year) or Decimal(0)
    if sheet.annualization != Annualization.SUM:
        return levels
    return {month: level - (levels[month - 1] if month > 1 else 0) for month, level in levels.items()}


def combined(annualization: str, of_activities: Sequence[Months]) -> Months:
    """What several activities promise together for one indicator: increments add up, of levels the best counts."""
    months = sorted({month for one in of_activities for month in one})
    best = min if annualization == Annualization.FALLING else max
    together = {month: [one[month] for one in of_activities if month in one] for month in months}
    if annualization == Annualization.SUM:
        return {month: sum(values, Decimal(0)) for month, values in together.items()}
    return {month: best(values) for month, values in together.items()}


def reached(annualization: str, months: Months) -> Decimal | None:
    """What the year ends with if all goes as programmed; nothing where no month is."""
    if not months:
        return None
    return sum(months.values(), Decimal(0)) if annualization == Annualization.SUM else months[max(months)]


def seed(session: Session, plan_code: str, year: int) -> list[str]:
    """Write the programme of the approved action plans; gives the codes of the indicators that have one.

    An indicator without any keeps its linear programme. Doing it twice writes the same. Months that were opened
    before keep the snapshot they have.
    """
    seeded = []
    for indicator, activities in _by_indicator(session, plan_code, year):
        months = combined(indicator.annualization, [months_of(activity) for activity in activities])
        if months:
            _replace(session, indicator, year, months)
            seeded.append(indicator.code)
    session.flush()
    return seeded


def months_of(activity: PlannedActivity) -> Months:
    """What an activity programmes."""
    return {month.month: month.programmed for month in activity.months}


def _by_indicator(session: Session, plan_code: str, year: int) -> Iterable[tuple[Indicator, Sequence[PlannedActivity]]]:
    found: dict[int, list[PlannedActivity]] = {}
    for plan in years.of_year(session, plan_code, year):
        for activity in plan.activities if plan.state == ActionPlanState.APPROVED else ():
            found.setdefault(activity.indicator_id, []).append(activity)
    return [(activities[0].indicator, activities) for activities in found.values()]


def _replace(session: Session, indicator: Indicator, year: int, months: Months) -> None:
    session.execute(sa.delete(MonthTarget).where(MonthTarget.indicator_id == indicator.id, MonthTarget.year == year))
    rows = [
        {"indicator_id": indicator.id, "year": year, "month": month, "programmed": value}
        for month, value in months.items()
    ]
    session.execute(sa.insert(MonthTarget), rows)


def _written(value: Decimal | None, decimals: int) -> Decimal:
    return (value or Decimal(0)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
