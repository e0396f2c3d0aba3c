"""What the records of exports can be."""

from __future__ import annotations

from enum import StrEnum


class When(StrEnum):
    """When an export is due."""

    CLOSED = "closed"
    """A month was closed."""
    QUARTERLY = "quarterly"
    """The last month of a quarter was closed."""
    WEEKLY = "weekly"
    """On the first working day of each week, of the newest month."""
    DAILY = "daily"
    """On each working day, of the newest month."""
