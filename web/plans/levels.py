"""What an objective, a line, an entity or the plan is made of: parts, weights, what each brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from workflows.indicators.rollup import Structure
from workflows.indicators.states import Status
from workflows.monitoring import facts
from workflows.monitoring.period_figures import IndicatorFigure, LevelFigure, PeriodFigures
from workflows.plan.models import Plan

KINDS = {"plan": "Plan", "lineas": "Línea estratégica", "objetivos": "Objetivo estratégico", "entidades": "Entidad"}
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a level: where it leads (`kind` is indicadores, objetivos or lineas), weight, what it counts.

    `counted` is what enters the mean, between 0 and 100; `None` = stays out. `brings` is its share of the result, in
    points. `compliance` is the percentage as it is.
    """

    kind: str
    code: str
    name: str
    entity: str
    weight: Decimal
    compliance: Decimal | None
    counted: Decimal | None
    brings: Decimal | None
    color: str | None
    status: str | None


@dataclass(frozen=True, slots=True)
class Level:
    """A level at a month: its figure, and its parts in the order of the plan."""

    kind: str
    code: str
    name: str
    figure: LevelFigure | None
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """The weights of the plan today, and its names by level and code."""

    structure: Structure
    names: Mapping[str, Mapping[str, str]]


def read(session: Session, found: PeriodFigures, kind: str, code: str) -> Level | None:
    """A level of a month; `None` where the plan has no such thing."""
    structure, all_names = facts.structure_of(session, session.get_one(Plan, found.plan_code))
    known = Known(structure, all_names)
    figures = {
        "plan": {found.plan_code: found.plan},
        "lineas": found.lines,
        "objetivos": found.objectives,
        "entidades": found.entities,
    }[kind]
    names = all_names[{"plan": "plan", "lineas": "linea", "objetivos": "objetivo", "entidades": "entidad"}[kind]]
    if code not in names:
        return None
    return Level(kind, code, names[code], figures.get(code), tuple(_shared(_parts(known, found, kind, code))))


def _parts(known: Known, found: PeriodFigures, kind: str, code: str) -> list[Part]:
    if kind == "plan":
        weights = known.structure.lines
        return [_of_level("lineas", line, weights[line], known, found.lines.get(line)) for line in weights]
    if kind == "lineas":
        return [
            _of_level("objetivos", objective, weight, known, found.objectives.get(objective))
            for objective, (line, weight) in known.structure.objectives.items()
            if line == code
        ]
    if kind == "objetivos":
        return [
            _of_indicator(indicator_figure, indicator_figure.weight)
            for indicator_figure in found.indicators.values()
            if indicator_figure.objective == code
        ]
    return [
        _of_indicator(figure, _in_plan(figure, known)) for figure in found.indicators.values() if figure.entity == code
    ]


def _in_plan(figure: IndicatorFigure, known: Known) -> Decimal:
    """The weight of an indicator in the whole plan, in %."""
    line, weight = known.structure.objectives[figure.objective]
    return known.structure.lines[line] * weight * figure.weight / HUNDRED / HUNDRED


def _of_level(kind: str, code: str, weight: Decimal, known: Known, figure: LevelFigure | None) -> Part:
    name = known.names["linea" if kind == "lineas" else "objetivo"][code]
    capped = figure.capped if figure else None
    status = None if figure else Status.NO_CUTOFF_YET
    return Part(kind, code, name, "", weight, capped, capped, None, figure.color if figure else None, status)


def _of_indicator(figure: IndicatorFigure, weight: Decimal) -> Part:
    assessment = figure.assessment
    counted = None if assessment.counted is None or weight <= 0 else min(assessment.counted, HUNDRED)
    return Part(
        "indicadores", figure.code, figure.name, figure.entity, weight, assessment.compliance, counted, None,
        assessment.color, assessment.status,
    )  # fmt: skip


def _shared(parts: list[Part]) -> list[Part]:
    """With what each part brings: its weight among those that count, times what it counts."""
    total = sum((part.weight for part in parts if part.counted is not None), Decimal(0))
    return [_bringing(part, total) for part in parts]


def _bringing(part: Part, total: Decimal) -> Part:
    brings = None if part.counted is None or not total else part.weight * part.counted / total
    return Part(
        part.kind, part.code, part.name, part.entity, part.weight, part.compliance, part.counted, brings,
        part.color, part.status,
    )  # fmt: skip
