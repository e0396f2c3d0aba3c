"""Moving the demo's clock forwards: each day is lived as the worker would live it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa

from engine.clock import Clock
from engine.tasks.models import UserTask
from web import worker
from web.auth import sessions
from web.bootstrap import Application
from workflows.calendar import BOGOTA, bogota_day
from workflows.cycles.models import Period

MORNING = dt.time(9, 0)
LONGEST_DAYS = 70
"""A month opens sooner; if none does, the plan has ended."""


Arrived = Callable[[dt.date, tuple[str, ...]], bool]
"""Whether a day is the one looked for, given the months that opened on the way."""


class MovableClock(Clock, Protocol):
    """A clock that can be told the time."""

    def move_to(self, moment: dt.datetime) -> None:
        """From now on, tell `moment`."""


@dataclass(frozen=True, slots=True)
class Journey:
    """What happened on the way: days passed, tasks that came and months that opened, newest last."""

    days: int
    new_tasks: int
    months: tuple[str, ...]


def to_next_working_day(application: Application, clock: MovableClock) -> Journey:
    """Go to nine in the morning of the next working day."""
    return _travel(application, clock, lambda day, _opened: application.calendar.is_working(day))


def to_next_month(application: Application, clock: MovableClock) -> Journey:
    """Go on until a month opens, at most `LONGEST_DAYS`."""
    return _travel(application, clock, lambda _day, opened: bool(opened))


def _travel(application: Application, clock: MovableClock, arrived: Arrived) -> Journey:
    tasks, months = _last_task(application), _months(application)
    left_at = clock.now()
    first = day = bogota_day(left_at)
    while (day - first).days < LONGEST_DAYS:
        day += dt.timedelta(days=1)
        clock.move_to(dt.datetime.combine(day, MORNING, BOGOTA).astimezone(dt.UTC))
        worker.live(application)  # the mails and documents of these days follow in the background
        opened = tuple(sorted(_months(application) - months))
        if arrived(day, opened):
            break
    with application.database.unit_of_work() as session:
        sessions.carry_over(session, left_at, clock.now())
    return Journey((day - first).days, _tasks_since(application, tasks), opened)


def _months(application: Application) -> set[str]:
    with application.database.reading() as session:
        return set(session.scalars(sa.select(Period.code)))


def _last_task(application: Application) -> int:
    with application.database.reading() as session:
        return session.scalar(sa.select(sa.func.max(UserTask.id))) or 0


def _tasks_since(application: Application, last: int) -> int:
    with application.database.reading() as session:
        query = sa.select(sa.func.count()).select_from(UserTask).where(UserTask.id > last)
        return session.scalar(query) or 0
