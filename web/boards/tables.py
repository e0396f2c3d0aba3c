"""What the board shows in rows: its tasks, and the figures it can stand behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from web.deadlines import Deadline, deadline
from workflows.calendar import WorkingCalendar
from workflows.monitoring import figures
from workflows.monitoring.board import BoardMonth, BoardTask
from workflows.monitoring.period_figures import LevelFigures
from workflows.reports.contents import light


@dataclass(frozen=True, slots=True)
class TaskLine:
    """An open task with its deadline in words, and who has it: the people, else the groups nobody is in."""

    task: BoardTask
    deadline: Deadline
    who: str


def task_lines(tasks: Iterable[BoardTask], now: dt.datetime, calendar: WorkingCalendar) -> list[TaskLine]:
    """The tasks as the board shows them, in the order given."""
    return [TaskLine(task, deadline(task.due_at, now, calendar), _who(task)) for task in tasks]


@dataclass(frozen=True, slots=True)
class Load:
    """What one person alone has to do. `due`: the next deadline that has not passed."""

    name: str
    tasks: int
    overdue: int
    oldest: dt.datetime
    due: dt.datetime | None


def workload(tasks: Iterable[BoardTask]) -> list[Load]:
    """By person, whoever has most overdue or open first; what several may do is nobody's yet."""
    held: dict[str, list[BoardTask]] = {}
    for task in tasks:
        if len(task.holders) == 1:
            held.setdefault(task.holders[0], []).append(task)
    loads = [
        Load(
            name,
            len(mine),
            sum(task.overdue for task in mine),
            min(task.created_at for task in mine),
            min((task.due_at for task in mine if task.due_at and not task.overdue), default=None),
        )
        for name, mine in held.items()
    ]
    return sorted(loads, key=lambda load: (-load.overdue, -load.tasks, load.name))


def _who(task: BoardTask) -> str:
    if task.is_orphan:
        return " o ".join(task.groups) or "Nadie"
    if len(task.holders) > 3:
        return f"{', '.join(task.holders[:2])} y {len(task.holders) - 2} más"
    return " o ".join(task.holders)


def standing_figures(
    session: Session, plan_code: str, months: Sequence[BoardMonth]
) -> tuple[LevelFigures | None, LevelFigures | None]:
    """The figures of the newest month that was consolidated, and of the one before; `months` newest first.

    While a month is being reported most of its figures are those of the month before, so they say nothing.
    """
    judged = [month.code for month in months if month.state in figures.KEPT][:2]
    found = [figures.levels(session, plan_code, code) for code in judged]
    return (found[0] if found else None), (found[1] if len(found) > 1 else None)


def lights_of(session: Session, plan_code: str, month: str) -> dict[str, int]:
    """How many indicators of a consolidated month stand in each light, by its word."""
    counts: dict[str, int] = {}
    for color, status, count in figures.lights(session, plan_code, month):
        word = light(color, status).word
        counts[word] = counts.get(word, 0) + count
    return counts
