"""A plan as it comes out of a workbook: checked types, no database."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from workflows.calendar import add_months
from workflows.indicators.sheets import IN_NO_MONTH, Month
from workflows.indicators.traffic_light import DEFAULT_BANDS, Bands
from workflows.plan.development import Described
from workflows.records.problems import Problem

_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")


@dataclass(frozen=True, slots=True)
class PlanRecord:
    """The plan itself. `first_month` (AAAA-MM) is empty where it follows from the rest.

    `development_plans` are the names of those in whose frame it is made.
    """

    code: str
    name: str
    sector: str
    first_year: int
    years: int
    development_plans: tuple[str, ...] = ()
    first_level_name: str = "línea"
    approval_rule: str = "unanimidad"
    state: str = "vigente"
    first_month: str = ""
    mission: str = ""
    vision: str = ""
    values: tuple[str, ...] = ()
    act_kind: str = ""
    act_number: str = ""
    act_on: dt.date | None = None
    act_issuer: str = ""

    @property
    def last_year(self) -> int:
        """The last calendar year of the plan."""
        return self.first_year + self.years - 1


@dataclass(frozen=True, slots=True)
class EntityRecord:
    """An entity of the sector."""

    code: str
    name: str
    sector_role: str


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """Somebody who uses the platform, with role ids."""

    username: str
    name: str
    email: str
    entity: str
    roles: tuple[str, ...]
    active: bool = True


@dataclass(frozen=True, slots=True)
class LineRecord:
    """A strategic line."""

    code: str
    name: str
    weight: Decimal


@dataclass(frozen=True, slots=True)
class ObjectiveRecord:
    """A strategic objective."""

    code: str
    line: str
    name: str
    weight: Decimal
    lead_entity: str
    theme: str = ""
    expected_result: str = ""


@dataclass(frozen=True, slots=True)
class IndicatorRecord:
    """The data sheet of an indicator, its targets by calendar year and its monthly programming.

    Of an indicator that is computed, `rule` says how. The goal of a project (`kind`) has no objective: it says which
    indicator it `feeds`, with how many per cent (`contribution`), and whether it is `territorial` and `funded`.
    """

    code: str
    objective: str
    kind: str
    entity: str
    weight: Decimal
    name: str
    unit: str
    decimals: int
    annualization: str
    baseline: Decimal | None
    baseline_year: int | None
    final_target: Decimal
    periodicity: str
    lag_days: int = 0
    project: str = ""
    reports: str = ""
    reviews: str = ""
    substitute: str = ""
    definition: str = ""
    formula: str = ""
    source: str = ""
    active: bool = True
    direction: str = ""
    tolerance: Decimal = Decimal(0)
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    rule: str = ""
    feeds: str = ""
    contribution: Decimal = Decimal(100)
    territorial: bool = False
    funded: bool = False
    targets: Mapping[int, Decimal] = field(default_factory=dict)
    monthly: Mapping[Month, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BudgetRecord:
    """Money of a project in a year, in millions of current pesos."""

    appropriation: Decimal | None
    commitments: Decimal | None
    payments: Decimal | None


@dataclass(frozen=True, slots=True)
class ProjectRecord:
    """An investment project with its money by year."""

    code: str
    name: str
    entity: str
    budgets: Mapping[int, BudgetRecord] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HolidayRecord:
    """A day not worked that the national calendar does not know; by one entity alone, where it is said."""

    day: dt.date
    name: str
    entity: str = ""


@dataclass(frozen=True, slots=True)
class PlanData:
    """A whole plan: structure, people, programming and what was measured so far.

    `goals` are those of the investment projects. `measurements` by indicator and month hold only what was reported;
    `late` says of those that were endorsed late from which month (AAAA-MM) they count. `rows` tells the row of each
    record by sheet key and code, so that a finding can point at it; `taken_at` is when the file left Cauce, or was last
    written, where it says so; `notices` say what of the file was left out or taken for something. None is a part of
    what the plan says.
    """

    plan: PlanRecord
    entities: tuple[EntityRecord, ...]
    people: tuple[PersonRecord, ...]
    lines: tuple[LineRecord, ...]
    objectives: tuple[ObjectiveRecord, ...]
    indicators: tuple[IndicatorRecord, ...]
    projects: tuple[ProjectRecord, ...] = ()
    goals: tuple[IndicatorRecord, ...] = ()
    measurements: Mapping[str, Mapping[Month, Decimal]] = field(default_factory=dict)
    late: Mapping[str, Mapping[Month, str]] = field(default_factory=dict)
    bands: Bands = DEFAULT_BANDS
    holidays: tuple[HolidayRecord, ...] = ()
    development_plans: tuple[Described, ...] = ()
    rows: Mapping[tuple[str, str], int] = field(default_factory=dict, compare=False)
    taken_at: dt.datetime | None = field(default=None, compare=False)
    notices: tuple[Problem, ...] = field(default=(), compare=False)

    @property
    def sheets(self) -> tuple[IndicatorRecord, ...]:
        """Everything that is measured: the indicators, then the goals of the projects."""
        return (*self.indicators, *self.goals)

    @property
    def measured_months(self) -> list[Month]:
        """Every month from the first with a measurement to the last."""
        months = sorted({month for series in self.measurements.values() for month in series})
        return months_between(months[0], months[-1]) if months else []

    @property
    def first_followed_month(self) -> str:
        """The first month that the calendar opens (AAAA-MM).

        As the plan says; else the one after what was measured; else the first full month after adoption; else the
        first of the plan.
        """
        if self.plan.first_month:
            return self.plan.first_month
        start = dt.date(self.plan.first_year, 1, 1)
        if measured := self.measured_months:
            start = add_months(dt.date(*measured[-1], 1), 1)
        elif self.plan.act_on and self.plan.act_on >= start:
            start = add_months(self.plan.act_on.replace(day=1), 1)
        return f"{start:%Y-%m}"


def months_between(first: Month, last: Month) -> list[Month]:
    """Every month from `first` to `last`, both included."""
    count = (last[0] - first[0]) * 12 + last[1] - first[1] + 1
    days = (add_months(dt.date(*first, 1), n) for n in range(count))
    return [(day.year, day.month) for day in days]


def rebase(data: PlanData, first_year: int) -> PlanData:
    """The same plan, begun in `first_year`: every year and date moves with it."""
    shift = first_year - data.plan.first_year
    act_on = data.plan.act_on and add_months(data.plan.act_on, 12 * shift)
    first_month = data.plan.first_month and f"{int(data.plan.first_month[:4]) + shift}{data.plan.first_month[4:]}"
    return replace(
        data,
        plan=replace(
            data.plan,
            first_year=first_year,
            act_on=act_on,
            first_month=first_month,
            development_plans=tuple(_named_later(name, shift) for name in data.plan.development_plans),
        ),
        indicators=tuple(_moved(indicator, shift) for indicator in data.indicators),
        goals=tuple(_moved(goal, shift) for goal in data.goals),
        projects=tuple(replace(project, budgets=_years(project.budgets, shift)) for project in data.projects),
        measurements={code: _months(series, shift) for code, series in data.measurements.items()},
        late={code: _late(series, shift) for code, series in data.late.items()},
        holidays=tuple(replace(holiday, day=add_months(holiday.day, 12 * shift)) for holiday in data.holidays),
        development_plans=tuple(_of_other_years(one, shift) for one in data.development_plans),
    )


def without_measurements(data: PlanData, since: Month | None = None) -> PlanData:
    """The plan with nothing measured from a month on; without `since`, with nothing measured at all."""
    kept = {
        code: {month: value for month, value in series.items() if since is not None and month < since}
        for code, series in data.measurements.items()
    }
    late = {
        code: {month: since for month, since in series.items() if month in kept.get(code, {})}
        for code, series in data.late.items()
    }
    return replace(
        data,
        measurements={code: series for code, series in kept.items() if series},
        late={code: series for code, series in late.items() if series},
    )


def _named_later(text: str, shift: int) -> str:
    """A text with the years that it names moved: a plan of 2025 is not made in the frame of «2016-2020»."""
    return _YEAR.sub(lambda year: str(int(year[0]) + shift), text)


def _of_other_years(one: Described, shift: int) -> Described:
    starts_on, ends_on, adopted_on = (
        day and add_months(day, 12 * shift) for day in (one.starts_on, one.ends_on, one.adopted_on)
    )
    name, government, act = (_named_later(text, shift) for text in (one.name, one.government, one.adopted_by))
    return replace(
        one, name=name, government=government, adopted_by=act,
        starts_on=starts_on, ends_on=ends_on, adopted_on=adopted_on,
    )  # fmt: skip


def _moved(indicator: IndicatorRecord, shift: int) -> IndicatorRecord:
    return replace(
        indicator,
        baseline_year=None if indicator.baseline_year is None else indicator.baseline_year + shift,
        targets=_years(indicator.targets, shift),
        monthly=_months(indicator.monthly, shift),
    )


def _years(values: Mapping[int, Any], shift: int) -> dict[int, Any]:
    return {year + shift: value for year, value in values.items()}


def _months(values: Mapping[Month, Decimal], shift: int) -> dict[Month, Decimal]:
    return {(year + shift, month): value for (year, month), value in values.items()}


def _late(values: Mapping[Month, str], shift: int) -> dict[Month, str]:
    return {
        (year + shift, month): since if since == IN_NO_MONTH else f"{int(since[:4]) + shift}{since[4:]}"
        for (year, month), since in values.items()
    }
