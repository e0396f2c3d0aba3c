"""When a task is worth a reminder: distances in working days from its deadline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

DEFAULT_OFFSETS = (-3, -1, 0, 1)
OVERDUE_AGAIN_EVERY = 5

WorkingDaysBetween = Callable[[dt.date, dt.date], int]


@dataclass(frozen=True, slots=True)
class Distance:
    """How far a deadline is, in working days: negative before it, 0 on its day, positive after.

    `before` is the distance at the previous digest: a reminder is due when it lies between the two, so that a
    day on which nothing ran loses none.
    """

    before: int
    today: int

    @property
    def overdue(self) -> bool:
        """Whether the deadline has passed."""
        return self.today > 0

    def crossed(self, offset: int) -> bool:
        """Whether `offset` was reached since the previous digest."""
        return self.before < offset <= self.today


def distance(due_on: dt.date, previous: dt.date, today: dt.date, between: WorkingDaysBetween) -> Distance:
    """The distance of a deadline, today and at the previous digest."""
    return Distance(between(due_on, previous), between(due_on, today))


def offsets(properties: Mapping[str, Any]) -> tuple[int, ...]:
    """The reminders a diagram asks for (`-3,-1,0,+1`), or the usual ones."""
    text = str(properties.get("recordatorios") or "")
    found = tuple(int(part) for part in text.split(",") if part.strip().lstrip("+-").isdigit())
    return found or DEFAULT_OFFSETS


def reminder_due(properties: Mapping[str, Any], far: Distance) -> bool:
    """Whether today is a day to remind: an offset was reached, or it has been overdue for another week."""
    if any(far.crossed(offset) for offset in offsets(properties)):
        return True
    return far.overdue and far.today // OVERDUE_AGAIN_EVERY > max(far.before, 0) // OVERDUE_AGAIN_EVERY
