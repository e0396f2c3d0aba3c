"""What the engine asks of a working calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Protocol


class BusinessCalendar(Protocol):
    """Turns the deadline of a diagram into a moment.

    `scope` is opaque to the engine (whose local holidays apply).
    """

    def deadline(
        self, expression: str, *, since: dt.datetime, variables: Mapping[str, Any], scope: str | None
    ) -> dt.datetime:
        """The moment (UTC) at which `expression` falls due.

        `since` is when the task or timer was created. Raises `engine.errors.InvalidDeadline`.
        """
        ...

    def postponed(
        self, moment: dt.datetime, *, since: dt.datetime, until: dt.datetime, scope: str | None
    ) -> dt.datetime:
        """`moment`, later by the working days that lie between `since` and `until`: nobody could work in them."""
        ...

    def check(self, expression: str) -> None:
        """Raise `engine.errors.InvalidDeadline` if no calendar could read the expression."""
        ...
