from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from workflows.loading.cells import Formula, Unreadable, read
from workflows.records.columns import DATE, INTEGER, LIST, MONTH, NUMBER, YES_NO, Column


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("1.234,5", "1234.5"),
        ("1234,5", "1234.5"),
        ("1234.5", "1234.5"),
        ("1.234.567", "1234567"),
        ("-3", "-3"),
        (0.1 + 0.2, "0.3"),
        (13.0, "13"),
        (0, "0"),
    ],
)
def test_a_number_is_read_as_people_write_it(raw: object, number: str) -> None:
    assert read(Column("x", "X", NUMBER), raw) == Decimal(number)


@pytest.mark.parametrize("raw", ["doce", "12 km", "1,2,3", True, float("nan"), 1e300, "12%"])
def test_what_is_no_number_is_refused(raw: object) -> None:
    with pytest.raises(Unreadable):
        read(Column("x", "X", NUMBER), raw)


def test_a_formula_is_refused_and_never_run() -> None:
    with pytest.raises(Unreadable, match="Péguela como valor"):
        read(Column("x", "X"), Formula("=1+1"))


def test_a_text_that_only_looks_like_a_formula_is_a_text() -> None:
    assert read(Column("x", "X"), "=1+1") == "=1+1"


def test_an_empty_cell_is_nothing_and_a_zero_is_a_zero() -> None:
    assert read(Column("x", "X", NUMBER), "  ") is None
    assert read(Column("x", "X", NUMBER), 0) == 0


def test_an_empty_required_cell_is_refused() -> None:
    with pytest.raises(Unreadable, match="Falta"):
        read(Column("x", "X", required=True), None)


def test_a_choice_is_taken_without_regard_to_case_and_accents() -> None:
    column = Column("x", "X", choices=("línea", "cabeza decide"))

    assert read(column, "LINEA") == "línea"
    assert read(column, "Cabeza_decide") == "cabeza decide"
    with pytest.raises(Unreadable, match="línea, cabeza decide"):
        read(column, "renglón")


@pytest.mark.parametrize("raw", ["31/03/2017", "2017-03-31", dt.date(2017, 3, 31), dt.datetime(2017, 3, 31, 8)])  # noqa: DTZ001
def test_a_date_is_read_in_both_ways_of_writing_it(raw: object) -> None:
    assert read(Column("x", "X", DATE), raw) == dt.date(2017, 3, 31)


def test_a_day_that_does_not_exist_is_refused() -> None:
    with pytest.raises(Unreadable, match="31/02/2017"):
        read(Column("x", "X", DATE), "31/02/2017")


def test_the_other_kinds_are_read_too() -> None:
    assert read(Column("x", "X", MONTH), "2018-07") == "2018-07"
    assert read(Column("x", "X", YES_NO), "Sí") is True
    assert read(Column("x", "X", LIST), "a; b ,c") == ("a", "b", "c")
    assert read(Column("x", "X"), 1094.0) == "1094"
    with pytest.raises(Unreadable, match="entero"):
        read(Column("x", "X", INTEGER), 2.5)


def test_a_text_longer_than_the_record_is_refused() -> None:
    with pytest.raises(Unreadable, match="caben 5"):
        read(Column("x", "X", longest=5), "demasiado")
