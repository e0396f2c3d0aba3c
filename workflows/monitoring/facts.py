"""What a plan promised and what was reported of it, read in a handful of queries: the input of every figure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
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
from workflows.indicators.states import IndicatorKind
from workflows.indicators.traffic_light import Bands, bands_at, read_bands
from workflows.monitoring.models import FormerDatum, Measurement, PeriodRow
from workflows.plan import participants
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
    late: frozenset[Month] = frozenset()
    """The months whose datum did not come in time."""
    partial: frozenset[Month] = frozenset()
    """The months whose datum, which is computed, lacks some goal."""


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


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose rows are read: of all indicators of a plan, or of those with these `ids`."""

    plan_code: str
    ids: Sequence[int] | None = None

    def rows(self, session: Session, asked: _Asked, **values: Any) -> Iterable[Any]:
        """What a statement finds of them."""
        if self.ids is None:
            return session.execute(asked.of_plan, {"whose_plan": self.plan_code, **values})
        return session.execute(asked.of_some, {"whose": list(self.ids), **values})


class _Asked:
    """A statement in two forms, each built once: who answers for one is reached by ids, who answers for all by plan.

    Building one costs as much as the database needs to answer it.
    """

    def __init__(self, build: Callable[[Callable[[Any], Any]], Any]) -> None:
        of_plan = sa.select(Indicator.id).where(Indicator.plan_code == sa.bindparam("whose_plan"))
        self.of_plan = build(lambda column: column.in_(of_plan))
        self.of_some = build(lambda column: column.in_(sa.bindparam("whose", expanding=True)))


_TARGETS = _Asked(
    lambda theirs: sa.union_all(
        sa.select(YearTarget.indicator_id, YearTarget.year, sa.literal(0).label("month"), YearTarget.target).where(
            theirs(YearTarget.indicator_id)
        ),
        sa.select(MonthTarget.indicator_id, MonthTarget.year, MonthTarget.month, MonthTarget.programmed).where(
            theirs(MonthTarget.indicator_id), MonthTarget.year >= sa.bindparam("since_year")
        ),
    )
)
"""What was promised for each year, as its month 0, and for each month."""
_SNAPSHOTS = _Asked(
    lambda theirs: sa.select(
        PeriodRow.indicator_id,
        PeriodRow.period_id,
        PeriodRow.entity_code,
        PeriodRow.reports,
        PeriodRow.reviews,
        PeriodRow.year_target,
        PeriodRow.programmed_to_date,
    ).where(theirs(PeriodRow.indicator_id), PeriodRow.period_id.in_(sa.bindparam("periods", expanding=True)))
)
_MEASURED = _Asked(
    lambda theirs: sa.union_all(
        sa.select(
            Measurement.indicator_id,
            Measurement.period_id,
            FormerDatum.value,
            FormerDatum.counts_from,
            FormerDatum.timely,
            FormerDatum.partial,
            sa.literal(0).label("turn"),
            FormerDatum.id.label("place"),
        )
        .join(FormerDatum, FormerDatum.measurement_id == Measurement.id)
        .where(theirs(Measurement.indicator_id), Measurement.period_id.in_(sa.bindparam("periods", expanding=True))),
        sa.select(
            Measurement.indicator_id,
            Measurement.period_id,
            Measurement.value,
            Measurement.counts_from,
            Measurement.timely,
            Measurement.partial,
            sa.literal(1),
            Measurement.id,
        ).where(
            theirs(Measurement.indicator_id),
            Measurement.period_id.in_(sa.bindparam("periods", expanding=True)),
            Measurement.state.in_(sa.bindparam("states", expanding=True)),
        ),
    ).order_by("turn", "place")
)
"""What was measured, after what it said before it was corrected: of those that count by a month, the last is taken."""
_PERIODS = sa.select(Period.id, Period.code, Period.year, Period.month).where(
    Period.plan_code == sa.bindparam("plan_code"), Period.code <= sa.bindparam("upto")
)
_THRESHOLDS = sa.select(Thresholds.valid_from, Thresholds.bands).where(
    Thresholds.plan_code == sa.bindparam("plan_code")
)
_SHEETS = sa.select(
    Indicator.id,
    Indicator.code,
    Indicator.annualization,
    Indicator.periodicity,
    Indicator.baseline,
    Indicator.final_target,
    Indicator.direction,
    Indicator.tolerance,
)
_MEASURABLE = _SHEETS.add_columns(
    Indicator.name,
    Indicator.kind,
    Indicator.entity_code,
    Indicator.weight,
    Indicator.unit,
    Indicator.decimals,
    Indicator.project_code,
    Indicator.reports,
    Indicator.reviews,
    Indicator.substitute,
    Indicator.active,
).order_by(Indicator.position, Indicator.code)
_INDICATORS = _MEASURABLE.add_columns(Objective.code.label("objective")).join(
    Objective, Objective.id == Indicator.objective_id
)
_GOALS = _MEASURABLE.add_columns(sa.literal("").label("objective")).where(Indicator.kind == IndicatorKind.PROJECT_GOAL)
_LAST = "9999-12"
_NOTHING: Mapping[Any, Any] = MappingProxyType({})


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
    everything: bool = False,
    overrides: Mapping[str, Decimal | None] | None = None,
) -> PlanFacts:
    """Read a plan as it stands at a month.

    Where the month was opened, its snapshot decides which indicators there are, whose they are and what was
    programmed. A late report counts from the month it says (`counts_from`), or now with `everything`. `provisional`
    counts what is sent and not yet endorsed; `overrides` puts values of this month, by indicator, in place of what is
    on record.
    """
    read_month(period)  # or NotFound, before anything is read
    states = PROVISIONAL if provisional else COUNTING
    facts = history(session, plan_code, upto=period, states=states, everything=everything).at(period)
    return _with(facts, overrides) if overrides else facts


