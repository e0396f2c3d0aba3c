"""Money and activities of an entity's month: judged row by row, as its figures are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.auditing import recording as auditing
from workflows.cycles.models import Period
from workflows.monitoring.models import ActivityReport, BudgetReport, Measurement
from workflows.monitoring.states import MeasurementState
from workflows.plan.models import Project, ProjectGoal

Row = BudgetReport | ActivityReport

ACCEPTED = (MeasurementState.VALIDATED, MeasurementState.ENDORSED)
"""States in which a row is no longer written by who reports it."""

MONEY_WORDS = {"appropriation": "apropiación", "commitments": "compromisos", "payments": "giros"}
"""By column, what is told of money."""

KIND = "ejecucion"
"""What the *bitácora* calls the execution of an entity in a month."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What is said of a row; a returned one carries the reason."""

    row: Row
    accepted: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Beyond:
    """`goals`: what the goals of a project told together; `project`: what was told of it, which is less."""

    code: str
    what: str
    goals: Decimal
    project: Decimal


def money(session: Session, period: Period, entity: str) -> list[BudgetReport]:
    """What was reported of the money of its projects, by code."""
    query = (
        sa.select(BudgetReport)
        .join(Project, Project.id == BudgetReport.project_id)
        .where(BudgetReport.period_id == period.id, Project.entity_code == entity)
        .order_by(Project.code)
    )
    return list(session.scalars(query))


def beyond_projects(session: Session, period: Period, entity: str) -> list[Beyond]:
    """Where what the goals of a project told of their own money is more than was told of the project's."""
    goals = (
        sa.select(
            ProjectGoal.project_id,
            *(sa.func.sum(getattr(Measurement, column)).label(column) for column in MONEY_WORDS),
        )
        .join(Measurement, Measurement.indicator_id == ProjectGoal.sheet_id)
        .where(Measurement.period_id == period.id, Measurement.commitments.is_not(None))
        .group_by(ProjectGoal.project_id)
        .subquery()
    )
    query = (
        sa.select(Project.code, BudgetReport, goals)
        .join(BudgetReport, BudgetReport.project_id == Project.id)
        .join(goals, goals.c.project_id == Project.id)
        .where(BudgetReport.period_id == period.id, Project.entity_code == entity)
        .order_by(Project.code)
    )
    pairs = (
        Beyond(row.code, words, getattr(row, column), getattr(row.BudgetReport, column))
        for row in session.execute(query)
        for column, words in MONEY_WORDS.items()
        if getattr(row, column) is not None and getattr(row.BudgetReport, column) is not None
    )
    return [one for one in pairs if one.goals > one.project]


def of_entity(session: Session, period: Period, entity: str) -> list[Row]:
    """Everything reported of the execution of an entity in a month."""
    told = sa.select(ActivityReport).where(ActivityReport.period_id == period.id, ActivityReport.entity_code == entity)
    return [*money(session, period, entity), *session.scalars(told.order_by(ActivityReport.id))]


def is_accepted(row: Row) -> bool:
    """Whether a row may no longer be written: the liaison accepted it."""
    return row.state in ACCEPTED


def sent(row: Row, actor: Actor, at: dt.datetime) -> None:
    """Somebody sends a row, perhaps again: it waits for the liaison."""
    row.state, row.return_reason = MeasurementState.SENT, ""
    row.reported_by, row.reported_at = actor.id, at


def judge(
    session: Session, engine: ProcessEngine, period: Period, entity: str, judged: Sequence[Judged], *, actor: Actor
) -> None:
    """The liaison accepts or returns the rows that wait; of others nothing is said."""
    waiting = [one for one in judged if one.row.state == MeasurementState.SENT]
    states = {id(one.row): MeasurementState.VALIDATED if one.accepted else MeasurementState.RETURNED for one in waiting}
    reasons = [one.reason for one in waiting if one.reason]
    _move(session, engine, period, entity, [one.row for one in waiting], states, actor, " ".join(reasons))
    for one in waiting:
        one.row.return_reason = one.reason
        one.row.validated_by, one.row.validated_at = actor.id, engine.now()


def endorse(session: Session, engine: ProcessEngine, period: Period, entity: str, *, actor: Actor) -> None:
    """The head answers for what the liaison accepted: it counts from now on."""
    accepted = [row for row in of_entity(session, period, entity) if row.state == MeasurementState.VALIDATED]
    states = {id(row): MeasurementState.ENDORSED for row in accepted}
    _move(session, engine, period, entity, accepted, states, actor, "")
    for row in accepted:
        row.endorsed_by, row.endorsed_at = actor.id, engine.now()


def send_back(
    session: Session, engine: ProcessEngine, period: Period, entity: str, reasons: Mapping[Row, str], *, actor: Actor
) -> None:
    """The head gives rows back to the liaison, each with why; only what the liaison accepted can be."""
    back = [row for row in reasons if row.state == MeasurementState.VALIDATED]
    states = {id(row): MeasurementState.SENT for row in back}
    told = " ".join(dict.fromkeys(reasons[row] for row in back))
    _move(session, engine, period, entity, back, states, actor, told)
    for row in back:
        row.return_reason = reasons[row]


def expire(session: Session, engine: ProcessEngine, period: Period, entity: str, *, actor: Actor) -> None:
    """What the head did not endorse in time is looked at again in the late case."""
    accepted = [row for row in of_entity(session, period, entity) if row.state == MeasurementState.VALIDATED]
    states = {id(row): MeasurementState.SENT for row in accepted}
    _move(session, engine, period, entity, accepted, states, actor, "")


def to_correct(session: Session, period: Period, entity: str) -> list[str]:
    """Who reported the rows that came back."""
    returned = [row for row in of_entity(session, period, entity) if row.state == MeasurementState.RETURNED]
    return list(dict.fromkeys(row.reported_by for row in returned))


def is_missing(session: Session, period: Period, entity: str) -> bool:
    """Whether money is still to come: a project nobody told of, or a row that came back."""
    told = sa.and_(BudgetReport.project_id == Project.id, BudgetReport.period_id == period.id)
    query = (
        sa.select(Project.id)
        .outerjoin(BudgetReport, told)
        .where(Project.plan_code == period.plan_code, Project.entity_code == entity)
        .where(sa.or_(BudgetReport.id.is_(None), BudgetReport.state == MeasurementState.RETURNED))
    )
    returned = sa.select(ActivityReport.id).where(
        ActivityReport.period_id == period.id,
        ActivityReport.entity_code == entity,
        ActivityReport.state == MeasurementState.RETURNED,
    )
    return bool(session.scalar(sa.select(sa.or_(query.exists(), returned.exists()))))


def _move(
    session: Session,
    engine: ProcessEngine,
    period: Period,
    entity: str,
    rows: Sequence[Row],
    states: Mapping[int, MeasurementState],
    actor: Actor,
    reason: str,
) -> None:
    """Give rows their new states, and write down one entry for all of them."""
    before = {_name(row): row.state.value for row in rows}
    for row in rows:
        row.state = states[id(row)]
    session.flush()
    if not rows:
        return
    auditing.record(
        session,
        engine.clock,
        actor,
        "juzgar_ejecucion",
        (KIND, f"{period.plan_code}/{period.code}/{entity}"),
        reason=reason,
        before=before,
        after={_name(row): row.state.value for row in rows},
    )


def _name(row: Row) -> str:
    return f"proyecto {row.project_id}" if isinstance(row, BudgetReport) else f"actividad {row.activity_id}"
