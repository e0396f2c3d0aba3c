"""How much something does, in calls: the same on every machine, however busy it is."""

from __future__ import annotations

import cProfile
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

LOOKED_AT_EVERY_S = 2.0


class TooMuchWork(AssertionError):
    """More calls were made than were allowed."""


class Work:
    """The calls made so far, of functions in Python and in C."""

    def __init__(self) -> None:
        self._counting = cProfile.Profile(subcalls=False)

    def begin(self) -> None:
        self._counting.enable()

    def end(self) -> None:
        self._counting.disable()

    @property
    def calls(self) -> int:
        """Of what has returned."""
        return sum(entry.callcount for entry in self._counting.getstats())


@contextmanager
def counted(most: int = sys.maxsize) -> Iterator[Work]:
    """Count the calls in the block; an error with more than `most`, within seconds even if the block never ends.

    The profiler of the standard library counts in C; a function in Python called at each call takes four times as long.
    """
    work = Work()

    def judge(*_: object) -> None:
        if work.calls > most:
            raise TooMuchWork(f"more than {most} calls")

    before = signal.signal(signal.SIGALRM, judge)
    signal.setitimer(signal.ITIMER_REAL, LOOKED_AT_EVERY_S, LOOKED_AT_EVERY_S)
    work.begin()
    try:
        yield work
    finally:
        work.end()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    judge()
