"""What is told each month of the activities of the action plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.cycles.models import Period
from workflows.implementation.models import ActionPlan, PlannedActivity
from workflows.implementation.states import ActionPlanState
from workflows.monitoring import execution_rows
from workflows.monitoring.models import ActivityReport


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """An activity that runs in a month, what is programmed for it then, and what was reported of it, if anything."""

    activity: PlannedActivity
    programmed: Decimal | None
    kept: ActivityReport | None


@dataclass(frozen=True, slots=True)
class ReportedActivity:
    """What is told of an activity in a month; `executed` in the indicator's unit."""

    activity_id: int
    executed: Decimal
    milestone_met: bool
    delivery: str = ""


def of_month(session: Session, period: Period, entity: str) -> list[ActivityRow]:
    """The activities of the entity's approved action plan that run in the month, in their order."""
    told = sa.and_(ActivityReport.activity_id == PlannedActivity.id, ActivityReport.period_id == period.id)
    query = (
        sa.select(PlannedActivity, ActivityReport)
        .join(ActionPlan, ActionPlan.id == PlannedActivity.action_plan_id)
        .outerjoin(ActivityReport, told)
        .where(
            ActionPlan.plan_code == period.plan_code,
            ActionPlan.entity_code == entity,
            ActionPlan.year == period.year,
            ActionPlan.state == ActionPlanState.APPROVED,
            PlannedActivity.starts_on <= period.cutoff_on,
            PlannedActivity.ends_on >= period.cutoff_on.replace(day=1),
        )
        .order_by(PlannedActivity.position)
    )
    query = query.options(selectinload(PlannedActivity.months), selectinload(PlannedActivity.indicator))
    return [_row(row.PlannedActivity, row.ActivityReport, period) for row in session.execute(query)]


def report(
    session: Session,
    engine: ProcessEngine,
    period: Period,
    entity: str,
    *,
    actor: Actor,
    rows: Sequence[ReportedActivity],
) -> None:
    """Keep what was told; a second report of the same month replaces the first, but for what was accepted."""
    for row in rows:
        kept = _kept(session, row.activity_id, period) or ActivityReport(
            activity_id=row.activity_id, period_id=period.id, entity_code=entity
        )
        if execution_rows.is_accepted(kept):
            continue
        kept.executed, kept.milestone_met, kept.delivery = row.executed, row.milestone_met, row.delivery
        execution_rows.sent(kept, actor, engine.now())
        session.add(kept)
    session.flush()


def deliveries(session: Session, plan: ActionPlan, project_id: int) -> list[str]:
    """What the months told of as handed over by a project of an action plan, oldest first."""
    query = (
        sa.select(ActivityReport.delivery)
        .join(PlannedActivity, PlannedActivity.id == ActivityReport.activity_id)
        .where(PlannedActivity.action_plan_id == plan.id, PlannedActivity.project_id == project_id)
        .where(ActivityReport.delivery != "")
        .order_by(ActivityReport.period_id, PlannedActivity.position)
    )
    return list(dict.fromkeys(session.scalars(query)))


def _row(activity: PlannedActivity, kept: ActivityReport | None, period: Period) -> ActivityRow:
    programmed = {month.month: month.programmed for month in activity.months}.get(period.month)
    return ActivityRow(activity, programmed, kept)


def _kept(session: Session, activity_id: int, period: Period) -> ActivityReport | None:
    return session.scalar(
        sa.select(ActivityReport).where(
            ActivityReport.activity_id == activity_id, ActivityReport.period_id == period.id
        )
    )
