# ruff: noqa: E501 - the sentences are whole, as people read them
"""The rules of a plan, each broken alone in the demo's plan, which breaks none."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from workflows.indicators.traffic_light import Band
from workflows.loading import seeding
from workflows.records.checking import check
from workflows.records.data import IndicatorRecord, PlanData, rebase, without_measurements

DEMO = seeding.demo_plan()
D = Decimal


def with_indicator(code: str, **changes: Any) -> PlanData:
    return replace(DEMO, indicators=tuple(replace(i, **changes) if i.code == code else i for i in DEMO.indicators))


def said(data: PlanData) -> list[str]:
    return [f"{problem.severity} | {problem}" for problem in check(data)]


def indicator(code: str) -> IndicatorRecord:
    return next(i for i in DEMO.indicators if i.code == code)


def test_the_demo_breaks_no_rule() -> None:
    assert said(DEMO) == []


@pytest.mark.parametrize(
    ("code", "changes", "expected"),
    [
        ("IP-1.1.1", {"weight": D(34)}, "error | Indicadores, Peso (%): Los pesos de los indicadores de O1.1 suman 99 y deben sumar 100. En proporción serían: IR-1.1 40,40 (fila 1); IP-1.1.1 34,34 (fila 2); IP-1.1.2 25,26 (fila 3)."),
        ("IP-1.1.1", {"weight": D(0)}, "error | Indicadores, fila 2, Peso (%): Un indicador activo tiene un peso mayor que 0."),
        ("IP-1.1.1", {"active": False}, "error | Indicadores, fila 2, Peso (%): Un indicador inactivo tiene peso 0."),
        ("IP-1.1.1", {"objective": "O9"}, "error | Indicadores, fila 2, Objetivo: «O9» no está en su hoja. Agréguelo o corríjalo."),
        ("IP-1.1.1", {"entity": "XYZ"}, "error | Indicadores, fila 2, Entidad: «XYZ» no está en su hoja. Agréguelo o corríjalo."),
        ("IP-1.1.1", {"reports": "nadie"}, "error | Indicadores, fila 2, Reporta: «nadie» no está en su hoja. Agréguelo o corríjalo."),
        ("IP-1.1.1", {"reports": "cvega", "reviews": "cvega"}, "error | Indicadores, fila 2, Revisa: Quien revisa no puede ser quien reporta."),
        ("IP-1.1.1", {"baseline_year": None}, "error | Indicadores, fila 2, Año de la línea base: La línea base lleva valor y año, o ninguno de los dos."),
        ("IR-1.2", {"baseline": None, "baseline_year": None}, "error | Indicadores, fila 4, Línea base: Un indicador decreciente necesita línea base."),
        ("IP-1.1.1", {"baseline": D(25)}, "error | Indicadores, fila 2, Meta final: Es creciente: la meta final no puede ser menor que la línea base."),
        ("IP-2.2.3", {"baseline": D(7)}, "error | Indicadores, fila 16, Meta final: Es decreciente: la meta final no puede ser mayor que la línea base."),
        ("IP-1.1.2", {"final_target": D(261)}, "error | Programación anual, fila 3: Es suma: las metas anuales suman 260 y la meta final es 261."),
        ("IP-1.1.1", {"final_target": D(21)}, "error | Programación anual, fila 2: La última meta anual es 20 y la meta final es 21; deben coincidir."),
        ("IP-1.1.1", {"targets": {}}, "error | Programación anual, fila 2, Indicador: IP-1.1.1 no tiene meta en ningún año."),
        ("IP-1.1.1", {"targets": {2017: D(5), 2021: D(20)}}, "error | Programación anual, fila 2: Hay una meta para 2021, fuera de los años del plan."),
        ("IP-1.1.1", {"targets": {2017: D(5), 2020: D(20)}}, "advertencia | Programación anual, fila 2: 2018 queda sin programar entre dos años programados."),
        ("IP-1.1.1", {"monthly": {(2018, 1): D(5)}}, "error | Programación mensual: Programe los doce meses, o ninguno."),
        ("IP-1.1.2", {"monthly": {(2018, m): D(6) for m in range(1, 13)}}, "error | Programación mensual: La programación llega a 72 y la meta de 2018 es 80."),
        ("IP-1.1.1", {"decimals": 9}, "error | Indicadores, fila 2, Decimales: Los decimales van de 0 a 6."),
        ("IR-1.1", {"kind": "producto"}, "advertencia | Objetivos, fila 1: O1.1 no tiene ningún indicador de resultado."),
        ("IP-2.2.2", {"targets": {2017: D("0.9"), 2018: D("0.95")}, "final_target": D("0.95")}, "advertencia | Programación anual, fila 15: La unidad es % y las metas van de 0 a 1. Escríbalas de 0 a 100."),
    ],
)  # fmt: skip
def test_a_rule_of_the_data_sheet_is_said_with_its_place(code: str, changes: dict[str, Any], expected: str) -> None:
    assert expected in said(with_indicator(code, **changes))


def test_the_weights_of_lines_and_objectives_close_to_100() -> None:
    lines = (replace(DEMO.lines[0], weight=D("39.5")), *DEMO.lines[1:])
    objectives = (replace(DEMO.objectives[0], weight=D(50)), *DEMO.objectives[1:])

    found = said(replace(DEMO, lines=lines, objectives=objectives))

    assert [one for one in found if "deben sumar 100" in one] == [
        "error | Líneas, Peso (%): Los pesos de las líneas suman 99,5 y deben sumar 100. "
        "En proporción serían: L1 39,70 (fila 1); L2 30,15 (fila 2); L3 30,15 (fila 3).",
        "error | Objetivos, Peso (%): Los pesos de los objetivos de L1 suman 110 y deben sumar 100. "
        "En proporción serían: O1.1 45,45 (fila 1); O1.2 31,82 (fila 2); O1.3 22,73 (fila 3).",
    ]


def test_thirds_may_add_up_to_a_little_less() -> None:
    for weight, breaks in (("33.33", False), ("33.35", False), ("33.3", True)):
        lines = tuple(replace(line, weight=D(weight)) for line in DEMO.lines)

        assert any("deben sumar 100" in one for one in said(replace(DEMO, lines=lines))) is breaks


def test_an_entity_without_people_for_its_tasks_is_a_warning() -> None:
    people = tuple(person for person in DEMO.people if person.username != "pcastro")

    expected = (
        "advertencia | Entidades, fila 2: IDPAC no tiene a nadie con el rol directivo_entidad: "
        "sus tareas quedarán sin quien las haga."
    )
    assert expected in said(replace(DEMO, people=people))


def test_the_bands_of_the_traffic_light_rise_and_the_last_has_no_bound() -> None:
    falling = (Band("rojo", D(75)), Band("amarillo", D(50)), Band("verde", None))

    for bands in (falling, falling[:1], (*DEMO.bands, Band("verde", None))):
        assert any("Semáforo" in problem for problem in said(replace(DEMO, bands=bands)))


def test_a_measurement_outside_the_years_of_the_plan_is_an_error() -> None:
    data = replace(DEMO, measurements=dict(DEMO.measurements) | {"IP-1.1.1": {(2030, 1): D(1)}})

    assert any("2030 queda fuera de los años del plan" in problem for problem in said(data))


def test_moving_a_plan_to_other_years_breaks_no_rule_and_moves_everything() -> None:
    moved = rebase(DEMO, 2025)

    assert said(moved) == []
    assert moved.measured_months == [(2026, month) for month in range(1, 7)]
    assert moved.plan.act_on == dt.date(2025, 3, 31)
    assert moved.first_followed_month == "2026-07"
    assert rebase(moved, 2017) == DEMO


def test_the_calendar_takes_over_after_what_was_measured_or_after_adoption() -> None:
    assert DEMO.first_followed_month == "2018-07"
    assert without_measurements(DEMO).first_followed_month == "2017-04"
    assert without_measurements(DEMO, since=(2018, 4)).first_followed_month == "2018-04"
    assert indicator("IP-1.1.1").code in without_measurements(DEMO, since=(2018, 4)).measurements