def history(
    session: Session,
    plan_code: str,
    *,
    upto: str | None = None,
    states: frozenset[str] = COUNTING,
    everything: bool = False,
) -> History:
    """Read every month of a plan at once, or those up to `upto`; each is then cut out in memory. Raises `NotFound`."""
    plan = session.get(Plan, plan_code)
    if plan is None:
        raise NotFound(f"No hay un plan con el código «{plan_code}».")
    structure, names = structure_of(session, plan)
    rows = indicator_rows(session, Indicator.plan_code == plan_code)
    record = replace(record_of(session, plan, rows, upto=upto, states=states), everything=everything)
    return History(plan_code, record, structure, names, thresholds(session, plan_code))


def of_indicator(session: Session, plan_code: str, code: str, period: str) -> IndicatorFacts | None:
    """One indicator as it stands at a month; `None` where that month did not follow it."""
    plan = session.get_one(Plan, plan_code)
    rows = indicator_rows(session, Indicator.plan_code == plan_code, Indicator.code == code)
    if not rows:
        return None
    record = record_of(session, plan, rows, upto=period, states=COUNTING, some=True)
    if read_month(period) in record.snapshots.get(rows[0].id, ()):
        return record.fact(rows[0], period)
    return record.fact(rows[0], period) if rows[0].active and not _was_opened(session, plan_code, period) else None


def _was_opened(session: Session, plan_code: str, period: str) -> bool:
    query = sa.select(PeriodRow.id).join(Period, Period.id == PeriodRow.period_id)
    query = query.where(Period.plan_code == plan_code, Period.code == period).limit(1)
    return session.scalar(query) is not None


def record_of(
    session: Session,
    plan: Plan,
    indicators: Sequence[Any],
    *,
    upto: str | None,
    states: frozenset[str],
    some: bool = False,
    since: str = "",
) -> Record:
    """What was promised and reported of these `indicator_rows`; `some` where they are not all of the plan.

    `since` leaves out what is of months before that one, but the targets of years.
    """
    periods = session.execute(_PERIODS, {"plan_code": plan.code, "upto": upto or _LAST}).all()
    whose = Whose(plan.code, [row.id for row in indicators] if some else None)
    first = _first_followed(plan, [row.code for row in periods])
    sheets = _sheets(session, plan, indicators, whose, followed_from=first, since_year=int(since[:4] or 0))
    months = {row.id: (row.year, row.month) for row in periods if row.code >= since}
    owners, snapshots = _snapshots(session, months, whose)
    return Record(indicators, sheets, owners, snapshots, _measured(session, months, whose, states))


def indicator_rows(session: Session, *criteria: sa.ColumnElement[bool]) -> Sequence[Any]:
    """What figures need of indicators, with the code of their `objective`, in the order of the plan."""
    return session.execute(_INDICATORS.where(*criteria)).all()


def goal_rows(session: Session, *criteria: sa.ColumnElement[bool]) -> Sequence[Any]:
    """As `indicator_rows`, of the goals of the investment projects: reported, but in no figure of a plan."""
    return session.execute(_GOALS.where(*criteria)).all()


