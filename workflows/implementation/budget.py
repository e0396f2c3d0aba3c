"""A project's appropriation in force, its modifications, and what the months told of its execution."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from engine.contracts import NUMBER, TEXT
from engine.identity import SYSTEM, Actor
from engine.instances import messages
from engine.runtime import ProcessEngine
from workflows.auditing import recording as auditing
from workflows.calendar import bogota_day
from workflows.cycles.models import Period
from workflows.documents.models import StoredFile
from workflows.errors import Forbidden, NotFound
from workflows.forms.values import as_json
from workflows.implementation import execution
from workflows.implementation.execution import PESOS_PER_MILLION
from workflows.implementation.models import BudgetModification
from workflows.implementation.resources import budget_of
from workflows.implementation.states import BudgetChange
from workflows.monitoring.models import BudgetReport
from workflows.monitoring.states import MeasurementState
from workflows.people.groups import Group
from workflows.plan.models import Plan, Project

KIND_WORDS = {
    BudgetChange.ADDITION: "Adición",
    BudgetChange.REDUCTION: "Reducción",
    BudgetChange.TRANSFER: "Traslado",
    BudgetChange.POSTPONEMENT: "Aplazamiento",
}
LIAISON = "enlace_planeacion"
MESSAGE = "modificacion_presupuestal"
BRINGS = {"plan": TEXT, "entidad": TEXT, "proyecto": TEXT, "vigencia": NUMBER}
SENT_BY = "quien registra una modificación del presupuesto"
STANDING = {
    MeasurementState.SENT: "por validar",
    MeasurementState.RETURNED: "devuelto",
    MeasurementState.VALIDATED: "por avalar",
}
KIND = "modificacion_presupuestal"
"""What the *bitácora* calls a modification."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a project's money. `amount` in pesos; of a transfer, negative where it leaves the project."""

    project_id: int
    kind: BudgetChange
    amount: Decimal
    act: str
    dated_on: dt.date
    affects_goals: bool
    files: Sequence[int] = ()

    @property
    def signed(self) -> Decimal:
        """What it adds to the appropriation."""
        return -self.amount if self.kind in (BudgetChange.REDUCTION, BudgetChange.POSTPONEMENT) else self.amount


@dataclass(frozen=True, slots=True)
class ProjectYear:
    """A project's money in a year, in pesos, and its modifications, newest first.

    `reported` is the month it is of, `standing` how far that was looked at in words: empty once it is endorsed.
    """

    project: Project
    appropriation: Decimal | None
    commitments: Decimal | None
    payments: Decimal | None
    reported: str | None
    standing: str
    modifications: Sequence[BudgetModification]


def in_force(session: Session, project_id: int, year: int) -> Decimal | None:
    """The appropriation in force, in pesos: what was last reported or modified, else what the year began with."""
    return execution.appropriation_in_force(session, project_id, year)


def committed(session: Session, project_id: int, year: int) -> Decimal:
    """What was last reported as committed in the year, in pesos."""
    report = _last_reports(session, [project_id], year).get(project_id)
    return (report[1].commitments if report else None) or Decimal(0)


def register(
    session: Session, engine: ProcessEngine, plan_code: str, instance_id: int, change: Change, *, actor: Actor
) -> BudgetModification:
    """Keep the act that orders a change; it takes effect with `apply`."""
    kept = BudgetModification(
        plan_code=plan_code,
        instance_id=instance_id,
        project_id=change.project_id,
        year=change.dated_on.year,
        kind=change.kind,
        amount=change.amount,
        act=change.act,
        dated_on=change.dated_on,
        affects_goals=change.affects_goals,
        registered_by=actor.id,
        registered_at=engine.now(),
        files=list(session.scalars(sa.select(StoredFile).where(StoredFile.id.in_(change.files)))),
    )
    session.add(kept)
    session.flush()
    return kept


