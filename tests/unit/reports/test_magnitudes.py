"""Figures of an indicator have the decimals of its sheet, beside each other and on every page."""

from __future__ import annotations

from decimal import Decimal

import pytest

from workflows.spanish import magnitude


@pytest.mark.parametrize(
    ("value", "decimals", "said"),
    [
        ("87", 1, "87,0"),
        ("84.6", 1, "84,6"),
        ("87.30", 1, "87,3"),
        ("87.3", 2, "87,30"),
        ("1250", 0, "1.250"),
        ("12.4583", 0, "12,5"),
        (None, 1, "—"),
    ],
)
def test_a_figure_has_the_decimals_of_its_sheet_and_one_where_it_falls_between_units(
    value: str | None, decimals: int, said: str
) -> None:
    assert magnitude(None if value is None else Decimal(value), decimals) == said
