from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.unit.indicators.sheets import sheet, values
from workflows.indicators import formulas
from workflows.indicators.quadrennium import assess
from workflows.indicators.sheets import Snapshot, exact

D = Decimal


def test_suma_adds_up_the_increments_of_the_year_only() -> None:
    series = values(2017, 50, 50, 50) | values(2018, 5, 10, 15)

    found = assess(sheet("suma"), series, 2018, 3)

    assert (found.executed, found.programmed_to_date) == (D(30), D(30))
    assert (found.year_progress, found.compliance, found.color) == (D(25), D(100), "verde")
    assert found.plan_progress == D("37.5")


def test_suma_takes_a_month_reported_as_missing_in_between_as_nothing_done() -> None:
    assert assess(sheet("suma"), values(2018, 10, None, 5), 2018, 3).executed == D(15)


def test_creciente_is_measured_from_the_baseline() -> None:
    rising = sheet("creciente", baseline=D(60), targets={2018: D(80)}, final_target=D(100))

    found = assess(rising, values(2018, *[None] * 5, 75), 2018, 6)

    assert (found.programmed_to_date, found.year_progress, found.compliance) == (D(70), D(75), D(150))
    assert found.plan_progress == D("37.5")


def test_creciente_without_baseline_starts_at_zero() -> None:
    rising = sheet("creciente", targets={2017: D(100)}, final_target=D(100))

    assert assess(rising, values(2017, *[None] * 5, 50), 2017, 6).compliance == D(100)


def test_decreciente_counts_what_it_has_gone_down() -> None:
    falling = sheet("decreciente", baseline=D(100), targets={2017: D(80)}, final_target=D(60))

    found = assess(falling, values(2017, *[None] * 5, 95), 2017, 6)

    assert (found.programmed_to_date, found.year_progress, found.compliance) == (D(90), D(25), D(50))


def test_decreciente_that_is_late_is_never_above_100_percent() -> None:
    falling = sheet("decreciente", baseline=D(100), targets={2017: D(80)}, final_target=D(60))

    found = assess(falling, values(2017, *[None] * 5, 110), 2017, 6)

    assert found.compliance == D(-100)
    assert found.counted == 0
    assert found.color == "rojo"


def test_constante_is_held_against_the_target_every_month() -> None:
    held = sheet("constante", targets={2017: D(100), 2018: D(100)})

    found = assess(held, values(2017, *[None] * 11, 100) | values(2018, 100, 98, 96), 2018, 3)

    assert (found.executed, found.programmed_to_date, found.compliance) == (D(96), D(100), D(96))
    # A whole year at 100, and a quarter of one at 96, of the two that are programmed.
    assert (found.plan_progress, found.years_met) == (D(62), 1)


def test_a_year_without_target_is_not_programmed_and_stays_out() -> None:
    for target in (None, D(0)):
        found = assess(sheet("suma", targets={2018: target}), values(2018, 5), 2018, 1)
        assert (found.status, found.color, found.compliance, found.counted) == ("no_programado", None, None, None)


def test_a_report_without_target_keeps_the_value_that_was_reported() -> None:
    assert assess(sheet("suma", targets={}), values(2018, 5), 2018, 1).executed == 5


@pytest.mark.parametrize(
    ("value", "status", "compliance", "color"), [(60, "cumple", 100, "verde"), (59, "no_cumple", 0, "rojo")]
)
def test_a_target_equal_to_the_baseline_is_met_or_not(value: int, status: str, compliance: int, color: str) -> None:
    kept = sheet("creciente", baseline=D(60), targets={2017: D(60)}, final_target=D(60))

    found = assess(kept, values(2017, value), 2017, 1)

    assert (found.status, found.direct) == ("reportado", status)
    assert (found.compliance, found.color, found.year_progress) == (D(compliance), color, D(compliance))


def test_a_falling_target_equal_to_the_baseline_is_met_from_below() -> None:
    kept = sheet("decreciente", baseline=D(60), targets={2017: D(60)}, final_target=D(60))

    assert assess(kept, values(2017, 59), 2017, 1).direct == "cumple"
    assert assess(kept, values(2017, 60), 2017, 1).direct == "cumple"
    assert assess(kept, values(2017, 61), 2017, 1).direct == "no_cumple"


def test_after_a_year_without_programming_the_last_programmed_level_is_the_start() -> None:
    rising = sheet("creciente", baseline=D(0), targets={2017: D(20), 2019: D(44)}, final_target=D(44))

    assert rising.programmed(2019, 6) == D(32)


