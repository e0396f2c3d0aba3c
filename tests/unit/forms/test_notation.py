from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.calendar import BOGOTA
from workflows.forms.notation import (
    bounded_number,
    decimals_of,
    format_day,
    format_number,
    parse_day,
    parse_moment,
    parse_number,
    parse_time,
)

NUMBER_WRONG = "Escriba el número así: 1.234,5 (punto para los miles, coma para los decimales)."
TOO_LARGE = "El número es demasiado grande; revise la unidad."
DAY_WRONG = "Escriba la fecha como día/mes/año, por ejemplo 22/11/2026."
YEAR_WRONG = "La fecha debe estar entre 1900 y 2100; revise el año."
MOMENT_WRONG = "Escriba la fecha y la hora, por ejemplo 22/11/2026 14:30."
TIME_WRONG = "Escriba la hora con dos cifras, por ejemplo 08:30."


def refused(read: Callable[[Any], object], value: object) -> str:
    with pytest.raises(ValueError) as caught:
        read(value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1.234,5", "1234.5"),
        ("-1.234,5", "-1234.5"),
        ("-12.5", "-12.5"),
        ("12,50", "12.50"),
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
    assert refused(parse_number, typed) in (NUMBER_WRONG, TOO_LARGE)


def test_a_number_too_long_to_be_one_is_refused_and_never_cut_short() -> None:
    assert parse_number("0," + "1" * 78) == Decimal("0." + "1" * 78)
    assert refused(parse_number, "0," + "1" * 79) == NUMBER_WRONG
    assert refused(parse_number, "12" + " " * 90 + "5") == NUMBER_WRONG


@pytest.mark.parametrize(("value", "read"), [(0.1, "0.1"), (7, "7"), ("1.50", "1.50"), (Decimal("-2.5"), "-2.5")])
def test_a_number_of_a_program_is_taken_exactly_as_it_is(value: Any, read: str) -> None:
    assert str(bounded_number(value)) == read


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("-Infinity"), "NaN", "doce", ""])
def test_what_is_no_finite_number_is_refused(value: object) -> None:
    assert refused(bounded_number, value) == NUMBER_WRONG


def test_a_number_that_no_record_can_hold_is_refused() -> None:
    largest = 10**18 - 1

    assert bounded_number(largest) == largest
    assert bounded_number(-largest) == -largest
    assert refused(bounded_number, 10**18) == TOO_LARGE
    assert refused(bounded_number, -(10**18)) == TOO_LARGE


@pytest.mark.parametrize(
    ("number", "decimals"), [("3", 0), ("3.00", 0), ("100", 0), ("1.5", 1), ("1.50", 1), ("0.125", 3), ("-0.25", 2)]
)
def test_a_number_has_as_many_decimals_as_are_not_trailing_zeros(number: str, decimals: int) -> None:
    assert decimals_of(Decimal(number)) == decimals


@pytest.mark.parametrize("number", ["NaN", "Infinity"])
def test_what_is_no_finite_number_has_no_decimals(number: str) -> None:
    assert decimals_of(Decimal(number)) == 0


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (Decimal("1234567.80"), "1.234.567,8"),
        (Decimal("-1234.5"), "-1.234,5"),
        (Decimal("-0.5"), "-0,5"),
        (Decimal("100"), "100"),
        (Decimal("1E+3"), "1.000"),
        (Decimal("10.0"), "10"),
        (-7, "-7"),
        (0.1, "0,1"),
        (0, "0"),
    ],
)
def test_a_number_is_shown_as_it_can_be_typed(number: Decimal | int | float, shown: str) -> None:
    assert format_number(number) == shown


@given(st.decimals(min_value=-(10**15), max_value=10**15, places=4))
def test_what_is_shown_can_be_typed_back(number: Decimal) -> None:
    assert parse_number(format_number(number)) == number


@pytest.mark.parametrize("typed", ["22/11/2026", "22-11-2026", "2026-11-22", " 22 / 11 / 2026 "])
def test_a_day_is_read_both_ways(typed: str) -> None:
    assert parse_day(typed) == dt.date(2026, 11, 22)


@pytest.mark.parametrize("typed", ["31/02/2026", "mañana", "22/11/26", "11/22/2026", "2026-13-01", "22/11/20260"])
def test_a_day_that_does_not_exist_is_refused(typed: str) -> None:
    assert refused(parse_day, typed) == DAY_WRONG


@pytest.mark.parametrize("typed", ["22/11/0206", "31/12/1899", "1/1/2101", "2101-01-01"])
def test_a_year_beyond_reason_is_refused_by_its_year(typed: str) -> None:
    assert refused(parse_day, typed) == YEAR_WRONG


def test_the_years_from_1900_to_2100_are_within_reason() -> None:
    assert parse_day("1/1/1900") == dt.date(1900, 1, 1)
    assert parse_day("31/12/2100") == dt.date(2100, 12, 31)


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)))
def test_a_day_that_is_shown_can_be_typed_back(day: dt.date) -> None:
    assert parse_day(format_day(day)) == day


def test_a_day_is_shown_with_two_digits_for_day_and_month() -> None:
    assert format_day(dt.date(2026, 3, 4)) == "04/03/2026"


def test_a_moment_without_zone_is_bogotas() -> None:
    assert parse_moment("2026-11-22T14:30") == dt.datetime(2026, 11, 22, 19, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize("typed", ["22/11/2026 14:30", " 22/11/2026   14:30 ", "2026-11-22 14:30:00"])
def test_a_moment_is_a_day_and_an_hour(typed: str) -> None:
    assert parse_moment(typed) == dt.datetime(2026, 11, 22, 14, 30, tzinfo=BOGOTA)


def test_a_moment_that_says_its_zone_keeps_it() -> None:
    assert parse_moment("2026-11-22T14:30+00:00") == dt.datetime(2026, 11, 22, 14, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize("typed", ["", "22/11/2026", "14:30", "22/11/2026 25:00", "mañana 14:30"])
def test_what_is_no_moment_is_refused_with_an_example(typed: str) -> None:
    assert refused(parse_moment, typed) == MOMENT_WRONG


def test_an_hour_is_read_with_two_digits() -> None:
    assert parse_time(" 08:30 ") == dt.time(8, 30)


@pytest.mark.parametrize("typed", ["", "8", "24:00", "ocho y media", "08:30" + "0" * 30])
def test_what_is_no_hour_is_refused_with_an_example(typed: str) -> None:
    assert refused(parse_time, typed) == TIME_WRONG
