"""Who has the open tasks, and who may do them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.tasks import assignment
from engine.tasks.models import TaskCandidate, UserTask
from workflows.people import directory
from workflows.people.groups import Group
from workflows.people.holdings import HELD, in_force, is_away
from workflows.people.models import Person

Task = UserTask | sa.Row[Any]
"""A task, or a row with its `id` and `assignee`; `may_do` reads also what `assignment.barred` does."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a task: a person (`name` in words), or else the `groups` it is offered to (`labels` in words)."""

    username: str | None
    name: str
    groups: Sequence[str]
    labels: Sequence[str]

    @property
    def words(self) -> str:
        """The person, else the groups."""
        return self.name or " o ".join(self.labels) or "Nadie"


def holders(session: Session, tasks: Iterable[Task]) -> Mapping[int, Holder]:
    """By task id, who has each; two statements, and one more where a role is not a shipped one."""
    taken = {task.id: task.assignee for task in tasks}
    offered = _offered(session, taken)
    names = directory.display_names(session, {username for username in taken.values() if username})
    labels = directory.group_names(session, {group for groups in offered.values() for group in groups})
    return {
        task_id: Holder(
            username,
            names[username] if username else "",
            offered.get(task_id, ()),
            [labels[group] for group in offered.get(task_id, ())],
        )
        for task_id, username in taken.items()
    }


def may_do(
    session: Session, tasks: Sequence[Task], held: Mapping[int, Holder], on: dt.date | None = None
) -> Mapping[int, Sequence[str]]:
    """By task id, the names of who is there on a day and may do it: its person, else the members of its groups.

    Whoever did what it checks is not among them.
    """
    kept_out = assignment.barred(session, tasks)
    groups = members_by_group(session, on)
    people = {username: name for username, name in session.execute(_active(Person.username, Person.name, on=on))}
    found = {}
    for task in tasks:
        holder = held[task.id]
        offered = [username for group in holder.groups for username in groups.get(group, ())]
        asked = [holder.username] if holder.username else offered
        able = dict.fromkeys(one for one in asked if one in people and one not in kept_out.get(task.id, ()))
        found[task.id] = [people[one] for one in able]
    return found


def members_by_group(session: Session, on: dt.date | None = None) -> Mapping[str, Sequence[str]]:
    """The active members of every candidate group that has any, by name; on a day who is there, else whenever."""
    query = _active(HELD.c.role_id, HELD.c.sector_code, HELD.c.entity_code, Person.username, on=on)
    found: dict[str, list[str]] = {}
    for role, sector, entity, username in session.execute(
        query.join(HELD, HELD.c.username == Person.username).where(in_force(on, HELD.c)).order_by(Person.name)
    ):
        members = found.setdefault(str(Group(role, sector, entity)), [])
        if username not in members[-1:]:  # held and lent
            members.append(username)
    return found


def _active(*columns: Any, on: dt.date | None) -> sa.Select[Any]:
    return sa.select(*columns).select_from(Person).where(Person.active, ~is_away(on))


def _offered(session: Session, task_ids: Collection[int]) -> Mapping[int, Sequence[str]]:
    query = sa.select(TaskCandidate.task_id, TaskCandidate.group_id).where(TaskCandidate.task_id.in_(task_ids))
    found: dict[int, list[str]] = {}
    for task_id, group in session.execute(query.order_by(TaskCandidate.group_id)):
        found.setdefault(task_id, []).append(group)
    return found