def test_before_any_programmed_year_the_baseline_is_the_start() -> None:
    rising = sheet("creciente", baseline=D(10), targets={2018: D(34)}, final_target=D(34))

    assert rising.programmed(2018, 6) == D(22)


def test_a_quarterly_indicator_is_judged_at_its_last_cutoff_until_the_next() -> None:
    quarterly = sheet("suma", periodicity="trimestral")
    series = values(2018, 0, 0, 30, 99, 99)

    march, may = (assess(quarterly, series, 2018, month) for month in (3, 5))

    assert may == march
    assert (may.cutoff, may.executed, may.programmed_to_date) == ((2018, 3), D(30), D(30))


def test_a_quarterly_indicator_keeps_december_until_march() -> None:
    quarterly = sheet("suma", periodicity="trimestral", followed_from=(2017, 1))

    found = assess(quarterly, values(2017, *[10] * 12), 2018, 2)

    assert (found.cutoff, found.executed) == ((2017, 12), D(120))


def test_before_its_first_cutoff_nothing_is_asked_of_an_indicator() -> None:
    half_yearly = sheet("creciente", periodicity="semestral")

    found = assess(half_yearly, {}, 2017, 5)

    assert (found.status, found.color, found.counted) == ("sin_corte_exigible", None, None)


def test_cutoffs_before_the_plan_was_followed_do_not_count() -> None:
    quarterly = sheet("suma", periodicity="trimestral", followed_from=(2018, 1))

    assert assess(quarterly, {}, 2018, 2).status == "sin_corte_exigible"
    assert assess(quarterly, {}, 2018, 3).status == "sin_dato"


def test_a_biennial_indicator_is_due_in_december_of_every_second_year() -> None:
    biennial = sheet("creciente", periodicity="bienal")

    due = [(year, month) for year in range(2017, 2021) for month in range(1, 13) if biennial.is_due(year, month)]

    assert due == [(2018, 12), (2020, 12)]


@pytest.mark.parametrize("annualization", ["suma", "creciente", "decreciente", "constante"])
def test_the_last_known_value_is_carried_for_two_due_cutoffs_and_then_there_is_no_figure(annualization: str) -> None:
    promised, series = sheet(annualization, baseline=D(200)), values(2018, 40, 42)
    known = D(82) if annualization == "suma" else D(42)

    march, april, may = (assess(promised, series, 2018, month) for month in (3, 4, 5))

    for missed, carried in enumerate((march, april), start=1):
        assert (carried.status, carried.executed, carried.missed) == ("arrastrado", known, missed)
        assert (carried.data_month, carried.timely) == ((2018, 2), False)
        assert carried.counted is not None
        assert carried.color != "gris"
    assert (may.status, may.color, may.counted, may.executed) == ("sin_dato", "gris", None, None)
    assert (may.last, may.data_month, may.compliance, may.year_progress) == (known, (2018, 2), None, None)


def test_a_carried_value_is_judged_against_what_is_programmed_at_the_cutoff() -> None:
    march = assess(sheet("suma"), values(2018, 10, 10), 2018, 3)

    assert (march.executed, march.programmed_to_date, march.compliance) == (D(20), D(30), D("66.666666667"))


def test_only_due_cutoffs_are_missed() -> None:
    quarterly = sheet("creciente", periodicity="trimestral", baseline=D(0))
    series = values(2018, None, None, 40)

    found = [assess(quarterly, series, year, month).status for year, month in [(2018, 8), (2018, 9), (2018, 12)]]

    assert found == ["arrastrado", "arrastrado", "sin_dato"]


def test_no_value_is_carried_for_more_than_a_year() -> None:
    yearly = sheet("creciente", periodicity="anual", baseline=D(0))
    biennial = sheet("creciente", periodicity="bienal", baseline=D(0))
    series = values(2017, *[None] * 11, 40)

    assert assess(yearly, series, 2018, 12).status == "arrastrado"
    assert assess(biennial, values(2018, *[None] * 11, 40), 2020, 12).status == "sin_dato"


def test_a_level_is_carried_into_january_and_a_suma_is_not() -> None:
    series = values(2017, *[None] * 11, 42)

    assert assess(sheet("creciente", baseline=D(0)), series, 2018, 1).status == "arrastrado"
    assert assess(sheet("suma"), series, 2018, 1).status == "sin_dato"


def test_a_suma_says_which_due_months_it_lacks() -> None:
    found = assess(sheet("suma"), values(2018, 10, None, 10, None, 10), 2018, 5)

    assert (found.status, found.missing, found.is_whole) == ("reportado", ((2018, 2), (2018, 4)), False)
    assert assess(sheet("suma"), values(2018, 10, 10), 2018, 2).is_whole


