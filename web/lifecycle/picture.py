"""The six phases on one line of time: what was planned, what happened, and how far they are apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from workflows.lifecycle.phases import BEFORE, DONE, PhaseView
from workflows.spanish import long_day

WIDTH, LEFT, ROW, TOP = 1000, 190, 34, 24
"""Of the drawing: its width, the part of it that names take, the height of a phase, where the first one begins."""
LEAST = 3.0
"""No bar is thinner: one day of five years would not be seen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of time in the drawing, from the left."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Row:
    """A phase in the drawing. `actual` is none where it has not begun, or was before Cauce; `words` say both."""

    number: int
    name: str
    y: int
    planned: Bar
    actual: Bar | None
    is_over: bool
    words: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The drawing: years with where they begin, today, and the phases."""

    height: int
    years: Sequence[tuple[int, float]]
    today: float | None
    rows: Sequence[Row]


def draw(phases: Sequence[PhaseView], today: dt.date) -> Picture:
    """The drawing of a plan's phases as they stand on a day."""
    days = [day for one in phases for day in (*one.planned, one.began_on, one.ended_on) if day is not None]
    first, last = dt.date(min(days).year, 1, 1), dt.date(max(days).year, 12, 31)

    def x(day: dt.date) -> float:
        return round(LEFT + (day - first).days * (WIDTH - LEFT) / ((last - first).days + 1), 1)

    def bar(begins: dt.date, ends: dt.date) -> Bar:
        return Bar(x(begins), max(round(x(ends) - x(begins), 1), LEAST))

    rows = [
        Row(
            number=one.number,
            name=one.name,
            y=TOP + place * ROW,
            planned=bar(*one.planned),
            actual=bar(one.began_on, max(one.ended_on or today, one.began_on)) if one.began_on else None,
            is_over=one.state == DONE,
            words=apart(one, today),
        )
        for place, one in enumerate(phases)
    ]
    return Picture(
        height=TOP + len(rows) * ROW,
        years=[(year, x(dt.date(year, 1, 1))) for year in range(first.year, last.year + 1)],
        today=x(today) if first <= today <= last else None,
        rows=rows,
    )


def apart(phase: PhaseView, today: dt.date) -> str:
    """How far what happened is from what was planned: «terminó 12 días después de lo previsto»."""
    begins, ends = phase.planned
    if phase.state == BEFORE:
        return "terminada antes de cargar el plan"
    if phase.ended_on is not None:
        return f"terminó {_days((phase.ended_on - ends).days)}"
    if phase.began_on is not None:
        late = (today - ends).days
        return f"debía terminar el {long_day(ends)}: lleva {late} {_unit(late)} de más" if late > 0 else "va a tiempo"
    late = (today - begins).days
    return f"debía comenzar el {long_day(begins)}" if late > 0 else f"comienza el {long_day(begins)}"


def _days(count: int) -> str:
    if count == 0:
        return "el día previsto"
    return f"{abs(count)} {_unit(count)} {'después' if count > 0 else 'antes'} de lo previsto"


def _unit(count: int) -> str:
    return "día" if abs(count) == 1 else "días"
