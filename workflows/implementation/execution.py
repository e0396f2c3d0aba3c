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
from workflows.monitoring import execution_rows
from workflows.monitoring.models import BudgetReport
from workflows.monitoring.states import MeasurementState
from workflows.plan.models import Project, ProjectBudget

PESOS_PER_MILLION = Decimal(1_000_000)


Amount = tuple[dt.datetime, Decimal]
"""Since when an amount is known, and how much."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was last reported in the year before a cut-off: of which month, and what was committed and paid by then."""

    period: str
    commitments: Decimal | None
    payments: Decimal | None


@dataclass(frozen=True, slots=True)
class ProjectMoney:
    """A project and what is known of its money in the year, in pesos.

    `in_force` is its appropriation with every registered modification; `earlier` the last report before this cut-off;
    `kept` what was reported at it, if anything was.
    """

    project_id: int
    code: str
    name: str
    appropriation: Decimal | None
    commitments: Decimal | None
    payments: Decimal | None
    in_force: Decimal | None = None
    earlier: Earlier | None = None
    reason: str = ""
    kept: BudgetReport | None = None


@dataclass(frozen=True, slots=True)
class ReportedMoney:
    """What an entity reports of a project, accumulated in the year, in pesos. `reason`: why it is not the usual."""

    project_id: int
    appropriation: Decimal
    commitments: Decimal
    payments: Decimal
    reason: str = ""


def of_entity(session: Session, period: Period, entity: str) -> list[ProjectMoney]:
    """Its projects: what was reported at this cut-off, else the year's appropriation as last known."""
    query = (
        sa.select(Project)
        .where(Project.plan_code == period.plan_code, Project.entity_code == entity)
        .order_by(Project.code)
    )
    projects = session.scalars(query).all()
    ids = [project.id for project in projects]
    of_month = sa.select(BudgetReport).where(BudgetReport.period_id == period.id, BudgetReport.project_id.in_(ids))
    reports = {kept.project_id: kept for kept in session.scalars(of_month)}
    in_force = appropriations_in_force(session, ids, period.year, before=period.code)
    earlier = _earlier(session, ids, period)
    return [
        _known(project, reports.get(project.id), in_force[project.id], earlier.get(project.id)) for project in projects
    ]


def report(
    session: Session, engine: ProcessEngine, period: Period, *, actor: Actor, rows: Sequence[ReportedMoney]
) -> None:
    """Keep what was reported. A second report of the same month, perhaps a late one, replaces the first on record.

    What the liaison accepted stays as it is.
    """
    for row in rows:
        query = sa.select(BudgetReport).where(
            BudgetReport.period_id == period.id, BudgetReport.project_id == row.project_id
        )
        kept = session.scalar(query)
        if kept is not None and execution_rows.is_accepted(kept):
            continue
        before = _money(kept) if kept is not None else None
        kept = kept or BudgetReport(period_id=period.id, project_id=row.project_id)
        kept.appropriation, kept.commitments, kept.payments = row.appropriation, row.commitments, row.payments
        kept.reason = row.reason
        execution_rows.sent(kept, actor, engine.now())
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


def _known(
    project: Project, kept: BudgetReport | None, in_force: Decimal | None, earlier: Earlier | None
) -> ProjectMoney:
    money = (kept.appropriation, kept.commitments, kept.payments) if kept is not None else (in_force, None, None)
    reason = kept.reason if kept is not None else ""
    return ProjectMoney(project.id, project.code, project.name, *money, in_force, earlier, reason, kept)


def _earlier(session: Session, project_ids: Sequence[int], period: Period) -> dict[int, Earlier]:
    query = (
        sa.select(BudgetReport.project_id, Period.code, BudgetReport.commitments, BudgetReport.payments)
        .join(Period, Period.id == BudgetReport.period_id)
        .where(BudgetReport.project_id.in_(project_ids), Period.year == period.year, Period.code < period.code)
        .where(BudgetReport.state != MeasurementState.RETURNED)
        .order_by(Period.code)
    )
    return {id_: Earlier(code, committed, paid) for id_, code, committed, paid in session.execute(query)}


def appropriation_in_force(session: Session, project_id: int, year: int) -> Decimal | None:
    """The appropriation of one project in force in a year."""
    return appropriations_in_force(session, [project_id], year)[project_id]


def appropriations_in_force(
    session: Session, project_ids: Sequence[int], year: int, before: str | None = None
) -> dict[int, Decimal | None]:
    """By project, the appropriation in force in pesos: last reported or modified in the year, else its first.

    `before` leaves out what was reported at that month and after.
    """
    reported, modified = _last_reported(session, project_ids, year, before), _last_modified(session, project_ids, year)
    first = sa.select(ProjectBudget.project_id, ProjectBudget.appropriation).where(ProjectBudget.year == year)
    began: dict[int, Decimal | None] = dict(
        session.execute(first.where(ProjectBudget.project_id.in_(project_ids))).all()
    )
    return {id_: _in_force(reported.get(id_), modified.get(id_), began.get(id_)) for id_ in project_ids}


def _in_force(reported: Amount | None, modified: Amount | None, began: Decimal | None) -> Decimal | None:
    if reported is not None and (modified is None or reported[0] > modified[0]):
        return reported[1]
    if modified is not None:
        return modified[1]
    return None if began is None else began * PESOS_PER_MILLION


def _last_reported(session: Session, project_ids: Sequence[int], year: int, before: str | None) -> dict[int, Amount]:
    query = (
        sa.select(BudgetReport.project_id, BudgetReport.reported_at, BudgetReport.appropriation)
        .join(Period, Period.id == BudgetReport.period_id)
        .where(BudgetReport.project_id.in_(project_ids), Period.year == year, BudgetReport.appropriation.is_not(None))
        .where(BudgetReport.state != MeasurementState.RETURNED)
        .order_by(Period.code)
    )
    rows = session.execute(query.where(Period.code < before) if before else query)
    return {id_: (at, amount) for id_, at, amount in rows if amount is not None}


def _last_modified(session: Session, project_ids: Sequence[int], year: int) -> dict[int, Amount]:
    query = (
        sa.select(BudgetModification.project_id, BudgetModification.applied_at, BudgetModification.after)
        .where(BudgetModification.project_id.in_(project_ids), BudgetModification.year == year)
        .where(BudgetModification.applied_at.is_not(None), BudgetModification.after.is_not(None))
        .order_by(BudgetModification.applied_at, BudgetModification.id)
    )
    rows = session.execute(query)
    return {id_: (at, after) for id_, at, after in rows if at is not None and after is not None}
