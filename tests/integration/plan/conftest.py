"""A database with the demo's plan."""

from __future__ import annotations

import pytest

from engine.clock import VirtualClock
from engine.database import Database
from engine.identity import SYSTEM
from tests.support.databases import begin_with
from web import schema
from workflows.loading import importing, seeding

schema.load()


@pytest.fixture
def demo(database: Database, clock: VirtualClock) -> Database:
    """The database with the demo's plan 2017–2020, measured until June 2018."""

    def load() -> None:
        with database.unit_of_work() as session:
            importing.apply(session, clock, SYSTEM, seeding.demo_plan(), appoints=True)

    begin_with(database, ("demo", clock.now()), load)
    return database
