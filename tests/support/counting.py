"""How much something does, in calls: the same on every machine, however busy it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class TooMuchWork(AssertionError):
    """More calls were made than were allowed."""


class Work:
    """The calls made so far, of functions in Python and in C."""

    def __init__(self) -> None:
        self.calls = 0


@contextmanager
def counted(most: int = sys.maxsize) -> Iterator[Work]:
    """Count the calls of this thread in the block; at once an error with more than `most`, so that nothing hangs."""
    work, before = Work(), sys.getprofile()

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        if event in ("call", "c_call"):
            work.calls += 1
            if work.calls > most:
                sys.setprofile(None)
                raise TooMuchWork(f"more than {most} calls")

    sys.setprofile(note)
    try:
        yield work
    finally:
        sys.setprofile(before)
