"""A plan's whole life on a virtual clock: from entities and people to the archived file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
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
from workflows.sectors import registry
from workflows.sectors.holidays import local_days
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


def found(session: Session, engine: ProcessEngine, data: PlanData) -> None:
    """Begin with nothing but roles, entities, people, local holidays and the shipped diagrams."""
    writing.write_sector(session, data)
    publish_shipped(session, engine)
    if isinstance(engine.calendar, WorkingCalendar):
        engine.calendar.know(local_days(session))


def begin(session: Session, engine: ProcessEngine, data: PlanData) -> None:
    """The coordinator begins the plan. Raises `NotFound` where nobody coordinates."""
    sector = registry.only(session)
    coordinators = directory.people_with(session, "coordinador_pes", sector.code if sector else "")
    if not coordinators:
        raise NotFound("Nadie tiene el rol de coordinación: no hay quien empiece el plan.")
    actor = directory.actor(session, coordinators[0].username)
    starting.start_plan(session, engine, sector.code if sector else "", data.plan.code, actor=actor)


def live(play: Play, plan_code: str, ends_by: dt.date, each_morning: Callable[[dt.date], None]) -> bool:
    """Play day after day until the plan is closed and nothing is open; False if `ends_by` comes before."""
    day = bogota_day(play.clock.now())
    while day <= ends_by:
        play.day(day, each_morning)
        play.each_day(day)
        if _ended(play, plan_code):
            return True
        day += dt.timedelta(days=1)
    return False


def _ended(play: Play, plan_code: str) -> bool:
    with play.database.reading() as session:
        return result.has_ended(session, plan_code)


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
