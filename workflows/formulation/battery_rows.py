"""What an entity formulated, as the rows of its form again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.formulation import battery
from workflows.goals.models import Objective
from workflows.indicators.models import Indicator, MonthTarget, YearTarget

Row = dict[str, Any]


def rows_of_entity(session: Session, plan_code: str, entity: str) -> dict[str, list[Row]]:
    """The four tables of the form; none where nothing was formulated yet."""
    goals, indicators = battery.goals(session, plan_code, entity), battery.indicators(session, plan_code, entity)
    if not goals:
        return {}
    objectives = {o.id: o.code for o in session.scalars(sa.select(Objective).where(Objective.plan_code == plan_code))}
    codes = {goal.id: goal.code for goal in goals}
    return {
        "metas": [
            {
                "codigo": goal.code,
                "objetivo": objectives[goal.objective_id],
                "clase": goal.kind,
                "enunciado": goal.statement,
                "alineacion": goal.alignment,
            }
            for goal in goals
        ],
        "indicadores": [_sheet(indicator, codes) for indicator in indicators],
        "programacion": [row for indicator in indicators for row in _programming(session, indicator)],
        "metas_proyecto": [
            {
                "proyecto": project,
                "meta": goal.statement,
                "indicador": indicator_code,
                "contribucion": goal.contribution,
                "territorial": goal.territorial,
            }
            for goal, project, indicator_code in battery.project_goals(session, plan_code, entity)
        ],
    }


def _sheet(indicator: Indicator, goals: dict[int, str]) -> Row:
    return {
        "codigo": indicator.code,
        "meta": goals.get(indicator.goal_id or 0),
        "nombre": indicator.name,
        "definicion": indicator.definition,
        "formula": indicator.formula,
        "variables": indicator.variables,
        "unidad": indicator.unit,
        "decimales": Decimal(indicator.decimals),
        "anualizacion": indicator.annualization,
        "linea_base": indicator.baseline,
        "anio_lb": None if indicator.baseline_year is None else Decimal(indicator.baseline_year),
        "fuente_lb": indicator.baseline_source or None,
        "periodicidad": indicator.periodicity,
        "rezago_dias": Decimal(indicator.lag_days),
        "fuente": indicator.source,
        "peso": indicator.weight,
        "fecha_inicio": indicator.starts_on,
        "fecha_fin": indicator.ends_on,
        "direccion": indicator.direction,
    }


def _programming(session: Session, indicator: Indicator) -> list[Row]:
    targets = {
        row.year: row.target
        for row in session.scalars(sa.select(YearTarget).where(YearTarget.indicator_id == indicator.id))
    }
    months = {
        (row.year, row.month): row.programmed
        for row in session.scalars(sa.select(MonthTarget).where(MonthTarget.indicator_id == indicator.id))
    }
    years = sorted(targets.keys() | {year for year, _month in months})
    return [
        {
            "indicador": indicator.code,
            "anio": Decimal(year),
            "meta": targets.get(year),
            **{f"mes_{month}": months.get((year, month)) for month in range(1, 13)},
        }
        for year in years
    ]
