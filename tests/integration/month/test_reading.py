"""What coordinators see of the month."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from tests.support.plan import PLAN, House, day, once
from workflows.monitoring import board
from workflows.people.models import Person
from workflows.simulation.robots import LATE

JUNE = "2018-06"


@pytest.fixture
def reported(house: House) -> House:
    """9 July 2018: everybody but IDPAC has reported June."""
    play = house.play({(JUNE, "IDPAC"): LATE})
    return once(house, "IDPAC has not reported June", lambda: play.until(day("2018-07-09")))


def test_the_board_says_who_holds_each_report(reported: House) -> None:
    with reported.database.reading() as session:
        found = board.of_plan(session, PLAN, reported.clock.now())

    assert list(found.entities) == ["SDG", "IDPAC", "DADEP"]
    june = found.months[0]
    assert (june.code, june.state, june.late_days) == (JUNE, "abierto", 0)
    assert {code: report.state for code, report in june.reports.items()} == {
        "SDG": "avalado",
        "DADEP": "avalado",
        "IDPAC": "pendiente",
    }
    held = {task.element_id: task.holders for task in found.holding(JUNE)["IDPAC"]}
    assert held == {
        "reportar_avance": ["Sandra Ruiz (demo)"],
        "reportar_ejecucion": ["Sandra Ruiz (demo)"],
    }
    assert not found.overdue
    assert not found.orphans
    assert found.open_incidents == 0


def test_the_board_points_at_what_is_overdue_and_at_what_nobody_can_do(reported: House) -> None:
    with reported.database.unit_of_work() as session:
        session.get_one(Person, "sruiz").active = False
    reported.clock.advance(dt.timedelta(days=1, hours=1))

    with reported.database.reading() as session:
        found = board.of_plan(session, PLAN, reported.clock.now())

    assert sorted(task.element_id for task in found.orphans) == ["reportar_avance", "reportar_ejecucion"]
    assert {task.element_id for task in found.overdue} == {"reportar_avance", "reportar_ejecucion"}


def test_the_board_costs_the_same_however_many_tasks(house: House) -> None:
    house.play().day(day("2018-07-03"))
    counted: list[str] = []
    sa.event.listen(house.database.engine, "before_cursor_execute", lambda *call: counted.append(call[2]))

    with house.database.reading() as session:
        found = board.of_plan(session, PLAN, house.clock.now())

    assert len(found.tasks) >= 4
    assert len(counted) <= 20
