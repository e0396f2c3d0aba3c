"""Walks a diagram with the real engine: automatic steps and people answer what a script says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import sqlalchemy as sa

from engine import sweep
from engine.clock import VirtualClock
from engine.database import Database
from engine.definitions import publishing
from engine.definitions.diagram import Element
from engine.definitions.reading import read_diagram
from engine.history import HistoryEntry
from engine.identity import SYSTEM, Actor
from engine.incidents import Incident
from engine.instances import commands as instances
from engine.instances import messages
from engine.instances.correlation import Subscription
from engine.instances.models import Instance
from engine.runtime import ProcessEngine, ServiceCall, ServiceTaskHandler
from engine.tasks import assignment
from engine.tasks import commands as tasks
from engine.tasks.models import UserTask
from tests.support.databases import begin_with
from workflows.calendar import WorkingCalendar
from workflows.cycles.naming import PlanCases
from workflows.people.groups import SectorGroups

MONDAY = dt.datetime(2018, 7, 2, 14, 0, tzinfo=dt.UTC)
LONGEST_WALK = 300
CASE: Mapping[str, Any] = {"plan": "PES", "periodo": "2018-06", "cierre": "2018-06-30", "entidades": ["SDG", "IDPAC"]}

Answers = Mapping[str, Sequence[Mapping[str, Any]]]
"""By element: what it answers the first time, the second, …; the last answer is repeated."""


@dataclass(frozen=True)
class Script:
    """One way through a process. Who is `silent` never answers, and their timers fire.

    A message that it `receives` comes whenever somebody waits for it, as the calendar's do.
    """

    process: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    answers: Answers = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    begins: str | None = None
    receives: Sequence[tuple[str, str]] = ()


@dataclass
class Walk:
    """What happened: the elements passed and the flows that decisions took, as `process/id`."""

    database: Database
    diagrams: tuple[bytes, ...]
    forms: Mapping[str, dict[str, Any]]
    script: Script
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(MONDAY))
    said: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        elements = _elements(self.diagrams)
        steps: dict[str, ServiceTaskHandler] = {e.topic: self._step for e in elements if e.topic}
        self.engine = ProcessEngine(
            self.clock, WorkingCalendar(), SectorGroups(), steps, case_namer=PlanCases(), form_handlers=_names(elements)
        )

    def run(self) -> Instance:
        """Walk to the end; the case it began."""
        begin_with(self.database, ("to walk", self.diagrams), self._publish)
        with self.database.unit_of_work() as session:
            case = self._start(session).id
        for _ in range(LONGEST_WALK):
            if not self._move():
                break
        with self.database.reading() as session:
            return session.get_one(Instance, case)

    def _publish(self) -> None:
        with self.database.unit_of_work() as session:
            publishing.publish(session, self.engine, self.diagrams, self.forms, actor=SYSTEM, reason="prueba")

    def passed(self) -> set[str]:
        """Every element and flow in the history, as `process/id`."""
        with self.database.reading() as session:
            entries = session.scalars(sa.select(HistoryEntry).where(HistoryEntry.element_id.is_not(None))).all()
        flows = {f"{entry.process_key}/{flow}" for entry in entries for flow in entry.data.get("flujos", ())}
        return flows | {f"{entry.process_key}/{entry.element_id}" for entry in entries}

    def left_over(self) -> list[str]:
        """Open tasks and incidents, in words."""
        with self.database.reading() as session:
            open_tasks = session.scalars(sa.select(UserTask).where(UserTask.state == "open"))
            incidents = session.scalars(sa.select(Incident).where(Incident.state == "open"))
            return [f"open: {task.element_id}" for task in open_tasks] + [
                f"incident: {incident.element_id} {incident.message}" for incident in incidents
            ]

    def _start(self, session: Any) -> Instance:
        return instances.start(
            session,
            self.engine,
            self.script.process,
            business_key="C-1",
            name="Caso",
            scope="PES",
            tenant="GOB",
            variables={**CASE, **self.script.variables},
            actor=SYSTEM,
            start_element=self.script.begins,
        )

    def _move(self) -> bool:
        """One thing happens: a person answers, else a message comes, else time passes."""
        with self.database.unit_of_work() as session:
            task = session.scalars(
                sa.select(UserTask)
                .where(UserTask.state == "open", UserTask.element_id.not_in(self.script.silent))
                .order_by(UserTask.id)
            ).first()
            if task is not None:
                self._complete(session, task)
                return True
        with self.database.unit_of_work() as session:
            if any(self._receives(session, *one) for one in self.script.receives):
                return True
            self.clock.advance(dt.timedelta(days=90))
            return sweep.fire_due_timers(session, self.engine) > 0

    def _receives(self, session: Any, name: str, key: str) -> bool:
        waits = sa.select(Subscription.id).where(Subscription.name == name, Subscription.key == key)
        return session.scalar(waits) is not None and bool(
            messages.send(session, self.engine, name, key, {}, actor=SYSTEM)
        )

    def _complete(self, session: Any, task: UserTask) -> None:
        groups = frozenset(assignment.groups_of(session, task.id))
        somebody = Actor(task.assignee or f"quien_{task.element_id}", groups)
        tasks.complete(session, self.engine, task.id, actor=somebody, variables=self._answer(task.element_id))

    def _step(self, call: ServiceCall) -> Mapping[str, Any]:
        return self._answer(call.element_id)

    def _answer(self, element: str) -> dict[str, Any]:
        answers = self.script.answers.get(element, [{}])
        turn = self.said[element] = self.said.get(element, -1) + 1
        return dict(answers[min(turn, len(answers) - 1)])


@cache
def _elements(diagrams: tuple[bytes, ...]) -> list[Element]:
    return [element for xml in diagrams for element in read_diagram(xml).elements.values()]


def _names(elements: Sequence[Any]) -> dict[str, str]:
    return {e.properties["registro"]: e.name for e in elements if "registro" in e.properties}
