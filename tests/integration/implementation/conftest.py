"""The demo plan on the eve of June's follow-up, and people who work on phase 4."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.database import Database
from engine.identity import SYSTEM
from engine.instances import messages
from engine.tasks.models import UserTask
from tests.support.plan import House, build_house, once
from workflows.cycles import opening as cycles
from workflows.forms.opening import OpenForm
from workflows.people import directory

LIAISONS = {"SDG": "cvega", "DADEP": "bdiaz", "IDPAC": "rmora"}
HEADS = {"SDG": "mlopez", "DADEP": "ftorres", "IDPAC": "pcastro"}


@dataclass
class Office:
    """A house, and short words for what its people do."""

    house: House

    def tick(self) -> None:
        """What is due opens."""
        with self.house.database.unit_of_work() as session:
            cycles.open_due(session, self.house.engine)

    def open(self, element: str, username: str, **about: object) -> OpenForm:
        """The form of the one open task of an element, as somebody sees it."""
        with self.house.database.reading() as session:
            task = self.task(session, element, about)
            return self.house.forms.open(session, self.house.engine, task.id, directory.actor(session, username))

    def send(self, element: str, username: str, raw: dict[str, Any], **about: object) -> None:
        """Send the form of the one open task of an element."""
        with self.house.database.unit_of_work() as session:
            task = self.task(session, element, about)
            actor = directory.actor(session, username)
            self.house.forms.submit(session, self.house.engine, task.id, actor, raw)

    def robot(self, element: str, username: str, **about: object) -> None:
        """Let the robot fill and send it."""
        form = self.open(element, username, **about)
        with self.house.database.unit_of_work() as session:
            play = self.house.play()
            play._send(session, form.task.id, directory.actor(session, username))

    def message(self, name: str, key: str, **variables: object) -> list[int]:
        """Send a message."""
        with self.house.database.unit_of_work() as session:
            return messages.send(session, self.house.engine, name, key, variables, actor=SYSTEM)

    def task(self, session: Any, element: str, about: dict[str, object]) -> UserTask:
        """The one open task of an element."""
        query = sa.select(UserTask).where(UserTask.element_id == element, UserTask.state == "open")
        (task,) = [
            one for one in session.scalars(query) if all(one.variables.get(key) == is_ for key, is_ in about.items())
        ]
        return task

    def waiting(self) -> list[str]:
        """The open tasks of phase 4, as element and entity."""
        with self.house.database.reading() as session:
            query = sa.select(UserTask).where(UserTask.state == "open").order_by(UserTask.id)
            return [f"{one.element_id}@{one.variables.get('entidad', '')}" for one in session.scalars(query)]


@pytest.fixture
def office(database: Database) -> Office:
    """Tuesday 3 July 2018: June, the year and the matrix have just opened."""
    clock = VirtualClock(dt.datetime(2018, 7, 1, 14, 0, tzinfo=dt.UTC))
    office = Office(build_house(database, clock, measured_before=(2018, 6)))

    def open_everything() -> None:
        clock.move_to(dt.datetime(2018, 7, 3, 14, 0, tzinfo=dt.UTC))
        office.tick()

    once(office.house, "June, the year and the matrix open", open_everything)
    return office
