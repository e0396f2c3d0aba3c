"""The calendar tells a case that its year is closed: once the year is over and its last month is closed."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.database import Database
from engine.definitions import publishing
from engine.identity import SYSTEM
from engine.instances import commands as instances
from engine.instances.models import Instance
from tests.support import diagrams
from tests.support.plan import MONTH, PLAN, House, build_house
from workflows.cycles.models import Period
from workflows.lifecycle import year_end
from workflows.plan.models import Plan

WAITS = diagrams.process(
    "espera_vigencia",
    diagrams.start(entradas="plan,vigencia"),
    diagrams.node(
        "intermediateCatchEvent",
        "esperar",
        '<bpmn:messageEventDefinition id="m1" messageRef="m"/>',
        properties={"clave": "${plan}/${vigencia}"},
    ),
    diagrams.end(),
    diagrams.chain("inicio", "esperar", "fin"),
    messages={"m": year_end.MESSAGE},
)


@pytest.fixture
def waiting(database: Database) -> House:
    """Somebody waits for the end of 2018; its months are closed until May, and the plan ends in June."""
    clock = VirtualClock(dt.datetime(2018, 6, 15, 14, 0, tzinfo=dt.UTC))
    house = build_house(database, clock, measured_before=(2018, 6), only=MONTH)
    with database.unit_of_work() as session:
        session.get_one(Plan, PLAN).ends_on = dt.date(2018, 6, 30)
        publishing.publish(session, house.engine, [WAITS], {}, actor=SYSTEM, reason="Prueba")
        instances.start(
            session,
            house.engine,
            "espera_vigencia",
            business_key="espera",
            name="Espera",
            scope=PLAN,
            tenant="GOB",
            variables={"plan": PLAN, "vigencia": 2018},
            actor=SYSTEM,
        )
    return house


def test_nothing_is_said_before_the_year_is_over(waiting: House) -> None:
    _close_june(waiting)

    assert _announced(waiting) == 0


def test_nothing_is_said_while_its_last_month_is_open(waiting: House) -> None:
    waiting.clock.move_to(dt.datetime(2018, 7, 10, 14, 0, tzinfo=dt.UTC))

    assert _announced(waiting) == 0


def test_who_waits_is_told_once(waiting: House) -> None:
    waiting.clock.move_to(dt.datetime(2018, 7, 25, 14, 0, tzinfo=dt.UTC))
    _close_june(waiting)

    assert _announced(waiting) == 1
    assert _announced(waiting) == 0

    with waiting.database.reading() as session:
        case = session.scalars(sa.select(Instance).where(Instance.business_key == "espera")).one()
        assert case.state == "completed"


def _announced(house: House) -> int:
    with house.database.unit_of_work() as session:
        return len(year_end.announce_closed_years(session, house.engine))


def _close_june(house: House) -> None:
    with house.database.unit_of_work() as session:
        session.add(
            Period(plan_code=PLAN, code="2018-06", year=2018, month=6, cutoff_on=dt.date(2018, 6, 30), state="cerrado")
        )
