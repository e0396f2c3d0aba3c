from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.unit.indicators.sheets import sheet, values
from workflows.indicators.alerts import Watched, about
from workflows.indicators.formulas import Series
from workflows.indicators.quadrennium import assess
from workflows.indicators.sheets import IndicatorSheet

D = Decimal


def rules(promised: IndicatorSheet, series: Series, month: int, *, year: int = 2018, **changes: Any) -> dict[str, str]:
    reported = changes.pop("reported", True)
    people = {"reports": "ana", "substitute": "luis"} | changes
    watched = Watched(promised, series, assess(promised, series, year, month), "SDG", **people)
    return {alert.rule: alert.text for alert in about(watched, year, month, reported=reported)}


RISING = sheet("creciente", baseline=D(60), targets={2017: D(70), 2018: D(80)}, final_target=D(100))
FALLING = sheet("decreciente", baseline=D(100), targets={2017: D(90), 2018: D(80)}, final_target=D(60))


HELD = sheet("constante", targets={2018: D(95)})


@pytest.mark.parametrize(
    ("rule", "text", "promised", "series", "month"),
    [
        ("rojo", "cumple el 40,0 % de lo programado a la fecha.", sheet(), values(2018, 4), 1),
        ("bajo_linea_base", "está por debajo de la línea base.", RISING, values(2018, 59), 1),
        ("sobreejecucion", "cumple el 2.000,0 % de lo programado: sobreejecución.", sheet(), values(2018, 200), 1),
        ("supera_meta_anual", "lleva el 166,7 % de la meta del año.", sheet(), values(2018, 200), 1),
        ("supera_meta_final", "lleva el 104,2 % de la meta final del plan.", sheet(), values(2018, 500), 1),
        ("retroceso", "pasó de 75 a 74.", RISING, values(2018, 75, 74), 2),
        ("cambio_de_escala", "trae 0,96: la unidad es % y se escribe de 0 a 100.", HELD, values(2018, "0.96"), 1),
        ("sin_avance", "no se ha movido desde el final del año pasado.", RISING,
            values(2017, *[None] * 11, 72) | values(2018, *[72] * 6), 6),
        ("sin_dato", "está sin dato y por fuera de los promedios (nunca ha tenido).", sheet(), values(2018, None), 1),
        ("sin_reporte", "no trae dato en este corte (último dato: enero de 2018).", sheet(), values(2018, 10), 2),
        ("arrastrado_2", "lleva 2 cortes sin dato (último dato: enero de 2018); con otro más queda sin dato.",
            sheet(), values(2018, 10), 3),
        ("sin_dato", "está sin dato y por fuera de los promedios (último dato: enero de 2018).", sheet(),
            values(2018, 10), 4),
        ("incompleto", "está incompleto: falta enero de 2018 y marzo de 2018.", sheet(),
            values(2018, None, 10, None, 10), 4),
        ("reporte_sin_meta", "reportó 4 y este año no tiene meta.", sheet(targets={}), values(2018, 4), 1),
    ],
)  # fmt: skip
def test_every_alert_is_a_sentence_about_its_indicator(
    rule: str, text: str, promised: IndicatorSheet, series: Series, month: int
) -> None:
    assert rules(promised, series, month, unit="%")[rule] == f"IP-1 {text}"


def test_an_alert_names_its_indicator_and_its_entity() -> None:
    watched = Watched(sheet(), values(2018, 4), assess(sheet(), values(2018, 4), 2018, 1), "SDG", reports="ana")

    assert {(alert.object_code, alert.entity) for alert in about(watched, 2018, 1)} == {("IP-1", "SDG")}


def test_unless_it_is_said_an_entity_handed_in_its_report() -> None:
    watched = Watched(sheet(), {}, assess(sheet(), {}, 2018, 1), "SDG", reports="ana", substitute="luis")

    assert [alert.rule for alert in about(watched, 2018, 1)] == ["sin_dato"]


def test_a_value_as_programmed_raises_nothing() -> None:
    assert rules(sheet("suma"), values(2018, 10, 10, 10), 3) == {}


def test_red_says_how_far_it_is() -> None:
    assert rules(sheet("suma"), values(2018, 4), 1) == {"rojo": "IP-1 cumple el 40,0 % de lo programado a la fecha."}


def test_over_execution_is_said_and_so_is_a_value_far_above_the_target() -> None:
    found = rules(sheet("suma"), values(2018, 200), 1)

    assert set(found) == {"sobreejecucion", "supera_meta_anual"}
    assert found["supera_meta_anual"] == "IP-1 lleva el 166,7 % de la meta del año."


def test_a_value_of_the_year_is_far_above_its_target_from_more_than_125_percent_on() -> None:
    assert "supera_meta_anual" not in rules(sheet("suma"), values(2018, 150), 1)
    assert "supera_meta_anual" in rules(sheet("suma"), values(2018, "150.1"), 1)


def test_more_than_the_whole_plan_is_said_and_exactly_the_whole_is_not() -> None:
    assert "supera_meta_final" not in rules(sheet("suma"), values(2018, 480), 1)
    assert "supera_meta_final" in rules(sheet("suma"), values(2018, 481), 1)


def test_a_report_in_a_year_without_target_is_said() -> None:
    found = rules(sheet("suma", targets={2017: D(10)}), values(2018, 4), 1)

    assert found == {"reporte_sin_meta": "IP-1 reportó 4 y este año no tiene meta."}
    assert rules(sheet("suma", targets={2017: D(10)}), {}, 1) == {}


