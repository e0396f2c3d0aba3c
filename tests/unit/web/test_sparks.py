"""A few values as a small line."""

from __future__ import annotations

from decimal import Decimal

from web.forms.sparks import spark


def test_a_line_goes_from_the_lowest_to_the_highest_and_its_gaps_stay_gaps() -> None:
    drawn = spark([("ene", Decimal(0)), ("feb", Decimal(10)), ("mar", None), ("abr", Decimal("2.5"))])

    assert drawn is not None
    assert drawn.lines == ["4,22 32,4"]
    assert drawn.end == ("88", "18")
    assert drawn.label == "ene 0, feb 10, mar sin dato, abr 2,5" and drawn.last == "2,5"


def test_one_value_alone_is_no_line() -> None:
    assert spark([("ene", Decimal(3)), ("feb", None)]) is None
