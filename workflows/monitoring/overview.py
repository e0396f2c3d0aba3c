"""The plan as a tree, and an indicator's sheet: what pages show of the promise."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from workflows.cycles.models import Period
from workflows.goals.models import Line, Objective
from workflows.indicators.models import Indicator, MonthTarget, YearTarget
from workflows.indicators.states import IndicatorKind
from workflows.people.models import Person
from workflows.plan.models import Plan
from workflows.plan.states import PlanState
from workflows.sectors.models import Entity

Row = TypeVar("Row", YearTarget, MonthTarget)
_SHOWN = (
    Indicator.objective_id,
    Indicator.code,
    Indicator.name,
    Indicator.unit,
    Indicator.annualization,
    Indicator.periodicity,
    Indicator.entity_code,
    Indicator.weight,
    Indicator.decimals,
    Indicator.reports,
    Person.name.label("person"),
)


@dataclass(frozen=True, slots=True)
class ObjectiveBranch:
    """An objective with what a table shows of its indicators, in order: rows, for a plan has hundreds."""

    objective: Objective
    indicators: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class LineBranch:
    """A line with its objectives, in order."""

    line: Line
    objectives: tuple[ObjectiveBranch, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The data sheet of an indicator. `people` gives the names of those who report, review and substitute."""

    indicator: Indicator
    objective: Objective
    line: Line
    entity: Entity
    targets: tuple[YearTarget, ...]
    months: tuple[MonthTarget, ...]
    people: dict[str, str]


ORDER = (PlanState.IN_FORCE, PlanState.ADOPTED, PlanState.FORMULATION, PlanState.CLOSED)


def plans(session: Session, sectors: Collection[str]) -> list[Plan]:
    """The plans of these sectors: those in force, on which pages open, then what comes, then what ended; by code."""
    order = sa.case({state: place for place, state in enumerate(ORDER)}, value=Plan.state, else_=len(ORDER))
    return list(session.scalars(sa.select(Plan).where(Plan.sector_code.in_(sectors)).order_by(order, Plan.code)))


def months(session: Session, plan_code: str) -> list[str]:
    """The months that were opened or loaded, newest first (`2018-06`)."""
    query = sa.select(Period.code).where(Period.plan_code == plan_code).order_by(Period.code.desc())
    return list(session.scalars(query))


def tree(session: Session, plan_code: str) -> list[LineBranch]:
    """Lines, objectives and indicators of a plan; three queries."""
    lines = session.scalars(sa.select(Line).where(Line.plan_code == plan_code).order_by(Line.position)).all()
    objectives = session.scalars(
        sa.select(Objective).where(Objective.plan_code == plan_code).order_by(Objective.position)
    ).all()
    active = sa.select(*_SHOWN).outerjoin(Person, Person.username == Indicator.reports)
    active = active.where(Indicator.plan_code == plan_code, Indicator.active)
    indicators = session.execute(active.order_by(Indicator.position)).all()
    of_objective: dict[int | None, list[Any]] = {}
    for indicator in indicators:
        of_objective.setdefault(indicator.objective_id, []).append(indicator)
    of_line: dict[int, list[ObjectiveBranch]] = {}
    for objective in objectives:
        of_line.setdefault(objective.line_id, []).append(
            ObjectiveBranch(objective, tuple(of_objective.get(objective.id, ())))
        )
    return [LineBranch(line, tuple(of_line.get(line.id, ()))) for line in lines]


def year_targets(session: Session, plan_code: str) -> dict[str, dict[int, Decimal | None]]:
    """What each indicator of a plan promises of each year, by its code; one statement."""
    query = sa.select(Indicator.code, YearTarget.year, YearTarget.target).join(
        YearTarget, YearTarget.indicator_id == Indicator.id
    )
    found: dict[str, dict[int, Decimal | None]] = {}
    for code, year, target in session.execute(query.where(Indicator.plan_code == plan_code)):
        found.setdefault(code, {})[year] = target
    return found


def is_goal(session: Session, plan_code: str, code: str) -> bool:
    """Whether a code of a plan is that of the goal of a project."""
    query = sa.select(Indicator.kind).where(Indicator.plan_code == plan_code, Indicator.code == code)
    return session.scalar(query) == IndicatorKind.PROJECT_GOAL


def sheet(session: Session, plan_code: str, indicator_code: str) -> Sheet | None:
    """The sheet of an indicator; `None` where there is none."""
    indicator = session.scalar(
        sa.select(Indicator)
        .options(joinedload(Indicator.objective).joinedload(Objective.line))
        .where(Indicator.plan_code == plan_code, Indicator.code == indicator_code)
    )
    if indicator is None or indicator.objective is None:  # that of a project's goal is on the page of the goal
        return None
    usernames = {name for name in (indicator.reports, indicator.reviews, indicator.substitute) if name}
    people = session.execute(sa.select(Person.username, Person.name).where(Person.username.in_(usernames)))
    return Sheet(
        indicator=indicator,
        objective=indicator.objective,
        line=indicator.objective.line,
        entity=session.get_one(Entity, indicator.entity_code),
        targets=tuple(_of(session, YearTarget, indicator.id)),
        months=tuple(_of(session, MonthTarget, indicator.id)),
        people=dict(people.all()),
    )


def _of(session: Session, table: type[Row], indicator_id: int) -> list[Row]:
    found = session.scalars(sa.select(table).where(table.indicator_id == indicator_id))
    return sorted(found, key=lambda row: (row.year, getattr(row, "month", 0)))
