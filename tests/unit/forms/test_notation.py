from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.forms.notation import format_number, parse_day, parse_moment, parse_number


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1.234,5", "1234.5"),
        ("1.234", "1234"),
        ("1.234.567", "1234567"),
        ("12.5", "12.5"),
        ("0.125", "0.125"),
        ("1234.567", "1234.567"),
        ("28,1 %", "28.1"),
        ("$ 1.500", "1500"),
        ("−3,5", "-3.5"),
        (" 280 ", "280"),
        ("0", "0"),
        ("1 234", "1234"),
    ],
)
def test_a_number_is_read_as_colombians_write_it(typed: str, read: str) -> None:
    assert parse_number(typed) == Decimal(read)


@pytest.mark.parametrize(
    "typed", ["doce", "1,234,567.8", "1.23.4", "1e5", "NaN", "Infinity", "--3", "", "١٢x", "1.234.56", "0x10", "9" * 70]
)
def test_what_is_no_number_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(ValueError, match="número"):
        parse_number(typed)


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=4))
def test_what_is_shown_can_be_typed_back(number: Decimal) -> None:
    assert parse_number(format_number(number)) == number


@pytest.mark.parametrize("typed", ["22/11/2026", "22-11-2026", "2026-11-22", " 22 / 11 / 2026 "])
def test_a_day_is_read_both_ways(typed: str) -> None:
    assert parse_day(typed) == dt.date(2026, 11, 22)


@pytest.mark.parametrize("typed", ["31/02/2026", "mañana", "22/11/26", "11/22/2026", "2026-13-01", "22/11/20260"])
def test_a_day_that_does_not_exist_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="fecha"):
        parse_day(typed)


def test_a_year_beyond_reason_is_refused_by_its_year() -> None:
    with pytest.raises(ValueError, match="revise el año"):
        parse_day("22/11/0206")


def test_a_moment_without_zone_is_bogotas() -> None:
    assert parse_moment("2026-11-22T14:30") == dt.datetime(2026, 11, 22, 19, 30, tzinfo=dt.UTC)
