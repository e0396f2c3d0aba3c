"""Where a case stands: open tasks with who has them, marks on the drawing, open incidents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions.catalogue import BundleModel
from engine.definitions.diagram import Element
from engine.history import HistoryEntry
from engine.identity import Actor
from engine.incidents import Incident
from engine.instances.models import Instance
from engine.states import HistoryKind, IncidentState, UserTaskState
from engine.tasks.models import UserTask
from engine.waits import Wait, WaitKind
from web.deadlines import Deadline, deadline
from web.pages import current
from workflows.people.holders import holders

HERE, DONE, OVERDUE, BROKEN = "actual", "hecho", "vencido", "incidente"
"""Marks of an element, as the drawing and the viewer colour them."""


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task that waits for somebody.

    `who`: the person, or the group in words. `about`: its entity, where it has one. `is_mine`: this reader may do it.
    """

    id: int
    name: str
    element_id: str
    process_key: str
    about: str
    who: str
    has_person: bool
    is_mine: bool
    deadline: Deadline
    since: dt.datetime


_ENTITY = UserTask.context["entidad"].as_string()
_OPEN = (
    sa.select(
        UserTask.id,
        UserTask.name,
        UserTask.element_id,
        UserTask.process_key,
        UserTask.context,
        UserTask.assignee,
        UserTask.due_at,
        UserTask.created_at,
    )
    .where(UserTask.instance_id == sa.bindparam("instance_id"), UserTask.state == UserTaskState.OPEN)
    .order_by(UserTask.due_at.is_(None), UserTask.due_at, UserTask.id)
)
_ABOUT = _OPEN.where(sa.or_(_ENTITY.is_(None), _ENTITY.in_(["", sa.bindparam("about")])))
"""Of a case of a whole sector, where hundreds of tasks are open, those that concern one entity."""


def open_tasks(session: Session, instance_id: int, reader: Actor, *, about: str = "") -> list[OpenTask]:
    """The open tasks of a case, nearest deadline first; with `about`, those of that entity and of the whole case."""
    asked = {"instance_id": instance_id, "about": about}
    tasks = session.execute(_ABOUT if about else _OPEN, asked).all()
    held = holders(session, tasks)
    application, case = current(), session.get(Instance, instance_id)
    calendar = application.calendar.within(case.scope if case is not None else None)
    return [
        OpenTask(
            task.id,
            task.name,
            task.element_id,
            task.process_key,
            str(task.context.get("entidad") or ""),
            held[task.id].words,
            task.assignee is not None,
            task.assignee == reader.id or (not task.assignee and not reader.groups.isdisjoint(held[task.id].groups)),
            deadline(task.due_at, application.clock.now(), calendar),
            task.created_at,
        )
        for task in tasks
    ]


def entities(session: Session, instance_id: int) -> dict[int, str]:
    """By task id: the code of the entity it is of, for the tasks of a case that are of one."""
    query = sa.select(UserTask.id, UserTask.context).where(UserTask.instance_id == instance_id)
    return {task_id: str(ctx["entidad"]) for task_id, ctx in session.execute(query) if ctx.get("entidad")}


def open_incidents(session: Session, instance_id: int) -> list[Incident]:
    """The incidents of a case that wait for a retry or a person."""
    query = sa.select(Incident).where(Incident.instance_id == instance_id, Incident.state == IncidentState.OPEN)
    return list(session.scalars(query.order_by(Incident.id)))


def marks(
    bundle: BundleModel,
    process_key: str,
    history: Sequence[HistoryEntry],
    tasks: Sequence[OpenTask],
    incidents: Sequence[Incident],
    awaited: Iterable[Wait] = (),
) -> Mapping[str, str]:
    """The mark of each element of one diagram; what is open, or waits for what is to come, wins over what was done."""
    done = {e.element_id: DONE for e in history if e.process_key == process_key and e.element_id and _is_past(e)}
    past = _Past.of(bundle, history)
    here = {
        element: HERE
        for wait in awaited
        if wait.kind in (WaitKind.DATE, WaitKind.MESSAGE, WaitKind.SIGNAL, WaitKind.CONDITION) and not wait.meanwhile
        for element in _where(past, process_key, wait.process_key, wait.element_id)
    }
    for task in reversed(tasks):
        mark = OVERDUE if task.deadline.is_overdue else HERE
        here |= dict.fromkeys(_where(past, process_key, task.process_key, task.element_id), mark)
    broken = {
        element: BROKEN
        for one in incidents
        if one.process_key and one.element_id
        for element in _where(past, process_key, one.process_key, one.element_id)
    }
    return {**done, **here, **broken}


@dataclass(frozen=True, slots=True)
class _Past:
    """What of the calls of a case is over: a process that many steps call is open under one of them, not under all."""

    bundle: BundleModel
    over: frozenset[tuple[str | None, str | None]]
    touched: frozenset[str | None]

    @classmethod
    def of(cls, bundle: BundleModel, history: Sequence[HistoryEntry]) -> _Past:
        """What this history says."""
        over = ((e.process_key, e.element_id) for e in history if e.kind == HistoryKind.CALL_COMPLETED)
        return cls(bundle, frozenset(over), frozenset(e.process_key for e in history))

    def calls(self, key: str, inside: str) -> list[Element]:
        """The calls of a diagram under which something in the process `inside` is open."""
        calls = [one for one in self.bundle.diagrams[key].of_kind("callActivity") if self.leads(one, inside)]
        going = [one for one in calls if not self.is_over(key, one)]
        begun = [one for one in going if one.called_element == inside or self.has_begun(one.called_element, inside)]
        return begun or going or (calls if self.is_open(key) else [])

    def is_open(self, key: str) -> bool:
        """Whether a diagram is the case's own, or some call of it is not over: what it calls may be under way again."""
        return key == self.bundle.process_key or any(
            call.called_element == key and not self.is_over(caller, call)
            for caller, diagram in self.bundle.diagrams.items()
            for call in diagram.of_kind("callActivity")
        )

    def leads(self, call: Element, inside: str) -> bool:
        """Whether the process is called there, or further down."""
        return call.called_element == inside or any(
            self.leads(one, inside) for one in self._calls_of(call.called_element)
        )

    def is_over(self, key: str, call: Element) -> bool:
        """Whether it was completed. One that runs several times, or again, tells nothing by that."""
        return not call.multiple and (key, call.id) in self.over

    def has_begun(self, key: str, inside: str) -> bool:
        """Whether anything happened on the way down to the process, which others may call too."""
        return key in self.touched or any(
            self.has_begun(one.called_element, inside)
            for one in self._calls_of(key)
            if one.called_element != inside and self.leads(one, inside)
        )

    def _calls_of(self, key: str) -> Sequence[Element]:
        diagram = self.bundle.diagrams.get(key)
        return list(diagram.of_kind("callActivity")) if diagram else []


def _where(past: _Past, process_key: str, inside: str, element_id: str) -> Iterator[str]:
    """An element as it stands in a diagram: itself, or the steps of the diagram that call the process it is in."""
    if inside == process_key:
        yield element_id
        return
    for call in past.calls(process_key, inside):
        yield call.id


def _is_past(entry: HistoryEntry) -> bool:
    return entry.kind not in {HistoryKind.TASK_CREATED, HistoryKind.TASK_CANCELLED, HistoryKind.INCIDENT_OPENED}
