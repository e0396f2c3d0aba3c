"""At which cut-off a recovery plan is judged: the first that is due on or after its target day."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from workflows.indicators.sheets import Month
from workflows.monitoring import facts
from workflows.plan.models import Plan
from workflows.recovery.models import RecoveryPlan


def on_or_after(session: Session, plan: RecoveryPlan, day: dt.date) -> str:
    """The first due cut-off of the indicator on or after a day (`2018-08`); past the plan's end, its last one."""
    due = _due(session, plan)
    later = [code for code in due if code >= day.strftime("%Y-%m")]
    return next(iter(later), due[-1] if due else day.strftime("%Y-%m"))


def next_after(session: Session, plan: RecoveryPlan, cutoff: str) -> str | None:
    """The due cut-off after this one, if the plan still has one."""
    return next((code for code in _due(session, plan) if code > cutoff), None)


def _due(session: Session, plan: RecoveryPlan) -> list[str]:
    """Every due cut-off of the indicator after the month of its bottleneck, to the end of the plan."""
    followed = session.get_one(Plan, plan.plan_code)
    sheet = facts.sheets_of(session, followed)[plan.indicator_id]
    last: Month = (followed.ends_on.year, followed.ends_on.month)
    return [f"{year}-{month:02}" for year, month in sheet.due_between(facts.read_month(plan.since_period), last)]
