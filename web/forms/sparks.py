"""A few values as a small line, with the same numbers for who reads instead of looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from workflows.spanish import number

WIDTH, HEIGHT, MARGIN = 92, 26, 4
LEAST = 2
"""One value alone is no line."""


@dataclass(frozen=True, slots=True)
class Spark:
    """`lines` are the stretches between gaps, as SVG points; `end` is the last value's; `label` says the numbers,
    `last` the last of them as it is typed.
    """

    lines: Sequence[str]
    end: tuple[str, str]
    label: str
    last: str


def spark(course: Sequence[tuple[str, Decimal | None]], *, brief: bool = False) -> Spark | None:
    """A line of these values, month and value; gaps stay gaps. A `brief` label tells the first and the last alone."""
    known = [value for _, value in course if value is not None]
    if len(known) < LEAST:
        return None
    low, high = min(known), max(known)
    step = (WIDTH - 2 * MARGIN) / (len(course) - 1)

    def point(place: int, value: Decimal) -> tuple[str, str]:
        share = float((value - low) / (high - low)) if high > low else 0.5
        return f"{MARGIN + step * place:.0f}", f"{HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN):.0f}"

    lines: list[list[str]] = [[]]
    end = ("0", "0")
    for place, (_, value) in enumerate(course):
        if value is None:
            lines.append([])
        else:
            end = point(place, value)
            lines[-1].append(",".join(end))
    if brief:
        course = [one for one in course if one[1] is not None]
        course = [course[0], course[-1]]
    told = ", ".join(f"{month} {number(value) if value is not None else 'sin dato'}" for month, value in course)
    return Spark([" ".join(line) for line in lines if len(line) > 1], end, told, number(known[-1]))
