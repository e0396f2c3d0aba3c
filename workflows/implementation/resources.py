"""What a year's projects are given, and how they are followed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.auditing import recording as auditing
from workflows.documents.states import DocumentKind
from workflows.forms.values import as_json
from workflows.implementation.execution import PESOS_PER_MILLION
from workflows.implementation.models import ActionPlan, BudgetAllocation, FollowUpStrategy
from workflows.plan.models import ProjectBudget


@dataclass(frozen=True, slots=True)
class Money:
    """Money of a project, in pesos, by its source and act."""

    project_id: int
    source: str
    amount: Decimal
    act: str


@dataclass(frozen=True, slots=True)
class Strategy:
    """How a project is followed; people are usernames."""

    project_id: int
    frequency: str
    source: str
    reports: str
    reviews: str
    substitute: str


def allocate(
    session: Session,
    engine: ProcessEngine,
    plan: ActionPlan,
    rows: Sequence[Money],
    *,
    other_resources: str,
    actor: Actor,
) -> None:
    """Give the year's money to the projects, in place of what was given; it is each project's appropriation."""
    plan.allocations = []
    session.flush()
    plan.allocations = [
        BudgetAllocation(project_id=row.project_id, source=row.source, amount=row.amount, act=row.act) for row in rows
    ]
    plan.other_resources = other_resources
    totals: dict[int, Decimal] = {}
    for row in rows:
        totals[row.project_id] = totals.get(row.project_id, Decimal(0)) + row.amount
    for project_id, total in totals.items():
        budget_of(session, project_id, plan.year).appropriation = total / PESOS_PER_MILLION
    session.flush()
    told = {str(project_id): as_json(total) for project_id, total in totals.items()}
    auditing.record(
        session,
        engine.clock,
        actor,
        "asignar_recursos",
        (DocumentKind.ACTION_PLAN, str(plan.id)),
        after={"proyectos": told},
    )


def follow(
    session: Session, engine: ProcessEngine, plan: ActionPlan, rows: Sequence[Strategy], *, actor: Actor
) -> None:
    """Set how each project is followed, in place of what was set."""
    plan.strategies = []
    session.flush()
    plan.strategies = [
        FollowUpStrategy(
            project_id=row.project_id,
            frequency=row.frequency,
            source=row.source,
            reports=row.reports,
            reviews=row.reviews,
            substitute=row.substitute,
        )
        for row in rows
    ]
    session.flush()
    auditing.record(session, engine.clock, actor, "definir_estrategia", (DocumentKind.ACTION_PLAN, str(plan.id)))


def budget_of(session: Session, project_id: int, year: int) -> ProjectBudget:
    """The money of a project in a year, begun if there is none."""
    query = sa.select(ProjectBudget).where(ProjectBudget.project_id == project_id, ProjectBudget.year == year)
    budget = session.scalar(query)
    if budget is None:
        budget = ProjectBudget(project_id=project_id, year=year)
        session.add(budget)
        session.flush()
    return budget
