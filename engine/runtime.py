"""What every command of the engine is handed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from engine.calendar import BusinessCalendar
from engine.clock import Clock
from engine.events import Event, Listener
from engine.identity import CandidateGroups
from engine.naming import CaseNamer
from engine.service_tasks import ServiceTaskHandler


@dataclass(frozen=True, slots=True)
class ProcessEngine:
    """The collaborators of the engine, put together once by the composition root.

    `service_tasks` maps a topic to its handler. `property_prefix` is the prefix of our own properties in a
    diagram (`pes.`). `case_namer` names the cases that a message opens; without it no message opens any.
    `form_handlers` are the names that a diagram may give in `registro`, with a label (None: not
    checked). `check_opening` raises `InvalidDeadline` for the properties of a timer start event that nobody can read.
    """

    clock: Clock
    calendar: BusinessCalendar
    groups: CandidateGroups
    service_tasks: Mapping[str, ServiceTaskHandler]
    listeners: tuple[Listener, ...] = field(default_factory=tuple)
    property_prefix: str = "pes."
    case_namer: CaseNamer | None = None
    form_handlers: Mapping[str, str] | None = None
    check_opening: Callable[[Mapping[str, str]], None] | None = None

    def now(self) -> dt.datetime:
        """The present moment by the injected clock."""
        return self.clock.now()

    def tell(self, session: Session, event: Event) -> None:
        """Hand `event` to every listener, in order."""
        for listener in self.listeners:
            listener(session, event)
