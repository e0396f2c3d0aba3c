"""Figures as rows of the database, and back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from workflows.indicators.formulas import Assessment
from workflows.monitoring.models import Figure
from workflows.monitoring.period_figures import IndicatorFigure, LevelFigure


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def indicator_row(figure: IndicatorFigure) -> dict[str, Any]:
    """The columns of an indicator's row."""
    assessment = figure.assessment
    return {
        "level": "indicador",
        "code": figure.code,
        "executed": assessment.executed,
        "programmed_to_date": assessment.programmed_to_date,
        "year_progress": assessment.year_progress,
        "compliance": assessment.compliance,
        "uncapped": None,
        "color": assessment.color,
        "status": assessment.status,
        # Names, weights and owners are kept too: a frozen month reads the same after the plan is modified.
        "data": {
            "name": figure.name,
            "kind": figure.kind,
            "objective": figure.objective,
            "line": figure.line,
            "entity": figure.entity,
            "weight": str(figure.weight),
            "unit": figure.unit,
            "decimals": figure.decimals,
            "year_target": _text(assessment.year_target),
            "last": _text(assessment.last),
            "cutoff": list(assessment.cutoff) if assessment.cutoff else None,
            "plan_progress": _text(assessment.plan_progress),
            "years_met": assessment.years_met,
        },
    }


def level_row(level: str, figure: LevelFigure) -> dict[str, Any]:
    """The columns of the row of an objective, a line, an entity or the plan."""
    return {
        "level": level,
        "code": figure.code,
        "executed": None,
        "programmed_to_date": None,
        "year_progress": None,
        "compliance": figure.capped,
        "uncapped": figure.uncapped,
        "color": figure.color,
        "status": None,
        "data": {"name": figure.name, "results": _text(figure.results), "products": _text(figure.products)},
    }


def read_indicator(row: Figure) -> IndicatorFigure:
    """The figure that an indicator's row keeps."""
    data = row.data
    return IndicatorFigure(
        code=row.code,
        name=data["name"],
        kind=data["kind"],
        objective=data["objective"],
        line=data["line"],
        entity=data["entity"],
        weight=Decimal(data["weight"]),
        unit=data["unit"],
        decimals=data["decimals"],
        assessment=Assessment(
            executed=row.executed,
            programmed_to_date=row.programmed_to_date,
            year_target=_number(data["year_target"]),
            year_progress=row.year_progress,
            compliance=row.compliance,
            color=row.color,
            status=row.status,
            last=_number(data["last"]),
            cutoff=(data["cutoff"][0], data["cutoff"][1]) if data["cutoff"] else None,
            plan_progress=_number(data["plan_progress"]),
            years_met=data["years_met"],
        ),
    )


def read_level(row: Figure) -> LevelFigure:
    """The figure that a level's row keeps."""
    return LevelFigure(
        code=row.code,
        name=row.data["name"],
        capped=row.compliance or Decimal(0),
        uncapped=row.uncapped or Decimal(0),
        color=row.color,
        results=_number(row.data["results"]),
        products=_number(row.data["products"]),
    )
