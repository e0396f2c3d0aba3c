"""Goals and indicators of an entity: written to the plan as they are formulated, then checked as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.goals.models import Goal, Objective
from workflows.indicators.models import Indicator, MonthTarget, YearTarget
from workflows.indicators.sheets import Month
from workflows.indicators.states import OF_PLAN, Annualization, IndicatorKind
from workflows.loading import importing
from workflows.plan.models import Plan, Project, ProjectGoal
from workflows.plan.states import PlanState
from workflows.records import writing
from workflows.records.data import IndicatorRecord, PersonRecord
from workflows.records.stored import people

PLACES_PER_OBJECTIVE, PRODUCTS_AFTER = 1000, 500

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Battery:
    """What an entity formulates: the rows of the form's four tables."""

    goals: Sequence[Row]
    indicators: Sequence[Row]
    programming: Sequence[Row]
    project_goals: Sequence[Row]


def save(session: Session, plan_code: str, entity: str, battery: Battery) -> None:
    """Write the goals and indicators of an entity; what it no longer names goes away."""
    goals = _write_goals(session, plan_code, entity, battery.goals)
    indicators = _write_indicators(session, plan_code, entity, battery, goals)
    _drop_goals(session, plan_code, entity, keep=goals)
    _write_project_goals(session, plan_code, entity, battery.project_goals, indicators)
    session.flush()


def goals(session: Session, plan_code: str, entity: str | None = None) -> list[Goal]:
    """The goals of a plan, or of one of its entities."""
    query = sa.select(Goal).where(Goal.plan_code == plan_code)
    if entity:
        query = query.where(Goal.entity_code == entity)
    return list(session.scalars(query.order_by(Goal.position, Goal.code)))


def indicators(session: Session, plan_code: str, entity: str | None = None) -> list[Indicator]:
    """The active indicators of a plan, or of one of its entities."""
    query = sa.select(Indicator).where(Indicator.plan_code == plan_code, Indicator.active)
    query = query.where(Indicator.kind.in_(OF_PLAN))
    if entity:
        query = query.where(Indicator.entity_code == entity)
    return list(session.scalars(query.order_by(Indicator.position, Indicator.code)))


def project_goals(session: Session, plan_code: str, entity: str) -> list[tuple[ProjectGoal, str, str]]:
    """The project goals of an entity with the codes of their project and indicator."""
    query = (
        sa.select(ProjectGoal, Project.code, Indicator.code)
        .join(Project, Project.id == ProjectGoal.project_id)
        .join(Indicator, Indicator.id == ProjectGoal.indicator_id)
        .where(ProjectGoal.plan_code == plan_code, Project.entity_code == entity)
        .order_by(ProjectGoal.position, ProjectGoal.id)
    )
    return [(goal, project, indicator) for goal, project, indicator in session.execute(query)]


def _write_goals(session: Session, plan_code: str, entity: str, rows: Sequence[Row]) -> dict[str, Goal]:
    objectives = {o.code: o for o in session.scalars(sa.select(Objective).where(Objective.plan_code == plan_code))}
    known = {goal.code: goal for goal in goals(session, plan_code, entity)}
    written = {}
    for place, row in enumerate(rows):
        goal = known.get(row["codigo"]) or Goal(plan_code=plan_code, entity_code=entity, code=row["codigo"])
        objective = objectives[row["objetivo"]]
        goal.objective_id, goal.kind = objective.id, row["clase"]
        goal.statement, goal.alignment = row["enunciado"], row["alineacion"]
        goal.position = _position(objective, goal.kind, place)
        session.add(goal)
        written[goal.code] = goal
    session.flush()
    return written


def _position(objective: Objective, kind: str, place: int) -> int:
    """By objective, results before products: the same whatever entity comes first."""
    return objective.position * PLACES_PER_OBJECTIVE + (0 if kind == IndicatorKind.RESULT else PRODUCTS_AFTER) + place


def _drop_goals(session: Session, plan_code: str, entity: str, keep: Mapping[str, Goal]) -> None:
    for goal in goals(session, plan_code, entity):
        if goal.code not in keep:
            session.delete(goal)


