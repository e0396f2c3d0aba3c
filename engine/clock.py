"""Where time comes from."""

from __future__ import annotations

import datetime as dt
from typing import Protocol


class Clock(Protocol):
    """Tells the present moment."""

    def now(self) -> dt.datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> dt.datetime:
        """The machine's time, aware, in UTC."""
        return dt.datetime.now(dt.UTC)


class VirtualClock:
    """A clock that stands still until it is moved: for simulations and tests."""

    def __init__(self, start: dt.datetime) -> None:
        """Begin at `start`, which must be aware."""
        self._now = _utc(start)

    def now(self) -> dt.datetime:
        """The moment it was last moved to, in UTC."""
        return self._now

    def move_to(self, moment: dt.datetime) -> None:
        """Jump to `moment` (aware), forwards or backwards."""
        self._now = _utc(moment)

    def advance(self, delta: dt.timedelta) -> None:
        """Move by `delta`, which may be negative."""
        self._now += delta


def _utc(moment: dt.datetime) -> dt.datetime:
    if moment.tzinfo is None:
        raise ValueError("a clock takes aware moments only")
    return moment.astimezone(dt.UTC)
