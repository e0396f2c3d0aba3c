"""How far the actions of recovery plans are, month by month, as told in the report of the month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.cycles.models import Period
from workflows.documents.models import StoredFile
from workflows.monitoring import periods
from workflows.recovery.models import RecoveryAction, RecoveryPlan, RecoveryProgress
from workflows.recovery.states import RecoveryState


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action that waits for its progress of the month, and what was reported of it in this month, if anything."""

    action: RecoveryAction
    plan: RecoveryPlan
    kept: RecoveryProgress | None


@dataclass(frozen=True, slots=True)
class ReportedAction:
    """What is told of an action: how far it is (0–100), what was done, and the files that show it."""

    action_id: int
    percentage: Decimal
    note: str
    files: Sequence[int] = ()


def rows_of(session: Session, period: Period, entity: str, responsible: str) -> list[ActionRow]:
    """The open actions that a person tells of in this month's report.

    Who answers for an action tells of it. Where they have no report of their own this month, the indicator's
    responsible does; else the first who reports in the entity: nobody is sent a form for one action.
    """
    actions = _open_actions(session, period, entity)
    reporting = _reporting(session, period, entity) if actions else {}
    rows = []
    for action, plan in actions:
        own = reporting.get(plan.indicator_id)
        teller = action.responsible if action.responsible in reporting.values() else own
        if (teller or next(iter(reporting.values()), None)) == responsible:
            rows.append(ActionRow(action, plan, _kept(session, action, period)))
    return rows


def report(
    session: Session, engine: ProcessEngine, period: Period, *, actor: Actor, rows: Sequence[ReportedAction]
) -> None:
    """Keep what was told; a second report of the same month replaces the first."""
    for row in rows:
        action = session.get_one(RecoveryAction, row.action_id)
        kept = _kept(session, action, period) or RecoveryProgress(action_id=action.id, period_id=period.id)
        kept.percentage, kept.note = row.percentage, row.note
        kept.reported_by, kept.reported_at = actor.id, engine.now()
        kept.files = list(session.scalars(sa.select(StoredFile).where(StoredFile.id.in_(row.files))))
        session.add(kept)
        if not action.done:
            action.percentage = row.percentage
    session.flush()


def _reporting(session: Session, period: Period, entity: str) -> dict[int, str]:
    """Who reports each indicator due, in the order of the plan."""
    return {row.indicator_id: row.reports for row in periods.rows_due(session, period, entity=entity) if row.reports}


_OPEN_ACTIONS = (
    sa.select(RecoveryAction, RecoveryPlan)
    .join(RecoveryPlan, RecoveryPlan.id == RecoveryAction.recovery_plan_id)
    .where(
        RecoveryPlan.plan_code == sa.bindparam("plan_code"),
        RecoveryPlan.entity_code == sa.bindparam("entity"),
        RecoveryPlan.state == RecoveryState.RUNNING,
        RecoveryAction.round == RecoveryPlan.round,
        RecoveryAction.done.is_(False),
    )
    .order_by(RecoveryPlan.id, RecoveryAction.position)
)


def _open_actions(session: Session, period: Period, entity: str) -> list[tuple[RecoveryAction, RecoveryPlan]]:
    found = session.execute(_OPEN_ACTIONS, {"plan_code": period.plan_code, "entity": entity})
    return [(row.RecoveryAction, row.RecoveryPlan) for row in found]


def _kept(session: Session, action: RecoveryAction, period: Period) -> RecoveryProgress | None:
    return session.scalar(
        sa.select(RecoveryProgress).where(
            RecoveryProgress.action_id == action.id, RecoveryProgress.period_id == period.id
        )
    )