def _write_indicators(
    session: Session, plan_code: str, entity: str, battery: Battery, goals_by_code: Mapping[str, Goal]
) -> dict[str, Indicator]:
    objectives = {o.id: o for o in session.scalars(sa.select(Objective).where(Objective.plan_code == plan_code))}
    query = sa.select(Indicator).where(Indicator.plan_code == plan_code, Indicator.entity_code == entity)
    query = query.where(Indicator.kind.in_(OF_PLAN))
    known = {indicator.code: indicator for indicator in session.scalars(query)}
    staff, written = people(session, session.get_one(Plan, plan_code).sector_code), {}
    for place, row in enumerate(battery.indicators):
        goal = goals_by_code[row["meta"]]
        objective = objectives[goal.objective_id]
        indicator = known.pop(row["codigo"], None) or Indicator(plan_code=plan_code, code=row["codigo"])
        record = _record(row, goal, objective.code, entity, battery, staff)
        _fill(indicator, row, goal)
        writing.write_indicator(session, indicator, record, objective.id, _position(objective, goal.kind, place))
        written[indicator.code] = indicator
    _drop(session, plan_code, known.values())
    return written


def _record(
    row: Row, goal: Goal, objective: str, entity: str, battery: Battery, staff: Sequence[PersonRecord]
) -> IndicatorRecord:
    code = row["codigo"]
    programming = [year for year in battery.programming if year["indicador"] == code]
    targets = {int(year["anio"]): year["meta"] for year in programming if year["meta"] is not None}
    record = IndicatorRecord(
        code=code,
        objective=objective,
        kind=goal.kind,
        entity=entity,
        weight=row["peso"],
        name=row["nombre"],
        unit=row["unidad"],
        decimals=int(row["decimales"]),
        annualization=row["anualizacion"],
        baseline=row["linea_base"],
        baseline_year=None if row["anio_lb"] is None else int(row["anio_lb"]),
        final_target=final_target(row["anualizacion"], targets),
        periodicity=row["periodicidad"],
        lag_days=int(row["rezago_dias"]),
        project=main_project(code, battery.project_goals),
        definition=row["definicion"],
        formula=row["formula"],
        source=row["fuente"],
        targets=targets,
        monthly=_monthly(programming),
    )
    return importing.with_people(record, staff)


def final_target(annualization: str, targets: Mapping[int, Decimal]) -> Decimal:
    """What the years lead to: their sum, or the last level."""
    if not targets:
        return Decimal(0)
    return sum(targets.values(), Decimal(0)) if annualization == Annualization.SUM else targets[max(targets)]


def main_project(code: str, rows: Iterable[Row]) -> str:
    """The project that contributes most to an indicator; the first of equals."""
    feeding = [row for row in rows if row["indicador"] == code]
    return str(max(feeding, key=lambda row: row["contribucion"])["proyecto"]) if feeding else ""


def _monthly(programming: Iterable[Row]) -> dict[Month, Decimal]:
    return {
        (int(year["anio"]), month): year[f"mes_{month}"]
        for year in programming
        for month in range(1, 13)
        if year[f"mes_{month}"] is not None
    }


def _fill(indicator: Indicator, row: Row, goal: Goal) -> None:
    indicator.goal_id, indicator.variables = goal.id, row["variables"]
    indicator.baseline_source, indicator.direction = row["fuente_lb"] or "", row["direccion"]
    indicator.starts_on, indicator.ends_on = row["fecha_inicio"], row["fecha_fin"]


def _drop(session: Session, plan_code: str, gone: Iterable[Indicator]) -> None:
    """While a plan is formulated nothing hangs on its indicators; later they stay, without weight."""
    is_formulated = session.get_one(Plan, plan_code).state == PlanState.FORMULATION
    for indicator in gone:
        if not is_formulated:
            indicator.active, indicator.weight, indicator.goal_id = False, Decimal(0), None
            continue
        feeding = ProjectGoal.indicator_id == indicator.id
        session.execute(
            sa.update(ProjectGoal).where(feeding, ProjectGoal.sheet_id.is_not(None)).values(indicator_id=None)
        )
        for table in (YearTarget, MonthTarget, ProjectGoal):
            session.execute(sa.delete(table).where(table.indicator_id == indicator.id))
        session.delete(indicator)
    session.flush()


def _write_project_goals(
    session: Session, plan_code: str, entity: str, rows: Sequence[Row], by_code: Mapping[str, Indicator]
) -> None:
    projects = {
        project.code: project.id
        for project in session.scalars(
            sa.select(Project).where(Project.plan_code == plan_code, Project.entity_code == entity)
        )
    }
    of_entity = sa.and_(ProjectGoal.project_id.in_(list(projects.values())), ProjectGoal.sheet_id.is_(None))
    session.execute(sa.delete(ProjectGoal).where(ProjectGoal.plan_code == plan_code, of_entity))
    for position, row in enumerate(rows):
        session.add(
            ProjectGoal(
                plan_code=plan_code,
                project_id=projects[row["proyecto"]],
                indicator_id=by_code[row["indicador"]].id,
                statement=row["meta"],
                contribution=row["contribucion"],
                territorial=bool(row["territorial"]),
                position=position,
            )
        )
