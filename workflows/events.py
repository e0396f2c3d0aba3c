"""What the domain tells the packages above it, inside the same transaction."""

from __future__ import annotations

from dataclasses import dataclass

from engine.events import Event


@dataclass(frozen=True, slots=True)
class MeetingConvened(Event):
    """A meeting was called: its invitations can go out."""

    meeting_id: int


@dataclass(frozen=True, slots=True)
class MeetingMoved(Event):
    """A meeting that was called is on another day, at another hour or place."""

    meeting_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class MeetingCalledOff(Event):
    """A meeting that was called is not held on its day."""

    meeting_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class PeriodClosed(Event):
    """The figures of a month were frozen."""

    plan_code: str
    period_code: str


@dataclass(frozen=True, slots=True)
class ReportMissing(Event):
    """An entity did not hand in its month; a late case opened."""

    plan_code: str
    period_code: str
    entity_code: str


@dataclass(frozen=True, slots=True)
class ModificationDenied(Event):
    """A modification of a plan was denied: who asked for it is told why."""

    modification_id: int
