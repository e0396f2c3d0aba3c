"""Two users turn out to be one person: one goes on, the other keeps its past."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
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
from workflows.calendar import bogota_day
from workflows.errors import Conflict, Refused
from workflows.forms.models import FormDraft
from workflows.forms.submissions import Forms
from workflows.lifecycle import answering
from workflows.lifecycle.answering import Duty
from workflows.lifecycle.handing_over import give_draft
from workflows.people import directory
from workflows.people.groups import Group
from workflows.people.models import Person, PersonRole
from workflows.plan.models import Plan
from workflows.plan.states import PlanState

REASON = "{} y {} son la misma persona."
MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Merged:
    """What passed to the user that goes on; `duties`: what they answer for, by the title of its kind."""

    roles: int
    tasks: int
    duties: Mapping[str, Sequence[str]]


def merge(session: Session, engine: ProcessEngine, forms: Forms, gone: str, into: str, *, actor: Actor) -> Merged:
    """Let `into` go on for both: it takes the roles, open tasks, drafts and duties of `gone`, which is deactivated.

    What `gone` did stays under its name. Raises `NotFound`, `Refused` (the same user twice, or one that has left),
    `Conflict` (something would be reported and reviewed by one person).
    """
    going, staying = directory.person(session, gone), directory.person(session, into)
    if gone == into:
        raise Refused("Elija a otra persona: es la misma.")
    if not staying.active:
        raise Refused(f"{staying.name} está desactivada. Actívela antes, o una al revés.")
    duties = _take_duties(session, gone, into, bogota_day(engine.now()))
    before = {one.username: {"roles": sorted(map(_place, one.roles)), "activa": one.active} for one in (going, staying)}
    roles = _take_roles(going, staying)
    session.flush()
    tasks = _take_tasks(session, engine, forms, going, staying, actor)
    going.active = False
    for username, other in ((gone, into), (into, gone)):
        after = {"sigue": into, "con": other, "roles": roles, "tareas": tasks, "responde": duties}
        target = ("persona", username)
        auditing.record(session, engine.clock, actor, "unir_personas", target, before=before[username], after=after)
    session.flush()
    return Merged(roles, tasks, duties)


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


def _take_tasks(
    session: Session, engine: ProcessEngine, forms: Forms, going: Person, staying: Person, actor: Actor
) -> int:
    """Each goes on with what was written in it."""
    query = (
        sa.select(UserTask.id, Instance.tenant)
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(UserTask.state == UserTaskState.OPEN, UserTask.assignee == going.username)
        .order_by(UserTask.id)
    )
    found = session.execute(query).all()
    reason, taking = REASON.format(going.username, staying.username), directory.actor(session, staying.username)
    drafts = set(session.scalars(sa.select(FormDraft.task_id).where(FormDraft.username == going.username)))
    for task_id, tenant in found:
        # Whoever may close an account may pass on all that it leaves behind.
        acting = replace(actor, supervises=actor.supervises | {tenant})
        commands.reassign(session, engine, task_id, actor=acting, to=staying.username, reason=reason)
        if task_id in drafts:
            give_draft(session, engine, forms, task_id, going.username, taking)
    return len(found)


def _take_duties(session: Session, gone: str, into: str, today: dt.date) -> Mapping[str, Sequence[str]]:
    """All that is not over; what it was about, by the title of its kind."""
    plans = session.scalars(sa.select(Plan.code).where(Plan.state != PlanState.CLOSED)).all()
    taken: dict[str, list[str]] = {}
    clashes = []
    for duty in answering.of_person(session, gone, plans, today):
        taken.setdefault(duty.kind.title, []).append(duty.words)
        duty.give(into)
        _leave_once(duty)
        if clash := replace(duty, columns=()).clash(into):
            clashes.append(f"{duty.words}, {clash}")
    if clashes:
        told = "; ".join(clashes[:MOST_TOLD])
        raise Conflict(f"{into} no puede seguir con todo todavía. De {told}. Cambie antes quién responde por eso.")
    return taken


def _leave_once(duty: Duty) -> None:
    """Nobody stands in for themselves, nor supports themselves: that place is free then, where it may be."""
    for second, first in (("substitute", "reports"), ("support", "responsible")):
        columns = duty.kind.model.__table__.c
        if second not in columns or not columns[second].nullable:
            continue
        if getattr(duty.row, second) == getattr(duty.row, first):
            setattr(duty.row, second, None)
