"""A progress bar on a terminal, and a line now and then elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

WIDTH = 40


class Progress:
    """Counts steps of something long; `out` is a terminal or a log."""

    def __init__(self, title: str, steps: int, out: TextIO, tell: Callable[[int], None] = lambda _share: None) -> None:
        """Begin at nothing of `steps`; `tell` is told each step, in percent of all."""
        self._tell = tell
        self._title, self._steps, self._out, self._done = title, max(steps, 1), out, 0

    def step(self) -> None:
        """One more is done."""
        before, self._done = self._done, self._done + 1
        self._tell(self._share())
        if self._out.isatty():
            filled = WIDTH * self._done // self._steps
            self._out.write(f"\r{self._title} [{'█' * filled}{'·' * (WIDTH - filled)}] {self._share()} %")
            self._out.flush()
        elif self._share() // 25 > 100 * before // self._steps // 25:
            self._out.write(f"{self._title}: {self._share()} %\n")
            self._out.flush()

    def end(self) -> None:
        """Leave the line."""
        if self._out.isatty():
            self._out.write("\n")

    def _share(self) -> int:
        return min(100, 100 * self._done // self._steps)
