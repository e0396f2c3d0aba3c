"""Plays a bundle by what its handlers declare: steps and forms give just that, and fail without what they need."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from unittest import mock

import sqlalchemy as sa
from SpiffWorkflow.exceptions import WorkflowException

from engine import sweep
from engine.clock import VirtualClock
from engine.contracts import ANY, Contract, Data, Datum, Kind
from engine.database import Database
from engine.definitions import publishing
from engine.definitions.dataflow.flow import Following
from engine.definitions.dataflow.giving import merged
from engine.definitions.dataflow.questions import Question, read_questions
from engine.definitions.diagram import Element
from engine.errors import Invalid, UnreadableDiagram
from engine.expressions import Expression
from engine.identity import SYSTEM, Actor
from engine.incidents import Incident
from engine.instances import commands as instances
from engine.instances import messages
from engine.instances.correlation import Subscription
from engine.instances.models import Instance
from engine.runtime import ProcessEngine, ServiceCall
from engine.states import IncidentState, InstanceState, UserTaskState
from engine.tasks import assignment
from engine.tasks import commands as tasks
from engine.tasks.models import UserTask
from tests.diagrams.deletions import Deletion
from tests.diagrams.surroundings import engine as product
from tests.diagrams.surroundings import forms, known_names, model, shipped
from tests.support.databases import begin_with
from workflows.calendar import WorkingCalendar
from workflows.cycles.naming import PlanCases
from workflows.people.groups import SectorGroups

MONDAY = dt.datetime(2018, 7, 2, 14, 0, tzinfo=dt.UTC)
LONGEST = 400
NOBODY_ACTS = 0.1
"""How often, in every other play, the dates come before anybody does anything."""
ENTITIES = ("SDG", "IDPAC")


class MissingData(Exception):
    """A handler was run without a datum that it needs."""


@dataclass
class ContractPlay:
    """One play of a process of a bundle, begun as the product would; chance decides every answer.

    A process that others call is begun alone, with what its callers have.
    """

    database: Database
    deletion: Deletion
    process: str
    seed: int
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(MONDAY))
    begun: int = 0
    asked: set[tuple[str, str]] = field(default_factory=set)
    """Conditions, each with a datum that it read and that was not there."""
    had: set[tuple[str, str]] = field(default_factory=set)
    """The same where it was."""
    is_cut: bool = False
    """Whether it went on for so long that it was left there: no end, and no incident either."""

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        contracts = product().contracts
        assert contracts is not None
        self.contracts = contracts
        steps = {topic: self._step(contract) for topic, contract in contracts.steps.items()}
        self.engine = ProcessEngine(
            self.clock,
            WorkingCalendar(),
            SectorGroups(),
            steps,
            case_namer=PlanCases(),
            form_handlers=product().form_handlers,
        )

    def run(self) -> list[str]:
        """Why it did not come to its end, in words: incidents, and what is left when nothing moves; empty is well."""
        begin_with(self.database, "shipped, to be played by contract", self._publish_shipped)
        try:
            self._publish_deletion()
        except (Invalid, UnreadableDiagram) as refused:
            return [f"cannot run: {refused}"]
        with self._listening():
            try:
                with self.database.unit_of_work() as session:
                    self._start(session)
                return self._go_on() if self.begun else ["nothing begins it"]
            except (MissingData, WorkflowException) as broken:
                return [str(broken)]

    @contextmanager
    def _listening(self) -> Iterator[None]:
        """Note which data conditions find, and which they do not."""
        holds = Expression.holds

        def noted(expression: Expression, variables: Mapping[str, Any]) -> bool:
            for name in expression.names:
                (self.asked if variables.get(name) is None else self.had).add((expression.text, name))
            return holds(expression, variables)

        with mock.patch.object(Expression, "holds", noted):
            yield

    def _go_on(self) -> list[str]:
        for _ in range(LONGEST):
            failed = self._incidents()
            if failed or not self._move():
                return failed or self._left()
        self.is_cut = True
        return []

    def _publish_shipped(self) -> None:
        with self.database.unit_of_work() as session:
            publishing.publish(
                session, self.engine, list(shipped().values()), forms(), actor=SYSTEM, reason="prueba"
            )  # fmt: skip

    def _publish_deletion(self) -> None:
        diagrams = [self.deletion.diagram] if self.deletion.diagram else []
        with self.database.unit_of_work() as session, _whatever_the_linter_says():
            publishing.publish(
                session, self.engine, diagrams, self.deletion.changed_forms, actor=SYSTEM, reason="prueba"
            )  # fmt: skip

    def _incidents(self) -> list[str]:
        with self.database.reading() as session:
            found = session.scalars(sa.select(Incident).where(Incident.state == IncidentState.OPEN)).all()
            return [f"{one.element_id}: {one.message}" for one in found]

    def _left(self) -> list[str]:
        with self.database.reading() as session:
            going = session.scalars(sa.select(Instance.name).where(Instance.state == InstanceState.ACTIVE)).all()
            return [f"never ends: {name}" for name in going]

    def _start(self, session: Any) -> None:
        for start in model(self.deletion.diagrams[self.process]).starts():
            data = self._begins(start)
            if data is not None:
                self.begun += 1
                instances.start(
                    session, self.engine, self.process, business_key=f"C-{start.id}", name="Caso", scope="PES",
                    tenant="GOB", variables=self._filled(data), actor=SYSTEM, start_element=start.id,
                )  # fmt: skip

    def _begins(self, start: Element) -> Data | None:
        if start.event == "timer":
            return self.contracts.calendar
        if start.event == "message":
            senders = [c.sends[start.message] for c in self.contracts.steps.values() if start.message in c.sends]
            outside = self.contracts.messages.get(start.message)
            offers = [*senders, *([outside] if outside is not None else [])]
            return self.chance.choice(offers) if offers else None
        if self.process in self.contracts.opened:
            return self.contracts.opened[self.process]
        return handed_in(self.process) or self.contracts.by_hand

    def _move(self) -> bool:
        if self.seed % 2 and self.chance.random() < NOBODY_ACTS and self._time_passes():
            return True
        with self.database.unit_of_work() as session:
            query = sa.select(UserTask).where(UserTask.state == UserTaskState.OPEN).order_by(UserTask.id)
            task = session.scalars(query).first()
            if task is not None:
                self._complete(session, task)
                return True
        with self.database.unit_of_work() as session:
            for one in session.scalars(sa.select(Subscription)).all():
                data = self.contracts.messages.get(one.name, {})
                messages.send(session, self.engine, one.name, one.key, self._filled(data), actor=SYSTEM)
                return True
        return self._time_passes()

    def _time_passes(self) -> bool:
        with self.database.unit_of_work() as session:
            self.clock.advance(dt.timedelta(days=90))
            return sweep.fire_due_timers(session, self.engine) > 0

    def _complete(self, session: Any, task: UserTask) -> None:
        element = model(self.deletion.diagrams[task.process_key]).elements[task.element_id]
        contract = self.contracts.forms.get(element.properties.get("registro", "") or element.id, Contract())
        schema = self.deletion.forms.get(element.form_key)
        asked = read_questions(schema) if schema else {}
        self._ensure(contract, task.variables, task.element_id)
        if schema and (lost := contract.fields - asked.keys()):
            raise MissingData(f"{task.element_id}: {sorted(lost)}")
        outputs = [name for name in element.properties.get("salida", "").split(",") if name in asked]
        answers = {name: self._answer(asked[name]) for name in outputs}
        groups = frozenset(assignment.groups_of(session, task.id))
        somebody = Actor(task.assignee or f"quien_{task.element_id}", groups)
        given = {**answers, **self._given(contract)}
        tasks.complete(
            session, self.engine, task.id, actor=somebody, variables={k: v for k, v in given.items() if v is not None}
        )

    def _step(self, contract: Contract) -> Any:
        def run(call: ServiceCall) -> Mapping[str, Any]:
            self._ensure(contract, call.variables, call.element_id)
            return self._given(contract)

        return run

    @staticmethod
    def _ensure(contract: Contract, variables: Mapping[str, Any], place: str) -> None:
        lacking = sorted(name for name in contract.needs if variables.get(name) is None)
        if lacking:
            raise MissingData(f"{place}: {lacking}")

    def _given(self, contract: Contract) -> dict[str, Any]:
        maybe = {name: datum for name, datum in contract.may_fill.items() if self.chance.random() < 0.5}
        return self._filled({**contract.fills, **maybe})

    def _filled(self, data: Data) -> dict[str, Any]:
        return {name: self._value(name, datum) for name, datum in data.items()}

    def _answer(self, question: Question) -> Any:
        if not question.sure and self.chance.random() < 0.4:
            return None
        return self._value(question.key, question.datum)

    def _value(self, name: str, datum: Datum) -> Any:
        if datum.kind is Kind.OPTION:
            return self.chance.choice(list(datum.options) or ["x"])
        if datum.kind is Kind.LIST or name == "entidades":
            return self._list(name, list(datum.options))
        samples = {Kind.FLAG: self.chance.random() < 0.5, Kind.NUMBER: 2018, Kind.DATE: "2018-08-31"}
        named = {"plan": "PES", "periodo": "2018-06", "entidad": "SDG"}
        return samples.get(datum.kind, named.get(name, "profesional_sectorial"))

    def _list(self, name: str, options: list[str]) -> list[str]:
        whole = options or (["ana", "luis"] if name.startswith(("responsables", "asistentes")) else list(ENTITIES))
        return whole if name == "entidades" or self.chance.random() < 0.5 else []


@contextmanager
def _whatever_the_linter_says() -> Iterator[None]:
    """What is refused is played too: to see whether it would have run."""
    with mock.patch.object(publishing, "_refuse_errors", lambda *_: None):
        yield


@cache
def handed_in(process: str) -> dict[str, Datum]:
    """The data that those who call a process hand in, as their shipped diagrams have them."""
    world = known_names().world
    assert world is not None
    found: dict[str, Datum] = {}
    for caller, call in world.calls_of(process):
        before = Following(world).of(caller).before[call.id]
        for mapping in call.in_mappings:
            found.setdefault(mapping.target, _datum_of(caller.process_key, before, mapping.source))
    return found


def _datum_of(caller: str, before: Any, name: str) -> Datum:
    """Of whatever kind, where its own diagram does not tell: it came with what begins the caller."""
    datum = merged(before, name)
    return handed_in(caller).get(name, datum) if datum == ANY else datum
