from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.indicators.sheets import sheet, values
from workflows.indicators.alerts import Watched, about
from workflows.indicators.formulas import Series, assess
from workflows.indicators.sheets import IndicatorSheet

D = Decimal


def rules(promised: IndicatorSheet, series: Series, month: int, *, year: int = 2018, **changes: Any) -> dict[str, str]:
    reported = changes.pop("reported", True)
    people = {"reports": "ana", "substitute": "luis"} | changes
    watched = Watched(promised, series, assess(promised, series, year, month), "SDG", **people)
    return {alert.rule: alert.text for alert in about(watched, year, month, reported=reported)}


RISING = sheet("creciente", baseline=D(60), targets={2017: D(70), 2018: D(80)}, final_target=D(100))
FALLING = sheet("decreciente", baseline=D(100), targets={2017: D(90), 2018: D(80)}, final_target=D(60))


def test_a_value_as_programmed_raises_nothing() -> None:
    assert rules(sheet("suma"), values(2018, 10, 10, 10), 3) == {}


def test_red_says_how_far_it_is() -> None:
    assert rules(sheet("suma"), values(2018, 4), 1) == {"rojo": "IP-1 cumple el 40,0 % de lo programado a la fecha."}


def test_over_execution_is_said_and_so_is_a_value_far_above_the_target() -> None:
    found = rules(sheet("suma"), values(2018, 200), 1)

    assert set(found) == {"sobreejecucion", "supera_meta_anual"}
    assert found["supera_meta_anual"] == "IP-1 lleva el 166,7 % de la meta del año."


def test_more_than_the_whole_plan_is_said() -> None:
    assert "supera_meta_final" in rules(sheet("suma"), values(2018, 500), 1)


def test_a_report_in_a_year_without_target_is_said() -> None:
    found = rules(sheet("suma", targets={2017: D(10)}), values(2018, 4), 1)

    assert found == {"reporte_sin_meta": "IP-1 reportó 4 y este año no tiene meta."}
    assert rules(sheet("suma", targets={2017: D(10)}), {}, 1) == {}


def test_below_the_baseline_is_said_instead_of_red() -> None:
    assert set(rules(RISING, values(2018, 59), 1)) == {"bajo_linea_base"}
    assert set(rules(FALLING, values(2018, 101), 1)) == {"bajo_linea_base"}


@pytest.mark.parametrize(
    ("promised", "before", "now", "back"),
    [(RISING, 75, 74, True), (RISING, 75, 75, False), (FALLING, 85, 86, True), (FALLING, 85, 84, False)],
)
def test_a_level_that_goes_the_wrong_way_is_said(promised: IndicatorSheet, before: int, now: int, back: bool) -> None:
    assert ("retroceso" in rules(promised, values(2018, before, now), 2)) is back


def test_an_increment_that_takes_away_is_said() -> None:
    assert "retroceso" in rules(sheet("suma"), values(2018, 30, -2), 2)
    assert "retroceso" not in rules(sheet("suma"), values(2018, 30, 2), 2)


def test_a_level_that_has_not_moved_by_the_middle_of_the_year_is_said() -> None:
    stuck = values(2017, *[None] * 11, 72) | values(2018, *[72] * 6)

    assert "sin_avance" not in rules(RISING, stuck, 5)
    assert "sin_avance" in rules(RISING, stuck, 6)
    assert "sin_avance" not in rules(RISING, stuck | {(2018, 6): D(73)}, 6)


def test_in_the_first_programmed_year_it_is_the_baseline_that_has_not_moved() -> None:
    first = sheet("creciente", baseline=D(60), targets={2018: D(80)}, final_target=D(80))

    assert "sin_avance" in rules(first, values(2018, *[60] * 6), 6)


def test_a_percentage_written_from_0_to_1_is_said() -> None:
    held = sheet("constante", targets={2018: D(95)})

    assert "cambio_de_escala" in rules(held, values(2018, "0.96"), 1, unit="%")
    assert "cambio_de_escala" not in rules(held, values(2018, 96), 1, unit="%")
    assert "cambio_de_escala" not in rules(held, values(2018, "0.96"), 1, unit="km")


def test_a_due_value_that_is_missing_is_said_where_the_entity_reported_the_rest() -> None:
    assert set(rules(sheet("suma"), values(2018, None), 1)) == {"sin_dato"}
    assert rules(sheet("suma"), values(2018, None), 1, reported=False) == {}
    assert rules(sheet("suma", periodicity="trimestral"), values(2018, 1, 1, 1), 4) == {}


@pytest.mark.parametrize(
    ("people", "what"), [({"reports": None}, "quien reporte"), ({"substitute": None}, "reemplazo")]
)
def test_an_indicator_nobody_answers_for_is_said(people: dict[str, None], what: str) -> None:
    assert what in rules(sheet("suma"), values(2018, 10), 1, **people)["sin_responsable"]
