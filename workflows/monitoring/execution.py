"""The money of an entity's projects at a cut-off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.monitoring.models import BudgetReport, Period
from workflows.plan.models import Project, ProjectBudget

PESOS_PER_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class ProjectMoney:
    """A project and what is known of its money in the year, in pesos."""

    project_id: int
    code: str
    name: str
    appropriation: Decimal | None
    commitments: Decimal | None
    payments: Decimal | None


@dataclass(frozen=True, slots=True)
class ReportedMoney:
    """What an entity reports of a project, accumulated in the year, in pesos."""

    project_id: int
    appropriation: Decimal
    commitments: Decimal
    payments: Decimal


def of_entity(session: Session, period: Period, entity: str) -> list[ProjectMoney]:
    """Its projects: what was reported at this cut-off, else the year's appropriation as last known."""
    query = (
        sa.select(Project)
        .where(Project.plan_code == period.plan_code, Project.entity_code == entity)
        .order_by(Project.code)
    )
    return [_known(session, period, project) for project in session.scalars(query)]


def report(
    session: Session, engine: ProcessEngine, period: Period, *, actor: Actor, rows: Sequence[ReportedMoney]
) -> None:
    """Keep what was reported; a second report of the same month replaces the first."""
    for row in rows:
        query = sa.select(BudgetReport).where(
            BudgetReport.period_id == period.id, BudgetReport.project_id == row.project_id
        )
        kept = session.scalar(query) or BudgetReport(period_id=period.id, project_id=row.project_id)
        kept.appropriation, kept.commitments, kept.payments = row.appropriation, row.commitments, row.payments
        kept.reported_by, kept.reported_at = actor.id, engine.now()
        session.add(kept)
    session.flush()


def _known(session: Session, period: Period, project: Project) -> ProjectMoney:
    kept = session.scalar(
        sa.select(BudgetReport).where(BudgetReport.period_id == period.id, BudgetReport.project_id == project.id)
    )
    if kept is not None:
        money = (kept.appropriation, kept.commitments, kept.payments)
    else:
        money = (_last_appropriation(session, period, project), None, None)
    return ProjectMoney(project.id, project.code, project.name, *money)


def _last_appropriation(session: Session, period: Period, project: Project) -> Decimal | None:
    earlier = session.scalar(
        sa.select(BudgetReport.appropriation)
        .join(Period, Period.id == BudgetReport.period_id)
        .where(BudgetReport.project_id == project.id, Period.year == period.year, Period.code < period.code)
        .order_by(Period.code.desc())
        .limit(1)
    )
    if earlier is not None:
        return earlier
    year = session.scalar(
        sa.select(ProjectBudget.appropriation).where(
            ProjectBudget.project_id == project.id, ProjectBudget.year == period.year
        )
    )
    return None if year is None else year * PESOS_PER_MILLION
