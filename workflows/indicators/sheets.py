"""The data sheet of an indicator as the formulas need it: targets, programming, due cut-offs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from workflows.indicators.states import Annualization

PERIODICITIES = {"mensual": 1, "bimestral": 2, "trimestral": 3, "semestral": 6, "anual": 12, "bienal": 24}
"""Months between two due cut-offs, counted from January of the plan's first year."""

Month = tuple[int, int]
"""A year and a month (1–12)."""

PLACES = Decimal("1e-9")
"""What the databases keep of a figure that has no end."""


def exact(value: Decimal) -> Decimal:
    """The value as both databases keep it: nine decimals, no trailing zeros."""
    rounded = value.quantize(PLACES, ROUND_HALF_UP)
    whole = rounded.to_integral_value()
    return whole if rounded == whole else rounded.normalize()


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
    for a value.
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

    @property
    def is_level(self) -> bool:
        """Whether a month reports a level and not an increment."""
        return self.annualization != Annualization.SUM

    def target(self, year: int, month: int = 12) -> Decimal | None:
        """The target of the year, as it stood in that month; `None` or 0 is not programmed."""
        snapshot = self.snapshots.get((year, month))
        return snapshot.year_target if snapshot else self.targets.get(year)

    def is_due(self, year: int, month: int) -> bool:
        """Whether a value is due at the end of this month: by periodicity, and programmed that year."""
        if self.followed_from and (year, month) < self.followed_from:
            return False
        count = (year - self.first_year) * 12 + month
        return count > 0 and count % PERIODICITIES[self.periodicity] == 0 and bool(self.target(year, month))

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
        target = self.targets.get(year)
        if not target or self.annualization == Annualization.CONSTANT:
            return target
        by_month = [self.monthly.get((year, m)) for m in range(1, month + 1)]
        if any(programmed == year for programmed, _ in self.monthly):
            return self._as_programmed(year, target, by_month)
        start = Decimal(0) if self.annualization == Annualization.SUM else self._start_level(year, target)
        return exact(start + (target - start) * month / 12)

    def _as_programmed(self, year: int, target: Decimal, by_month: list[Decimal | None]) -> Decimal | None:
        known = [value for value in by_month if value is not None]
        if self.annualization == Annualization.SUM:
            return sum(known, Decimal(0))
        return known[-1] if known else self._start_level(year, target)

    def _start_level(self, year: int, target: Decimal) -> Decimal:
        """The level programmed for the end of the years before, else the baseline (0 if a rising one has none)."""
        for before in range(year - 1, self.first_year - 1, -1):
            level = self.targets.get(before)
            if level is not None:
                return level
        if self.baseline is not None:
            return self.baseline
        return Decimal(0) if self.annualization == Annualization.RISING else target
