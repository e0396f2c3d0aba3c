"""Lists of tasks. They read rows only, never a case, and cost the same however many tasks there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.instances.models import Instance
from engine.states import UserTaskState
from engine.tasks.models import TaskCandidate, UserTask

COUNTED = 1000
"""Counts stop here: what is more is shown as more, and costs nothing."""

Cursor = tuple[dt.datetime | None, int]
"""Where a page ended: the moment it is sorted by, and the task's id."""

_COLUMNS = (
    UserTask.id,
    UserTask.instance_id,
    UserTask.process_key,
    UserTask.element_id,
    UserTask.name,
    UserTask.form_key,
    UserTask.properties,
    UserTask.variables,
    UserTask.context,
    UserTask.state,
    UserTask.assignee,
    UserTask.priority,
    UserTask.created_at,
    UserTask.due_at,
    UserTask.completed_at,
    UserTask.completed_by,
)


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A task in a list, with the case it belongs to. `case_process_key` is the process of the case."""

    id: int
    instance_id: int
    process_key: str
    element_id: str
    name: str
    form_key: str | None
    properties: Mapping[str, Any]
    variables: Mapping[str, Any]
    context: Mapping[str, Any]
    state: str
    assignee: str | None
    priority: int
    created_at: dt.datetime
    due_at: dt.datetime | None
    completed_at: dt.datetime | None
    completed_by: str | None
    instance_name: str
    business_key: str
    scope: str | None
    case_process_key: str
    suspended_at: dt.datetime | None = None

    @property
    def cursor(self) -> Cursor:
        """`after` for the page that follows this row."""
        return (self.completed_at if self.state == UserTaskState.COMPLETED else self.due_at, self.id)


def mine(session: Session, actor: Actor, *, limit: int = 50, after: Cursor | None = None) -> list[InboxRow]:
    """The actor's open tasks, nearest deadline first, those without one last."""
    condition = (UserTask.assignee == actor.id) & (UserTask.state == UserTaskState.OPEN)
    return _by_deadline(session, sa.select(UserTask.id).where(condition), (UserTask.due_at, UserTask.id), limit, after)


def of_groups(session: Session, actor: Actor, *, limit: int = 50, after: Cursor | None = None) -> list[InboxRow]:
    """The open tasks that nobody took yet and that are offered to a group of the actor, nearest deadline first."""
    found: dict[int, InboxRow] = {}
    for group in sorted(actor.groups):
        query = (
            sa.select(TaskCandidate.task_id)
            .join(UserTask, TaskCandidate.task_id == UserTask.id)
            .where(TaskCandidate.group_id == group, UserTask.state == UserTaskState.OPEN, UserTask.assignee.is_(None))
        )
        key = (TaskCandidate.due_at, TaskCandidate.task_id)
        found.update((row.id, row) for row in _by_deadline(session, query, key, limit, after))
    return sorted(found.values(), key=lambda row: (row.due_at is None, row.due_at, row.id))[:limit]


def finished_by(session: Session, actor: Actor, *, limit: int = 50, after: Cursor | None = None) -> list[InboxRow]:
    """The tasks the actor completed, newest first."""
    query = sa.select(UserTask.id).where(UserTask.completed_by == actor.id)
    if after is not None and after[0] is not None:
        query = query.where(
            sa.tuple_(UserTask.completed_at, UserTask.id)
            < sa.tuple_(sa.literal(after[0], UserTask.completed_at.type), after[1])
        )
    ids = session.scalars(query.order_by(UserTask.completed_at.desc(), UserTask.id.desc()).limit(limit)).all()
    return _rows(session, ids)


def count_mine(session: Session, actor: Actor) -> int:
    """How many open tasks the actor has, at most `COUNTED`."""
    return _counted(
        session, sa.select(UserTask.id).where(UserTask.assignee == actor.id, UserTask.state == UserTaskState.OPEN)
    )


def count_of_groups(session: Session, actor: Actor) -> int:
    """How many untaken tasks are offered to the actor's groups, at most `COUNTED`."""
    query = (
        sa.select(UserTask.id)
        .distinct()
        .join(TaskCandidate, TaskCandidate.task_id == UserTask.id)
        .where(
            TaskCandidate.group_id.in_(actor.groups), UserTask.state == UserTaskState.OPEN, UserTask.assignee.is_(None)
        )
    )
    return _counted(session, query)


class View(StrEnum):
    """Whose tasks a filtered list is of."""

    MINE = "mias"
    GROUPS = "grupo"
    SECTOR = "sector"
    """All open tasks of the sectors that the actor supervises."""
    DONE = "terminadas"