def test_below_the_baseline_is_said_instead_of_red() -> None:
    assert set(rules(RISING, values(2018, 59), 1)) == {"bajo_linea_base"}
    assert set(rules(FALLING, values(2018, 101), 1)) == {"bajo_linea_base"}


def test_on_the_baseline_or_hardly_above_it_is_red_and_not_below_it() -> None:
    assert set(rules(RISING, values(2018, 60), 1)) == {"rojo"}
    assert set(rules(RISING, values(2018, "60.05"), 1)) == {"rojo"}


@pytest.mark.parametrize(
    ("promised", "before", "now", "back"),
    [
        (RISING, 75, 74, True),
        (RISING, 75, 75, False),
        (FALLING, 85, 86, True),
        (FALLING, 85, 85, False),
        (FALLING, 85, 84, False),
    ],
)
def test_a_level_that_goes_the_wrong_way_is_said(promised: IndicatorSheet, before: int, now: int, back: bool) -> None:
    assert ("retroceso" in rules(promised, values(2018, before, now), 2)) is back


def test_a_level_is_compared_with_the_last_month_that_reported_and_not_with_an_earlier_or_a_later_one() -> None:
    found = rules(RISING, values(2018, 70, 75, None, 72, 90), 4)

    assert found["retroceso"] == "IP-1 pasó de 75 a 72."


def test_the_first_value_of_all_goes_back_from_nothing() -> None:
    assert "retroceso" not in rules(RISING, values(2018, 70), 1)


def test_an_increment_that_takes_away_is_said() -> None:
    assert "retroceso" in rules(sheet("suma"), values(2018, 30, -2), 2)
    for value in ("0", "0.5", "2"):
        assert "retroceso" not in rules(sheet("suma"), values(2018, 30, value), 2)


def test_a_level_that_has_not_moved_by_the_middle_of_the_year_is_said() -> None:
    stuck = values(2017, *[None] * 11, 72) | values(2018, *[72] * 6)

    assert "sin_avance" not in rules(RISING, stuck, 5)
    assert "sin_avance" in rules(RISING, stuck, 6)
    assert "sin_avance" not in rules(RISING, stuck | {(2018, 6): D(73)}, 6)


def test_in_the_first_programmed_year_it_is_the_baseline_that_has_not_moved() -> None:
    first = sheet("creciente", baseline=D(60), targets={2018: D(80)}, final_target=D(80))

    assert "sin_avance" in rules(first, values(2018, *[60] * 6), 6)


def test_what_was_reported_before_the_first_programmed_year_wins_over_the_baseline() -> None:
    first = sheet("creciente", baseline=D(60), targets={2018: D(80)}, final_target=D(80))
    before = values(2017, *[None] * 11, 65)

    assert "sin_avance" in rules(first, before | values(2018, *[65] * 6), 6)
    assert "sin_avance" not in rules(first, before | values(2018, *[60] * 6), 6)


def test_after_a_programmed_year_without_reports_there_is_no_level_to_have_moved_from() -> None:
    later = sheet("creciente", baseline=D(60), targets={2018: D(70), 2019: D(80)}, final_target=D(80))

    assert "sin_avance" not in rules(later, values(2019, *[60] * 6), 6, year=2019)


def test_it_has_not_moved_if_it_came_back_to_where_the_year_began() -> None:
    series = values(2017, *[None] * 11, 72) | values(2018, 75, 75, 75, 75, 75, 72)

    assert "sin_avance" in rules(RISING, series, 6)


@pytest.mark.parametrize(
    ("value", "target", "unit", "said"),
    [
        ("0.96", 95, "%", True),
        ("0.96", 95, " % ", True),
        ("1", 95, "%", True),
        ("1", 2, "%", True),
        ("0", 95, "%", False),
        ("1.5", 95, "%", False),
        ("96", 95, "%", False),
        ("0.96", 95, "km", False),
        ("0.96", 1, "%", False),
        ("1", 1, "%", False),
    ],
)
def test_a_percentage_written_from_0_to_1_is_said_unless_its_target_is_so_too(
    value: str, target: int, unit: str, said: bool
) -> None:
    held = sheet("constante", targets={2018: D(target)})

    assert ("cambio_de_escala" in rules(held, values(2018, value), 1, unit=unit)) is said


def test_a_due_value_that_is_missing_is_said_where_the_entity_reported_the_rest() -> None:
    assert set(rules(sheet("suma"), values(2018, None), 1)) == {"sin_dato"}
    assert rules(sheet("suma"), values(2018, 10), 2, reported=False) == {}
    assert set(rules(sheet("suma"), values(2018, 10), 3, reported=False)) == {"arrastrado_2"}
    assert rules(sheet("suma", periodicity="trimestral"), values(2018, 1, 1, 1), 4) == {}


@pytest.mark.parametrize(
    ("people", "text"),
    [
        ({"reports": None}, "IP-1 no tiene quien reporte."),
        ({"substitute": None}, "IP-1 no tiene reemplazo de quien reporta."),
        ({"reports": None, "substitute": None}, "IP-1 no tiene quien reporte."),
    ],
)
def test_an_indicator_nobody_answers_for_is_said(people: dict[str, None], text: str) -> None:
    assert rules(sheet("suma"), values(2018, 10), 1, **people) == {"sin_responsable": text}
