"""Somebody leaves: they may no longer sign in, their tasks go on, and what they answered for finds somebody else."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.contracts import NUMBER, TEXT
from engine.errors import NoMessageReceiver
from engine.identity import Actor
from engine.instances import messages
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import UserTaskState
from engine.tasks import assignment, commands
from engine.tasks.models import UserTask
from workflows.auditing import recording as auditing
from workflows.calendar import bogota_day
from workflows.errors import Conflict, Refused
from workflows.indicators.models import Indicator
from workflows.people import directory
from workflows.people.assigning import may_be_given
from workflows.people.models import Person
from workflows.plan.models import Plan
from workflows.plan.states import PlanState
from workflows.sectors.models import Sector

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

    So do those of a sector in which the successor does not work. Opens a case per plan in which they answer for an
    indicator (`responsable_inactivo`). Raises `NotFound`, `Conflict` (has left already), `Refused` (a successor who
    left too, or a person who works in sectors that the actor does not supervise).
    """
    person = directory.person(session, username)
    _ensure_of_own_sectors(session, person, actor)
    if not person.active:
        raise Conflict(f"{person.name} ya estaba fuera.")
    if successor is not None and (successor == username or not directory.person(session, successor).active):
        raise Refused("Elija como reemplazo a otra persona, que esté activa.")
    person.active = False
    after = {"activa": False, **({"reemplazo": successor} if successor else {})}
    auditing.record(
        session, engine.clock, actor, "desactivar", ("persona", username), before={"activa": True}, after=after
    )
    session.flush()
    handed, given = _pass_on(session, engine, username, actor, successor, REASON.format(person.name))
    return Departure(handed, given, tuple(ask_for_others(session, engine, username, actor)))


def _ensure_of_own_sectors(session: Session, person: Person, actor: Actor) -> None:
    """Whoever administers the installation (supervises what is of no sector) may; others, of their sectors only."""
    if actor.is_system or actor.may_supervise(""):
        return
    others = {role.sector_code for role in person.roles} - actor.supervises
    if others:
        names = session.scalars(sa.select(Sector.name).where(Sector.code.in_(others)).order_by(Sector.name)).all()
        where = f"en {' y '.join(names)}" if names else "en la instalación"
        raise Refused(
            f"{person.name} también tiene roles {where}. Quítele los de su sector, o pida a quien administra la "
            "instalación que cierre su acceso."
        )


def _pass_on(
    session: Session, engine: ProcessEngine, username: str, actor: Actor, successor: str | None, reason: str
) -> tuple[int, int]:
    held = session.execute(
        sa.select(UserTask, Instance.tenant)
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(UserTask.state == UserTaskState.OPEN, UserTask.assignee == username)
    ).all()
    handed = given = 0
    for task, tenant in held:
        # Whoever may close somebody's access may pass on all that it leaves behind.
        acting = replace(actor, supervises=actor.supervises | {tenant})
        if successor is not None and may_be_given(session, successor, tenant, bogota_day(engine.now())):
            commands.reassign(session, engine, task.id, actor=acting, to=successor, reason=reason)
            handed += 1
        elif assignment.groups_of(session, task.id):
            commands.release(session, engine, task.id, actor=acting)
            given += 1
    return handed, given


def ask_for_others(session: Session, engine: ProcessEngine, username: str, actor: Actor, sector: str = "") -> list[int]:
    """Open the case that finds others for what somebody answers for, in each plan under way (of one sector)."""
    answers = sa.or_(Indicator.reports == username, Indicator.reviews == username, Indicator.substitute == username)
    plans = sa.select(Plan.code).join(Indicator, Indicator.plan_code == Plan.code)
    plans = plans.where(Plan.state.in_(FOLLOWED), Indicator.active, answers).distinct().order_by(Plan.code)
    if sector:
        plans = plans.where(Plan.sector_code == sector)
    year = bogota_day(engine.now()).year
    opened: list[int] = []
    for plan in session.scalars(plans).all():
        said = {"plan": plan, "persona": username, "vigencia": year}
        try:
            opened += messages.send(session, engine, MESSAGE, f"{plan}/{username}", said, actor=actor)
        except NoMessageReceiver:
            continue  # a house that follows no indicators has published no such process
    return opened
