from __future__ import annotations

from decimal import Decimal

from tests.unit.indicators.sheets import sheet, values
from workflows.indicators.bottlenecks import Candidate, judge, projection
from workflows.indicators.formulas import Assessment

D = Decimal
RED, YELLOW, GREEN = (Assessment(color=color, status="reportado") for color in ("rojo", "amarillo", "verde"))


def test_one_red_asks_for_a_preventive_measure() -> None:
    assert judge(RED, "verde", None, 5) == Candidate("En rojo", "preventiva")


def test_two_reds_ask_for_a_recovery_plan() -> None:
    assert judge(RED, "rojo", None, 5) == Candidate("En rojo en dos cortes seguidos", "plan_de_choque")


def test_a_red_at_the_end_of_a_semester_asks_for_a_recovery_plan() -> None:
    for month in (6, 12):
        assert judge(RED, None, None, month) == Candidate("En rojo", "plan_de_choque")


def test_yellow_counts_when_it_is_the_second() -> None:
    assert judge(YELLOW, "verde", None, 6) is None
    assert judge(YELLOW, "rojo", None, 6) is None
    assert judge(YELLOW, "amarillo", None, 6) == Candidate("En amarillo en dos cortes seguidos", "preventiva")


def test_only_data_of_its_own_and_all_of_them_make_a_candidate() -> None:
    carried = Assessment(color="rojo", status="arrastrado")
    silent = Assessment(color="gris", status="sin_dato")
    incomplete = Assessment(color="rojo", status="reportado", missing=((2018, 5),))

    assert [judge(found, "rojo", D(1), 6) for found in (carried, silent, incomplete)] == [None] * 3


def test_a_trend_that_does_not_reach_three_quarters_of_the_target_is_a_candidate() -> None:
    assert judge(GREEN, "verde", D(75), 6) is None
    assert judge(GREEN, "verde", None, 6) is None

    found = judge(GREEN, "verde", D("74.96"), 6)

    assert found == Candidate("Al ritmo actual llegaría en diciembre al 75,0 % de la meta del año", "preventiva")


def test_a_trend_below_nothing_is_told_as_nothing() -> None:
    found = judge(GREEN, "verde", D(-2), 6)

    assert found == Candidate("Al ritmo actual llegaría en diciembre al 0,0 % de la meta del año", "preventiva")


def test_what_came_after_the_cutoff_is_no_point_of_its_trend() -> None:
    assert projection(sheet("suma"), values(2018, 5, 5, 5, 5, 90), 2018, 4) == D(50)


def test_a_steady_sum_reaches_what_its_pace_promises() -> None:
    assert projection(sheet("suma"), values(2018, 5, 5, 5, 5), 2018, 4) == D(50)


def test_a_level_is_projected_along_its_own_line_and_not_from_zero() -> None:
    rising = sheet("creciente", baseline=D(0), targets={2017: D(80), 2018: D(100)}, final_target=D(100))

    assert projection(rising, values(2018, 80, 80, 80), 2018, 3) == D(80)
    assert projection(rising, values(2018, 81, 82, 83), 2018, 3) == D(92)


def test_a_level_that_is_slipping_is_projected_downwards() -> None:
    falling = sheet("decreciente", baseline=D(100), targets={2018: D(0)}, final_target=D(0))
    target = sheet("decreciente", baseline=D(100), targets={2018: D(50)}, final_target=D(50))

    assert projection(falling, values(2018, 90, 91, 92), 2018, 3) == D(-1)  # it falls to nothing
    assert projection(target, values(2018, 90, 91, 92), 2018, 3) == D(-2)


def test_two_points_are_no_trend() -> None:
    rising = sheet("creciente", baseline=D(0), targets={2018: D(100)}, final_target=D(100))

    assert projection(rising, values(2018, 1, 2), 2018, 2) is None
    assert projection(sheet("suma"), values(2018, 1), 2018, 1) is None
    assert projection(sheet("suma", periodicity="semestral"), values(2018, *[1] * 6), 2018, 6) is None


def test_a_constant_is_held_and_not_reached() -> None:
    assert projection(sheet("constante"), values(2018, 1, 1, 1, 1), 2018, 4) is None
