"""The money of an entity's projects at a cut-off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.auditing import recording as auditing
from workflows.cycles.models import Period
from workflows.implementation.models import BudgetModification
from workflows.monitoring.models import BudgetReport
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
    """Keep what was reported. A second report of the same month, perhaps a late one, replaces the first on record."""
    for row in rows:
        query = sa.select(BudgetReport).where(
            BudgetReport.period_id == period.id, BudgetReport.project_id == row.project_id
        )
        kept = session.scalar(query)
        before = _money(kept) if kept is not None else None
        kept = kept or BudgetReport(period_id=period.id, project_id=row.project_id)
        kept.appropriation, kept.commitments, kept.payments = row.appropriation, row.commitments, row.payments
        kept.reported_by, kept.reported_at = actor.id, engine.now()
        session.add(kept)
        if before is not None and before != _money(kept):
            target = ("ejecucion", f"{period.plan_code}/{period.code}/{row.project_id}")
            auditing.record(
                session, engine.clock, actor, "reemplazar_ejecucion", target, before=before, after=_money(kept)
            )
    session.flush()


def _money(report: BudgetReport) -> dict[str, str | None]:
    money = {"apropiacion": report.appropriation, "compromisos": report.commitments, "giros": report.payments}
    return {name: None if amount is None else f"{amount:f}" for name, amount in money.items()}


def _known(session: Session, period: Period, project: Project) -> ProjectMoney:
    kept = session.scalar(
        sa.select(BudgetReport).where(BudgetReport.period_id == period.id, BudgetReport.project_id == project.id)
    )
    if kept is not None:
        money = (kept.appropriation, kept.commitments, kept.payments)
    else:
        money = (appropriation_in_force(session, project.id, period.year, before=period.code), None, None)
    return ProjectMoney(project.id, project.code, project.name, *money)


def appropriation_in_force(session: Session, project_id: int, year: int, before: str | None = None) -> Decimal | None:
    """The appropriation in force in pesos: what was last reported or modified in the year, else what it began with.

    `before` leaves out what was reported at that month and after.
    """
    reported = _last_reported(session, project_id, year, before)
    modified = _last_modified(session, project_id, year)
    if reported is not None and (modified is None or reported[0] > modified[0]):
        return reported[1]
    if modified is not None:
        return modified[1]
    known = session.scalar(
        sa.select(ProjectBudget.appropriation).where(ProjectBudget.project_id == project_id, ProjectBudget.year == year)
    )
    return None if known is None else known * PESOS_PER_MILLION


def _last_reported(
    session: Session, project_id: int, year: int, before: str | None
) -> tuple[dt.datetime, Decimal] | None:
    query = (
        sa.select(BudgetReport.reported_at, BudgetReport.appropriation)
        .join(Period, Period.id == BudgetReport.period_id)
        .where(BudgetReport.project_id == project_id, Period.year == year, BudgetReport.appropriation.is_not(None))
        .order_by(Period.code.desc())
        .limit(1)
    )
    row = session.execute(query.where(Period.code < before) if before else query).first()
    return (row[0], row[1]) if row and row[1] is not None else None


def _last_modified(session: Session, project_id: int, year: int) -> tuple[dt.datetime, Decimal] | None:
    query = (
        sa.select(BudgetModification.applied_at, BudgetModification.after)
        .where(BudgetModification.project_id == project_id, BudgetModification.year == year)
        .where(BudgetModification.applied_at.is_not(None))
        .order_by(BudgetModification.applied_at.desc(), BudgetModification.id.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    return (row[0], row[1]) if row and row[0] is not None and row[1] is not None else None