def apply(session: Session, engine: ProcessEngine, instance_id: int) -> BudgetModification:
    """Change the appropriation in force; doing it twice changes it once. Raises `NotFound`."""
    kept = session.scalar(sa.select(BudgetModification).where(BudgetModification.instance_id == instance_id))
    if kept is None:
        raise NotFound("Esta modificación presupuestal no tiene su acto registrado.")
    if kept.applied_at is not None:
        return kept
    kept.before = in_force(session, kept.project_id, kept.year) or Decimal(0)
    kept.after = kept.before + _change(kept).signed
    budget_of(session, kept.project_id, kept.year).appropriation = kept.after / PESOS_PER_MILLION
    kept.applied_at = engine.now()
    session.flush()
    auditing.record(
        session,
        engine.clock,
        SYSTEM,
        kept.kind,
        (KIND, str(kept.id)),
        reason=kept.act,
        before={"apropiacion": as_json(kept.before)},
        after={"apropiacion": as_json(kept.after)},
    )
    return kept


def of_year(session: Session, plan_code: str, year: int, entity: str | None = None) -> list[ProjectYear]:
    """The money of the plan's projects in a year, by code."""
    query = sa.select(Project).where(Project.plan_code == plan_code).order_by(Project.entity_code, Project.code)
    if entity is not None:
        query = query.where(Project.entity_code == entity)
    projects = session.scalars(query).all()
    ids = [project.id for project in projects]
    changes, reports = _modifications(session, ids, year), _last_reports(session, ids, year)
    amounts = execution.appropriations_in_force(session, ids, year)
    return [
        _project_year(project, amounts[project.id], reports.get(project.id), changes.get(project.id, ()))
        for project in projects
    ]


def _project_year(
    project: Project,
    appropriation: Decimal | None,
    last: tuple[str, BudgetReport] | None,
    modifications: Sequence[BudgetModification],
) -> ProjectYear:
    return ProjectYear(
        project=project,
        appropriation=appropriation,
        commitments=last[1].commitments if last else None,
        payments=last[1].payments if last else None,
        reported=last[0] if last else None,
        standing=STANDING.get(last[1].state, "") if last else "",
        modifications=modifications,
    )


def _modifications(session: Session, project_ids: Sequence[int], year: int) -> dict[int, list[BudgetModification]]:
    """By project, what changed its money in a year, newest first."""
    query = (
        sa.select(BudgetModification)
        .where(BudgetModification.project_id.in_(project_ids), BudgetModification.year == year)
        .order_by(BudgetModification.id.desc())
        .options(selectinload(BudgetModification.files))
    )
    found: dict[int, list[BudgetModification]] = {}
    for modification in session.scalars(query):
        found.setdefault(modification.project_id, []).append(modification)
    return found


def _last_reports(session: Session, project_ids: Sequence[int], year: int) -> dict[int, tuple[str, BudgetReport]]:
    """By project, what was last reported of it in a year, with its month."""
    query = (
        sa.select(Period.code, BudgetReport)
        .join(Period, Period.id == BudgetReport.period_id)
        .where(BudgetReport.project_id.in_(project_ids), Period.year == year)
        .order_by(Period.code)
    )
    return {report.project_id: (code, report) for code, report in session.execute(query)}


def _change(kept: BudgetModification) -> Change:
    return Change(kept.project_id, kept.kind, kept.amount, kept.act, kept.dated_on, kept.affects_goals)


def is_liaison(session: Session, project: Project, actor: Actor) -> bool:
    """Whether somebody is the planning liaison of the entity that carries a project out."""
    sector = session.get_one(Plan, project.plan_code).sector_code
    return str(Group(LIAISON, sector, project.entity_code)) in actor.groups


def ask(session: Session, engine: ProcessEngine, plan_code: str, project_code: str, *, actor: Actor) -> int:
    """Open the case of a change of a project's money: what its entity's liaison does on the budget page.

    Gives the case. Raises `NotFound` or `Forbidden`.
    """
    query = sa.select(Project).where(Project.plan_code == plan_code, Project.code == project_code)
    project = session.scalar(query)
    if project is None:
        raise NotFound(f"El plan no tiene el proyecto «{project_code}».")
    if not is_liaison(session, project, actor):
        raise Forbidden(f"Registra las modificaciones el enlace de planeación de {project.entity_code}.")
    about = {
        "plan": plan_code,
        "entidad": project.entity_code,
        "proyecto": project_code,
        "vigencia": bogota_day(engine.now()).year,
    }
    return messages.send(session, engine, MESSAGE, f"{plan_code}/{project_code}", about, actor=actor)[0]
