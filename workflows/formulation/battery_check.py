"""The whole battery against the plan's rules: what is wrong, whose it is, and at which field of its form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.formulation import battery
from workflows.formulation.models import BatteryFinding
from workflows.indicators.states import OF_PLAN
from workflows.plan.models import ProjectGoal
from workflows.records.checking import check
from workflows.records.columns import BY_KEY
from workflows.records.data import IndicatorRecord, ObjectiveRecord, PlanData
from workflows.records.problems import ERROR, Problem
from workflows.records.stored import stored_plan
from workflows.spanish import number

HUNDRED = Decimal(100)
GOALS, INDICATORS, PROGRAMMING, PROJECT_GOALS = "metas", "indicadores", "programacion", "metas_proyecto"
TABLE_OF_SHEET = {"indicadores": INDICATORS, "metas": PROGRAMMING, "programacion": PROGRAMMING}
"""Where the form asks what a sheet of the plan's file says."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong: whose, in which table of the form, in the row of which code, at which field."""

    entity: str
    table: str
    code: str
    field: str
    message: str


def check_battery(session: Session, plan_code: str, entities: Sequence[str]) -> list[str]:
    """Check every goal and indicator, keep what is wrong, and give the entities that must correct theirs."""
    found = [*_findings(session, plan_code)]
    session.execute(sa.delete(BatteryFinding).where(BatteryFinding.plan_code == plan_code))
    wrong: dict[str, None] = {}
    for finding in found:
        for entity in [finding.entity] if finding.entity in entities else entities:
            wrong[entity] = None
            session.add(
                BatteryFinding(
                    plan_code=plan_code,
                    entity_code=entity,
                    table=finding.table,
                    code=finding.code,
                    field=finding.field,
                    message=finding.message,
                )
            )
    session.flush()
    return [entity for entity in entities if entity in wrong]


def of_entity(session: Session, plan_code: str, entity: str) -> list[BatteryFinding]:
    """What an entity must correct."""
    query = sa.select(BatteryFinding).where(BatteryFinding.plan_code == plan_code, BatteryFinding.entity_code == entity)
    return list(session.scalars(query.order_by(BatteryFinding.id)))


def _findings(session: Session, plan_code: str) -> Iterator[Finding]:
    stored = stored_plan(session, plan_code)
    if stored is None:
        return
    data = _numbered(stored)
    yield from _by_the_rules(data)
    for objective in data.objectives:
        yield from _of_objective(objective, [i for i in data.indicators if i.objective == objective.code and i.active])
    measured = {indicator.goal_id for indicator in battery.indicators(session, plan_code)}
    for goal in battery.goals(session, plan_code):
        if goal.id not in measured:
            message = f"Ningún indicador mide la meta {goal.code}. Formule uno o retire la meta."
            yield Finding(goal.entity_code, GOALS, goal.code, "codigo", message)
    yield from _contributions(session, plan_code)


def _numbered(data: PlanData) -> PlanData:
    """The plan with a number for every row that a rule may point at, as if it came from a file."""
    keys = [("indicadores", i.code) for i in data.indicators] + [("metas", i.code) for i in data.indicators]
    keys += [("programacion", f"{i.code} {year}") for i in data.indicators for year in {y for y, _m in i.monthly}]
    return replace(data, rows={key: place for place, key in enumerate(keys, start=1)})


def _by_the_rules(data: PlanData) -> Iterator[Finding]:
    owners = {indicator.code: indicator.entity for indicator in data.indicators}
    by_row = {row: key for key, row in data.rows.items()}
    for problem in check(data):
        if problem.severity == ERROR and problem.row in by_row:
            sheet, key = by_row[problem.row]
            code = key.partition(" ")[0]
            yield Finding(owners[code], TABLE_OF_SHEET[sheet], key, _field(sheet, problem), problem.message)


def _field(sheet: str, problem: Problem) -> str:
    found = next((column.key for column in BY_KEY[sheet].columns if column.heading == problem.column), "")
    return found if sheet == "indicadores" and found not in ("meta_final", "objetivo", "revisa") else ""


def _of_objective(objective: ObjectiveRecord, measured: Sequence[IndicatorRecord]) -> Iterator[Finding]:
    for kind in OF_PLAN:
        if not any(indicator.kind == kind for indicator in measured):
            message = f"{objective.code} no tiene ningún indicador de {kind}. Formule al menos uno."
            yield Finding(objective.lead_entity, INDICATORS, objective.code, "", message)
    total = sum((indicator.weight for indicator in measured), Decimal(0))
    if measured and total != HUNDRED:
        message = f"Los pesos de los indicadores de {objective.code} suman {number(total)} y deben sumar 100."
        for indicator in measured:
            yield Finding(indicator.entity, INDICATORS, indicator.code, "peso", message)


def _contributions(session: Session, plan_code: str) -> Iterator[Finding]:
    query = (
        sa.select(ProjectGoal.indicator_id, sa.func.sum(ProjectGoal.contribution))
        .where(ProjectGoal.plan_code == plan_code)
        .group_by(ProjectGoal.indicator_id)
    )
    totals = {indicator_id: Decimal(total) for indicator_id, total in session.execute(query)}
    for indicator in battery.indicators(session, plan_code):
        total = totals.get(indicator.id, HUNDRED)
        if total != HUNDRED:
            message = f"Las contribuciones a {indicator.code} suman {number(total)} y deben sumar 100."
            yield Finding(indicator.entity_code, PROJECT_GOALS, indicator.code, "contribucion", message)
