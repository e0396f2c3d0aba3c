"""The quarterly report to SDP/SDH: generated from the months, filed by each entity."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.auditing import recording as auditing
from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.documents.models import StoredFile
from workflows.documents.states import DocumentKind
from workflows.errors import NotFound
from workflows.implementation.models import ExternalReport
from workflows.plan import participants
from workflows.plan.models import Project
from workflows.sectors.models import Entity

SYSTEM_WORDS = {"segplan": "SEGPLAN", "otro_de_sdp": "Otro de la SDP", "sdh": "SDH", "otro": "Otro"}


@dataclass(frozen=True, slots=True)
class Filing:
    """That an entity handed its report in: where, under which number, when, and the receipt."""

    system: str
    number: str
    filed_on: dt.date
    files: Sequence[int] = ()


def months_of(quarter: str) -> list[str]:
    """`2018-T2` → its months: 2018-04, 2018-05, 2018-06."""
    year, _, number = quarter.partition("-T")
    first = (int(number) - 1) * 3 + 1
    return [f"{year}-{month:02}" for month in range(first, first + 3)]


def open_quarter(session: Session, engine: ProcessEngine, plan_code: str, quarter: str, instance_id: int) -> list[str]:
    """Begin the report of every entity with a project; gives their codes. Doing it twice changes nothing.

    What is not frozen now is told as preliminary, whenever the files are made.
    """
    closed = sa.select(Period.code).where(Period.plan_code == plan_code, Period.state == PeriodState.CLOSED)
    frozen = set(session.scalars(closed))
    pending = [month for month in months_of(quarter) if month not in frozen]
    known = {report.entity_code for report in of_quarter(session, plan_code, quarter)}
    entities = _entities(session, plan_code)
    for code in entities:
        if code not in known:
            session.add(
                ExternalReport(
                    plan_code=plan_code,
                    entity_code=code,
                    quarter=quarter,
                    instance_id=instance_id,
                    preliminary=" ".join(pending),
                    generated_at=engine.now(),
                )
            )
    session.flush()
    return entities


def find(session: Session, plan_code: str, entity: str, quarter: str) -> ExternalReport:
    """The report of an entity for a quarter. Raises `NotFound`."""
    for report in of_quarter(session, plan_code, quarter):
        if report.entity_code == entity:
            return report
    raise NotFound(f"{entity} no tiene reporte externo de {quarter}.")


def of_quarter(session: Session, plan_code: str, quarter: str) -> list[ExternalReport]:
    """The reports of a quarter, in the order they were made."""
    query = sa.select(ExternalReport).where(ExternalReport.plan_code == plan_code, ExternalReport.quarter == quarter)
    return list(session.scalars(query.order_by(ExternalReport.id)))


def of_plan(session: Session, plan_code: str, entity: str | None = None) -> list[ExternalReport]:
    """Every report of a plan, newest quarter first."""
    query = sa.select(ExternalReport).where(ExternalReport.plan_code == plan_code)
    if entity is not None:
        query = query.where(ExternalReport.entity_code == entity)
    newest = query.order_by(ExternalReport.quarter.desc(), ExternalReport.id)
    return list(session.scalars(newest.options(selectinload(ExternalReport.files))))


def file(session: Session, engine: ProcessEngine, report: ExternalReport, filing: Filing, *, actor: Actor) -> None:
    """Record that it was handed in."""
    report.system, report.filing_number, report.filed_on = filing.system, filing.number, filing.filed_on
    report.filed_by = actor.id
    report.files = list(session.scalars(sa.select(StoredFile).where(StoredFile.id.in_(filing.files))))
    session.flush()
    told = {"sistema": filing.system, "radicado": filing.number, "fecha": filing.filed_on.isoformat()}
    auditing.record(session, engine.clock, actor, "radicar", (DocumentKind.EXTERNAL_REPORT, str(report.id)), after=told)


def filed_under(session: Session, plan_code: str, system: str, number: str) -> ExternalReport | None:
    """The report that was filed in a system under a number."""
    return session.scalar(
        sa.select(ExternalReport).where(
            ExternalReport.plan_code == plan_code,
            ExternalReport.system == system,
            ExternalReport.filing_number == number,
        )
    )


def _entities(session: Session, plan_code: str) -> list[str]:
    with_projects = sa.select(Project.entity_code).where(Project.plan_code == plan_code)
    query = participants.in_order(plan_code, Entity.code).where(Entity.active, Entity.code.in_(with_projects))
    return list(session.scalars(query))
