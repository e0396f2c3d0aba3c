"""An engine for tests: a calendar that counts days, groups that are what they are called, a listener that remembers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import VirtualClock
from engine.database import Database
from engine.definitions import publishing
from engine.errors import InvalidDeadline, UnknownRole
from engine.events import Event
from engine.history import HistoryEntry
from engine.identity import Actor
from engine.incidents import Incident
from engine.instances import commands as instances
from engine.instances.models import Instance
from engine.naming import CaseName
from engine.runtime import ProcessEngine, ServiceTaskHandler
from engine.tasks import commands as tasks
from engine.tasks.models import UserTask
from tests.support.diagrams import FORM

ANA = Actor("ana", frozenset({"analista"}))
BEA = Actor("bea", frozenset({"analista"}))
BOSS = Actor("jefa", frozenset({"jefatura"}), frozenset({""}))


class DayCalendar:
    """`3d` is three days later; `fecha:x` is the day in variable `x`."""

    def deadline(
        self, expression: str, *, since: dt.datetime, variables: Mapping[str, Any], scope: str | None
    ) -> dt.datetime:
        if expression.startswith("fecha:"):
            return dt.datetime.fromisoformat(str(variables[expression[6:]])).replace(tzinfo=dt.UTC)
        self.check(expression)
        return since + dt.timedelta(days=int(expression.removesuffix("dh").removesuffix("d")))

    def postponed(
        self, moment: dt.datetime, *, since: dt.datetime, until: dt.datetime, scope: str | None
    ) -> dt.datetime:
        return moment + (until - since)

    def check(self, expression: str) -> None:
        if not expression.startswith("fecha:") and not expression.removesuffix("dh").removesuffix("d").isdigit():
            raise InvalidDeadline


class PlainGroups:
    """A role is its own group, or `role@entity` where there is one. `fantasma` is published but unknown later."""

    names: ClassVar[Mapping[str, str]] = {
        "analista": "Analista",
        "jefatura": "Jefatura",
        "enlace": "Enlace",
        "fantasma": "Fantasma",
    }

    def resolve(self, session: Session, role: str, variables: Mapping[str, Any], tenant: str) -> str:
        if role not in self.names or (role == "fantasma" and not variables.get("conocido")):
            raise UnknownRole(f"No existe el rol «{role}».")
        return f"{role}@{variables['entidad']}" if role == "enlace" else role

    def exists(self, role: str) -> bool:
        return role in self.names

    def needs(self, session: object) -> Mapping[str, frozenset[str]]:
        return {}

    def vacant(self, session: object, tenant: str) -> dict[str, str]:
        """Everybody is there."""
        return {}

    def roles(self, session: object = None) -> Mapping[str, str]:
        return self.names


class NumberedNames:
    """Cases that a message opens are called by their process and a number."""

    def __init__(self) -> None:
        self.count = 0

    def name_case(self, session: Session, process_key: str, variables: Mapping[str, Any]) -> CaseName:
        self.count += 1
        return CaseName(f"{process_key}/{self.count}", f"{process_key} {self.count}", variables.get("plan"))


@dataclass
class World:
    """A database, an engine, and short words for what tests do with them. Each word is a transaction of its own."""

    database: Database
    clock: VirtualClock
    handlers: dict[str, ServiceTaskHandler] = field(default_factory=dict)
    heard: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.engine = ProcessEngine(
            clock=self.clock,
            calendar=DayCalendar(),
            groups=PlainGroups(),
            service_tasks=self.handlers,
            listeners=(lambda session, event: self.heard.append(event),),
            case_namer=NumberedNames(),
        )

    def publish(self, *diagrams: bytes, forms: dict[str, dict[str, Any]] | None = None) -> list[Any]:
        with self.database.unit_of_work() as session:
            return publishing.publish(
                session, self.engine, diagrams, forms or {FORM: {"components": []}}, actor=BOSS, reason="prueba"
            )

    def start(
        self,
        key: str = "p",
        business_key: str = "C-1",
        start_element: str | None = None,
        of: str = "",
        **variables: Any,
    ) -> int:
        with self.database.unit_of_work() as session:
            instance = instances.start(
                session,
                self.engine,
                key,
                business_key=business_key,
                name=business_key,
                scope="PLAN",
                variables={"plan": "PLAN", **variables},
                actor=BOSS,
                start_element=start_element,
                tenant=of,
            )
            return instance.id

    def complete(self, task_id: int, actor: Actor = ANA, **variables: Any) -> UserTask:
        with self.database.unit_of_work() as session:
            return tasks.complete(session, self.engine, task_id, actor=actor, variables=variables)

    def do(self, element_id: str, actor: Actor = ANA, **variables: Any) -> UserTask:
        """Complete the first open task of an element."""
        return self.complete(self.task(element_id).id, actor, **variables)

    def task(self, element_id: str) -> UserTask:
        return next(task for task in self.open_tasks() if task.element_id == element_id)

    def open_tasks(self, instance_id: int | None = None) -> list[UserTask]:
        with self.database.reading() as session:
            query = sa.select(UserTask).where(UserTask.state == "open").order_by(UserTask.id)
            if instance_id is not None:
                query = query.where(UserTask.instance_id == instance_id)
            return list(session.scalars(query))

    def names(self) -> list[str]:
        """The elements of the open tasks, sorted."""
        return sorted(task.element_id for task in self.open_tasks())

    def instance(self, instance_id: int) -> Instance:
        with self.database.reading() as session:
            return session.get_one(Instance, instance_id)

    def status(self, instance_id: int) -> bytes:
        """The stored state."""
        with self.database.reading() as session:
            return session.execute(sa.select(Instance.status).where(Instance.id == instance_id)).scalar_one()

    def variables(self, instance_id: int) -> dict[str, Any]:
        with self.database.reading() as session:
            return instances.variables_of(session, self.engine, instance_id)

    def history(self, instance_id: int) -> list[HistoryEntry]:
        with self.database.reading() as session:
            query = sa.select(HistoryEntry).where(HistoryEntry.instance_id == instance_id).order_by(HistoryEntry.id)
            return list(session.scalars(query))

    def kinds(self, instance_id: int) -> list[str]:
        return [entry.kind for entry in self.history(instance_id)]

    def incidents(self) -> list[Incident]:
        with self.database.reading() as session:
            return list(session.scalars(sa.select(Incident).where(Incident.state == "open").order_by(Incident.id)))
