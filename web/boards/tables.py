"""What the board shows in rows: its tasks, and the figures it can stand behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from web.deadlines import Deadline, deadline
from workflows.calendar import CLOSING, MONTH, WorkingCalendar, bogota_day, end_of_day
from workflows.monitoring import figures
from workflows.monitoring.board import Board, BoardMonth, BoardTask
from workflows.monitoring.entity_reports import ASKED_BY
from workflows.monitoring.models import EntityReport
from workflows.monitoring.period_figures import LevelFigures
from workflows.monitoring.states import ReportState
from workflows.reports.contents import light
from workflows.spanish import local_day, month_name

QUARTER = 3
"""Months back with which objectives are compared."""
LEAST_LOST = Decimal(1)
"""Points that make it worth telling: less is rounding."""


@dataclass(frozen=True, slots=True)
class Standing:
    """The figures of the newest month that was consolidated, of the one before, and of three months before it."""

    judged: LevelFigures | None
    before: LevelFigures | None
    earlier: LevelFigures | None


@dataclass(frozen=True, slots=True)
class Worse:
    """An objective that got worse: what it had, what it has."""

    code: str
    name: str
    now: Decimal
    then: Decimal

    @property
    def lost(self) -> Decimal:
        """How many points."""
        return self.then - self.now


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


@dataclass(frozen=True, slots=True)
class Arrival:
    """On which working day after the cut-off the report of a month came. `kind`: a_tiempo, tarde, no, falta, nada."""

    month: str
    text: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Punctuality:
    """How an entity has reported: month by month, the oldest first, and how often in time."""

    code: str
    arrivals: Sequence[Arrival]

    @property
    def in_time(self) -> int:
        """How many came in time."""
        return sum(one.kind == "a_tiempo" for one in self.arrivals)

    @property
    def asked(self) -> int:
        """Of how many that were due."""
        return sum(one.kind in ("a_tiempo", "tarde", "no") for one in self.arrivals)

    @property
    def never(self) -> bool:
        """Whether, of those that were due, most came late or not at all."""
        return self.asked > 1 and self.in_time * 2 < self.asked


def limits(found: Board, plan_code: str, calendar: WorkingCalendar) -> dict[str, int]:
    """By month of the board, the oldest first: the working day after its cut-off on which its window closes for all."""
    closes = {
        month.code: calendar.deadline(
            ASKED_BY, since=end_of_day(month.cutoff_on), scope=plan_code,
            variables={CLOSING: month.cutoff_on, MONTH: month.code},
        )
        for month in reversed(found.months)
    }  # fmt: skip
    cutoffs = {month.code: month.cutoff_on for month in found.months}
    return {code: calendar.working_days_between(cutoffs[code], bogota_day(moment)) for code, moment in closes.items()}


def told_limits(by_month: Mapping[str, int]) -> str:
    """«el límite es el 5», and which months had another: «el límite es el 5 (en julio de 2018, el 8)»."""
    usual = min(by_month.values())
    others = [f"en {month_name(code)}, el {day}" for code, day in by_month.items() if day != usual]
    return f"el límite es el {usual}" + (f" ({'; '.join(others)})" if others else "")


def punctuality(found: Board, by_month: Mapping[str, int], calendar: WorkingCalendar) -> list[Punctuality]:
    """Of the months on the board with their `limits`, by entity: who is never in time stands first."""
    entities = [
        Punctuality(code, [
            _arrival(month, month.reports.get(code), by_month[month.code], calendar) for month in reversed(found.months)
        ])
        for code in found.entities
    ]  # fmt: skip
    return sorted((one for one in entities if one.asked), key=lambda one: one.in_time / one.asked)


def _arrival(month: BoardMonth, report: EntityReport | None, limit: int, calendar: WorkingCalendar) -> Arrival:
    name = month_name(month.code)
    if report is None:
        return Arrival(month.code, "·", "nada", f"{name}: no se le pidió")
    if report.state in (ReportState.MISSING, ReportState.NEVER):
        return Arrival(month.code, "no", "no", f"{name}: no llegó")
    if report.first_sent_at is None:
        return Arrival(month.code, "…", "falta", f"{name}: todavía no envía")
    day = calendar.working_days_between(month.cutoff_on, local_day(report.first_sent_at))
    late = day > limit or report.state == ReportState.LATE
    return Arrival(
        month.code, f"{day}!" if late else str(day), "tarde" if late else "a_tiempo",
        f"{name}: envió el día hábil {day}{', tarde' if late else ''}",
    )  # fmt: skip


def _who(task: BoardTask) -> str:
    if task.is_orphan:
        return " o ".join(task.groups) or "Nadie"
    if len(task.holders) > 3:
        return f"{', '.join(task.holders[:2])} y {len(task.holders) - 2} más"
    return " o ".join(task.holders)


def standing_figures(session: Session, plan_code: str, months: Sequence[BoardMonth]) -> Standing:
    """The figures of the newest month that was consolidated, and of those before it; `months` newest first.

    While a month is being reported most of its figures are those of the month before, so they say nothing.
    """
    judged = [month.code for month in months if month.state in figures.KEPT]
    asked = [judged[place] if place < len(judged) else "" for place in (0, 1, QUARTER)]
    found = figures.levels_of(session, plan_code, [code for code in asked if code]) if judged else {}
    return Standing(*(found.get(code) for code in asked))


def worsened(standing: Standing) -> list[Worse]:
    """The objectives that lost points in three months, the worst first."""
    now, then = standing.judged, standing.earlier
    if now is None or then is None:
        return []
    fallen = [
        Worse(code, one.name, one.capped, before.capped)
        for code, one in now.objectives.items()
        if (before := then.objectives.get(code)) and one.capped is not None and before.capped is not None
    ]
    return sorted((one for one in fallen if one.lost >= LEAST_LOST), key=lambda one: -one.lost)


def lights_of(session: Session, plan_code: str, month: str) -> dict[str, int]:
    """How many indicators of a consolidated month stand in each light, by its word."""
    counts: dict[str, int] = {}
    for color, status, count in figures.lights(session, plan_code, month):
        word = light(color, status).word
        counts[word] = counts.get(word, 0) + count
    return counts
