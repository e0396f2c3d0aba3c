"""Data sheets for the tests of the formulas."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from workflows.indicators.sheets import IndicatorSheet, Month


def sheet(annualization: str = "suma", **changes: Any) -> IndicatorSheet:
    """A monthly indicator of a plan 2017–2020 with a target of 120 each year, unless it is changed."""
    fields: dict[str, Any] = {
        "code": "IP-1",
        "annualization": annualization,
        "periodicity": "mensual",
        "baseline": None,
        "final_target": Decimal(480),
        "first_year": 2017,
        "targets": {year: Decimal(120) for year in range(2017, 2021)},
    }
    return IndicatorSheet(**(fields | changes))


def values(year: int, *numbers: str | int | None) -> dict[Month, Decimal | None]:
    """January, February, … of a year."""
    return {(year, n): None if v is None else Decimal(str(v)) for n, v in enumerate(numbers, start=1)}
