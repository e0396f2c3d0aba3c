"""The figures of a month as they are handed around."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from workflows.indicators.formulas import Assessment
from workflows.indicators.quadrennium import Stretch
from workflows.indicators.sheets import Month
from workflows.indicators.states import Color, Status


@dataclass(frozen=True, slots=True)
class IndicatorFigure:
    """The figures of one indicator, with what is needed to show them."""

    code: str
    name: str
    kind: str
    objective: str
    line: str
    entity: str
    weight: Decimal
    unit: str
    decimals: int
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Cell:
    """What a table of indicators shows of one: a part of its assessment, by the same names."""

    executed: Decimal | None
    programmed_to_date: Decimal | None
    compliance: Decimal | None
    color: Color | None
    status: Status | None
    data_month: Month | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One month of the course of an indicator, an objective or a line, in %; only an indicator has an `executed`."""

    compliance: Decimal | None
    executed: Decimal | None
    color: Color | None
    status: Status | None


@dataclass(frozen=True, slots=True)
class LevelFigure:
    """The figures of an objective, a line, an entity or the plan, in %.

    `color` is that of `capped`, or a worse one where what is silent decides (`by_silence`), or grey where too little is
    known. Percentages are `None` where nothing is known of what is due; `coverage` is `None` with nothing due, and in
    months closed under the first formulas. `results` and `products` are capped too, each over its own kind. `years` is
    the view over all the years of the plan.
    """

    code: str
    name: str
    capped: Decimal | None
    uncapped: Decimal | None
    color: Color | None
    results: Decimal | None
    products: Decimal | None
    coverage: Decimal | None = None
    opportunity: Decimal | None = None
    by_silence: bool = False
    status: Status | None = None
    years: Stretch | None = None


@dataclass(frozen=True, slots=True)
class LevelFigures:
    """The figures of a plan at a month above its indicators, in the order of the plan."""

    period: str
    frozen: bool
    objectives: Mapping[str, LevelFigure]
    lines: Mapping[str, LevelFigure]
    entities: Mapping[str, LevelFigure]
    plan: LevelFigure | None


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """Every figure of a plan at a month, in the order of the plan."""

    plan_code: str
    period: str
    cutoff: dt.date
    frozen: bool
    formula_version: str
    indicators: Mapping[str, IndicatorFigure]
    objectives: Mapping[str, LevelFigure]
    lines: Mapping[str, LevelFigure]
    entities: Mapping[str, LevelFigure]
    plan: LevelFigure | None
