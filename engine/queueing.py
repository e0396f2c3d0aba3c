"""Whose turn it is: threads that want the same thing get it one at a time, in the order in which they came."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from engine.errors import DatabaseDown


class Queue:
    """A lock that forgets nobody: a plain one gives the turn to whoever asks at the right moment, again and again."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    @contextmanager
    def turn(self, *, within_s: float) -> Iterator[None]:
        """Wait for one's turn, and have it until the end of the block. Raises `DatabaseDown` if it does not come."""
        ticket = self._ticket()
        if ticket is not None and not ticket.acquire(timeout=within_s) and self._gave_up(ticket):
            raise DatabaseDown
        try:
            yield
        finally:
            self._pass_on()

    def _ticket(self) -> threading.Lock | None:
        """A lock that opens when one's turn comes; None if it is one's turn already."""
        with self._guard:
            if not self._taken:
                self._taken = True
                return None
            ticket = threading.Lock()
            ticket.acquire()
            self._waiting.append(ticket)
            return ticket

    def _gave_up(self, ticket: threading.Lock) -> bool:
        """Leave the queue; False if the turn came at this very moment."""
        with self._guard:
            if ticket not in self._waiting:
                return False
            self._waiting.remove(ticket)
            return True

    def _pass_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
