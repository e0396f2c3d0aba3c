"""What the figures of one open month follow from: its own snapshot and the values of its year, not all the months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.calendar import month_end
from workflows.cycles.models import Period
from workflows.indicators.models import Indicator
from workflows.indicators.sheets import PERIODICITIES, Month, Snapshot
from workflows.indicators.states import Annualization
from workflows.indicators.traffic_light import bands_at
from workflows.monitoring import facts
from workflows.monitoring.facts import COUNTING, IndicatorFacts, PlanFacts
from workflows.monitoring.models import Measurement, PeriodRow
from workflows.plan.models import Plan

_SNAPSHOT = (
    sa.select(PeriodRow.__table__)
    .join(Period, Period.id == PeriodRow.period_id)
    .where(Period.plan_code == sa.bindparam("plan_code"), Period.code == sa.bindparam("code"))
)
_YEAR = (
    sa.select(Measurement.indicator_id, Period.month, Measurement.value, Measurement.counts_from, Measurement.timely)
    .join(Period, Period.id == Measurement.period_id)
    .join(Indicator, Indicator.id == Measurement.indicator_id)
    .where(
        Period.plan_code == sa.bindparam("plan_code"),
        Period.year == sa.bindparam("year"),
        Period.month <= sa.bindparam("month"),
        Measurement.state.in_(sa.bindparam("states", expanding=True)),
        sa.or_(
            Period.month == sa.bindparam("month"), Indicator.annualization == Annualization.SUM
        ),  # a level is that of its month
    )
    .order_by(Measurement.id)
)


def load(session: Session, plan_code: str, period: str) -> PlanFacts:
    """As `facts.load`, for who asks of each indicator how it stands at this month: executed, programmed, its light.

    What only all months together tell must not be taken from it: the due cut-offs a suma lacks, the progress over the
    plan.
    """
    plan = session.get(Plan, plan_code)
    snapshot = {row.indicator_id: row for row in session.execute(_SNAPSHOT, {"plan_code": plan_code, "code": period})}
    if plan is None or not snapshot:
        return facts.load(session, plan_code, period)
    structure, names = facts.structure_of(session, plan)
    rows = [row for row in facts.indicator_rows(session, Indicator.plan_code == plan_code) if row.id in snapshot]
    at = facts.read_month(period)
    measured, first = _values(session, plan, period, at), facts.followed_from(session, plan)
    here: dict[int, IndicatorFacts] = {}
    for row in rows:
        kept = snapshot[row.id]
        known = {at: Snapshot(kept.year_target, kept.programmed_to_date)}
        series = {month: value for month, (value, _) in measured.get(row.id, {}).items()}
        late = frozenset(month for month, (_, timely) in measured.get(row.id, {}).items() if not timely)
        sheet = facts.sheet_of(row, plan, first, known)
        here[row.id] = replace(facts.fact_of(row, kept, sheet, series), late=late)
    earlier = [row for row in rows if not _is_judged_now(here[row.id], at)]
    here |= _by_earlier_cutoff(session, plan, earlier, period)
    bands = bands_at(facts.thresholds(session, plan_code), month_end(*at))
    return PlanFacts(plan_code, period, *at, bands, structure, names, tuple(here[row.id] for row in rows))


def _values(
    session: Session, plan: Plan, period: str, at: Month
) -> dict[int, dict[Month, tuple[Decimal | None, bool]]]:
    """What was reported in the year up to the month, and counts in it; each with whether it came in time."""
    year, month = at
    found: dict[int, dict[Month, tuple[Decimal | None, bool]]] = {}
    asked = {"plan_code": plan.code, "year": year, "month": month, "states": sorted(COUNTING)}
    for indicator_id, reported, value, counts_from, timely in session.execute(_YEAR, asked):
        if counts_from is None or counts_from <= period:
            found.setdefault(indicator_id, {})[year, reported] = value, timely
    return found


def _is_judged_now(fact: IndicatorFacts, at: Month) -> bool:
    """Whether the month itself says how an indicator stands: it has a datum that is due, or is not programmed."""
    return fact.sheet.target(*at) is None or (fact.sheet.is_due(*at) and fact.series.get(at) is not None)


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
