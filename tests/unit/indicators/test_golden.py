"""The 28 indicators of the demo and their roll-ups at 30 June of year 2, as the office's spreadsheet has them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
import yaml

from workflows.indicators.formulas import FORMULA_VERSION, Assessment
from workflows.indicators.quadrennium import assess
from workflows.indicators.rollup import Rate, RollUp, Share, Structure, light_of, roll_up
from workflows.indicators.sheets import IndicatorSheet
from workflows.loading import seeding
from workflows.records.data import PlanData

GOLDEN: dict[str, Any] = yaml.safe_load(seeding.demo_bytes())
EXPECTED = GOLDEN["esperados_anio_2_mes_6"]
ROLLED = GOLDEN["agregados_esperados_anio_2_mes_6"]
DATA: PlanData = seeding.demo_plan()


def tenth(value: Decimal | None) -> float | None:
    return None if value is None else float(value.quantize(Decimal("0.1"), ROUND_HALF_UP))


def assessed(code: str) -> Assessment:
    record = next(indicator for indicator in DATA.indicators if indicator.code == code)
    sheet = IndicatorSheet(
        code=record.code,
        annualization=record.annualization,
        periodicity=record.periodicity,
        baseline=record.baseline,
        final_target=record.final_target,
        first_year=DATA.plan.first_year,
        targets=record.targets,
        followed_from=(2018, 1),
    )
    return assess(sheet, DATA.measurements.get(code, {}), 2018, 6)


@pytest.fixture(scope="module")
def rolled() -> RollUp:
    found = {i.code: assessed(i.code) for i in DATA.indicators}
    shares = [
        Share(i.code, i.objective, i.entity, i.kind, i.weight, one.counted, one.timely, one.silent)
        for i in DATA.indicators
        if (one := found[i.code]).is_due
    ]
    structure = Structure(
        {objective.code: (objective.line, objective.weight) for objective in DATA.objectives},
        {line.code: line.weight for line in DATA.lines},
    )
    return roll_up(shares, structure)


def test_the_golden_figures_are_those_of_the_version_that_frozen_figures_are_kept_with() -> None:
    assert (
        FORMULA_VERSION == "2"
    )  # a formula that gives other figures gets another version, and golden figures of its own


def test_the_golden_file_covers_every_indicator_of_the_plan() -> None:
    assert set(EXPECTED) == {indicator.code for indicator in DATA.indicators}
    assert len(EXPECTED) == 28


@pytest.mark.parametrize("code", EXPECTED)
def test_an_indicator_equals_its_golden_figures(code: str) -> None:
    found = assessed(code)

    got = {
        "ejecutado": tenth(found.executed),
        "programado_a_la_fecha": tenth(found.programmed_to_date),
        "avance_vigencia_pct": tenth(found.year_progress),
        "cumplimiento_a_la_fecha_pct": tenth(found.compliance),
        "color": found.color,
        "estado": found.status,
        "ultimo": tenth(found.last),
        "ultimo_dato": found.data_month and "{}-{:02}".format(*found.data_month),
        "avance_plan_pct": tenth(found.plan_progress),
    }

    assert {key: got[key] for key in EXPECTED[code]} == EXPECTED[code]


@pytest.mark.parametrize("level", ["objetivos", "lineas", "entidades", "plan"])
def test_a_level_equals_its_golden_percentages(level: str, rolled: RollUp) -> None:
    assert rolled.plan is not None
    found = {
        "objetivos": rolled.objectives,
        "lineas": rolled.lines,
        "entidades": rolled.entities,
        "plan": {"plan": rolled.plan},
    }[level]
    expected = {"plan": ROLLED["plan"]} if level == "plan" else ROLLED[level]

    def told(rate: Rate) -> dict[str, object]:
        return {
            "cumplimiento": tenth(rate.capped),
            "sin_tope": tenth(rate.uncapped),
            "cobertura_pct": tenth(rate.coverage),
            "oportunidad_pct": tenth(rate.opportunity),
            "color": light_of(rate)[0],
        }

    assert {code: told(rate) for code, rate in found.items()} == expected
