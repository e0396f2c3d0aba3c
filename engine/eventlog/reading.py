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
OF_THE_CASE = {
    HistoryKind.SUSPENDED: "suspend",
    HistoryKind.RESUMED: "resume",
    HistoryKind.INSTANCE_CANCELLED: "pi_abort",
    HistoryKind.STEP_CHANGED: "unknown",
    HistoryKind.MIGRATED: "unknown",
    HistoryKind.CHANGE_UNDONE: "unknown",
}
"""What somebody did with the whole case; the standard has no word for the last three."""
CALLED = {
    HistoryKind.SUSPENDED: "Se suspendió el proceso",
    HistoryKind.RESUMED: "Siguió el proceso suspendido",
    HistoryKind.INSTANCE_CANCELLED: "Se canceló el proceso",
    HistoryKind.STEP_CHANGED: "Se llevó el proceso a otro paso",
    HistoryKind.MIGRATED: "Pasó a otra versión del proceso",
    HistoryKind.CHANGE_UNDONE: "Se deshizo un cambio en el proceso",
}
"""What they are called in a log, where they are no activity of the diagram."""
REDIRECTED = (HistoryKind.STEP_CHANGED, HistoryKind.MIGRATED, HistoryKind.CHANGE_UNDONE)
"""After it a case may go on as its diagram does not draw."""
LIFE = {
    **STEPS,
    **OF_THE_CASE,
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
    """A case with its events, in order.

    `bundle` is the digest of what it runs on: its diagrams, each at one version. `changes` are the kinds of what took
    it elsewhere than they draw, in order: who looks for steps that they do not allow leaves such a case out.
    """

    id: int
    key: str
    name: str
    process: str
    scope: str
    events: tuple[Event, ...]
    bundle: str = ""
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases, and how much of them. Empty is all.

    `whole_life`: what happened to tasks and to the case too, not only what was done. `people`: who did it. `about`:
    the variables of loops that are told, None for all: one of them may be a person.
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
            Instance.scope, Instance.bundle_sha256,
        )
        .join(Instance, Instance.id == HistoryEntry.instance_id)
        .outerjoin(UserTask, UserTask.id == HistoryEntry.task_id)
        .where(HistoryEntry.kind.in_({*kinds, *REDIRECTED}))
        .where(sa.or_(HistoryEntry.element_id != "", HistoryEntry.kind.in_(OF_THE_CASE)))
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
        changes = tuple(str(row.kind) for row in found if row.kind in REDIRECTED)
        events = tuple(_event(row, kinds[row.kind], wanted) for row in found if row.kind in kinds)
        if events:
            yield Case(
                first.instance_id, first.business_key, first.name, first.of_case, first.scope or "", events,
                first.bundle_sha256, changes,
            )  # fmt: skip


def _event(row: Any, transition: str, wanted: Wanted) -> Event:
    activity = CALLED.get(row.kind) or row.element_name or row.element_id
    return Event(
        row.id, row.at, activity, transition, row.process_key or "", row.element_id or "",
        row.actor_id if wanted.people else "", row.task_id, tuple(_about(row.context or {}, wanted.about)),
    )  # fmt: skip


def _about(context: Mapping[str, object], told: Collection[str] | None) -> Iterator[tuple[str, str]]:
    return ((key, str(context[key])) for key in sorted(context) if told is None or key in told)