def goals(session: Session, plan_code: str, period: str) -> tuple[IndicatorFacts, ...]:
    """The goals of the projects as they stand at a month: nothing of later months, nor what counts from a later one."""
    rows = goal_rows(session, Indicator.plan_code == plan_code)
    if not rows:
        return ()
    plan = session.get_one(Plan, plan_code)
    return record_of(session, plan, rows, upto=period, states=COUNTING, some=True).at(period)


def thresholds(session: Session, plan_code: str) -> list[tuple[dt.date, Bands]]:
    """Every set of traffic light bands of a plan, with the day from which it is in force."""
    found = session.execute(_THRESHOLDS, {"plan_code": plan_code})
    return [(since, read_bands(stored)) for since, stored in found]


@dataclass(frozen=True, slots=True)
class Record:
    """What was promised and reported of some indicators, month by month.

    `indicators` are rows of `indicator_rows`; the rest goes by their ids. `owners` are those of the snapshots: entity,
    who reports, who reviews. `measured` tells month, value, the month from which it counts (AAAA-MM), whether it
    came in time and whether it lacks a goal. With `everything` what was endorsed counts whenever it came: so an
    evaluation takes it.
    """

    indicators: Sequence[Any]
    sheets: Mapping[int, IndicatorSheet]
    owners: Mapping[int, Mapping[Month, Any]]
    snapshots: Mapping[int, Mapping[Month, Snapshot]]
    measured: Mapping[int, Sequence[tuple[Month, Decimal | None, str, bool, bool]]]
    everything: bool = False

    def at(self, period: str) -> tuple[IndicatorFacts, ...]:
        """The indicators as they stand at a month: nothing of later months, nor what counts from a later one."""
        month = read_month(period)
        opened = any(month in kept for kept in self.snapshots.values())
        return tuple(
            self.fact(row, period)
            for row in self.indicators
            if (month in self.snapshots.get(row.id, ()) if opened else row.active)
        )

    def fact(self, row: Any, period: str) -> IndicatorFacts:
        """One of the `indicators` as it stands at a month."""
        owner = self.owners.get(row.id, {}).get(read_month(period))
        sheet, series = self.sheet(row.id, period), self.series(row.id, period)
        return fact_of(row, owner, sheet, series, self.late(row.id, period), self.partial(row.id, period))

    def sheet(self, indicator_id: int, period: str) -> IndicatorSheet:
        """What an indicator promises, as it stood at a month."""
        month, known = read_month(period), self.snapshots.get(indicator_id, {})
        return replace(self.sheets[indicator_id], snapshots={at: kept for at, kept in known.items() if at <= month})

    def series(self, indicator_id: int, period: str) -> Series:
        """What was reported of an indicator up to a month, and counts in it."""
        month, known = read_month(period), self.measured.get(indicator_id, ())
        return {at: value for at, value, since, *_ in known if at <= month and (self.everything or since <= period)}

    def late(self, indicator_id: int, period: str) -> frozenset[Month]:
        """The months up to this one whose datum did not come in time."""
        month = read_month(period)
        known = self.measured.get(indicator_id, ())
        return frozenset(at for at, _, _, timely, _ in known if at <= month and not timely)

    def partial(self, indicator_id: int, period: str) -> frozenset[Month]:
        """The months up to this one whose datum, of those that count in it, lacks some goal."""
        month, known = read_month(period), self.measured.get(indicator_id, ())
        lacking = {at: lacks for at, _, since, _, lacks in known if self.everything or since <= period}
        return frozenset(at for at, lacks in lacking.items() if at <= month and lacks)


@dataclass(frozen=True, slots=True)
class History:
    """A plan through all its months: `at` gives what was known at one of them."""

    plan_code: str
    record: Record
    structure: Structure
    names: Mapping[str, Mapping[str, str]]
    thresholds: Sequence[tuple[dt.date, Bands]]

    def at(self, period: str) -> PlanFacts:
        """The plan as it stands at a month. Raises `NotFound`."""
        year, month = read_month(period)
        bands = bands_at(self.thresholds, month_end(year, month))
        indicators = self.record.at(period)
        return PlanFacts(self.plan_code, period, year, month, bands, self.structure, self.names, indicators)


def sheets_of(session: Session, plan: Plan, *, followed_from: Month | None = None) -> dict[int, IndicatorSheet]:
    """The data sheets of the plan's indicators and project goals as programmed today, by the id of each."""
    rows = session.execute(_SHEETS.where(Indicator.plan_code == plan.code)).all()
    return _sheets(session, plan, rows, Whose(plan.code), followed_from=followed_from or read_month(plan.first_month))


