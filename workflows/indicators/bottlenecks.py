"""The rule that makes an indicator a candidate for a bottleneck, and the measure it proposes; pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from workflows.indicators.formulas import Assessment, Series, executed_in_year, progress
from workflows.indicators.sheets import IndicatorSheet, exact
from workflows.indicators.states import Annualization, Color, Measure
from workflows.spanish import percentage

PROJECTED_MINIMUM = Decimal(75)
"""Percent of the year's target that December must promise."""

FEWEST_POINTS = 3
"""With fewer data in the year there is no trend to speak of."""

SEMESTER_ENDS = (6, 12)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Why an indicator may be a bottleneck, in Spanish, and what is proposed."""

    why: str
    proposed: Measure


def judge(now: Assessment, before: Color | None, projected: Decimal | None, month: int) -> Candidate | None:
    """Whether an indicator due at this cut-off is a candidate: only on data of its own, all of them.

    A report that is missing is an alert of opportunity: the cure is a telephone call. `before` is its colour at the
    last such cut-off before; `projected` the trend's percentage of the year's target in December. A recovery plan is
    proposed after two reds, or a red at the end of a semester.
    """
    if not now.is_whole:
        return None
    if now.color == Color.RED:
        twice = before == Color.RED
        why = "En rojo en dos cortes seguidos" if twice else "En rojo"
        return Candidate(why, Measure.RECOVERY if twice or month in SEMESTER_ENDS else Measure.PREVENTIVE)
    if now.color == Color.YELLOW and before == Color.YELLOW:
        return Candidate("En amarillo en dos cortes seguidos", Measure.PREVENTIVE)
    if projected is not None and projected < PROJECTED_MINIMUM:
        why = f"Al ritmo actual llegaría en diciembre al {percentage(max(projected, Decimal(0)))} de la meta del año"
        return Candidate(why, Measure.PREVENTIVE)
    return None


def projection(sheet: IndicatorSheet, series: Series, year: int, month: int) -> Decimal | None:
    """The progress of the year in December by the straight line through the year's due cut-offs, in %.

    A suma starts the year at zero. `None` with fewer than three points, and for a constante, which is held and not
    reached.
    """
    target = sheet.target(year, month)
    if target is None or sheet.annualization == Annualization.CONSTANT:
        return None
    points = []
    for m in range(1, month + 1):
        executed = executed_in_year(sheet, series, (year, m)) if sheet.is_due(year, m) else None
        reached = None if executed is None else progress(sheet, executed, target)
        if reached is not None:
            points.append((Decimal(m), reached))
    if len(points) < FEWEST_POINTS:
        return None
    start = [(Decimal(0), Decimal(0))] if sheet.annualization == Annualization.SUM else []
    return exact(_line_at(start + points, Decimal(12)))


def _line_at(points: list[tuple[Decimal, Decimal]], x: Decimal) -> Decimal:
    """The value at `x` of the least-squares line."""
    count = len(points)
    mean_x = sum((px for px, _ in points), Decimal(0)) / count
    mean_y = sum((py for _, py in points), Decimal(0)) / count
    spread = sum(((px - mean_x) ** 2 for px, _ in points), Decimal(0))
    slope = sum(((px - mean_x) * py for px, py in points), Decimal(0)) / spread
    return mean_y + slope * (x - mean_x)
