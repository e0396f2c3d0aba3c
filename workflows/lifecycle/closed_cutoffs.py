"""The end of a cut-off: what the calendar tells the cases that wait for its figures."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.contracts import TEXT
from engine.identity import SYSTEM
from engine.instances import messages
from engine.instances.correlation import Subscription
from engine.runtime import ProcessEngine
from workflows.calendar import month_end
from workflows.cycles.models import Period
from workflows.cycles.states import PeriodState
from workflows.evaluation import evaluations
from workflows.plan.models import Plan

MESSAGE = "corte_cerrado"
BRINGS = {"corte_cerrado": TEXT}
SENT_BY = "Cauce cuando el corte queda cerrado"


def awaited(session: Session) -> list[str]:
    """The cut-offs somebody waits for: `PES-GOB/2018-08`."""
    return sorted(session.scalars(sa.select(Subscription.key).where(Subscription.name == MESSAGE).distinct()))


def announce(session: Session, engine: ProcessEngine, key: str) -> list[int]:
    """Send `corte_cerrado` while that month is closed, or will never be; gives the cases reached.

    A second call finds nobody waiting.
    """
    plan_code, _, code = key.rpartition("/")
    plan = session.get(Plan, plan_code)
    if plan is None or not (is_closed(session, plan, code) or not is_to_come(session, plan, code)):
        return []
    return messages.send(session, engine, MESSAGE, key, {MESSAGE: code}, actor=SYSTEM)


def announce_all(session: Session, engine: ProcessEngine) -> list[int]:
    """Announce every closed cut-off in one transaction (plays and simulations); gives the cases reached."""
    return [reached for key in awaited(session) for reached in announce(session, engine, key)]


def is_closed(session: Session, plan: Plan, code: str) -> bool:
    """Whether a month of a plan is frozen."""
    query = sa.select(Period.id).where(
        Period.plan_code == plan.code, Period.code == code, Period.state == PeriodState.CLOSED
    )
    return session.scalar(query) is not None


def is_to_come(session: Session, plan: Plan, code: str) -> bool:
    """Whether the plan follows that month: it was not skipped, nor cut off with an early end."""
    last_day: dt.date = month_end(int(code[:4]), int(code[5:]))
    return code in evaluations.months(session, plan.code, last_day, 1)
