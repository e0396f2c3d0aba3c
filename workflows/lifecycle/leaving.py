"""Somebody leaves: they may no longer sign in, their tasks go on, and what they answered for finds somebody else."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.contracts import NUMBER, TEXT
from engine.errors import NoMessageReceiver
from engine.identity import Actor
from engine.instances import messages
from engine.runtime import ProcessEngine
from engine.states import UserTaskState
from engine.tasks import assignment, commands
from engine.tasks.models import UserTask
from workflows.auditing import recording as auditing
from workflows.calendar import bogota_day
from workflows.errors import Conflict, Refused
from workflows.indicators.models import Indicator
from workflows.people import directory
from workflows.plan.models import Plan
from workflows.plan.states import PlanState

MESSAGE = "responsable_inactivo"
FOLLOWED = (PlanState.ADOPTED, PlanState.IN_FORCE)
BRINGS = {"plan": TEXT, "persona": TEXT, "vigencia": NUMBER}
SENT_BY = "Cauce cuando una persona deja su cargo"
REASON = "{} dejó el cargo."


@dataclass(frozen=True, slots=True)
class Departure:
    """What a departure set off: tasks handed over or given back, and the cases that name somebody else."""

    handed_over: int
    given_back: int
    cases: tuple[int, ...]


def leave(
    session: Session, engine: ProcessEngine, username: str, *, actor: Actor, successor: str | None = None
) -> Departure:
    """Deactivate a person. Their open tasks go to `successor`, else back to the groups they were offered to.

    Opens a case per plan in which they answer for an indicator (`responsable_inactivo`). Raises `NotFound`,
    `Conflict` (has left already), `Refused` (a successor who left too).
    """
    person = directory.person(session, username)
    if not person.active:
        raise Conflict(f"{person.name} ya estaba fuera.")
    if successor is not None and (successor == username or not directory.person(session, successor).active):
        raise Refused("Elija como reemplazo a otra persona, que esté activa.")
    person.active = False
    after = {"reemplazo": successor} if successor else {}
    auditing.record(session, engine.clock, actor, "desactivar", ("persona", username), after=after)
    session.flush()
    handed, given = _pass_on(session, engine, username, actor, successor, REASON.format(person.name))
    return Departure(handed, given, tuple(_ask_for_others(session, engine, username, actor)))


def _pass_on(
    session: Session, engine: ProcessEngine, username: str, actor: Actor, successor: str | None, reason: str
) -> tuple[int, int]:
    held = session.scalars(
        sa.select(UserTask).where(UserTask.state == UserTaskState.OPEN, UserTask.assignee == username)
    ).all()
    handed = given = 0
    for task in held:
        if successor is not None:
            commands.reassign(session, engine, task.id, actor=actor, to=successor, reason=reason)
            handed += 1
        elif assignment.groups_of(session, task.id):
            commands.release(session, engine, task.id, actor=actor)
            given += 1
    return handed, given


def _ask_for_others(session: Session, engine: ProcessEngine, username: str, actor: Actor) -> list[int]:
    """Open the case that finds others, in each plan under way."""
    answers = sa.or_(Indicator.reports == username, Indicator.reviews == username, Indicator.substitute == username)
    plans = sa.select(Plan.code).join(Indicator, Indicator.plan_code == Plan.code)
    plans = plans.where(Plan.state.in_(FOLLOWED), Indicator.active, answers).distinct().order_by(Plan.code)
    year = bogota_day(engine.now()).year
    opened: list[int] = []
    for plan in session.scalars(plans).all():
        said = {"plan": plan, "persona": username, "vigencia": year}
        try:
            opened += messages.send(session, engine, MESSAGE, f"{plan}/{username}", said, actor=actor)
        except NoMessageReceiver:
            continue  # a house that follows no indicators has published no such process
    return opened
