"""How far an indicator is at a cut-off: executed, programmed, progress, compliance, traffic light.

Sources: the four annualisations of Bogotá's planning office (suma, creciente, decreciente, constante) and the
special cases agreed for them. All pure: the same sheet and values give the same figures, this year or in ten.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from workflows.indicators.sheets import IndicatorSheet, Month, exact
from workflows.indicators.states import Annualization, Color, Status
from workflows.indicators.traffic_light import DEFAULT_BANDS, Bands, color_of

FORMULA_VERSION = "1"
"""Kept with every frozen figure; raised whenever a formula changes what comes out."""


ZERO, HUNDRED = Decimal(0), Decimal(100)

Series = Mapping[Month, Decimal | None]
"""Values reported by month: an increment for suma, a level otherwise; `None` = reported as missing."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """The figures of one indicator at a cut-off. Percentages are exact: 83.333333333, shown rounded.

    `status` is empty where there are percentages. `cutoff` is the cut-off it is judged by: the month itself, or the
    last one due by its periodicity. `last` is what had been executed at the last report, where this cut-off has none.
    `plan_progress` covers all the years of the plan; `years_met` counts the fulfilled years of a constante.
    """

    executed: Decimal | None = None
    programmed_to_date: Decimal | None = None
    year_target: Decimal | None = None
    year_progress: Decimal | None = None
    compliance: Decimal | None = None
    color: Color | None = None
    status: Status | None = None
    last: Decimal | None = None
    cutoff: Month | None = None
    plan_progress: Decimal | None = None
    years_met: int | None = None

    @property
    def counted(self) -> Decimal | None:
        """The percentage that enters the roll-ups, never below 0; `None` = stays out of them."""
        if self.status in (Status.NOT_PROGRAMMED, Status.NO_CUTOFF_YET):
            return None
        return max(self.compliance or ZERO, ZERO)


def assess(sheet: IndicatorSheet, series: Series, year: int, month: int, bands: Bands = DEFAULT_BANDS) -> Assessment:
    """The figures of `sheet` at the end of a month, with the thresholds in force then."""
    assessment = judge(sheet, series, year, month, bands)
    if assessment.cutoff is None:
        return assessment
    if assessment.executed is None:
        return replace(assessment, last=last_known(sheet, series, assessment.cutoff))
    return replace(
        assessment,
        plan_progress=_plan_progress(sheet, series, assessment.cutoff, assessment.executed),
        years_met=_years_met(sheet, series, assessment.cutoff)
        if sheet.annualization == Annualization.CONSTANT
        else None,
    )


def judge(sheet: IndicatorSheet, series: Series, year: int, month: int, bands: Bands = DEFAULT_BANDS) -> Assessment:
    """As `assess`, of the year alone: without `last`, `plan_progress` and `years_met`."""
    if not sheet.target(year, month):
        return Assessment(status=Status.NOT_PROGRAMMED, executed=series.get((year, month)))
    cutoff = sheet.last_cutoff(year, month)
    if cutoff is None:
        return Assessment(status=Status.NO_CUTOFF_YET, year_target=sheet.target(year, month))
    promised = Assessment(
        cutoff=cutoff,
        year_target=sheet.target(*cutoff) or ZERO,
        programmed_to_date=sheet.programmed(*cutoff) or ZERO,
    )
    executed = executed_in_year(sheet, series, cutoff)
    if executed is None:
        return replace(promised, status=Status.NO_DATA, color=Color.GREY)
    return _judge(sheet, promised, executed, bands)


def executed_in_year(sheet: IndicatorSheet, series: Series, cutoff: Month) -> Decimal | None:
    """What was executed in the year at a cut-off; `None` if nothing was reported for that very month."""
    value = series.get(cutoff)
    if value is None or sheet.is_level:
        return value
    return sum((series.get((cutoff[0], m)) or ZERO for m in range(1, cutoff[1] + 1)), ZERO)


def last_known(sheet: IndicatorSheet, series: Series, cutoff: Month) -> Decimal | None:
    """What had been executed at the last report before a cut-off; of a suma, only in the same year."""
    reported = [
        month
        for month, value in series.items()
        if value is not None and month <= cutoff and (sheet.is_level or month[0] == cutoff[0])
    ]
    return executed_in_year(sheet, series, max(reported)) if reported else None


def progress(sheet: IndicatorSheet, value: Decimal, target: Decimal) -> Decimal | None:
    """The share of the way to `target` that `value` has gone, in %; `None` where there is no way to go.

    Rising and falling levels are measured from the baseline, so it is negative on the wrong side of it.
    """
    done, whole = value, target
    if sheet.annualization == Annualization.RISING:
        start = sheet.baseline or ZERO
        done, whole = value - start, target - start
    elif sheet.annualization == Annualization.FALLING:
        if sheet.baseline is None:
            return None
        done, whole = sheet.baseline - value, sheet.baseline - target
    return exact(done * HUNDRED / whole) if whole > 0 else None


def _judge(sheet: IndicatorSheet, promised: Assessment, executed: Decimal, bands: Bands) -> Assessment:
    programmed, target = promised.programmed_to_date or ZERO, promised.year_target or ZERO
    compliance, color, status = progress(sheet, executed, programmed), None, None
    if compliance is not None:
        color = color_of(compliance, bands)
    elif sheet.annualization == Annualization.SUM:
        status = Status.NO_CUTOFF_YET  # nothing is programmed up to this month yet
    else:
        met = executed <= programmed if sheet.annualization == Annualization.FALLING else executed >= programmed
        compliance, color, status = (HUNDRED, Color.GREEN, Status.MET) if met else (ZERO, Color.RED, Status.NOT_MET)
    return replace(
        promised,
        executed=executed,
        year_progress=progress(sheet, executed, target),
        compliance=compliance,
        color=color,
        status=status,
    )


def _plan_progress(sheet: IndicatorSheet, series: Series, cutoff: Month, executed: Decimal) -> Decimal | None:
    if sheet.annualization == Annualization.CONSTANT:
        years = _year_rates(sheet, series, cutoff)
        return exact(sum((min(rate, HUNDRED) for rate in years), ZERO) / len(years)) if years else None
    if sheet.final_target is None:
        return None
    if sheet.annualization == Annualization.SUM:
        executed = sum((value for month, value in series.items() if value is not None and month <= cutoff), ZERO)
    return progress(sheet, executed, sheet.final_target)


def _years_met(sheet: IndicatorSheet, series: Series, cutoff: Month) -> int:
    return sum(rate >= HUNDRED for rate in _year_rates(sheet, series, cutoff))


def _year_rates(sheet: IndicatorSheet, series: Series, cutoff: Month) -> list[Decimal]:
    """Of each programmed and followed year up to the cut-off, the last level held against the target, in %."""
    rates = []
    first = max(sheet.first_year, sheet.followed_from[0] if sheet.followed_from else sheet.first_year)
    for year in range(first, cutoff[0] + 1):
        target = sheet.target(*cutoff) if year == cutoff[0] else sheet.targets.get(year)
        reported = [m for m, v in series.items() if m[0] == year and m <= cutoff and v is not None]
        if target:
            held = series[max(reported)] if reported else None
            rates.append((held or ZERO) * HUNDRED / target)
    return rates