class Order(StrEnum):
    """In which order: the deadline, what came last, the case, the entity."""

    DEADLINE = "plazo"
    NEWEST = "llegada"
    CASE = "proceso"
    ENTITY = "entidad"


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for in a view; what is empty asks for nothing.

    `processes` are those of cases. `since` and `until` bound the deadline (of what is done: when it was done),
    `undated` asks for those without one. `words` stand in the name of the task or its case.
    """

    view: View = View.MINE
    processes: Collection[str] = ()
    entity: str = ""
    person: str = ""
    words: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None
    undated: bool = False
    order: Order = Order.DEADLINE


@dataclass(frozen=True, slots=True)
class Tally:
    """How many tasks of a view are of a process, an entity and a person."""

    process_key: str
    entity: str
    person: str
    count: int


ENTITY = sa.func.coalesce(
    sa.func.nullif(UserTask.context["entidad"].as_string(), ""), UserTask.variables["entidad"].as_string(), ""
)
"""Whose a task is; empty: of the whole sector."""


def find(session: Session, actor: Actor, sought: Sought) -> list[InboxRow]:
    """The tasks of a view that are looked for, in order, at most `COUNTED`; two statements."""
    query = _of_view(sa.select(UserTask.id), actor, sought.view).where(*_conditions(sought))
    return _rows(session, session.scalars(query.order_by(*_ordered(sought)).limit(COUNTED)).all())


def tallies(session: Session, actor: Actor, view: View) -> list[Tally]:
    """Of what a view consists, before anything is looked for in it; one statement."""
    person = sa.func.coalesce(UserTask.assignee, "")
    columns: tuple[Any, ...] = (Instance.process_key, ENTITY, person)
    query = _of_view(sa.select(*columns, sa.func.count()), actor, view).group_by(*columns)
    return [Tally(*row) for row in session.execute(query)]


def _of_view(query: sa.Select[Any], actor: Actor, view: View) -> sa.Select[Any]:
    query = query.select_from(UserTask).join(Instance, Instance.id == UserTask.instance_id)
    if view is View.DONE:
        return query.where(UserTask.completed_by == actor.id, UserTask.state == UserTaskState.COMPLETED)
    query = query.where(UserTask.state == UserTaskState.OPEN)
    if view is View.MINE:
        return query.where(UserTask.assignee == actor.id)
    if view is View.SECTOR:
        return query.where(Instance.tenant.in_(actor.supervises))
    offered = sa.exists().where(TaskCandidate.task_id == UserTask.id, TaskCandidate.group_id.in_(actor.groups))
    return query.where(UserTask.assignee.is_(None), offered)


def _conditions(sought: Sought) -> list[sa.ColumnElement[bool]]:
    moment = UserTask.completed_at if sought.view is View.DONE else UserTask.due_at
    found: list[sa.ColumnElement[bool]] = []
    if sought.processes:
        found.append(Instance.process_key.in_(sought.processes))
    if sought.entity:
        found.append(ENTITY.in_([sought.entity]))
    if sought.person:
        found.append(UserTask.assignee == sought.person)
    names = (UserTask.name, Instance.name)
    found += [sa.or_(*(name.icontains(word, autoescape=True) for name in names)) for word in sought.words.split()]
    if sought.undated:
        found.append(moment.is_(None))
    if sought.since is not None:
        found.append(moment >= sought.since)
    if sought.until is not None:
        found.append(moment < sought.until)
    return found


def _ordered(sought: Sought) -> tuple[Any, ...]:
    by_moment = (
        (UserTask.completed_at.desc(),)
        if sought.view is View.DONE
        else (UserTask.due_at.is_(None), UserTask.due_at, UserTask.id)
    )
    if sought.order is Order.NEWEST:
        return UserTask.id.desc(), UserTask.due_at
    before = {Order.CASE: (Instance.name,), Order.ENTITY: (ENTITY,)}.get(sought.order, ())
    return (*before, *by_moment, UserTask.id)


def _counted(session: Session, query: sa.Select[Any]) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(query.limit(COUNTED).subquery())) or 0


def _by_deadline(
    session: Session, query: sa.Select[Any], key: tuple[Any, Any], limit: int, after: Cursor | None
) -> list[InboxRow]:
    """Those with a deadline first, by the index that ends in `key`, and only if the page is not full the others."""
    due_at, task_id = key
    ids: list[int] = []
    if after is None or after[0] is not None:
        dated = query.where(due_at.is_not(None))
        if after is not None:
            moment = sa.literal(after[0], UserTask.due_at.type)
            dated = dated.where((due_at > moment) | ((due_at == moment) & (task_id > after[1])))
        ids += session.scalars(dated.order_by(due_at, task_id).limit(limit))
    if len(ids) < limit:
        undated = query.where(due_at.is_(None))
        if after is not None and after[0] is None:
            undated = undated.where(task_id > after[1])
        ids += session.scalars(undated.order_by(task_id).limit(limit - len(ids)))
    return _rows(session, ids)


def _rows(session: Session, ids: Iterable[int]) -> list[InboxRow]:
    wanted = list(ids)
    if not wanted:
        return []
    query = (
        sa.select(
            *_COLUMNS,
            *(Instance.name, Instance.business_key, Instance.scope, Instance.process_key, Instance.suspended_at),
        )
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(UserTask.id.in_(wanted))
    )
    rows = {row[0]: InboxRow(*row) for row in session.execute(query)}
    return [rows[task_id] for task_id in wanted if task_id in rows]
