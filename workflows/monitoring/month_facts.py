"""What the figures of one open month follow from: its own snapshot and the values of its year, not all the months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.calendar import add_months, month_end
from workflows.cycles.models import Period
from workflows.indicators.formulas import Series, last_datum
from workflows.indicators.models import Indicator
from workflows.indicators.sheets import PERIODICITIES, IndicatorSheet, Month, Snapshot
from workflows.indicators.states import Annualization
from workflows.indicators.traffic_light import bands_at
from workflows.monitoring import facts
from workflows.monitoring.facts import COUNTING, IndicatorFacts, PlanFacts
from workflows.monitoring.models import FormerDatum, Measurement, PeriodRow
from workflows.plan.models import Plan

RECENT = 2
"""Months before the one that is asked for: they tell of most indicators what was known last, and what was due since."""

_SNAPSHOTS = (
    sa.select(
        Period.year,
        Period.month,
        PeriodRow.indicator_id,
        PeriodRow.year_target,
        PeriodRow.programmed_to_date,
        PeriodRow.entity_code,
        PeriodRow.reports,
        PeriodRow.reviews,
    )
    .join(Period, Period.id == PeriodRow.period_id)
    .where(Period.plan_code == sa.bindparam("plan_code"))
    .where(Period.code.between(sa.bindparam("since"), sa.bindparam("upto")))
)
_OF_THE_YEAR = (
    Period.plan_code == sa.bindparam("plan_code"),
    Period.code.between(sa.bindparam("first"), sa.bindparam("upto")),
    sa.or_(
        Period.code >= sa.bindparam("since"),
        sa.and_(Period.year == sa.bindparam("year"), Indicator.annualization == Annualization.SUM),
    ),
)


def _valued(kept: type[Measurement] | type[FormerDatum], turn: int) -> Any:
    return (
        sa.select(
            Measurement.indicator_id,
            Period.year,
            Period.month,
            kept.value,
            kept.counts_from,
            kept.timely,
            sa.literal(turn).label("turn"),
            kept.id.label("place"),
        )
        .join(Period, Period.id == Measurement.period_id)
        .join(Indicator, Indicator.id == Measurement.indicator_id)
        .where(*_OF_THE_YEAR)
    )


_VALUES = sa.union_all(
    _valued(FormerDatum, 0).join(FormerDatum, FormerDatum.measurement_id == Measurement.id),
    _valued(Measurement, 1).where(Measurement.state.in_(sa.bindparam("states", expanding=True))),
).order_by("turn", "place")
"""Of the recent months; of a suma, of the whole year. What was corrected comes after what it said before."""


def load(session: Session, plan_code: str, period: str) -> PlanFacts:
    """As `facts.load`, for who asks of each indicator how it stands at this month: executed, programmed, its light.

    What only all months together tell must not be taken from it: the due cut-offs a suma lacks, the progress over the
    plan.
    """
    plan, at = session.get(Plan, plan_code), facts.read_month(period)
    asked = {"plan_code": plan_code, "upto": period, "since": f"{add_months(dt.date(*at, 1), -RECENT):%Y-%m}"}
    kept: dict[int, Any] = {}
    snapshots: dict[int, dict[Month, Snapshot]] = {}
    for row in session.execute(_SNAPSHOTS, asked):
        year, month, indicator_id, target, programmed, *_owner = row
        snapshots.setdefault(indicator_id, {})[year, month] = Snapshot(target, programmed)
        if (year, month) == at:
            kept[indicator_id] = row
    if plan is None or not kept:
        return facts.load(session, plan_code, period)
    structure, names = facts.structure_of(session, plan)
    rows = [row for row in facts.indicator_rows(session, Indicator.plan_code == plan_code) if row.id in kept]
    measured, first = _values(session, asked, at), facts.followed_from(session, plan)
    here: dict[int, IndicatorFacts] = {}
    for row in rows:
        values = measured.get(row.id, {})
        series = {month: value for month, (value, _) in values.items()}
        late = frozenset(month for month, (_, timely) in values.items() if not timely)
        sheet = _since_its_last_datum(facts.sheet_of(row, plan, first, snapshots[row.id]), series, at)
        if sheet is not None:
            here[row.id] = facts.fact_of(row, kept[row.id], sheet, series, late)
    here |= _by_earlier_cutoff(session, plan, [row for row in rows if row.id not in here], period)
    bands = bands_at(facts.thresholds(session, plan_code), month_end(*at))
    return PlanFacts(plan_code, period, *at, bands, structure, names, tuple(here[row.id] for row in rows))


def _values(
    session: Session, asked: Mapping[str, Any], at: Month
) -> dict[int, dict[Month, tuple[Decimal | None, bool]]]:
    """What was reported up to the month, and counts in it; each with whether it came in time."""
    found: dict[int, dict[Month, tuple[Decimal | None, bool]]] = {}
    first = min(str(asked["since"]), f"{at[0]}-01")  # without it the months of the whole plan would be looked through
    values = session.execute(_VALUES, {**asked, "first": first, "year": at[0], "states": sorted(COUNTING)})
    for indicator_id, year, month, value, counts_from, timely, *_turn in values:
        if counts_from is None or counts_from <= asked["upto"]:
            found.setdefault(indicator_id, {})[year, month] = value, timely
    return found


def _since_its_last_datum(sheet: IndicatorSheet, series: Series, at: Month) -> IndicatorSheet | None:
    """A data sheet with what was promised since the last datum; `None` if what was read does not say it all.

    It does if it is not programmed, or if that datum is there with each month since, which tells what was due.
    """
    if sheet.target(*at) is None:
        return sheet
    cutoff = sheet.last_cutoff(*at)
    if cutoff is None or not (sheet.is_level or cutoff[0] == at[0]):  # of a suma only this year was read whole
        return None
    month = last_datum(sheet, series, cutoff) if cutoff in sheet.snapshots else None
    since = list(_from(month, at)) if month else []
    if not since or not sheet.snapshots.keys() >= set(since):
        return None
    return replace(sheet, snapshots={one: sheet.snapshots[one] for one in since})


def _from(month: Month, until: Month) -> Iterator[Month]:
    """The months from one to another, both included."""
    while month <= until:
        yield month
        month = (month[0], month[1] + 1) if month[1] < 12 else (month[0] + 1, 1)


def _by_earlier_cutoff(session: Session, plan: Plan, rows: Sequence[Any], period: str) -> dict[int, IndicatorFacts]:
    """Indicators that are judged by an earlier cut-off or datum: read from the year before that of the last cut-off.

    Where none was due since then, because nothing was programmed, or nothing was heard, all their months are read.
    """
    if not rows:
        return {}
    at = facts.read_month(period)
    since = min(_last_by_periodicity(row, plan, at) for row in rows)
    found = _recorded(session, plan, rows, period, since=f"{since[0] - 1}-01")
    beyond = [row for row in rows if not _is_told(found[row.id], at, since[0] - 1)]
    return found | (_recorded(session, plan, beyond, period) if beyond else {})


def _is_told(fact: IndicatorFacts, at: Month, since: int) -> bool:
    """Whether the months from a year on say how an indicator stands."""
    return (fact.sheet.last_cutoff(*at) or (0, 0)) >= (since, 1) and any(
        value is not None for value in fact.series.values()
    )


def _recorded(
    session: Session, plan: Plan, rows: Sequence[Any], period: str, since: str = ""
) -> dict[int, IndicatorFacts]:
    record = facts.record_of(session, plan, rows, upto=period, states=COUNTING, some=True, since=since)
    return {row.id: record.fact(row, period) for row in rows}


def _last_by_periodicity(row: Any, plan: Plan, at: Month) -> Month:
    """The last month that closes a stretch of an indicator's periodicity."""
    passed = (at[0] - plan.first_year) * 12 + at[1]
    years, month = divmod(passed - passed % PERIODICITIES[row.periodicity] - 1, 12)
    return plan.first_year + years, month + 1
