"""Two users turn out to be one person: one goes on, the other keeps its past."""

from __future__ import annotations

from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.states import UserTaskState
from engine.tasks import commands
from engine.tasks.models import UserTask
from workflows.auditing import recording as auditing
from workflows.errors import Conflict, Refused
from workflows.indicators.models import Indicator
from workflows.people import directory
from workflows.people.groups import Group
from workflows.people.models import Person, PersonRole

REASON = "{} y {} son la misma persona."


@dataclass(frozen=True, slots=True)
class Merged:
    """What passed to the user that goes on."""

    roles: int
    tasks: int
    indicators: int


def merge(session: Session, engine: ProcessEngine, gone: str, into: str, *, actor: Actor) -> Merged:
    """Let `into` go on for both: it takes the roles, the open tasks and the indicators of `gone`, which is deactivated.

    What `gone` did stays under its name. Raises `NotFound`, `Refused` (the same user twice, or one that has left),
    `Conflict` (an indicator would be reported and reviewed by one person).
    """
    going, staying = directory.person(session, gone), directory.person(session, into)
    if gone == into:
        raise Refused("Elija a otra persona: es la misma.")
    if not staying.active:
        raise Refused(f"{staying.name} está desactivada. Actívela antes, o una al revés.")
    indicators = _take_indicators(session, gone, into)
    before = {one.username: {"roles": sorted(map(_place, one.roles)), "activa": one.active} for one in (going, staying)}
    roles = _take_roles(going, staying)
    session.flush()
    tasks = _take_tasks(session, engine, going, staying, actor)
    going.active = False
    for username, other in ((gone, into), (into, gone)):
        after = {"sigue": into, "con": other, "roles": roles, "tareas": tasks, "indicadores": indicators}
        target = ("persona", username)
        auditing.record(session, engine.clock, actor, "unir_personas", target, before=before[username], after=after)
    session.flush()
    return Merged(roles, tasks, indicators)


def _place(one: PersonRole) -> str:
    return str(Group(one.role_id, one.sector_code, one.entity_code))


def _take_roles(going: Person, staying: Person) -> int:
    """Roles that both hold keep the days of who stays."""
    held = {(one.role_id, one.sector_code, one.entity_code) for one in staying.roles}
    taken = [one for one in going.roles if (one.role_id, one.sector_code, one.entity_code) not in held]
    staying.roles += [
        PersonRole(
            role_id=one.role_id,
            sector_code=one.sector_code,
            entity_code=one.entity_code,
            since=one.since,
            until=one.until,
        )
        for one in taken
    ]
    going.roles = []
    return len(taken)


def _take_tasks(session: Session, engine: ProcessEngine, going: Person, staying: Person, actor: Actor) -> int:
    query = (
        sa.select(UserTask.id, Instance.tenant)
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(UserTask.state == UserTaskState.OPEN, UserTask.assignee == going.username)
        .order_by(UserTask.id)
    )
    found = session.execute(query).all()
    reason = REASON.format(going.username, staying.username)
    for task_id, tenant in found:
        # Whoever may close an account may pass on all that it leaves behind.
        acting = replace(actor, supervises=actor.supervises | {tenant})
        commands.reassign(session, engine, task_id, actor=acting, to=staying.username, reason=reason)
    return len(found)


def _take_indicators(session: Session, gone: str, into: str) -> int:
    answers = sa.or_(Indicator.reports == gone, Indicator.reviews == gone, Indicator.substitute == gone)
    found = session.scalars(sa.select(Indicator).where(answers).order_by(Indicator.code)).all()
    for one in found:
        for field in ("reports", "reviews", "substitute"):
            if getattr(one, field) == gone:
                setattr(one, field, into)
        if one.substitute == one.reports:
            one.substitute = None
    both = [one.code for one in found if one.reports is not None and one.reports == one.reviews]
    if both:
        raise Conflict(
            f"Quedaría reportando y revisando lo mismo: {', '.join(both[:5])}. Cambie antes quién revisa esos "
            "indicadores."
        )
    return len(found)
