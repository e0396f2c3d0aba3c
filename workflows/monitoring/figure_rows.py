"""Figures as rows of the database, and back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from workflows.indicators.formulas import Assessment
from workflows.indicators.quadrennium import Stretch
from workflows.indicators.sheets import Month
from workflows.indicators.states import Direct, Status
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
        "coverage": None,
        "opportunity": None,
        "data_month": "{}-{:02}".format(*assessment.data_month) if assessment.data_month else None,
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
            "direct": assessment.direct,
            "missed": assessment.missed,
            "missing": [list(month) for month in assessment.missing],
            "partial": [list(month) for month in assessment.partial],
            "timely": assessment.timely,
            "silent": _text(assessment.silent),
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
        "coverage": figure.coverage,
        "opportunity": figure.opportunity,
        "data_month": None,
        "color": figure.color,
        "status": figure.status,
        "data": {
            "name": figure.name,
            "results": _text(figure.results),
            "products": _text(figure.products),
            "by_silence": figure.by_silence,
            "years": _years(figure.years),
        },
    }


def read_indicator(row: Figure) -> IndicatorFigure:
    """The figure that an indicator's row keeps."""
    data = row.data
    status, direct = _said(row.status)
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
            status=status,
            direct=Direct(data["direct"]) if data.get("direct") else direct,
            last=_number(data["last"]),
            cutoff=_month(data["cutoff"]),
            data_month=month_of(row.data_month),
            missed=data.get("missed", 0),
            missing=tuple((year, month) for year, month in data.get("missing", ())),
            partial=tuple((year, month) for year, month in data.get("partial", ())),
            timely=data.get("timely", False),
            silent=_number(data.get("silent")),
            plan_progress=_number(data["plan_progress"]),
            years_met=data["years_met"],
        ),
    )


def read_level(row: Figure) -> LevelFigure:
    """The figure that a level's row keeps."""
    return LevelFigure(
        code=row.code,
        name=row.data["name"],
        capped=row.compliance,
        uncapped=row.uncapped,
        color=row.color,
        results=_number(row.data["results"]),
        products=_number(row.data["products"]),
        coverage=row.coverage,
        opportunity=row.opportunity,
        by_silence=row.data.get("by_silence", False),
        status=row.status,
        years=_read_years(row.data.get("years")),
    )


def _years(years: Stretch | None) -> list[str | None] | None:
    if years is None:
        return None
    return [_text(one) for one in (years.programmed, years.executed, years.projected, years.coverage)]


def _read_years(kept: list[str | None] | None) -> Stretch | None:
    if not kept:
        return None
    programmed, executed, projected, coverage = (_number(one) for one in kept)
    return Stretch(programmed or Decimal(0), executed, projected, coverage)


def _said(status: Status | None) -> tuple[Status, Direct | None]:
    """The status of a row: under the first formulas a percentage had none, or said how it was compared."""
    if status in (Status.MET, Status.NOT_MET):
        return Status.REPORTED, Direct(status)
    return status or Status.REPORTED, None


def _month(parts: list[int] | None) -> Month | None:
    return (parts[0], parts[1]) if parts else None


def month_of(code: str | None) -> Month | None:
    """`2018-05` → (2018, 5)."""
    return (int(code[:4]), int(code[5:])) if code else None
