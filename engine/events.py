"""What the engine tells its listeners, inside the same transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an instance."""

    at: dt.datetime
    actor_id: str
    instance_id: int


@dataclass(frozen=True, slots=True)
class InstanceStarted(Event):
    """A case began."""

    process_key: str
    business_key: str
    scope: str | None


@dataclass(frozen=True, slots=True)
class InstanceEnded(Event):
    """A case reached its end, or was cancelled."""

    process_key: str
    business_key: str
    scope: str | None
    state: str


@dataclass(frozen=True, slots=True)
class TaskCreated(Event):
    """A user task waits for somebody. It says of which element, so that a listener need not load each task."""

    task_id: int
    process_key: str
    element_id: str


@dataclass(frozen=True, slots=True)
class TaskCompleted(Event):
    """A person completed a user task."""

    task_id: int
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TaskCancelled(Event):
    """A user task is no longer needed (an interrupting timer, a cancelled case)."""

    task_id: int


@dataclass(frozen=True, slots=True)
class TaskAssigned(Event):
    """A user task changed hands: claimed, released, reassigned."""

    task_id: int
    before: str | None
    after: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class MessageThrown(Event):
    """A diagram threw a message."""

    name: str
    key: str
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class IncidentOpened(Event):
    """Something failed inside a case and waits for a retry or a person."""

    incident_id: int


class Listener(Protocol):
    """Hears every event; writes in the session it is handed, never commits."""

    def __call__(self, session: Session, event: Event) -> None:
        """React to what happened, in the transaction in which it did."""
        ...
