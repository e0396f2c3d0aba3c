"""How an entity closes its year: what was handed over, what stays in reserve, what the next year takes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.auditing import recording as auditing
from workflows.cycles.models import Period
from workflows.documents.models import StoredFile
from workflows.documents.states import DocumentKind
from workflows.forms.values import as_json
from workflows.implementation.models import ActionPlan, LaggingGoal, YearDelivery
from workflows.indicators.models import Indicator, MonthTarget, YearTarget
from workflows.indicators.states import Annualization
from workflows.monitoring import figures
from workflows.plan.models import Plan


@dataclass(frozen=True, slots=True)
class Lag:
    """An indicator that ended the year short of its target by `amount`, in its unit."""

    indicator: Indicator
    target: Decimal
    executed: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a project handed over, with its files, and what it leaves in reserve, in pesos."""

    project_id: int
    delivery: str
    reserve: Decimal
    files: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class LagDecision:
    """What is done about a lag: `rescheduled` is what the next year takes on, if anything."""

    indicator_id: int
    lag: Decimal
    rescheduled: Decimal | None
    reason: str


def lags(session: Session, plan: ActionPlan) -> list[Lag]:
    """The entity's indicators behind their target at the last month of the year that was opened."""
    month = session.scalar(
        sa.select(sa.func.max(Period.code)).where(Period.plan_code == plan.plan_code, Period.year == plan.year)
    )
    if month is None:
        return []
    found = figures.of_period(session, plan.plan_code, month).indicators
    query = (
        sa.select(Indicator, YearTarget.target)
        .join(YearTarget, YearTarget.indicator_id == Indicator.id)
        .where(Indicator.plan_code == plan.plan_code, Indicator.entity_code == plan.entity_code, Indicator.active)
        .where(YearTarget.year == plan.year, YearTarget.target.is_not(None))
        .order_by(Indicator.position, Indicator.code)
    )
    judged = [
        _lag(row.Indicator, row.target, found[row.Indicator.code].assessment.executed)
        for row in session.execute(query)
        if row.Indicator.code in found
    ]
    return [lag for lag in judged if lag.amount > 0]


def has_next_year(session: Session, plan: ActionPlan) -> bool:
    """Whether the plan has a year after this one."""
    return plan.year < session.get_one(Plan, plan.plan_code).ends_on.year


def close(
    session: Session,
    engine: ProcessEngine,
    plan: ActionPlan,
    delivered: Sequence[Delivered],
    decisions: Sequence[LagDecision],
    *,
    actor: Actor,
) -> None:
    """Keep how the year ended; what is rescheduled is added to the next year's target. Once."""
    if plan.closed_at is not None:
        return
    session.add_all(_delivery(session, plan, one) for one in delivered)
    for decision in decisions:
        session.add(
            LaggingGoal(
                action_plan_id=plan.id,
                indicator_id=decision.indicator_id,
                lag=decision.lag,
                rescheduled=decision.rescheduled,
                reason=decision.reason,
            )
        )
        if decision.rescheduled:
            _reschedule(session, engine, plan, decision, actor)
    plan.closed_by, plan.closed_at = actor.id, engine.now()
    session.flush()
    auditing.record(session, engine.clock, actor, "cerrar_vigencia", (DocumentKind.ACTION_PLAN, str(plan.id)))


def _lag(indicator: Indicator, target: Decimal, executed: Decimal | None) -> Lag:
    reached = executed if executed is not None else indicator.baseline or Decimal(0)
    short = reached - target if indicator.annualization == Annualization.FALLING else target - reached
    return Lag(indicator, target, reached, short)


def _delivery(session: Session, plan: ActionPlan, one: Delivered) -> YearDelivery:
    files = session.scalars(sa.select(StoredFile).where(StoredFile.id.in_(one.files)))
    return YearDelivery(
        action_plan_id=plan.id,
        project_id=one.project_id,
        delivery=one.delivery,
        reserve=one.reserve,
        files=list(files),
    )


def _reschedule(session: Session, engine: ProcessEngine, plan: ActionPlan, decision: LagDecision, actor: Actor) -> None:
    """Add to the next year's target where years add up; a level's next target holds what this year missed already.

    Where the next year is programmed by month, its last month takes it on until the entity programmes anew.
    """
    indicator = session.get_one(Indicator, decision.indicator_id)
    if indicator.annualization != Annualization.SUM or decision.rescheduled is None:
        return
    year = plan.year + 1
    target = session.get(YearTarget, (indicator.id, year)) or YearTarget(indicator_id=indicator.id, year=year)
    before, target.target = target.target, (target.target or Decimal(0)) + decision.rescheduled
    session.add(target)
    december = session.get(MonthTarget, (indicator.id, year, 12))
    if december is not None:
        december.programmed += decision.rescheduled
    auditing.record(
        session,
        engine.clock,
        actor,
        "reprogramar",
        ("indicador", f"{plan.plan_code}/{indicator.code}"),
        reason=decision.reason,
        before={str(year): as_json(before)},
        after={str(year): as_json(target.target)},
    )
