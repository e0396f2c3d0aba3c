"""The product on an empty database: the real composition root, small diagrams, one person."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.harness import Place
from engine.clock import SystemClock
from engine.definitions import publishing
from engine.identity import SYSTEM, Actor
from engine.instances import commands as instances
from engine.tasks import commands as tasks
from engine.tasks.models import UserTask
from tests.support.diagrams import chain, each, end, flow, gateway, process, start, user
from web import migrating
from web.bootstrap import Application, assemble
from web.config import Config
from workflows.people.groups import Group
from workflows.people.models import Person, PersonRole, Role
from workflows.sectors import registry
from workflows.sectors.models import Entity
from workflows.sectors.states import EntityRole

ROLE = "coordinador_pes"
SECTOR = "GOB"
ANA = Actor("ana", frozenset({str(Group(ROLE, SECTOR))}))
FORM = "nota"
FORMS = {
    FORM: {
        "type": "default",
        "id": FORM,
        "components": [
            {"type": "textarea", "key": "nota", "label": "Nota", "validate": {"required": True}},
            {"type": "checkbox", "key": "listo", "label": "Listo"},
        ],
    }
}

LOOP = process(
    "vueltas", start(), gateway("junta"), user("a", role=ROLE, form=FORM, salida="listo"),
    gateway("sigue", default="otra"), end(),
    chain("inicio", "junta", "a", "sigue"), flow("sigue", "junta", id="otra"), flow("sigue", "fin", "listo == true"),
)  # fmt: skip
"""A task that comes again and again: a completion, a decision, the next task."""

AT_ONCE = process(
    "juntos", start(entradas="lista"), user("a", each("lista", "x"), role=ROLE, form=FORM),
    user("z", role=ROLE, form=FORM), end(),
    chain("inicio", "a", "z", "fin"),
)  # fmt: skip
"""One case in which many have something to do at the same time."""


def linear(length: int) -> bytes:
    """A process of so many tasks one after the other."""
    steps = [f"t{number}" for number in range(length)]
    drawn = [user(step, role=ROLE, form=FORM) for step in steps]
    return process("linea", start(), *drawn, end(), chain("inicio", *steps, "fin"))


@dataclass
class House:
    """The application, and short words for what is measured. Each word is a transaction."""

    application: Application
    folder: Path
    started: int = 0

    def publish(self, *diagrams: bytes) -> None:
        with self.application.database.unit_of_work() as session:
            engine = self.application.engine
            publishing.publish(session, engine, diagrams, FORMS, actor=SYSTEM, reason="medición")

    def start(self, key: str, **variables: Any) -> int:
        self.started += 1
        with self.application.database.unit_of_work() as session:
            instance = instances.start(
                session,
                self.application.engine,
                key,
                business_key=f"{key}/{self.started}",
                name=f"{key} {self.started}",
                scope="PES",
                tenant=SECTOR,
                variables={"plan": "PES", **variables},
                actor=ANA,
            )
            return instance.id

    def complete(self, task_id: int, variables: Mapping[str, Any] | None = None) -> None:
        with self.application.database.unit_of_work() as session:
            tasks.complete(session, self.application.engine, task_id, actor=ANA, variables=variables or {})

    def open_tasks(self, instance_id: int) -> list[int]:
        with self.application.database.reading() as session:
            query = sa.select(UserTask.id).where(UserTask.instance_id == instance_id, UserTask.state == "open")
            return list(session.scalars(query.order_by(UserTask.id)))


@contextmanager
def house(place: Place, *diagrams: bytes) -> Iterator[House]:
    """The product on an empty database with these diagrams published."""
    with place.home() as (folder, url):
        config = Config(folder, url, secrets.token_urlsafe(48))
        application = assemble(config, clock=SystemClock())
        migrating.migrate(application.database)
        built = House(application, folder)
        _people(application)
        built.publish(*diagrams)
        try:
            yield built
        finally:
            application.database.dispose()


def _people(application: Application) -> None:
    with application.database.unit_of_work() as session:
        session.add(Entity(code="SDG", name="Secretaría"))
        session.flush()
        registry.link(session, registry.create(session, SECTOR, "Gobierno"), [("SDG", EntityRole.HEAD)])
        session.add(Role(id=ROLE, name="Coordinación", scope="sector"))
        session.flush()
        session.add(Person(username=ANA.id, name="Ana", email="ana@example.org", entity_code="SDG"))
        session.flush()
        session.add(PersonRole(username=ANA.id, role_id=ROLE, sector_code=SECTOR))


def in_a_year() -> dt.datetime:
    """A moment that does not come while something is measured."""
    return SystemClock().now() + dt.timedelta(days=365)
