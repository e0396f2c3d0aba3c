"""What makes a reported value unlikely, against what was reported before or is programmed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.unit.indicators.sheets import sheet, values
from workflows.indicators import guards
from workflows.indicators.formulas import Series

D = Decimal
MONTH = (2018, 6)
USUAL = values(2018, 7, 6, 8, 6, 7)


@pytest.mark.parametrize(
    ("series", "value", "told"),
    [
        (USUAL, 70, "70 es 10 veces el último dato (7)."),
        (USUAL, -350, "−350 es negativo, y este indicador nunca lo ha sido."),
        (USUAL, 2, "2 es mucho menos que el último dato (7)."),
        (values(2018, 100, 1, 100, 2, 3), 90, ""),
        (USUAL, 0, ""),
        (USUAL, 12, ""),
        (values(2018, -3, -2), -4, ""),
        ({}, 1000, "1.000 es 100 veces lo programado (10)."),
        ({}, 11, ""),
    ],
)
def test_a_value_is_unlikely_against_what_is_usual(series: Series, value: int, told: str) -> None:
    assert guards.unlikely(sheet(), series, MONTH, D(value)) == told


def test_nothing_is_unlikely_where_nothing_is_known_or_programmed() -> None:
    assert guards.unlikely(sheet(targets={}), {}, MONTH, D(1_000_000)) == ""
