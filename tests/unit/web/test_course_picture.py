"""The year of an indicator is drawn with honest axes, gaps as gaps, each line with its name."""

from __future__ import annotations

from decimal import Decimal

import pytest

from web.plans import course_picture
from web.plans.course_picture import Picture
from workflows.monitoring.year_course import CoursePoint


def year(programmed: list[int | None], executed: list[int | None]) -> list[CoursePoint]:
    def amount(value: int | None) -> Decimal | None:
        return None if value is None else Decimal(value)

    return [
        CoursePoint((2026, month), amount(planned), amount(done), None, is_due=True)
        for month, (planned, done) in enumerate(zip(programmed, executed, strict=True), start=1)
    ]


def drawn(programmed: list[int | None], executed: list[int | None], *, adds_up: bool = True) -> Picture:
    found = course_picture.draw(year(programmed, executed), 0, adds_up=adds_up)
    assert found is not None
    return found


def test_what_adds_up_is_drawn_from_zero_and_a_level_says_where_its_axis_begins() -> None:
    total, level = drawn([90, 95], [91, None]), drawn([90, 95], [91, None], adds_up=False)

    assert total.from_zero and total.ticks[0].text == "0"
    assert not level.from_zero and level.ticks[0].text == "90"
    assert [one.text for one in level.months] == ["ene", "feb"]


def test_a_month_without_a_figure_is_a_gap_never_zero() -> None:
    found = drawn([10, 20, 30, 40, 50], [10, 20, None, 40, 50])

    assert len(found.programmed) == 1 and len(found.executed) == 2
    assert [one.text for one in found.dots] == ["10", "20", "40", "50"]


def test_marks_are_round_and_hold_every_figure() -> None:
    found = drawn([3, 30], [1, 11])

    assert [one.text for one in found.ticks] == ["0", "10", "20", "30"]
    highest = min(float(place.split(",")[1]) for place in found.programmed[0].split())
    assert highest >= found.ticks[-1].y


@pytest.mark.parametrize("executed", [[100, 100], [99, 101]])
def test_names_of_lines_that_end_together_do_not_meet(executed: list[int | None]) -> None:
    found = drawn([100, 100], executed)

    (_, first), (_, second) = found.names
    assert abs(first.y - second.y) >= course_picture.APART
    assert {first.text, second.text} == {"Programado", "Ejecutado"}


def test_numbers_that_would_run_into_the_next_one_are_left_to_the_table_but_never_the_last() -> None:
    found = drawn([0] * 12, [480_000, 585_000, 585_000, 900_000, *[None] * 8])

    assert [one.text for one in found.dots] == ["480.000", "", "585.000", "900.000"]


def test_a_year_without_figures_has_no_drawing_and_one_of_a_single_value_does() -> None:
    assert course_picture.draw(year([None], [None]), 0, adds_up=True) is None
    assert drawn([None, None], [7, None], adds_up=False).dots[0].text == "7"
    assert drawn([0, 0], [0, None]).ticks[0].text == "0,0"
