"""Plays a bundle by what its handlers declare: steps and forms give just that, and fail without what they need."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from engine import sweep
from engine.clock import VirtualClock
from engine.contracts import Contract, Data, Datum, Kind
from engine.database import Database
from engine.definitions import publishing
from engine.definitions.dataflow.questions import Question, read_questions
from engine.definitions.diagram import Element
from engine.definitions.reading import read_diagram
from engine.identity import SYSTEM, Actor
from engine.incidents import Incident
from engine.instances import commands as instances
from engine.instances import messages
from engine.instances.correlation import Subscription
from engine.runtime import ProcessEngine, ServiceCall
from engine.states import IncidentState, UserTaskState
from engine.tasks import assignment
from engine.tasks import commands as tasks
from engine.tasks.models import UserTask
from tests.diagrams.deletions import Deletion
from tests.diagrams.deletions import engine as product
from workflows.calendar import WorkingCalendar
from workflows.cycles.naming import PlanCases
from workflows.people.directory import SectorGroups

MONDAY = dt.datetime(2018, 7, 2, 14, 0, tzinfo=dt.UTC)
LONGEST = 250
ENTITIES = ("SDG", "IDPAC")


class MissingData(Exception):
    """A handler was run without a datum that it needs."""


@dataclass
class ContractPlay:
    """One play of a process of a bundle, from a start that the product knows; chance decides every answer."""

    database: Database
    deletion: Deletion
    process: str
    seed: int
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(MONDAY))

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
        """The incidents that it opened, in words; empty is well."""
        with self.database.unit_of_work() as session:
            publishing.publish(
                session,
                self.engine,
                list(self.deletion.diagrams.values()),
                self.deletion.forms,
                actor=SYSTEM,
                reason="prueba",
            )
        with self.database.unit_of_work() as session:
            self._start(session)
        for _ in range(LONGEST):
            if not self._move():
                break
        with self.database.reading() as session:
            found = session.scalars(sa.select(Incident).where(Incident.state == IncidentState.OPEN)).all()
            return [f"{one.element_id}: {one.message}" for one in found]

    def _start(self, session: Any) -> None:
        model = read_diagram(self.deletion.diagrams[self.process])
        for start in model.starts():
            data = self._begins(start)
            if data is not None:
                instances.start(
                    session, self.engine, self.process, business_key=f"C-{start.id}", name="Caso", scope="PES",
                    variables=self._filled(data), actor=SYSTEM, start_element=start.id,
                )  # fmt: skip

    def _begins(self, start: Element) -> Data | None:
        if start.event == "timer":
            return self.contracts.calendar
        if start.event == "message":
            senders = [c.sends[start.message] for c in self.contracts.steps.values() if start.message in c.sends]
            outside = self.contracts.messages.get(start.message)
            offers = [*senders, *([outside] if outside is not None else [])]
            return self.chance.choice(offers) if offers else None
        return self.contracts.opened.get(self.process, self.contracts.by_hand)

    def _move(self) -> bool:
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
        with self.database.unit_of_work() as session:
            self.clock.advance(dt.timedelta(days=90))
            return sweep.fire_due_timers(session, self.engine) > 0

    def _complete(self, session: Any, task: UserTask) -> None:
        model = read_diagram(self.deletion.diagrams[task.process_key])
        element = model.elements[task.element_id]
        contract = self.contracts.forms.get(element.properties.get("registro", "") or element.id, Contract())
        self._ensure(contract, task.variables, task.element_id)
        asked = read_questions(self.deletion.forms[element.form_key]) if element.form_key in self.deletion.forms else {}
        outputs = [name for name in element.properties.get("salida", "").split(",") if name in asked]
        answers = {name: self._answer(asked[name]) for name in outputs}
        groups = frozenset(assignment.groups_of(session, task.id))
        somebody = Actor(task.assignee or f"quien_{task.element_id}", groups, is_supervisor=False)
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
        if datum.kind is Kind.LIST:
            return self._list(name, list(datum.options))
        samples = {Kind.FLAG: self.chance.random() < 0.5, Kind.NUMBER: 2018, Kind.DATE: "2018-08-31", Kind.ANY: "x"}
        named = {"plan": "PES", "periodo": "2018-06", "entidad": "SDG"}
        return samples.get(datum.kind, named.get(name, "profesional_sectorial"))

    def _list(self, name: str, options: list[str]) -> list[str]:
        whole = options or (["ana", "luis"] if name.startswith(("responsables", "asistentes")) else list(ENTITIES))
        return whole if name == "entidades" or self.chance.random() < 0.5 else []
