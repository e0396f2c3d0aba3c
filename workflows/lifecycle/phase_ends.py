"""The end of implementation and follow-up: what the calendar tells the case that carries a plan's whole life.

Both phases live in short cases that the calendar opens; the plan's own case only waits for the last of them.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.contracts import Datum
from engine.identity import SYSTEM
from engine.instances import messages
from engine.instances.correlation import Subscription
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import InstanceState
from workflows.lifecycle import year_end
from workflows.lifecycle.phases import PHASE_OF_CASE
from workflows.plan.models import Plan

MESSAGES = {"fase_4_cerrada": 4, "fase_5_cerrada": 5}
BRINGS: dict[str, Datum] = {}
SENT_BY = "Cauce cuando el último mes del plan queda cerrado y no hay procesos de la fase en curso"


def awaited(session: Session) -> list[str]:
    """The ends somebody waits for, with their plan: `fase_5_cerrada/PES-GOB`."""
    query = sa.select(Subscription.name, Subscription.key).where(Subscription.name.in_(MESSAGES)).distinct()
    return sorted(f"{name}/{plan_code}" for name, plan_code in session.execute(query))


def announce(session: Session, engine: ProcessEngine, key: str) -> list[int]:
    """Send the message if its phase is over; gives the cases reached. A second call finds nobody waiting."""
    name, _, plan_code = key.partition("/")
    plan = session.get(Plan, plan_code)
    if plan is None or not is_over(session, engine, plan, MESSAGES[name]):
        return []
    return messages.send(session, engine, name, plan_code, {}, actor=SYSTEM)


def announce_all(session: Session, engine: ProcessEngine) -> list[int]:
    """Announce every phase that is over in one transaction (plays and simulations); gives the cases reached."""
    return [reached for key in awaited(session) for reached in announce(session, engine, key)]


def is_over(session: Session, engine: ProcessEngine, plan: Plan, phase: int) -> bool:
    """Whether the plan's last year is closed and no case of that phase goes on."""
    if not year_end.is_closed(session, engine, plan, plan.ends_on.year):
        return False
    processes = [process for process, number in PHASE_OF_CASE.items() if number == phase]
    going_on = sa.select(Instance.id).where(
        Instance.scope == plan.code, Instance.process_key.in_(processes), Instance.state == InstanceState.ACTIVE
    )
    return session.scalar(going_on.limit(1)) is None