def test_what_is_silent_keeps_the_percentage_of_its_last_value_apart() -> None:
    level = assess(sheet("constante"), values(2018, 60), 2018, 6)
    added = assess(sheet("suma"), values(2018, 30), 2018, 6)
    last_year = assess(sheet("suma"), values(2017, 30), 2018, 6)
    never = assess(sheet("suma"), {}, 2018, 6)

    assert [found.silent for found in (level, added, last_year, never)] == [D(50), D(50), D(0), None]
    assert [found.counted for found in (level, added, last_year, never)] == [None] * 4


def test_what_came_late_is_reported_and_not_timely() -> None:
    found = assess(sheet("suma"), values(2018, 10, 10), 2018, 2, late=[(2018, 2)])

    assert (found.status, found.timely) == ("reportado", False)
    assert assess(sheet("suma"), values(2018, 10, 10), 2018, 2, late=[(2018, 1)]).timely


@pytest.mark.parametrize(
    ("direction", "value", "compliance", "direct"),
    [
        ("aumentar", 60, 50, None),
        ("disminuir", 100, 100, None),
        ("disminuir", 240, 50, None),
        ("mantener", 130, 100, None),
        ("mantener", 150, 80, None),
        ("mantener", 60, 50, None),
        ("mantener", -1, 0, None),
    ],
)
def test_a_constante_is_judged_by_where_it_should_go(
    direction: str, value: int, compliance: int, direct: str | None
) -> None:
    held = sheet("constante", direction=direction, tolerance=D(10))

    found = assess(held, values(2018, value), 2018, 1)

    assert (found.compliance, found.direct) == (D(compliance), direct)


def test_nothing_is_a_target_of_what_falls_or_is_held() -> None:
    falling = sheet("decreciente", baseline=D(100), targets={2018: D(0)}, final_target=D(0))
    avoided = sheet("constante", direction="disminuir", targets={2018: D(0)})
    below = sheet("creciente", baseline=D(-50), targets={2018: D(0)}, final_target=D(0))

    assert assess(falling, values(2018, *[None] * 11, 25), 2018, 12).compliance == D(75)
    assert [assess(avoided, values(2018, value), 2018, 1).compliance for value in (0, 3)] == [D(100), D(0)]
    assert assess(below, values(2018, *[None] * 11, -25), 2018, 12).compliance == D(50)
    assert assess(sheet("creciente", targets={2018: D(0)}), values(2018, 1), 2018, 1).status == "no_programado"


def test_the_level_of_a_year_that_promises_nothing_is_no_start() -> None:
    rising = sheet("creciente", baseline=D(10), targets={2017: D(0), 2018: D(34)}, final_target=D(34))

    assert rising.programmed(2018, 6) == D(22)


def test_the_month_by_month_programming_wins_over_the_straight_line() -> None:
    monthly = {(2018, month): D(value) for month, value in enumerate([0, 0, 40, *[0] * 8, 80], start=1)}

    found = assess(sheet("suma", monthly=monthly), values(2018, 5, 5, 10), 2018, 3)

    assert (found.programmed_to_date, found.compliance) == (D(40), D(50))


def test_a_suma_with_nothing_programmed_yet_has_no_cutoff_yet() -> None:
    monthly = {(2018, month): D(120 if month == 12 else 0) for month in range(1, 13)}

    found = assess(sheet("suma", monthly=monthly), values(2018, 5), 2018, 1)

    assert (found.status, found.counted, found.executed) == ("sin_corte_exigible", None, D(5))


def test_what_was_programmed_when_the_month_opened_wins_over_what_is_programmed_now() -> None:
    opened = {(2018, 1): Snapshot(D(60), D(5))}

    found = assess(sheet("suma", snapshots=opened), values(2018, 5), 2018, 1)

    assert (found.year_target, found.compliance) == (D(60), D(100))


def test_an_increment_may_correct_an_earlier_month_and_shows_below_zero_as_zero() -> None:
    found = assess(sheet("suma"), values(2018, -3), 2018, 1)

    assert (found.compliance, found.counted) == (D(-30), 0)


def test_a_percentage_without_end_is_kept_to_nine_decimals() -> None:
    assert formulas.progress(sheet("suma"), D(1), D(3)) == D("33.333333333")


