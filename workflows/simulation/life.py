"""A plan's whole life on a virtual clock: from entities and people to the archived file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy.orm import Session

from engine.runtime import ProcessEngine
from workflows.calendar import WorkingCalendar, add_months, bogota_day
from workflows.errors import NotFound
from workflows.indicators.states import Annualization
from workflows.lifecycle import starting
from workflows.people import directory
from workflows.records import writing
from workflows.records.data import IndicatorRecord, PlanData
from workflows.sectors import keeping, registry
from workflows.sectors.holidays import known_days
from workflows.shipped import publish_shipped
from workflows.simulation import result
from workflows.simulation.playing import Play

MONTHS_OF_FORMULATION = 8
MONTHS_TO_EVALUATE = 14
"""What follows the last year: its evaluation, the late reports, the file."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days of a simulation: where it begins, the plan's first year, and the day by which it must have ended."""

    begins: dt.date
    first_year: int
    ends_by: dt.date


def span(begins: dt.date, years: int) -> Span:
    """A plan formulated from `begins` on starts with the first January that leaves eight months for it."""
    adopted = add_months(begins, MONTHS_OF_FORMULATION)
    first = adopted.year if (adopted.month, adopted.day) == (1, 1) else adopted.year + 1
    return Span(begins, first, add_months(dt.date(first + years, 1, 1), MONTHS_TO_EVALUATE))


def found(session: Session, engine: ProcessEngine, data: PlanData, acts: tuple[str, str]) -> None:
    """Begin with nothing but roles, entities, people, local holidays and the shipped diagrams."""
    found_sector(session, data, "", acts)
    open_shop(session, engine)


def found_sector(session: Session, data: PlanData, sector: str, acts: tuple[str, str]) -> None:
    """Write a sector with its entities, people and days; `sector` is its code, empty where it is the only one.

    `acts`: where it gives its acts, and by which norms.
    """
    if sector:
        registry.create_named(session, sector, data.plan.sector)
    keeping.issue_acts(writing.write_sector(session, data, sector), *acts)


def open_shop(session: Session, engine: ProcessEngine) -> None:
    """Publish the shipped diagrams, and know the days that nobody works."""
    publish_shipped(session, engine)
    if isinstance(engine.calendar, WorkingCalendar):
        engine.calendar.know(known_days(session))


def begin(session: Session, engine: ProcessEngine, data: PlanData, sector: str = "") -> None:
    """The coordinator of the sector (empty: the only one) begins the plan. Raises `NotFound` where nobody is."""
    only = None if sector else registry.only(session)
    code = only.code if only is not None else sector
    coordinators = directory.people_with(session, "coordinador_pes", code)
    if not coordinators:
        raise NotFound("Nadie tiene el rol de coordinación: no hay quien empiece el plan.")
    actor = directory.actor(session, coordinators[0].username)
    starting.start_plan(session, engine, code, data.plan.code, actor=actor)


def live(
    play: Play,
    plans: Collection[str],
    ends_by: dt.date,
    each_morning: Callable[[dt.date], None],
    ended: Callable[[str], None] = lambda _plan: None,
) -> bool:
    """Play day after day until each plan is closed and nothing of it is open; False if `ends_by` comes before.

    `ended` is told each plan on the evening of its end.
    """
    going_on = list(plans)
    day = bogota_day(play.clock.now())
    while going_on and day <= ends_by:
        play.day(day, each_morning)
        play.each_day(day)
        over = _over(play, going_on)
        for plan_code in over:
            ended(plan_code)
        going_on = [one for one in going_on if one not in over]
        day += dt.timedelta(days=1)
    return not going_on


def _over(play: Play, plans: Collection[str]) -> list[str]:
    with play.database.reading() as session:
        return [one for one in plans if result.has_ended(session, one)]


def first_years(data: PlanData, years: int) -> PlanData:
    """The same plan promised for its first `years` only; what would begin later begins in the last of them."""
    last = data.plan.first_year + years - 1
    if last >= data.plan.last_year:
        return data
    indicators = tuple(_until(indicator, last) for indicator in data.indicators)
    return replace(data, plan=replace(data.plan, years=years), indicators=indicators)


def _until(indicator: IndicatorRecord, last: int) -> IndicatorRecord:
    first = min(indicator.targets, default=last)
    late = max(first - last, 0)
    targets = {year - late: target for year, target in indicator.targets.items() if year - late <= last}
    monthly = {(year - late, month): value for (year, month), value in indicator.monthly.items() if year - late <= last}
    if not targets:
        return indicator
    final = sum(targets.values(), Decimal(0)) if indicator.annualization == Annualization.SUM else targets[max(targets)]
    return replace(indicator, targets=targets, monthly=monthly, final_target=final)
