"""Who has a task passes it to a colleague who could do it too."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from engine.errors import NotAllowed, UnknownTask
from engine.identity import Actor
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from engine.tasks import assignment, commands
from engine.tasks.models import UserTask
from workflows.calendar import bogota_day
from workflows.errors import Refused
from workflows.people import directory
from workflows.people.assigning import ensure_may_be_given
from workflows.people.models import Person

NOT_A_COLLEAGUE = "{} no es del grupo de esta tarea. Elija a una persona del grupo, o pídalo a la coordinación."


def pass_on(session: Session, engine: ProcessEngine, task_id: int, *, to: str, reason: str, actor: Actor) -> UserTask:
    """Give a task to another person: who supervises to anybody of the sector, who has it within its groups.

    Raises `NotAllowed`, `FourEyes`, `Refused` (somebody else), `Invalid` (no reason), `TaskAlreadyCompleted`.
    """
    task = session.get(UserTask, task_id)
    if task is None:
        raise UnknownTask(task_id=task_id)
    today, sector = bogota_day(engine.now()), session.get_one(Instance, task.instance_id).tenant
    if actor.may_supervise(sector):
        ensure_may_be_given(session, to, sector, today)
        return commands.reassign(session, engine, task_id, actor=actor, to=to, reason=reason)
    if task.assignee != actor.id:
        raise NotAllowed(task_id=task_id)
    if all(one.username != to for one in colleagues(session, task, actor, today)):
        raise Refused(NOT_A_COLLEAGUE.format(directory.person(session, to).name))
    return commands.reassign(session, engine, task_id, actor=actor, to=to, reason=reason, passes_on=True)


def colleagues(session: Session, task: UserTask, actor: Actor, on: dt.date) -> list[Person]:
    """The others of the groups of a task who are there on a day and did not do what it checks."""
    kept_out = {actor.id, *assignment.barred(session, [task]).get(task.id, ())}
    found = {
        person.username: person
        for group in assignment.groups_of(session, task.id)
        for person in directory.members(session, group, on)
    }
    return sorted((one for name, one in found.items() if name not in kept_out), key=lambda one: one.name)