@pytest.mark.parametrize(("annualization", "executed"), [("suma", 1), ("constante", 1), ("creciente", 1)])
def test_a_target_of_one_is_a_target(annualization: str, executed: int) -> None:
    small = sheet(annualization, targets={2017: D(1)}, final_target=D(1))

    found = assess(small, values(2017, *[0] * 11, executed), 2017, 12)

    assert (found.compliance, found.year_progress, found.color) == (D(100), D(100), "verde")


def test_a_target_of_less_than_one_is_a_target() -> None:
    assert formulas.progress(sheet("suma"), D("0.2"), D("0.5")) == D(40)


def test_where_there_is_no_way_to_go_there_is_no_share_of_it() -> None:
    rising, falling = sheet("creciente", baseline=D(60)), sheet("decreciente", baseline=D(60))

    assert formulas.progress(sheet("suma"), D(1), D(0)) is None
    assert formulas.progress(rising, D(60), D(60)) is None
    assert formulas.progress(rising, D(60), D(50)) is None
    assert formulas.progress(falling, D(60), D(70)) is None
    assert formulas.progress(sheet("decreciente"), D(60), D(50)) is None


def test_the_last_value_known_is_that_of_the_last_report_up_to_the_cutoff() -> None:
    level, series = sheet("creciente"), values(2018, 40, 42, None, 50)

    assert formulas.last_known(level, series, (2018, 3)) == D(42)
    assert formulas.last_known(level, series, (2018, 2)) == D(42)
    assert formulas.last_known(level, series, (2017, 12)) is None
    assert formulas.last_known(level, series, (2019, 6)) == D(50)


def test_the_last_value_known_of_a_suma_is_of_the_same_year() -> None:
    series = values(2018, 5, 10)

    assert formulas.last_known(sheet("suma"), series, (2018, 6)) == D(15)
    assert formulas.last_known(sheet("suma"), series, (2019, 1)) is None


def test_the_plan_counts_every_year_up_to_the_cutoff_and_nothing_after_it() -> None:
    series = values(2017, 40, None, 8) | values(2018, 48, 99)

    assert assess(sheet("suma"), series, 2018, 1).plan_progress == D(20)  # 96 of 480


def test_a_suma_without_final_target_is_measured_against_all_its_years() -> None:
    assert assess(sheet("suma", final_target=None), values(2018, 48), 2018, 1).plan_progress == D(10)


HELD = sheet("constante", first_year=2016, targets={2016: D(100), 2017: D(50), 2018: D(100), 2019: D(100)})
HELD_YEARS = values(2016, *[None] * 11, 100) | values(2017, 90, 40, None) | values(2018, 96, 97, None, 1)


def test_a_constante_is_judged_by_the_last_level_of_each_year_up_to_the_cutoff() -> None:
    found = assess(HELD, HELD_YEARS, 2018, 2)

    assert found.plan_progress == D("49.041666667")  # 100, 80 and two months of 97, of four years
    assert found.years_met == 1


def test_each_year_of_a_constante_counts_up_to_100_and_is_met_from_100_on() -> None:
    found = assess(HELD, values(2016, 150) | values(2017, 50) | values(2018, 40), 2018, 1)

    assert found.plan_progress == D("50.833333333")  # 100, 100 and a month of 40, of four years
    assert found.years_met == 2


def test_a_programmed_year_of_a_constante_without_reports_counts_nothing() -> None:
    found = assess(HELD, values(2016, 100) | values(2018, 80), 2018, 1)

    assert (found.plan_progress, found.years_met) == (D("26.666666667"), 1)


def test_a_year_is_held_against_the_target_in_force_at_its_own_last_cutoff() -> None:
    kept = {(2016, 12): Snapshot(D(200), D(200)), (2018, 2): Snapshot(D(194), D(194))}
    opened = replace(HELD, snapshots=kept)

    found = assess(opened, HELD_YEARS, 2018, 2)

    assert found.plan_progress == D("34.583333333")  # 50, 80 and two months of 50, of four years
    assert assess(replace(opened, targets=HELD.targets | {2016: D(1)}), HELD_YEARS, 2018, 2) == found


def test_of_an_indicator_that_is_not_a_constante_no_years_are_counted() -> None:
    assert assess(sheet("suma"), values(2018, 5), 2018, 1).years_met is None


def test_a_cutoff_is_due_by_its_period_from_the_month_on_in_which_the_plan_is_followed() -> None:
    quarterly = sheet("suma", periodicity="trimestral", followed_from=(2018, 3))

    assert quarterly.is_due(2018, 3) is True
    assert quarterly.is_due(2017, 12) is False
    assert quarterly.is_due(2018, 4) is False


