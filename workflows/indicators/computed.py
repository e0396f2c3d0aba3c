"""The value of an indicator worked out from the goals of the projects that feed it, by its declared rule.

A goal that is carried brings its known value (an increment: nothing), one without data brings nothing. There is a value
where the goals with data make up three fifths of what all of them have programmed at the cut-off, each by its share: a
small goal that is silent does not undo a large one. It says how many are in it. Nothing is rounded between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from workflows.indicators import formulas
from workflows.indicators.formulas import HUNDRED, ZERO, Series
from workflows.indicators.sheets import IndicatorSheet, Month, exact
from workflows.indicators.states import Annualization, Rule, Status

ENOUGH = Decimal("0.6")
"""The share of what is programmed that has to have data, its own or carried."""


@dataclass(frozen=True, slots=True)
class Source:
    """A goal that feeds an indicator with `contribution` per cent, and what was reported of it.

    `late`: the months whose datum did not come in time. `ended`: it is followed no more; what it added stays.
    """

    code: str
    contribution: Decimal
    sheet: IndicatorSheet
    series: Series
    late: frozenset[Month] = frozenset()
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Brought:
    """What one goal brings at a cut-off: nothing without data. `carried`: not of this cut-off.

    `programmed` is what it promised up to there.
    """

    code: str
    value: Decimal | None
    carried: bool = False
    late: bool = False
    programmed: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Computed:
    """A value and where it comes from; no value without enough data. `own`: some goal has a datum of this cut-off."""

    value: Decimal | None
    brought: tuple[Brought, ...]
    own: bool

    @property
    def is_partial(self) -> bool:
        """Whether some goal is not in it."""
        return any(one.value is None for one in self.brought)

    @property
    def is_timely(self) -> bool:
        """Whether every datum of this cut-off in it came in time."""
        return not any(one.late for one in self.brought)


def may_feed(indicator: Annualization, rule: Rule, goal: Annualization, unit: str = "") -> bool:
    """Whether goals of a type can make up an indicator of another by a rule."""
    if rule == Rule.WEIGHTED_MEAN:
        return goal == indicator != Annualization.SUM or (indicator == Annualization.CONSTANT and unit == "%")
    if indicator in (Annualization.RISING, Annualization.FALLING):
        return goal in (indicator, Annualization.SUM)
    return goal == indicator or (indicator == Annualization.CONSTANT and unit == "%" and goal != Annualization.SUM)


def compute(rule: Rule, sheet: IndicatorSheet, sources: Sequence[Source], cutoff: Month) -> Computed:
    """The value of the indicator of `sheet` at a cut-off."""
    promising = [(one, told) for one in sources if (told := _brought(sheet, one, cutoff)) is not None]
    heard = [(one, told) for one, told in promising if told.value is not None]
    weight = sum((_factor(rule, one) for one, _ in heard), ZERO)
    among = {told.code for _, told in promising}
    added = [(one, told) for one in sources if one.code not in among and (told := _added(sheet, one, cutoff))]
    brought = tuple(told for _, told in (*promising, *added))
    own = any(one.value is not None and not one.carried for one in brought)
    if not heard or not _is_enough(rule, promising):
        return Computed(None, brought, own)
    total = sum((_factor(rule, one) * told.value for one, told in (*promising, *added) if told.value is not None), ZERO)
    if rule == Rule.WEIGHTED_MEAN:
        return Computed(exact(total / weight), brought, own)
    if sheet.is_level and all(not one.sheet.is_level for one in sources):
        start = sheet.baseline or ZERO
        total = start - total if sheet.annualization == Annualization.FALLING else start + total
    return Computed(exact(total), brought, own)


def _is_enough(rule: Rule, promising: Sequence[tuple[Source, Brought]]) -> bool:
    """Whether those with data have three fifths of what is programmed; where that is nothing, of the shares."""
    weighed = [(told.value is not None, _factor(rule, one), told.programmed) for one, told in promising]
    if not any(factor * programmed for _, factor, programmed in weighed):
        weighed = [(is_heard, factor, Decimal(1)) for is_heard, factor, _ in weighed]
    whole = sum((factor * programmed for _, factor, programmed in weighed), ZERO)
    return sum((factor * programmed for is_heard, factor, programmed in weighed if is_heard), ZERO) >= whole * ENOUGH


def _factor(rule: Rule, source: Source) -> Decimal:
    if rule == Rule.SUM:
        return Decimal(1)
    return source.contribution if rule == Rule.WEIGHTED_MEAN else source.contribution / HUNDRED


def _brought(sheet: IndicatorSheet, source: Source, cutoff: Month) -> Brought | None:
    """What a goal brings at a cut-off of the indicator; None of one that ended, or promises nothing yet."""
    if source.ended:
        return None
    found = formulas.judge(source.sheet, source.series, *cutoff)
    if found.status in (Status.NOT_PROGRAMMED, Status.NO_CUTOFF_YET):
        return None
    programmed = abs(found.programmed_to_date or ZERO)
    if found.status not in (Status.REPORTED, Status.CARRIED):
        return Brought(source.code, None, programmed=programmed)
    carried = found.status == Status.CARRIED
    late = not carried and cutoff in source.late
    if source.sheet.is_level:
        return Brought(source.code, found.executed, carried, late, programmed)
    since = _since(sheet, cutoff)
    return Brought(source.code, _increments(source.series, since, cutoff), carried, late, programmed)


def _added(sheet: IndicatorSheet, source: Source, cutoff: Month) -> Brought | None:
    """What a goal that is not asked for now had added: it is in the value, and not in the weight of who may be missing.

    None of a level, or where it added nothing.
    """
    since = _since(sheet, cutoff)
    if source.sheet.is_level or not any(since < month <= cutoff for month in source.series):
        return None
    carried = source.series.get(cutoff) is None
    return Brought(
        source.code, _increments(source.series, since, cutoff), carried, not carried and cutoff in source.late
    )


def _since(sheet: IndicatorSheet, cutoff: Month) -> Month:
    """After which month the increments of a goal are in the value of a cut-off."""
    return (0, 0) if sheet.is_level else _before(sheet, cutoff)


def _increments(series: Series, after: Month, upto: Month) -> Decimal:
    return sum((value for month, value in series.items() if value is not None and after < month <= upto), ZERO)


def _before(sheet: IndicatorSheet, cutoff: Month) -> Month:
    """The due cut-off of the indicator before this one; its months are told already."""
    year, month = cutoff
    earlier = (year, month - 1) if month > 1 else (year - 1, 12)
    return sheet.last_cutoff(*earlier) or (0, 0)
