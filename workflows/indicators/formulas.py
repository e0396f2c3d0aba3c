"""How far an indicator is at a cut-off: executed, programmed, progress, compliance, traffic light.

Sources: the four annualisations of Bogotá's planning office (suma, creciente, decreciente, constante) and the
special cases agreed for them. All pure: the same sheet and values give the same figures, this year or in ten.

Missing is not zero: the last known value is carried for two due cut-offs and twelve months at most, and then there is
no figure.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from workflows.indicators.sheets import IndicatorSheet, Month, exact
from workflows.indicators.states import Annualization, Color, Direct, Direction, Status
from workflows.indicators.traffic_light import DEFAULT_BANDS, Bands, color_of

FORMULA_VERSION = "2"
"""Kept with every frozen figure; raised whenever a formula changes what comes out."""

ZERO, HUNDRED = Decimal(0), Decimal(100)

MOST_MISSED, MOST_MONTHS = 2, 12
"""For so many due cut-offs, and so many months, the last known value is carried."""

Series = Mapping[Month, Decimal | None]
"""Values reported by month: an increment for suma, a level otherwise; `None` = reported as missing."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """The figures of one indicator at a cut-off. Percentages are exact: 83.333333333, shown rounded.

    `cutoff` is the cut-off it is judged by: the month itself, or the last one due by its periodicity. `data_month` is
    that of the last datum, where it is not the cut-off's, and `missed` the due cut-offs since. `last` is the value
    known then, where this cut-off has none. `missing` are the due cut-offs of the year that a suma lacks,
    `partial` the months in it that are computed without some goal. `silent` is
    the percentage that a figure without data would have at its last value: silence never improves a colour.
    `plan_progress` covers all the years of the plan; `years_met` counts the fulfilled years of a constante.
    """

    executed: Decimal | None = None
    programmed_to_date: Decimal | None = None
    year_target: Decimal | None = None
    year_progress: Decimal | None = None
    compliance: Decimal | None = None
    color: Color | None = None
    status: Status | None = None
    direct: Direct | None = None
    last: Decimal | None = None
    cutoff: Month | None = None
    data_month: Month | None = None
    missed: int = 0
    missing: tuple[Month, ...] = ()
    partial: tuple[Month, ...] = ()
    timely: bool = False
    silent: Decimal | None = None
    plan_progress: Decimal | None = None
    years_met: int | None = None

    @property
    def is_due(self) -> bool:
        """Whether it is programmed and due: then it weighs in the coverage of its levels."""
        return self.status in (Status.REPORTED, Status.CARRIED, Status.NO_DATA)

    @property
    def counted(self) -> Decimal | None:
        """The percentage that enters the roll-ups, never below 0; `None` = stays out of them."""
        if self.status not in (Status.REPORTED, Status.CARRIED) or self.compliance is None:
            return None
        return max(self.compliance, ZERO)

    @property
    def is_whole(self) -> bool:
        """Whether it stands on data of its own, all of them: only then it makes a bottleneck, or ends one."""
        return self.status == Status.REPORTED and not self.missing and not self.partial


@dataclass(frozen=True, slots=True)
class Share:
    """The share of a way that was gone, in %; `direct` where there is no way and the level is compared as it is."""

    percent: Decimal
    direct: Direct | None = None


def judge(
    sheet: IndicatorSheet,
    series: Series,
    year: int,
    month: int,
    bands: Bands = DEFAULT_BANDS,
    late: Collection[Month] = (),
    partial: Collection[Month] = (),
) -> Assessment:
    """The figures of `sheet` at the end of a month, with the thresholds in force then.

    `late` are the months whose datum did not come in time, `partial` those computed without some goal.
    What needs all the years of the plan is not told.
    """
    if sheet.target(year, month) is None:
        return Assessment(status=Status.NOT_PROGRAMMED, executed=series.get((year, month)))
    cutoff = sheet.last_cutoff(year, month)
    if cutoff is None:
        return Assessment(status=Status.NO_CUTOFF_YET, year_target=sheet.target(year, month))
    promised = Assessment(
        cutoff=cutoff,
        year_target=sheet.target(*cutoff) or ZERO,
        programmed_to_date=sheet.programmed(*cutoff) or ZERO,
    )
    known = replace(_known(sheet, series, promised, late), partial=_partial(sheet, promised, partial))
    if sheet.annualization == Annualization.SUM and (promised.programmed_to_date or ZERO) <= 0:
        # Nothing is programmed up to this month yet.
        return replace(known, status=Status.NO_CUTOFF_YET, last=None, data_month=None, missed=0, timely=False)
    return _judged(sheet, known, bands)


def executed_in_year(sheet: IndicatorSheet, series: Series, cutoff: Month) -> Decimal | None:
    """What was executed in the year at a cut-off; `None` if nothing was reported for that very month."""
    value = series.get(cutoff)
    if value is None or sheet.is_level:
        return value
    return accumulated(series, cutoff)


def accumulated(series: Series, cutoff: Month) -> Decimal:
    """The increments of a year up to a month."""
    return sum((series.get((cutoff[0], m)) or ZERO for m in range(1, cutoff[1] + 1)), ZERO)


def last_datum(sheet: IndicatorSheet, series: Series, cutoff: Month) -> Month | None:
    """The month of the last datum up to a cut-off; of a suma, only in the same year."""
    reported = [
        month
        for month, value in series.items()
        if value is not None and month <= cutoff and (sheet.is_level or month[0] == cutoff[0])
    ]
    return max(reported, default=None)


def last_known(sheet: IndicatorSheet, series: Series, cutoff: Month) -> Decimal | None:
    """What had been executed at the last report before a cut-off; of a suma, only in the same year."""
    month = last_datum(sheet, series, cutoff)
    return executed_in_year(sheet, series, month) if month else None


def progress(sheet: IndicatorSheet, value: Decimal, target: Decimal) -> Decimal | None:
    """The share of the way to `target` that `value` has gone, in %; `None` where there is no way to go.

    Rising and falling levels are measured from the baseline, so it is negative on the wrong side of it.
    """
    if sheet.annualization == Annualization.CONSTANT and sheet.aims != Direction.UP:
        return _held(sheet, value, target)
    done, whole = value, target
    if sheet.annualization == Annualization.RISING:
        start = sheet.baseline or ZERO
        done, whole = value - start, target - start
    elif sheet.annualization == Annualization.FALLING:
        if sheet.baseline is None:
            return None
        done, whole = sheet.baseline - value, sheet.baseline - target
    return exact(done * HUNDRED / whole) if whole > 0 else None


def reached(sheet: IndicatorSheet, value: Decimal, target: Decimal) -> Share:
    """As `progress`; where there is no way to go, the level is compared with the target: 100 or 0."""
    percent = progress(sheet, value, target)
    if percent is not None:
        return Share(percent)
    met = value <= target if sheet.aims == Direction.DOWN else value >= target
    return Share(HUNDRED, Direct.MET) if met else Share(ZERO, Direct.NOT_MET)


def _held(sheet: IndicatorSheet, value: Decimal, target: Decimal) -> Decimal | None:
    """A level that should not rise, or stay where it is."""
    if sheet.aims == Direction.DOWN:
        if value <= target:
            return HUNDRED
        return exact(target * HUNDRED / value) if value > 0 else None
    if abs(value - target) <= sheet.tolerance:
        return HUNDRED
    if value <= 0 or target <= 0:
        return ZERO
    return exact(min(value / target, target / value) * HUNDRED)


def _known(sheet: IndicatorSheet, series: Series, promised: Assessment, late: Collection[Month]) -> Assessment:
    """What is known at the cut-off: its own datum, the last one carried, or nothing."""
    cutoff = promised.cutoff or (0, 0)
    month = last_datum(sheet, series, cutoff)
    if month is None:
        ever = any(value is not None and at <= cutoff for at, value in series.items())
        zero = ZERO if ever else None  # of a suma that had data in other years
        return replace(promised, status=Status.NO_DATA, color=Color.GREY, silent=zero)
    value = executed_in_year(sheet, series, month)
    if month == cutoff:
        missing = () if sheet.is_level else _missing(sheet, series, cutoff)
        return replace(promised, status=Status.REPORTED, executed=value, missing=missing, timely=cutoff not in late)
    known = replace(promised, data_month=month, missed=len(sheet.due_between(month, cutoff)))
    if known.missed <= MOST_MISSED and _months(month, cutoff) <= MOST_MONTHS:
        return replace(known, status=Status.CARRIED, executed=value)
    return replace(known, status=Status.NO_DATA, color=Color.GREY, last=value)


def _judged(sheet: IndicatorSheet, known: Assessment, bands: Bands) -> Assessment:
    """With the percentages of what is known; of a figure without data, those it would have are kept apart."""
    value = known.executed if known.executed is not None else known.last
    if value is None:
        return known
    programmed, target = known.programmed_to_date or ZERO, known.year_target or ZERO
    of_year, to_date = reached(sheet, value, target), reached(sheet, value, programmed)
    if of_year.direct:
        to_date = of_year  # the year has no way to go: it is the one comparison there is
    if known.status == Status.NO_DATA:
        return replace(known, silent=max(to_date.percent, ZERO))
    return replace(
        known,
        year_progress=of_year.percent,
        compliance=to_date.percent,
        color=color_of(to_date.percent, bands),
        direct=to_date.direct,
    )


def _missing(sheet: IndicatorSheet, series: Series, cutoff: Month) -> tuple[Month, ...]:
    before = sheet.due_between((cutoff[0] - 1, 12), cutoff)
    return tuple(month for month in before if series.get(month) is None)


def _partial(sheet: IndicatorSheet, promised: Assessment, partial: Collection[Month]) -> tuple[Month, ...]:
    """The months of a value that lack a goal: of a level its own, of a suma those of the year."""
    cutoff = promised.cutoff or (0, 0)
    since = cutoff if sheet.is_level else (cutoff[0], 1)
    return tuple(month for month in sorted(partial) if since <= month <= cutoff)


def _months(since: Month, until: Month) -> int:
    return (until[0] - since[0]) * 12 + until[1] - since[1]
