"""The records that prove each step of phase 4 in a year, for its closing review."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.forms.closing import Finder, Proof, Question
from workflows.implementation import external_reports, years
from workflows.implementation.models import ActionPlan, BudgetAllocation, FollowUpStrategy, YearDelivery
from workflows.implementation.states import ActionPlanState
from workflows.plan.models import Plan
from workflows.spanish import enumeration


def action_plans(question: Question) -> Proof | None:
    """Every entity's action plan is approved."""
    plans = _plans(question)
    if not plans or any(plan.state != ActionPlanState.APPROVED for plan in plans):
        return None
    count = sum(len(plan.activities) for plan in plans)
    return Proof(f"Planes de acción aprobados de {_entities(plans)}: {count} actividades.", _page(question))


def resources(question: Question) -> Proof | None:
    """Every project of every action plan was given money."""
    return _for_every_project(question, lambda plan: plan.allocations, "{count} apropiaciones asignadas, con su acto.")


def strategy(question: Question) -> Proof | None:
    """Every project of every action plan says how it is followed."""
    return _for_every_project(question, lambda plan: plan.strategies, "Estrategia de seguimiento de {count} proyectos.")


def execution(question: Question) -> Proof | None:
    """Every entity closed its year with what it handed over."""
    plans = _plans(question)
    if not plans or any(plan.closed_at is None for plan in plans):
        return None
    query = sa.select(sa.func.count()).select_from(YearDelivery)
    count = question.session.scalar(query.where(YearDelivery.action_plan_id.in_([plan.id for plan in plans])))
    return Proof(f"{count} entregas registradas por {_entities(plans)}.", _page(question))


def follow_up(question: Question) -> Proof | None:
    """Every month of the year in which the plan was followed is closed."""
    plan = question.session.get_one(Plan, question.plan_code)
    query = sa.select(Period.state).where(Period.plan_code == plan.code, Period.year == question.year)
    states = list(question.session.scalars(query))
    first = int(plan.first_month[5:]) if plan.first_month[:4] == str(question.year) else 1
    last = plan.ends_on.month if plan.ends_on.year == question.year else 12
    if len(states) < last - first + 1 or any(state != PeriodState.CLOSED for state in states):
        return None
    return Proof(f"{len(states)} meses de seguimiento cerrados.", f"/plan/?plan={plan.code}")


def external(question: Question) -> Proof | None:
    """Every report of the year's quarters that was made is filed."""
    reports = [
        report
        for report in external_reports.of_plan(question.session, question.plan_code)
        if report.quarter.startswith(f"{question.year}-")
    ]
    if not reports or any(not external_report.filing_number for external_report in reports):
        return None
    return Proof(f"{len(reports)} reportes radicados.", f"/plan/{question.plan_code}/reportes-externos")


FINDERS: dict[str, Finder] = {
    "planes_de_accion": action_plans,
    "recursos": resources,
    "estrategia": strategy,
    "ejecucion_con_entregas": execution,
    "seguimiento_de_los_doce_meses": follow_up,
    "reportes_radicados": external,
}
"""By the option of the checklist `pasos` of `cerrar_vigencia`."""


def _plans(question: Question) -> list[ActionPlan]:
    if question.year is None:
        return []
    return years.of_year(question.session, question.plan_code, question.year)


def _for_every_project(
    question: Question,
    rows: Callable[[ActionPlan], Sequence[BudgetAllocation] | Sequence[FollowUpStrategy]],
    words: str,
) -> Proof | None:
    """The proof, with the `{count}` of the rows, once every project of every action plan has one."""
    plans = _plans(question)
    if not plans or any(_without(plan, {one.project_id for one in rows(plan)}) for plan in plans):
        return None
    return Proof(words.format(count=sum(len(rows(plan)) for plan in plans)), _page(question))


def _without(plan: ActionPlan, project_ids: set[int]) -> bool:
    """Whether a project of the action plan is not among these."""
    return any(project.id not in project_ids for project in years.projects_of(plan))


def _entities(plans: Sequence[ActionPlan]) -> str:
    return enumeration([plan.entity_code for plan in plans])


def _page(question: Question) -> str:
    return f"/plan/{question.plan_code}/presupuesto?vigencia={question.year}"
