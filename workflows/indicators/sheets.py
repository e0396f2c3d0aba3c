"""The data sheet of an indicator as the formulas need it: targets, programming, due cut-offs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from workflows.indicators.states import Annualization, Direction

PERIODICITIES = {"mensual": 1, "bimestral": 2, "trimestral": 3, "semestral": 6, "anual": 12, "bienal": 24}
"""Months between two due cut-offs, counted from January of the plan's first year."""

Month = tuple[int, int]
"""A year and a month (1–12)."""

IN_NO_MONTH = "9999-12"
"""From which a value counts that was endorsed after the last month of its plan: only an evaluation takes it."""

PLACES = Decimal("1e-9")
"""What the databases keep of a figure that has no end."""


def exact(value: Decimal) -> Decimal:
    """The value as both databases keep it: nine decimals, no trailing zeros."""
    rounded = value.quantize(PLACES, ROUND_HALF_UP)
    whole = rounded.to_integral_value()
    return whole if rounded == whole else rounded.normalize()


def shown(value: Decimal, decimals: int = 1) -> Decimal:
    """A figure as it is shown: rounded to `decimals`, a tie away from zero, as every spreadsheet does."""
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was programmed for a month when it opened."""

    year_target: Decimal | None
    programmed_to_date: Decimal | None


@dataclass(frozen=True, slots=True)
class IndicatorSheet:
    """What an indicator promises.

    `targets` by calendar year; `monthly` what is programmed for each month (an increment for suma, a level otherwise),
    and a year without any is programmed linearly; `snapshots` win over both. Before `followed_from` nobody was asked
    for a value. `direction` and `tolerance` (in the unit of the indicator) speak of a constante alone.
    """

    code: str
    annualization: Annualization
    periodicity: str
    baseline: Decimal | None
    final_target: Decimal | None
    first_year: int
    targets: Mapping[int, Decimal | None]
    monthly: Mapping[Month, Decimal] = field(default_factory=dict)
    snapshots: Mapping[Month, Snapshot] = field(default_factory=dict)
    followed_from: Month | None = None
    direction: str = ""
    tolerance: Decimal = Decimal(0)

    @property
    def is_level(self) -> bool:
        """Whether a month reports a level and not an increment."""
        return self.annualization != Annualization.SUM

    @property
    def aims(self) -> Direction:
        """Where a level should go: of a constante what it says (nothing said is to rise), else what its type says."""
        if self.annualization == Annualization.FALLING:
            return Direction.DOWN
        if self.annualization != Annualization.CONSTANT or not self.direction:
            return Direction.UP
        return Direction(self.direction)

    def target(self, year: int, month: int = 12) -> Decimal | None:
        """The target of the year, as it stood in that month; `None` = not programmed.

        0 is a target of what falls or is held; of what adds up or rises from 0 it promises nothing.
        """
        snapshot = self.snapshots.get((year, month))
        return self._promised(snapshot.year_target if snapshot else self.targets.get(year))

    def target_of(self, year: int, upto: Month) -> Decimal | None:
        """The target by which a year is judged at a month: as in force at the last month kept of it up to then.

        Editing a target never reaches back to a year that is over.
        """
        kept = [month for month in self.snapshots if month[0] == year and month <= upto]
        return self._promised(self.snapshots[max(kept)].year_target if kept else self.targets.get(year))

    def years(self, upto: Month) -> list[int]:
        """The programmed years of the plan, in order."""
        known = {*self.targets, *(year for year, _ in self.snapshots)}
        return [year for year in sorted(known) if self.target_of(year, upto) is not None]

    def closes(self, year: int, month: int) -> bool:
        """Whether the month ends a stretch of the periodicity in a programmed year, followed or not."""
        count = (year - self.first_year) * 12 + month
        return count > 0 and count % PERIODICITIES[self.periodicity] == 0 and self.target(year, month) is not None

    def is_due(self, year: int, month: int) -> bool:
        """Whether a value is due at the end of this month: it closes a stretch, and the plan was followed by then."""
        return not (self.followed_from and (year, month) < self.followed_from) and self.closes(year, month)

    def last_cutoff(self, year: int, month: int) -> Month | None:
        """The last due cut-off up to this month, or `None` before the first."""
        while year >= self.first_year:
            if self.is_due(year, month):
                return year, month
            year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        return None

    def programmed(self, year: int, month: int) -> Decimal | None:
        """What is programmed from the start of the year to the end of the month."""
        snapshot = self.snapshots.get((year, month))
        if snapshot:
            return snapshot.programmed_to_date
        target = self._promised(self.targets.get(year))
        if target is None or self.annualization == Annualization.CONSTANT:
            return target
        by_month = [self.monthly.get((year, m)) for m in range(1, month + 1)]
        if any(programmed == year for programmed, _ in self.monthly):
            return self._as_programmed(year, target, by_month)
        start = Decimal(0) if self.annualization == Annualization.SUM else self._start_level(year, target)
        return exact(start + (target - start) * month / 12)

    def due_between(self, after: Month, upto: Month) -> list[Month]:
        """The due cut-offs after a month, up to another one, in order."""
        found, (year, month) = [], after
        while (year, month) < upto:
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
            if self.is_due(year, month):
                found.append((year, month))
        return found

    def _promised(self, target: Decimal | None) -> Decimal | None:
        if target == 0 and (
            self.annualization == Annualization.SUM
            or (self.annualization == Annualization.RISING and (self.baseline or 0) >= 0)
        ):
            return None
        return target

    def _as_programmed(self, year: int, target: Decimal, by_month: list[Decimal | None]) -> Decimal | None:
        known = [value for value in by_month if value is not None]
        if self.annualization == Annualization.SUM:
            return sum(known, Decimal(0))
        return known[-1] if known else self._start_level(year, target)

    def _start_level(self, year: int, target: Decimal) -> Decimal:
        """The level of the last programmed year before, else the baseline (0 if a rising one has none)."""
        for before in range(year - 1, self.first_year - 1, -1):
            level = self._promised(self.targets.get(before))
            if level is not None:
                return level
        if self.baseline is not None:
            return self.baseline
        return Decimal(0) if self.annualization == Annualization.RISING else target
