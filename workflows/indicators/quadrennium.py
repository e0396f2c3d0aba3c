"""The years of a plan as one promise: what was programmed of them so far, what was executed, where that leads.

In % of the whole plan. It stands at the last due cut-off up to a month, in any programmed year, followed or not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from workflows.indicators.formulas import HUNDRED, ZERO, Assessment, Series, judge, reached
from workflows.indicators.rollup import Structure, weight_in_plan
from workflows.indicators.sheets import IndicatorSheet, Month, exact
from workflows.indicators.states import Annualization
from workflows.indicators.traffic_light import DEFAULT_BANDS, Bands, is_enough


@dataclass(frozen=True, slots=True)
class Year:
    """A year of the plan: its target, how it stood at its last due cut-off up to the month, whether it has data."""

    year: int
    target: Decimal
    stood: Assessment
    has_data: bool


@dataclass(frozen=True, slots=True)
class Course:
    """How an indicator goes over all the years of the plan, in %.

    `executed` is `None` while there was never a datum. `years` are those with a due cut-off so far; `silent` the years
    that are over without data. `years_met` counts the fulfilled years of a constante, of the `programmed_years`.
    """

    programmed: Decimal
    executed: Decimal | None
    projected: Decimal | None
    started: bool
    years: tuple[Year, ...]
    silent: tuple[int, ...]
    programmed_years: int
    years_met: int | None = None

    @property
    def coverage(self) -> Decimal | None:
        """The share of its years so far that have data, in %; `None` before the first."""
        if not self.years:
            return None
        return Decimal(sum(year.has_data for year in self.years)) * HUNDRED / len(self.years)


def course(sheet: IndicatorSheet, series: Series, year: int, month: int, bands: Bands = DEFAULT_BANDS) -> Course | None:
    """The course of an indicator at the end of a month; `None` where no year is programmed."""
    at = (year, month)
    promised = sheet.years(at)
    if not promised:
        return None
    last = _last_closing(sheet, at)
    if last is None:
        return Course(ZERO, None, None, False, (), (), len(promised))
    years = tuple(_year(sheet, series, each, last, bands) for each in promised if _year_end(sheet, each, last))
    shares = _shares(sheet, series, promised, years, last)
    executed = shares.executed if any(v is not None and m <= last for m, v in series.items()) else None
    over = tuple(each.year for each in years if not each.has_data and (each.year, 12) <= at)
    known = shares.known if sheet.annualization in (Annualization.SUM, Annualization.CONSTANT) else shares.programmed
    return Course(
        programmed=exact(max(shares.programmed, ZERO)),
        executed=None if executed is None else exact(max(executed, ZERO)),
        projected=_projected(executed, known),
        started=True,
        years=years,
        silent=over,
        programmed_years=len(promised),
        years_met=sum(_rate(sheet, series, each.year, last) >= HUNDRED for each in years)
        if sheet.annualization == Annualization.CONSTANT
        else None,
    )


def assess(
    sheet: IndicatorSheet,
    series: Series,
    year: int,
    month: int,
    bands: Bands = DEFAULT_BANDS,
    late: Iterable[Month] = (),
    partial: Iterable[Month] = (),
) -> Assessment:
    """As `formulas.judge`, with the progress over all the years of the plan."""
    assessment = judge(sheet, series, year, month, bands, frozenset(late), frozenset(partial))
    whole = course(sheet, series, year, month, bands)
    return with_course(assessment, whole) if whole else assessment


def with_course(assessment: Assessment, whole: Course) -> Assessment:
    """The figures of a cut-off, with the progress over all the years."""
    return replace(assessment, plan_progress=whole.executed, years_met=whole.years_met)


@dataclass(frozen=True, slots=True)
class Weighed:
    """The course of one indicator, and where it belongs."""

    objective: str
    entity: str
    weight: Decimal
    course: Course


@dataclass(frozen=True, slots=True)
class Stretch:
    """A level over all the years of the plan, in %; `executed` is `None` where there was never a datum.

    Under 60 % of `coverage` nothing is projected.
    """

    programmed: Decimal
    executed: Decimal | None
    projected: Decimal | None
    coverage: Decimal | None

    @property
    def is_known(self) -> bool:
        """Whether enough is known to speak of it."""
        return self.coverage is None or is_enough(self.coverage)


@dataclass(frozen=True, slots=True)
class Stretches:
    """The four-year view of every level."""

    objectives: Mapping[str, Stretch]
    lines: Mapping[str, Stretch]
    entities: Mapping[str, Stretch]
    plan: Stretch | None


def roll_up(weighed: Sequence[Weighed], structure: Structure) -> Stretches:
    """Nested means with the plain weights, each indicator between 0 and 100."""
    counting = [(one, _part(one.course)) for one in weighed if one.weight > 0]
    objectives = _grouped((one.objective, one.weight, part) for one, part in counting)
    lines = _grouped(
        (line, weight, objectives[code]) for code, (line, weight) in structure.objectives.items() if code in objectives
    )
    plan = _grouped(("plan", weight, lines[code]) for code, weight in structure.lines.items() if code in lines)
    entities = _grouped(
        (one.entity, weight_in_plan(one.objective, one.weight, structure), part) for one, part in counting
    )
    return Stretches(_told(objectives), _told(lines), _told(entities), _told(plan).get("plan"))


@dataclass(frozen=True, slots=True)
class _Part:
    """What a part brings to the level above. What has not begun brings 0 executed; `heard`: there was a datum."""

    programmed: Decimal | None
    executed: Decimal | None
    projected: Decimal | None
    coverage: Decimal | None
    heard: bool


def _part(whole: Course) -> _Part:
    executed = whole.executed if whole.started else ZERO
    return _Part(
        _clipped(whole.programmed),
        _clipped(executed),
        _clipped(whole.projected),
        whole.coverage,
        whole.executed is not None,
    )


def _clipped(value: Decimal | None) -> Decimal | None:
    return None if value is None else min(max(value, ZERO), HUNDRED)


def _grouped(members: Iterable[tuple[str, Decimal, _Part]]) -> dict[str, _Part]:
    groups: dict[str, list[tuple[Decimal, _Part]]] = {}
    for group, weight, part in members:
        groups.setdefault(group, []).append((weight, part))
    return {group: _mean(found) for group, found in groups.items() if any(weight > 0 for weight, _ in found)}


def _mean(members: Sequence[tuple[Decimal, _Part]]) -> _Part:
    def mean(values: Iterable[tuple[Decimal, Decimal | None]]) -> Decimal | None:
        known = [(weight, value) for weight, value in values if value is not None]
        total = sum((weight for weight, _ in known), ZERO)
        return sum((weight * value for weight, value in known), ZERO) / total if total else None

    return _Part(
        mean((weight, part.programmed) for weight, part in members),
        mean((weight, part.executed) for weight, part in members),
        mean((weight, part.projected) for weight, part in members),
        mean((weight, part.coverage) for weight, part in members),
        any(part.heard for _, part in members),
    )


def _told(groups: Mapping[str, _Part]) -> dict[str, Stretch]:
    return {code: _stretch(part) for code, part in groups.items()}


def _stretch(part: _Part) -> Stretch:
    known = part.coverage is not None and is_enough(part.coverage)
    return Stretch(
        exact(part.programmed or ZERO),
        exact(part.executed) if part.heard and part.executed is not None else None,
        exact(part.projected) if known and part.projected is not None else None,
        None if part.coverage is None else exact(part.coverage),
    )


@dataclass(frozen=True, slots=True)
class _Shares:
    """In % of the whole plan: programmed so far, executed so far, programmed of the years with data."""

    programmed: Decimal
    executed: Decimal
    known: Decimal


def _shares(
    sheet: IndicatorSheet, series: Series, promised: Sequence[int], years: Sequence[Year], last: Month
) -> _Shares:
    with_data = {year.year for year in years if year.has_data}
    if sheet.annualization == Annualization.SUM:
        programmed = {year: sheet.target_of(year, last) or ZERO for year in promised if year < last[0]}
        programmed[last[0]] = sheet.programmed(*last) or ZERO
        whole = sheet.final_target or sum((sheet.target_of(year, last) or ZERO for year in promised), ZERO)
        if whole <= 0:
            return _Shares(ZERO, ZERO, ZERO)
        done = sum((value for month, value in series.items() if value is not None and month <= last), ZERO)
        known = sum((value for year, value in programmed.items() if year in with_data), ZERO)
        return _Shares(*(each * HUNDRED / whole for each in (sum(programmed.values(), ZERO), done, known)))
    if sheet.annualization == Annualization.CONSTANT:
        spans = {year: _span(year, last) / len(promised) for year in promised if year <= last[0]}
        done = sum((spans[year] * min(_rate(sheet, series, year, last), HUNDRED) for year in with_data), ZERO)
        known = sum((spans[year] for year in with_data), ZERO)
        return _Shares(sum(spans.values(), ZERO) * HUNDRED, done, known * HUNDRED)
    final = sheet.final_target if sheet.final_target is not None else sheet.target_of(promised[-1], last) or ZERO
    level = _last_level(series, last)
    programmed_level = sheet.programmed(*last) or ZERO
    executed = reached(sheet, level, final).percent if level is not None else ZERO
    return _Shares(reached(sheet, programmed_level, final).percent, executed, ZERO)


def _span(year: int, last: Month) -> Decimal:
    """How much of a year lies behind: all of one that is over."""
    return Decimal(1) if year < last[0] else Decimal(last[1]) / 12


def _rate(sheet: IndicatorSheet, series: Series, year: int, last: Month) -> Decimal:
    """The last level of a year against its target, in %; 0 of a year without data."""
    end, target = _year_end(sheet, year, last), sheet.target_of(year, last)
    level = _last_level({month: value for month, value in series.items() if month[0] == year}, end or last)
    return ZERO if level is None or target is None else reached(sheet, level, target).percent


def _last_level(series: Series, upto: Month) -> Decimal | None:
    known = [month for month, value in series.items() if value is not None and month <= upto]
    return series[max(known)] if known else None


def _year(sheet: IndicatorSheet, series: Series, year: int, last: Month, bands: Bands) -> Year:
    end = _year_end(sheet, year, last) or last
    stood = judge(replace(sheet, followed_from=None), series, *end, bands)
    has_data = any(v is not None and m[0] == year and m <= end for m, v in series.items())
    return Year(year, sheet.target_of(year, last) or ZERO, stood, has_data)


def _year_end(sheet: IndicatorSheet, year: int, last: Month) -> Month | None:
    """The last due cut-off of a year up to a month."""
    months = range(12 if year < last[0] else last[1] if year == last[0] else 0, 0, -1)
    return next(((year, month) for month in months if sheet.closes(year, month)), None)


def _last_closing(sheet: IndicatorSheet, at: Month) -> Month | None:
    return replace(sheet, followed_from=None).last_cutoff(*at)


def _projected(executed: Decimal | None, programmed: Decimal) -> Decimal | None:
    """Where the plan ends if the rest is met in the proportion so far, in %."""
    if executed is None or programmed <= 0:
        return None
    return exact(max(executed, ZERO) * HUNDRED / programmed)
