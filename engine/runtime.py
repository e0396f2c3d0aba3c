"""What every command of the engine is handed, and what each automatic step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from engine.calendar import BusinessCalendar
from engine.clock import Clock
from engine.contracts import Contracts
from engine.events import Event, Listener
from engine.identity import CandidateGroups
from engine.naming import CaseNamer


@dataclass(frozen=True, slots=True)
class ProcessEngine:
    """The collaborators of the engine, put together once by the composition root.

    `service_tasks` maps a topic to its handler. `property_prefix` is the prefix of our own properties in a
    diagram (`pes.`). `case_namer` names the cases that a message opens; without it no message opens any.
    `form_handlers` are the names that a diagram may give in `registro`, with a label (None: not
    checked). `check_opening` raises `InvalidDeadline` for the properties of a timer start event that nobody can read.
    `contracts` are the data that handlers need and give (None: not checked). `reserved_keys` maps what stands for a
    process in the keys of its cases to that process: another process with such an identifier would take its keys.
    `still_opens` says whether the calendar will open a case of a process in a scope, or could (None: it always might).
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
    contracts: Contracts | None = None
    reserved_keys: Mapping[str, str] = field(default_factory=dict)
    still_opens: Callable[[Session, ProcessEngine, str, str | None], bool] | None = None

    def now(self) -> dt.datetime:
        """The present moment by the injected clock."""
        return self.clock.now()

    def tell(self, session: Session, event: Event) -> None:
        """Hand `event` to every listener, in order."""
        for listener in self.listeners:
            listener(session, event)


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """What an automatic step knows when it runs.

    `variables` is a copy of the process variables at the element. `process_key` is the process the element
    belongs to (the called one inside a call activity).
    """

    session: Session
    engine: ProcessEngine
    now: dt.datetime
    instance_id: int
    business_key: str
    scope: str | None
    process_key: str
    element_id: str
    variables: Mapping[str, Any]


ServiceTaskHandler = Callable[[ServiceCall], Mapping[str, Any] | None]
"""Runs a step and returns the process variables it sets (JSON scalars and small lists), or nothing.

It may run again after a failure, so it must be idempotent. It reaches no network and commits nothing.
"""
