"""Who a task can be given to: first the people of its roles, then its entity's, then its sector's."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from engine.instances.models import Instance
from engine.tasks.assignment import barred, groups_of
from engine.tasks.models import UserTask
from workflows.people import directory
from workflows.people.models import Person

Group = tuple[str, list[Person]]


def candidates(session: Session, task: UserTask, on: dt.date) -> list[Group]:
    """The active people of a day in groups with a heading, each once; without whoever has it or did what it checks."""
    sector, entity = tenant_of(session, task), str(task.variables.get("entidad") or "")
    groups = [
        (directory.group_name(session, group), directory.members(session, group, on))
        for group in sorted(groups_of(session, task.id))
    ]
    if entity:
        groups.append((f"Otras personas de {entity}", directory.everybody(session, sector, entity)))
    groups.append(("Otras personas del sector", directory.everybody(session, sector)))
    return _once(groups, {task.assignee, *barred(session, [task]).get(task.id, ())})


def tenant_of(session: Session, task: UserTask) -> str:
    """The sector whose task it is."""
    return session.get_one(Instance, task.instance_id).tenant


def _once(groups: list[Group], left_out: set[str | None]) -> list[Group]:
    seen = left_out
    kept = []
    for heading, people in groups:
        fresh = [person for person in people if person.username not in seen]
        seen |= {one.username for one in fresh}
        if fresh:
            kept.append((heading, fresh))
    return kept
