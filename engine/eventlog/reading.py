"""The events of a log, read from the history in the order in which each case went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.history import HistoryEntry
from engine.instances.models import Instance
from engine.states import HistoryKind
from engine.tasks.models import UserTask

STEPS = {
    HistoryKind.TASK_COMPLETED: "complete",
    HistoryKind.STEP_COMPLETED: "complete",
}
"""What was done: an activity of the diagram."""
LIFE = {
    **STEPS,
    HistoryKind.TASK_CREATED: "schedule",
    HistoryKind.TASK_CLAIMED: "assign",
    HistoryKind.TASK_RELEASED: "reassign",
    HistoryKind.TASK_REASSIGNED: "reassign",
    HistoryKind.TASK_CANCELLED: "ate_abort",
}
"""With the transitions of XES's standard model of a life cycle."""
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was done in a case, or that happened to a task.

    `person` is empty where nobody is to be named; `about` are the variables of the loops it is under.
    """

    id: int
    at: dt.datetime
    activity: str
    transition: str
    process: str
    element: str
    person: str
    task_id: int | None
    about: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A case with its events, in order."""

    id: int
    key: str
    name: str
    process: str
    scope: str
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases, and how much of them. Empty is all.

    `whole_life`: what happened to tasks too, not only what was done. `people`: who did it. `about`: the variables of
    loops that are told, None for all: one of them may be a person.
    """

    process: str = ""
    scope: str = ""
    whole_life: bool = False
    people: bool = False
    about: Collection[str] | None = None


def cases(session: Session, wanted: Wanted) -> Iterator[Case]:
    """Each case in which something was done, one after the other; nothing else is held in memory."""
    kinds = LIFE if wanted.whole_life else STEPS
    query = (
        sa.select(
            HistoryEntry.id, HistoryEntry.at, HistoryEntry.kind, HistoryEntry.process_key, HistoryEntry.element_id,
            HistoryEntry.element_name, HistoryEntry.actor_id, HistoryEntry.task_id, HistoryEntry.instance_id,
            UserTask.context, Instance.business_key, Instance.name, Instance.process_key.label("of_case"),
            Instance.scope,
        )
        .join(Instance, Instance.id == HistoryEntry.instance_id)
        .outerjoin(UserTask, UserTask.id == HistoryEntry.task_id)
        .where(HistoryEntry.kind.in_(kinds), HistoryEntry.element_id.is_not(None), HistoryEntry.element_id != "")
        .order_by(HistoryEntry.instance_id, HistoryEntry.id)
    )  # fmt: skip
    if wanted.process:
        query = query.where(Instance.process_key == wanted.process)
    if wanted.scope:
        query = query.where(Instance.scope == wanted.scope)
    rows = session.execute(query.execution_options(yield_per=BATCH))
    for _, own in groupby(rows, attrgetter("instance_id")):
        found = list(own)
        first = found[0]
        events = tuple(_event(row, kinds[row.kind], wanted) for row in found)
        yield Case(first.instance_id, first.business_key, first.name, first.of_case, first.scope or "", events)


def _event(row: Any, transition: str, wanted: Wanted) -> Event:
    return Event(
        row.id, row.at, row.element_name or row.element_id, transition, row.process_key or "", row.element_id,
        row.actor_id if wanted.people else "", row.task_id, tuple(_about(row.context or {}, wanted.about)),
    )  # fmt: skip


def _about(context: Mapping[str, object], told: Collection[str] | None) -> Iterator[tuple[str, str]]:
    return ((key, str(context[key])) for key in sorted(context) if told is None or key in told)