def test_nothing_is_due_before_the_first_year_of_the_plan() -> None:
    early = sheet("suma", targets={2016: D(10), 2017: D(10)})

    assert early.is_due(2016, 12) is False
    assert early.is_due(2016, 6) is False
    assert early.last_cutoff(2016, 12) is None


def test_a_month_that_opened_without_target_is_no_cutoff_and_the_one_before_holds() -> None:
    opened = sheet("suma", snapshots={(2018, 1): Snapshot(None, None), (2018, 3): Snapshot(None, None)})

    assert opened.last_cutoff(2018, 3) == (2018, 2)
    assert opened.last_cutoff(2018, 1) == (2017, 12)
    second = sheet("suma", snapshots={(2018, 2): Snapshot(None, None)})
    assert second.last_cutoff(2018, 2) == (2018, 1)


def test_what_is_not_programmed_has_nothing_programmed_to_date() -> None:
    assert sheet("suma", targets={2018: None}).programmed(2018, 6) is None
    assert sheet("suma", targets={2018: D(0)}).programmed(2018, 6) is None
    assert sheet("suma", targets={2018: D(0)}, monthly={(2018, 1): D(5)}).programmed(2018, 6) is None


def test_a_suma_is_programmed_from_january_on() -> None:
    monthly = {(2018, 1): D(10), (2018, 3): D(20), (2018, 12): D(90)}

    months = [sheet("suma", monthly=monthly).programmed(2018, month) for month in (1, 2, 3, 12)]

    assert months == [D(10), D(10), D(30), D(120)]


def test_a_programme_of_one_month_alone_is_a_programme_and_that_of_another_year_is_none() -> None:
    assert sheet("suma", monthly={(2018, 12): D(120)}).programmed(2018, 11) == 0
    assert sheet("suma", monthly={(2018, 1): D(120)}).programmed(2018, 11) == D(120)
    assert sheet("suma", monthly={(2019, 1): D(120)}).programmed(2018, 6) == D(60)


@pytest.mark.parametrize(
    ("periodicity", "due"),
    [
        ("mensual", [*range(1, 13)]),
        ("bimestral", [2, 4, 6, 8, 10, 12]),
        ("trimestral", [3, 6, 9, 12]),
        ("semestral", [6, 12]),
        ("anual", [12]),
        ("bienal", []),
    ],
)
def test_in_its_first_year_an_indicator_is_due_by_its_periodicity(periodicity: str, due: list[int]) -> None:
    promised = sheet("suma", periodicity=periodicity)

    assert [month for month in range(1, 13) if promised.is_due(2017, month)] == due


def test_the_target_of_a_year_is_that_of_its_december() -> None:
    opened = sheet("suma", snapshots={(2018, 12): Snapshot(D(60), D(60)), (2018, 1): Snapshot(D(50), D(5))})

    assert opened.target(2018) == D(60)


@pytest.mark.parametrize(("annualization", "start"), [("creciente", 60), ("decreciente", 60)])
def test_a_level_is_programmed_as_the_last_month_that_says_one_and_before_it_as_the_year_began(
    annualization: str, start: int
) -> None:
    level = sheet(
        annualization,
        baseline=D(60),
        targets={2018: D(80)},
        monthly={(2018, 2): D(62), (2018, 4): D(66), (2018, 5): D(70)},
    )

    months = [level.programmed(2018, month) for month in (1, 2, 3, 4, 5, 6)]

    assert months == [D(start), D(62), D(62), D(66), D(70), D(70)]


def test_a_falling_level_without_a_beginning_is_programmed_at_its_target() -> None:
    monthly = {(2018, 3): D(30)}

    assert sheet("decreciente", targets={2018: D(20)}).programmed(2018, 1) == D(20)
    assert sheet("decreciente", targets={2018: D(20)}, monthly=monthly).programmed(2018, 1) == D(20)


def test_a_target_before_the_first_year_of_the_plan_is_no_beginning() -> None:
    rising = sheet("creciente", baseline=D(10), targets={2016: D(30), 2017: D(34)}, final_target=D(34))

    assert rising.programmed(2017, 6) == D(22)


@pytest.mark.parametrize(
    ("value", "kept"), [("1E+2", "100"), ("2.50", "2.5"), ("3.0000000004", "3"), ("0.0000000005", "1E-9")]
)
def test_a_figure_is_kept_with_nine_decimals_and_without_trailing_zeros(value: str, kept: str) -> None:
    assert str(exact(D(value))) == kept
