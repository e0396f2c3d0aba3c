"""What a published plan promises and how each indicator went, month by month: for anybody, without a person's name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.goals.models import Line, Objective
from workflows.indicators.models import Indicator, YearTarget
from workflows.indicators.states import OF_PLAN, Color
from workflows.monitoring.models import Figure
from workflows.sectors.models import Entity
from workflows.spanish import month_name

PUBLISHED = (Period.state == PeriodState.CLOSED, Period.published_at.is_not(None))


@dataclass(frozen=True, slots=True)
class OpenIndicator:
    """An indicator in its objective, with how it stood at the last published month."""

    code: str
    name: str
    entity: str
    compliance: Decimal | None
    color: str


@dataclass(frozen=True, slots=True)
class OpenObjective:
    """A strategic objective with its indicators."""

    code: str
    name: str
    compliance: Decimal | None
    color: str
    indicators: Sequence[OpenIndicator]


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A strategic line with its objectives."""

    code: str
    name: str
    objectives: Sequence[OpenObjective]


@dataclass(frozen=True, slots=True)
class OpenSheet:
    """The data sheet of an indicator: what it measures, from where, and how much was promised each year."""

    code: str
    name: str
    objective: str
    line: str
    entity: str
    unit: str
    decimals: int
    definition: str
    formula: str
    source: str
    periodicity: str
    annualization: str
    baseline: Decimal | None
    baseline_year: int | None
    final_target: Decimal | None
    targets: Mapping[int, Decimal | None]


@dataclass(frozen=True, slots=True)
class OpenMonth:
    """An indicator at a published month; figures are exact."""

    code: str
    name: str
    executed: Decimal | None
    programmed: Decimal | None
    year_progress: Decimal | None
    compliance: Decimal | None
    color: str
    status: str
    published_at: dt.datetime | None


def structure(session: Session, plan_code: str) -> list[OpenLine]:
    """The lines of a plan with what is under them, as they stood at its last published month."""
    indicators: dict[int | None, list[OpenIndicator]] = {}
    of_plan = sa.select(Indicator, Figure.compliance, Figure.color)
    of_plan = of_plan.outerjoin(Figure, _stood(plan_code, "indicador", Indicator.code))
    of_plan = of_plan.where(Indicator.plan_code == plan_code, Indicator.active)
    for one, compliance, color in session.execute(of_plan.order_by(Indicator.position, Indicator.code)):
        told = OpenIndicator(one.code, one.name, one.entity_code, compliance, color or Color.WHITE)
        indicators.setdefault(one.objective_id, []).append(told)
    lines: dict[str, Line] = {}
    objectives: dict[str, list[OpenObjective]] = {}
    under = sa.select(Objective, Line, Figure.compliance, Figure.color).join(Line, Line.id == Objective.line_id)
    under = under.outerjoin(Figure, _stood(plan_code, "objetivo", Objective.code))
    under = under.where(Objective.plan_code == plan_code)
    ordered = under.order_by(Line.position, Line.code, Objective.position, Objective.code)
    for goal, line, compliance, color in session.execute(ordered):
        if goal.id in indicators:
            lines[line.code] = line
            shown = OpenObjective(goal.code, goal.name, compliance, color or Color.WHITE, indicators[goal.id])
            objectives.setdefault(line.code, []).append(shown)
    return [OpenLine(code, line.name, objectives[code]) for code, line in lines.items()]


def _stood(plan_code: str, level: str, code: Any) -> sa.ColumnElement[bool]:
    """That a figure is that of a thing at the last published month of its plan."""
    last = (
        sa.select(Period.id)
        .where(Period.plan_code == plan_code, *PUBLISHED)
        .order_by(Period.code.desc())
        .limit(1)
        .scalar_subquery()
    )
    return sa.and_(Figure.period_id == last, Figure.level == level, Figure.code == code)


def names(session: Session, plans: Collection[str]) -> list[tuple[str, str]]:
    """The indicators in force of these plans, as (plan, code)."""
    query = sa.select(Indicator.plan_code, Indicator.code).where(Indicator.plan_code.in_(plans), Indicator.active)
    query = query.where(Indicator.kind.in_(OF_PLAN))
    rows = session.execute(query.order_by(Indicator.plan_code, Indicator.position, Indicator.code))
    return [(plan, code) for plan, code in rows]


def sheet(session: Session, plan_code: str, code: str) -> OpenSheet | None:
    """The data sheet of an indicator of a plan; `None` where there is none in force."""
    found = session.execute(
        sa.select(Indicator, Objective, Line, Entity.name)
        .join(Objective, Objective.id == Indicator.objective_id)
        .join(Line, Line.id == Objective.line_id)
        .join(Entity, Entity.code == Indicator.entity_code)
        .where(Indicator.plan_code == plan_code, Indicator.code == code, Indicator.active)
    ).first()
    if found is None:
        return None
    one, objective, line, entity = found
    targets = sa.select(YearTarget.year, YearTarget.target).where(YearTarget.indicator_id == one.id)
    return OpenSheet(
        code=one.code, name=one.name, objective=f"{objective.code} {objective.name}", line=f"{line.code} {line.name}",
        entity=entity, unit=one.unit, decimals=one.decimals, definition=one.definition, formula=one.formula,
        source=one.source, periodicity=one.periodicity, annualization=one.annualization, baseline=one.baseline,
        baseline_year=one.baseline_year, final_target=one.final_target,
        targets={row.year: row.target for row in session.execute(targets.order_by(YearTarget.year))},
    )  # fmt: skip


def series(session: Session, plan_code: str, code: str) -> list[OpenMonth]:
    """An indicator at every published month that followed it, the newest first."""
    query = (
        sa.select(Period, Figure)
        .join(Figure, Figure.period_id == Period.id)
        .where(Period.plan_code == plan_code, *PUBLISHED, Figure.level == "indicador", Figure.code == code)
        .order_by(Period.code.desc())
    )
    return [
        OpenMonth(
            code=period.code, name=month_name(period.code), executed=figure.executed,
            programmed=figure.programmed_to_date, year_progress=figure.year_progress, compliance=figure.compliance,
            color=figure.color or Color.WHITE, status=figure.status or "", published_at=period.published_at,
        )
        for period, figure in session.execute(query)
    ]  # fmt: skip
