"""How long each step of a process takes, who is on time, where work waits, and what comes back: from what was done."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.definitions.diagram import DiagramModel
from engine.definitions.moved import drawn_in, parts_of
from engine.instances.models import Instance
from engine.states import UserTaskState
from engine.tasks.models import UserTask
from workflows.calendar import WorkingCalendar, bogota_day

Place = tuple[str, str]
"""A process key and an element id."""

MOST = 20_000
"""As many tasks as are read, the newest first: of a month's report some hundred a year and entity."""


@dataclass(frozen=True, slots=True)
class StepTimes:
    """A step of a process in a span of days. Durations are working days from when the task opened.

    `late` of the `done` were sent after their deadline; `again` are those that a case came to once more.
    `waiting` are open now, the oldest for `oldest` working days. `within` names the part that it is a step of, and
    `drawn_at` is where the process's own drawing has it: the step, or the call of that part.
    """

    element_id: str
    drawn_at: str
    within: str
    name: str
    done: int
    median: float | None
    slow: int | None
    """Nine of ten take no longer."""
    late: int
    again: int
    waiting: int
    oldest: int


@dataclass(frozen=True, slots=True)
class OnTime:
    """How many of the tasks with a deadline somebody (an entity) sent before it."""

    who: str
    done: int
    late: int

    @property
    def share(self) -> int:
        """In a hundred, rounded half up."""
        return (200 * (self.done - self.late) + self.done) // (2 * self.done) if self.done else 100


@dataclass(frozen=True, slots=True)
class Performance:
    """What a process did. `slowest` is the step with the longest median; `cut`: there was more than is read."""

    steps: Sequence[StepTimes]
    entities: Sequence[OnTime]
    cases: int
    cut: bool

    @property
    def slowest(self) -> StepTimes | None:
        """Where most of the time goes, where anything was done."""
        known = [step for step in self.steps if step.median is not None]
        return max(known, key=lambda step: (step.median or 0, step.done), default=None)


def of_process(
    session: Session,
    calendar: WorkingCalendar,
    models: Mapping[str, DiagramModel],
    process_key: str,
    sectors: Collection[str],
    since: dt.date,
    now: dt.datetime,
) -> Performance:
    """What was done since a day, and what is open, of the cases of these sectors; one statement.

    With the steps of the parts that only this process calls. What cases of an older version did counts where it is
    drawn today: `models` are the diagrams in force.
    """
    parts = parts_of(models, process_key)
    callers = [
        key
        for key, model in models.items()
        if any(call.called_element == process_key for call in model.of_kind("callActivity"))
    ]
    read = _tasks(session, {process_key, *parts, *callers}, sectors, since)
    by_step: dict[Place, list[sa.Row[Any]]] = defaultdict(list)
    for row in read:
        place = drawn_in(models, row.process_key, row.element_id), row.element_id
        if place[0] == process_key or place[0] in parts:
            by_step[place].append(row)
    rows = [row for tasks in by_step.values() for row in tasks]
    today = bogota_day(now)
    return Performance(
        [
            _step(
                calendar,
                tasks,
                today,
                drawn_at=parts.get(key, element_id),
                within=models[key].name if key in parts else "",
            )
            for (key, element_id), tasks in by_step.items()
        ],
        sorted(_entities(rows), key=lambda one: (one.share, one.who)),
        len({row.instance_id for row in rows}),
        len(read) == MOST,
    )


def _tasks(
    session: Session, processes: Collection[str], sectors: Collection[str], since: dt.date
) -> Sequence[sa.Row[Any]]:
    done = UserTask.completed_at >= dt.datetime.combine(since, dt.time(), dt.UTC)
    query = (
        sa.select(
            UserTask.process_key, UserTask.element_id, UserTask.name, UserTask.created_at, UserTask.completed_at,
            UserTask.due_at, UserTask.state, UserTask.context, UserTask.variables, UserTask.instance_id,
        )
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(UserTask.process_key.in_(sorted(processes)), Instance.tenant.in_(sectors))
        .where(sa.or_(done, UserTask.state == UserTaskState.OPEN))
        .order_by(UserTask.id.desc())
        .limit(MOST)
    )  # fmt: skip
    return session.execute(query).all()


def _step(
    calendar: WorkingCalendar, tasks: Sequence[sa.Row[Any]], today: dt.date, *, drawn_at: str, within: str
) -> StepTimes:
    done = [task for task in tasks if task.completed_at is not None]
    taken = sorted(
        calendar.working_days_between(bogota_day(task.created_at), bogota_day(task.completed_at)) for task in done
    )
    open_since = [bogota_day(task.created_at) for task in tasks if task.state == UserTaskState.OPEN]
    return StepTimes(
        element_id=tasks[0].element_id,
        drawn_at=drawn_at,
        within=within,
        name=tasks[0].name,
        done=len(done),
        median=statistics.median(taken) if taken else None,
        slow=taken[min(len(taken) - 1, -(-9 * len(taken) // 10) - 1)] if taken else None,
        late=sum(_is_late(task) for task in done),
        again=_again(tasks),
        waiting=len(open_since),
        oldest=max((calendar.working_days_between(day, today) for day in open_since if day < today), default=0),
    )


def _is_late(task: sa.Row[Any]) -> bool:
    return task.due_at is not None and task.completed_at > task.due_at


def _again(tasks: Iterable[sa.Row[Any]]) -> int:
    """How often a case came to the step when it had passed it already, in the same repetition."""
    times = Counter(
        (task.instance_id, tuple(sorted((key, str(value)) for key, value in task.context.items()))) for task in tasks
    )
    return sum(count - 1 for count in times.values())


def _entities(tasks: Iterable[sa.Row[Any]]) -> Iterable[OnTime]:
    done: Counter[str] = Counter()
    late: Counter[str] = Counter()
    for task in tasks:
        entity = str(task.variables.get("entidad") or "")
        if entity and task.completed_at is not None and task.due_at is not None:
            done[entity] += 1
            late[entity] += _is_late(task)
    return [OnTime(entity, count, late[entity]) for entity, count in done.items()]


def heat(steps: Iterable[StepTimes]) -> Mapping[str, int]:
    """How warm each step of the drawing is, from 1 to 3 by its share of the longest median; nothing of no day."""
    known: dict[str, float] = {}
    for step in steps:
        if step.median:
            known[step.drawn_at] = max(known.get(step.drawn_at, 0), step.median)
    longest = max(known.values(), default=0)
    return {key: min(3, 1 + int(3 * median / longest)) for key, median in known.items()}
