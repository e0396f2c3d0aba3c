"""Robots that put the plan they have in mind into the forms of lines, goals and indicators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.forms.opening import OpenForm
from workflows.forms.values import ROW_KEY
from workflows.indicators.states import Annualization
from workflows.records.data import IndicatorRecord, PlanRecord
from workflows.simulation.mindset import Mind, Raw, Upload
from workflows.spanish import number

WRONG = "indicador_con_error"
DIRECTIONS: Mapping[str, str] = {Annualization.RISING: "aumentar", Annualization.FALLING: "disminuir"}


def define_lines(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    """Lines and objectives with their weights, under the sector's titles if it has some; a product for each."""
    known = {objective.code: objective for objective in mind.plan.objectives}
    titles = [dict(title) for title in mind.words.titles]
    theme_of: dict[str, str] = {}
    for objective in mind.plan.objectives:
        theme_of.setdefault(objective.line, objective.theme if titles else "")
    lines = [
        {"codigo": line.code, "nombre": line.name, "peso": _typed(line.weight), "tema_capitulo": theme_of[line.code]}
        for line in mind.plan.lines
    ]
    objectives, products = [], []
    for row in form.shown["objetivos"]:
        objective = known[row["codigo"]]
        objectives.append(
            {
                ROW_KEY: row[ROW_KEY],
                "linea": objective.line,
                "tema_capitulo": objective.theme if titles else "",
                "peso": _typed(objective.weight),
                "entidad_lider": objective.lead_entity,
                "resultado_esperado": objective.expected_result or f"Lograr: {objective.name.lower()}.",
            }
        )
        name = f"Servicios para {objective.name.lower()}"
        products.append({"objetivo": objective.code, "producto": name, "entidad": objective.lead_entity})
    return {"lineas": lines, "titulos_capitulo_3": titles, "objetivos": objectives, "productos": products}


def formulate_indicators(mind: Mind, form: OpenForm, _upload: Upload) -> Raw:
    """The entity's part of the plan; the first time in a play, somebody gives an indicator too much weight."""
    entity = str(form.task.variables["entidad"])
    mine = [indicator for indicator in mind.plan.indicators if indicator.entity == entity and indicator.active]
    raw: Raw = {
        "metas": [_goal(indicator, mind.plan.plan) for indicator in mine],
        "indicadores": [_sheet(indicator, mind.plan.plan) for indicator in mine],
        "programacion": [row for indicator in mine for row in _programming(indicator)],
        "metas_proyecto": [_project_goal(indicator) for indicator in mine if indicator.project],
    }
    if (WRONG, "") not in mind.returned and not mind.polite:
        raw["indicadores"][0]["peso"] = _typed(mine[0].weight + 5)
    mind.returned.add((WRONG, ""))
    return raw


def _goal_code(indicator: IndicatorRecord) -> str:
    return f"M{indicator.code[1:]}" if indicator.code.startswith("I") else f"M-{indicator.code}"


def _goal(indicator: IndicatorRecord, plan: PlanRecord) -> Raw:
    amount = f"{number(indicator.final_target)} {indicator.unit}"
    return {
        "codigo": _goal_code(indicator),
        "objetivo": indicator.objective,
        "clase": indicator.kind,
        "enunciado": f"Alcanzar {amount}: {indicator.name.lower()}.",
        "alineacion": plan.development_plans[0] if plan.development_plans else "Plan de desarrollo",
    }


def _sheet(indicator: IndicatorRecord, plan: PlanRecord) -> Raw:
    return {
        "codigo": indicator.code,
        "meta": _goal_code(indicator),
        "nombre": indicator.name,
        "definicion": indicator.definition or f"Mide {indicator.name.lower()}.",
        "formula": indicator.formula or "Valor reportado en el periodo",
        "variables": "Valor reportado",
        "unidad": indicator.unit,
        "decimales": str(indicator.decimals),
        "anualizacion": indicator.annualization,
        "linea_base": "" if indicator.baseline is None else _typed(indicator.baseline),
        "anio_lb": "" if indicator.baseline_year is None else str(indicator.baseline_year),
        "fuente_lb": "" if indicator.baseline is None else "Informe de gestión",
        "periodicidad": indicator.periodicity,
        "rezago_dias": str(indicator.lag_days),
        "fuente": indicator.source or "Registros de la entidad",
        "peso": _typed(indicator.weight),
        "fecha_inicio": f"{plan.first_year}-01-01",
        "fecha_fin": f"{plan.last_year}-12-31",
        "direccion": DIRECTIONS.get(indicator.annualization, "mantener"),
    }


def _programming(indicator: IndicatorRecord) -> list[Raw]:
    years = sorted(indicator.targets.keys() | {year for year, _month in indicator.monthly})
    return [
        {
            "indicador": indicator.code,
            "anio": str(year),
            "meta": _typed(indicator.targets.get(year)),
            **{f"mes_{month}": _typed(indicator.monthly.get((year, month))) for month in range(1, 13)},
        }
        for year in years
    ]


def _project_goal(indicator: IndicatorRecord) -> Raw:
    return {
        "proyecto": indicator.project,
        "meta": indicator.name,
        "indicador": indicator.code,
        "contribucion": "100",
        "territorial": "",
    }


def _typed(value: Any) -> str:
    """A number as people type it here."""
    return "" if value is None else format(value, "f").replace(".", ",")
