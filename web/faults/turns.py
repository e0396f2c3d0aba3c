"""Threads that run one at a time, in an order that a seed gives: the same seed meets in the same places."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random

STAYS = 0.6
"""How often whoever may go on does."""


class Turns:
    """Who goes on when somebody is between two transactions; nobody is left in the middle of one that writes."""

    def __init__(self, chance: Random) -> None:
        """`chance` decides; whoever begins again from the same one sees the same order."""
        self.chance = chance
        self._turn = threading.Condition()
        self._going: list[int] = []
        self._now: int | None = None
        self._writing = False

    def play(self, acts: Sequence[Callable[[], None]]) -> None:
        """Do all of these, each in a thread of its own, until the last has ended. Raises what one of them raised."""
        failures: list[BaseException] = []
        threads = [threading.Thread(target=self._run, args=(n, act, failures)) for n, act in enumerate(acts)]
        self._going = list(range(len(acts)))
        for thread in threads:
            thread.start()
        with self._turn:
            self._choose()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

    def pass_on(self) -> None:
        """Let somebody else go on, if chance has it so and nothing is being written."""
        me = self._now
        if me is None or self._writing or len(self._going) < 2 or self.chance.random() < STAYS:
            return
        with self._turn:
            self._choose()
            self._turn.wait_for(lambda: self._now == me)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Nobody else goes on meanwhile."""
        before, self._writing = self._writing, True
        try:
            yield
        finally:
            self._writing = before

    def _run(self, me: int, act: Callable[[], None], failures: list[BaseException]) -> None:
        with self._turn:
            self._turn.wait_for(lambda: self._now == me)
        try:
            act()
        except BaseException as failure:
            failures.append(failure)
        with self._turn:
            self._going.remove(me)
            self._choose()

    def _choose(self) -> None:
        self._now = self.chance.choice(self._going) if self._going else None
        self._turn.notify_all()
