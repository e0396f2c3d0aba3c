"""A plan that was created and is to be formulated: entities and people, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from engine.clock import VirtualClock
from engine.database import Database
from engine.identity import SYSTEM
from engine.instances import commands
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from tests.support.databases import begin_with
from tests.support.plan import PLAN, House
from workflows import assembly, shipped
from workflows.calendar import bogota_day
from workflows.loading import seeding
from workflows.plan import development
from workflows.plan.models import Plan, PlanEntity
from workflows.records import writing
from workflows.simulation.playing import Play
from workflows.simulation.robots import Robots

ENTITIES = ["SDG", "IDPAC", "DADEP"]


@dataclass
class Office(House):
    """A house in which a plan is being formulated."""

    def cast(self, *, polite: bool = False) -> Play:
        """People who have the demo's plan in mind."""
        robots = Robots(today=lambda: bogota_day(self.clock.now()), plan=seeding.demo_plan(), polite=polite)
        return Play(self.database, self.engine, self.forms, robots, self.clock)

    def begin(self, process: str, **variables: Any) -> int:
        """Open a case of the plan."""
        given: Mapping[str, Any] = {"plan": PLAN, "entidades": ENTITIES, **variables}
        with self.database.unit_of_work() as session:
            return commands.start(
                session,
                self.engine,
                process,
                business_key=f"{PLAN}/{process}",
                name=process,
                scope=PLAN,
                tenant="GOB",
                variables=dict(given),
                actor=SYSTEM,
            ).id

    def is_open(self, instance_id: int) -> bool:
        """Whether a case has not ended."""
        with self.database.reading() as session:
            return session.get_one(Instance, instance_id).state == "active"


@pytest.fixture
def clock() -> VirtualClock:
    """Monday 1 August 2016, 9:00 in Bogotá."""
    return VirtualClock(dt.datetime(2016, 8, 1, 14, 0, tzinfo=dt.UTC))


@pytest.fixture
def office(database: Database, clock: VirtualClock) -> Office:
    """The office with a plan that has a name, years and entities."""
    engine = assembly.process_engine(clock)
    begin_with(database, ("plan to formulate", clock.now()), lambda: found_plan(database, engine))
    return Office(database, clock, engine, assembly.forms())


def found_plan(database: Database, engine: ProcessEngine) -> None:
    """Publish the processes and create a plan as its coordinator would."""
    data = seeding.demo_plan()
    with database.unit_of_work() as session:
        sector = writing.write_sector(session, data)
        record = data.plan
        session.add(
            Plan(
                code=record.code,
                name=record.name,
                sector_code=sector.code,
                first_year=record.first_year,
                years=record.years,
                state="formulacion",
                first_month=f"{record.first_year}-01",
                ends_on=dt.date(record.last_year, 12, 31),
            )
        )
        session.flush()
        development.frame(session, record.code, [one.code for one in data.development_plans])
        session.add_all(
            PlanEntity(plan_code=record.code, entity_code=code, position=n) for n, code in enumerate(ENTITIES)
        )
        shipped.publish_shipped(session, engine)
