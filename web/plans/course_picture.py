"""The year of an indicator as a drawing: the programme dashed, what was executed with its points, gaps as gaps."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from workflows.monitoring.year_course import CoursePoint
from workflows.spanish import MONTHS, magnitude, number

WIDTH, HEIGHT = 640, 300
LEFT, RIGHT, TOP, BOTTOM = 72, 92, 20, 28
"""What the axes, and the names at the ends of the lines, take of it."""
TICKS, APART = 5, 15
LETTER, LINE = 8, 14
"""About what a letter of a number takes, across and up."""
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Word:
    """Something written at a place."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The drawing. Lines are pieces of places as SVG writes them; `from_zero`: whether the axis begins there."""

    months: Sequence[Word]
    ticks: Sequence[Word]
    programmed: Sequence[str]
    executed: Sequence[str]
    dots: Sequence[Word]
    names: Sequence[tuple[str, Word]]
    from_zero: bool


def draw(points: Sequence[CoursePoint], decimals: int, *, adds_up: bool) -> Picture | None:
    """The drawing of a year; nothing where there is no figure. What `adds_up` is drawn from zero."""
    known = [float(value) for point in points for value in (point.programmed, point.executed) if value is not None]
    if not known:
        return None
    low, high, step = _axis(min([*known, 0.0] if adds_up else known), max(known))

    def x(place: int) -> float:
        return round(LEFT + (place + 0.5) * (WIDTH - LEFT - RIGHT) / len(points), 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (value - low) * (HEIGHT - TOP - BOTTOM) / (high - low), 1)

    def places(of: Callable[[CoursePoint], Decimal | None]) -> list[Place | None]:
        values = [of(point) for point in points]
        return [(x(place), y(float(value))) if value is not None else None for place, value in enumerate(values)]

    planned, done = places(lambda point: point.programmed), places(lambda point: point.executed)
    told = [magnitude(point.executed, decimals) if point.executed is not None else "" for point in points]
    precision = next((places for places in range(4) if round(step, places) == round(step, 9)), 4)
    ticks = [low + step * count for count in range(round((high - low) / step) + 1)]
    return Picture(
        months=[Word(x(place), HEIGHT - 8, MONTHS[one.month[1] - 1][:3]) for place, one in enumerate(points)],
        ticks=[Word(LEFT - 8, y(one), number(Decimal(str(round(one, 4))), precision)) for one in ticks],
        programmed=_pieces(planned),
        executed=_pieces(done),
        dots=_legible([Word(*place, text) for place, text in zip(done, told, strict=True) if place is not None]),
        names=_names(("planned", "Programado", planned), ("done", "Ejecutado", done)),
        from_zero=low == 0,
    )


def _axis(low: float, high: float) -> tuple[float, float, float]:
    """Where the axis begins and ends, and how far its marks are apart: round numbers."""
    spread = (high - low) or abs(high) or 1.0
    size = 10 ** math.floor(math.log10(spread / TICKS))
    step = next(size * one for one in STEPS if size * one * TICKS >= spread)
    begins = math.floor(low / step) * step
    ends = math.ceil(high / step) * step
    return begins, ends if ends > begins else begins + step, step


def _pieces(places: Iterable[Place | None]) -> list[str]:
    """The line, cut where there is no figure."""
    pieces: list[list[Place]] = [[]]
    for place in places:
        if place is not None:
            pieces[-1].append(place)
        elif pieces[-1]:
            pieces.append([])
    return [" ".join(f"{x},{y}" for x, y in piece) for piece in pieces if len(piece) > 1]


def _legible(dots: Sequence[Word]) -> list[Word]:
    """The points with their numbers, but those that would run into a later one: the table beside has them all."""
    kept: list[Word] = []
    for one in reversed(dots):
        room = [(LETTER * (len(one.text) + len(later.text)) / 2, later) for later in kept if later.text]
        meets = any(abs(one.x - later.x) < wide and abs(one.y - later.y) < LINE for wide, later in room)
        kept.append(replace(one, text="") if meets else one)
    return kept[::-1]


def _names(*lines: tuple[str, str, Sequence[Place | None]]) -> list[tuple[str, Word]]:
    """The name of each line at its end; two that would meet are kept apart."""
    ends = [(kind, text, [one for one in places if one is not None][-1:]) for kind, text, places in lines]
    found: list[tuple[str, Word]] = []
    for kind, text, last in sorted((one for one in ends if one[2]), key=lambda one: one[2][0][1]):
        x, y = last[0]
        before = [word.y for _kind, word in found if abs(word.x - x - 8) < RIGHT]
        found.append((kind, Word(x + 8, max([y + 4, *(one + APART for one in before)]), text)))
    return found