def _sheets(
    session: Session, plan: Plan, indicators: Iterable[Any], whose: Whose, *, followed_from: Month, since_year: int = 0
) -> dict[int, IndicatorSheet]:
    targets: dict[int, dict[int, Decimal | None]] = {}
    monthly: dict[int, dict[Month, Decimal]] = {}
    for id_, year, month, target in whose.rows(session, _TARGETS, since_year=since_year):
        if month:
            monthly.setdefault(id_, {})[year, month] = target
        else:
            targets.setdefault(id_, {})[year] = target
    return {
        row.id: sheet_of(row, plan, followed_from, {}, targets.get(row.id, {}), monthly.get(row.id, {}))
        for row in indicators
    }


def sheet_of(
    row: Any,
    plan: Plan,
    followed_from: Month,
    snapshots: Mapping[Month, Snapshot],
    targets: Mapping[int, Decimal | None] = _NOTHING,
    monthly: Mapping[Month, Decimal] = _NOTHING,
) -> IndicatorSheet:
    """The data sheet of one of `indicator_rows`."""
    return IndicatorSheet(
        code=row.code,
        annualization=row.annualization,
        periodicity=row.periodicity,
        baseline=row.baseline,
        final_target=row.final_target,
        first_year=plan.first_year,
        targets=targets,
        monthly=monthly,
        snapshots=snapshots,
        followed_from=followed_from,
        direction=row.direction,
        tolerance=row.tolerance,
    )


def _with(facts: PlanFacts, overrides: Mapping[str, Decimal | None]) -> PlanFacts:
    month = (facts.year, facts.month)
    indicators = tuple(
        replace(indicator, series={**indicator.series, month: overrides[indicator.code]})
        if indicator.code in overrides
        else indicator
        for indicator in facts.indicators
    )
    return replace(facts, indicators=indicators)


def followed_from(session: Session, plan: Plan) -> Month:
    """The first month anybody was asked about: the first on record, or the first the calendar will open."""
    first = session.scalar(sa.select(sa.func.min(Period.code)).where(Period.plan_code == plan.code))
    return _first_followed(plan, [first] if first else [])


def _first_followed(plan: Plan, months: Sequence[str]) -> Month:
    return read_month(min([*months, plan.first_month]))


def _snapshots(
    session: Session, months: Mapping[int, Month], whose: Whose
) -> tuple[dict[int, dict[Month, Any]], dict[int, dict[Month, Snapshot]]]:
    owners: dict[int, dict[Month, Any]] = {}
    snapshots: dict[int, dict[Month, Snapshot]] = {}
    for row in whose.rows(session, _SNAPSHOTS, periods=list(months)):
        indicator_id, period_id, *_owner, year_target, programmed = row
        month = months[period_id]
        owners.setdefault(indicator_id, {})[month] = row
        snapshots.setdefault(indicator_id, {})[month] = Snapshot(year_target, programmed)
    return owners, snapshots


def _measured(
    session: Session, months: Mapping[int, Month], whose: Whose, states: frozenset[str]
) -> dict[int, list[tuple[Month, Decimal | None, str, bool, bool]]]:
    found: dict[int, list[tuple[Month, Decimal | None, str, bool, bool]]] = {}
    asked = {"periods": list(months), "states": sorted(states)}
    for id_, period_id, value, counts_from, timely, partial, *_turn in whose.rows(session, _MEASURED, **asked):
        month = months[period_id]
        found.setdefault(id_, []).append((month, value, counts_from or f"{month[0]}-{month[1]:02}", timely, partial))
    return found


def fact_of(
    indicator: Any,
    row: Any,
    sheet: IndicatorSheet,
    series: Series,
    late: frozenset[Month] = frozenset(),
    partial: frozenset[Month] = frozenset(),
) -> IndicatorFacts:
    """One of `indicator_rows`, with what its snapshot `row` says of whose it is, if it has one."""
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
        late=late,
        partial=partial,
    )


def structure_of(session: Session, plan: Plan) -> tuple[Structure, dict[str, dict[str, str]]]:
    """The weights of a plan's lines and objectives, and the names by level and code, as they are today."""
    lines = session.execute(
        sa.select(Line.code, Line.name, Line.weight).where(Line.plan_code == plan.code).order_by(Line.position)
    ).all()
    objectives = session.execute(
        sa.select(Objective.code, Objective.name, Objective.weight, Line.code.label("line"))
        .join(Line, Line.id == Objective.line_id)
        .where(Objective.plan_code == plan.code)
        .order_by(Objective.position)
    ).all()
    entities = session.execute(participants.in_order(plan.code, Entity.code, Entity.name)).all()
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
