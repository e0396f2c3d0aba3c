"""What an objective, a line, an entity or the plan is made of: parts, weights, what each brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy.orm import Session

from workflows.indicators.rollup import Structure
from workflows.indicators.states import Status
from workflows.indicators.wording import known_words
from workflows.monitoring import facts
from workflows.monitoring.period_figures import IndicatorFigure, LevelFigure, PeriodFigures
from workflows.plan.models import Plan

KINDS = {"plan": "Plan", "lineas": "Línea estratégica", "objetivos": "Objetivo estratégico", "entidades": "Entidad"}
INDICATORS = "indicadores"
"""The kind of a part that is an indicator."""
HUNDRED = Decimal(100)
FIRST_FORMULAS = "1"
"""Months closed under this version keep their figures: what was missing counted nothing in them."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a level: where it leads (`kind` is indicadores, objetivos or lineas), weight, what it counts.

    `counted` is what enters the mean, between 0 and 100; `None` = stays out. It weighs by how much is known of it
    (`coverage`, in %). `brings` is its share of the result, in points. `compliance` is the percentage as it is. `known`
    says where its value comes from, if it is not the cut-off's own.
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
    coverage: Decimal | None = None
    known: str = ""
    by_silence: bool = False


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
            _of_indicator(indicator_figure, indicator_figure.weight, found.formula_version)
            for indicator_figure in found.indicators.values()
            if indicator_figure.objective == code
        ]
    return [
        _of_indicator(figure, _in_plan(figure, known), found.formula_version)
        for figure in found.indicators.values()
        if figure.entity == code
    ]


def _in_plan(figure: IndicatorFigure, known: Known) -> Decimal:
    """The weight of an indicator in the whole plan, in %."""
    line, weight = known.structure.objectives[figure.objective]
    return known.structure.lines[line] * weight * figure.weight / HUNDRED / HUNDRED


def _of_level(kind: str, code: str, weight: Decimal, known: Known, figure: LevelFigure | None) -> Part:
    name = known.names["linea" if kind == "lineas" else "objetivo"][code]
    capped = figure.capped if figure else None
    status = figure.status if figure else Status.NO_CUTOFF_YET
    coverage = figure.coverage if figure else None
    color = figure.color if figure else None
    silence = bool(figure and figure.by_silence)
    return Part(kind, code, name, "", weight, capped, capped, None, color, status, coverage, by_silence=silence)


def _of_indicator(figure: IndicatorFigure, weight: Decimal, version: str) -> Part:
    assessment = figure.assessment
    counts = assessment.counted
    if counts is None and version == FIRST_FORMULAS and assessment.status == Status.NO_DATA:
        counts = Decimal(0)  # what was missing counted nothing then
    counted = None if counts is None or weight <= 0 else min(counts, HUNDRED)
    return Part(
        INDICATORS, figure.code, figure.name, figure.entity, weight, assessment.compliance, counted, None,
        assessment.color, assessment.status, None,
        known_words(assessment.status, assessment.data_month, assessment.missing, assessment.partial),
    )  # fmt: skip


def _shared(parts: list[Part]) -> list[Part]:
    """With what each part brings: its weight among those that count, times what it counts."""
    total = sum((_weight(part) for part in parts if part.counted is not None), Decimal(0))
    return [_bringing(part, total) for part in parts]


def _weight(part: Part) -> Decimal:
    return part.weight if part.coverage is None else part.weight * part.coverage / HUNDRED


def _bringing(part: Part, total: Decimal) -> Part:
    return replace(part, brings=None if part.counted is None or not total else _weight(part) * part.counted / total)
