"""The end of a year: what the calendar tells the case that carries out the plan in that year."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.contracts import NUMBER
from engine.identity import SYSTEM
from engine.instances import messages
from engine.instances.correlation import Subscription
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import InstanceState
from workflows.calendar import bogota_day
from workflows.evaluation import evaluations
from workflows.plan.models import Plan

MESSAGE = "vigencia_cerrada"
BRINGS = {"vigencia": NUMBER}
SENT_BY = "Cauce cuando el año termina y su último mes queda cerrado"


def awaited_years(session: Session) -> list[str]:
    """The years whose end somebody waits for: `PES-GOB/2018`."""
    return sorted(session.scalars(sa.select(Subscription.key).where(Subscription.name == MESSAGE).distinct()))


def announce_closed_year(session: Session, engine: ProcessEngine, key: str) -> list[int]:
    """Send `vigencia_cerrada` if that year is closed; gives the cases reached. A second call finds nobody waiting."""
    plan_code, _, year = key.rpartition("/")
    plan = session.get(Plan, plan_code)
    if plan is None or not year.isdecimal() or not is_closed(session, engine, plan, int(year)):
        return []
    return messages.send(session, engine, MESSAGE, key, {"vigencia": int(year)}, actor=SYSTEM)


def announce_closed_years(session: Session, engine: ProcessEngine) -> list[int]:
    """Announce every closed year in one transaction (plays and simulations); gives the cases reached."""
    return [reached for key in awaited_years(session) for reached in announce_closed_year(session, engine, key)]


def is_closed(session: Session, engine: ProcessEngine, plan: Plan, year: int) -> bool:
    """Whether a year is over (or cut short with the plan) and its last month is closed and published."""
    last = min(dt.date(year, 12, 31), plan.ends_on)
    if bogota_day(engine.now()) <= last:
        return False
    codes = [code for code in evaluations.months(session, plan.code, last, 12) if code.startswith(str(year))]
    if evaluations.still_open(session, plan.code, codes):
        return False
    running = sa.select(Instance.id).where(
        Instance.process_key == evaluations.MONTHLY,
        Instance.business_key.in_([f"{plan.code}/f5/{code}" for code in codes]),
        Instance.state == InstanceState.ACTIVE,
    )
    return session.scalar(running.limit(1)) is None
