"""How often a token may ask: a minute that slides, counted in each process."""

from __future__ import annotations

import datetime as dt
import math
import time
from dataclasses import dataclass

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of the minute after a request."""

    limit: int
    left: int
    seconds: int
    is_exhausted: bool

    @property
    def wait(self) -> dt.timedelta:
        """Until the next request is answered."""
        return dt.timedelta(seconds=max(1, self.seconds))


class Limiter:
    """Counts requests by token. The wall clock, not the demo's: it is about this machine's work."""

    def __init__(self, per_minute: int) -> None:
        """`per_minute` requests of one token are answered."""
        self._item = RateLimitItemPerMinute(per_minute)
        self._windows = MovingWindowRateLimiter(MemoryStorage())

    def take(self, who: str) -> Allowance:
        """Count a request, and tell what is left."""
        taken = self._windows.hit(self._item, who)
        reset, left = self._windows.get_window_stats(self._item, who)
        return Allowance(self._item.amount, left, max(0, math.ceil(reset - time.time())), not taken)
