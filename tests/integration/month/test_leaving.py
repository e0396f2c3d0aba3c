"""Somebody leaves: their tasks go on, and what they answered for finds somebody else."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from engine.identity import SYSTEM
from engine.instances.models import Instance
from engine.tasks.models import UserTask
from tests.support.plan import House
from workflows.cycles import opening as cycles
from workflows.errors import Conflict, Refused
from workflows.lifecycle import leaving
from workflows.monitoring.models import Responsibility
from workflows.people.models import Person


@pytest.fixture
def reporting(house: House) -> House:
    """The follow-up of June is open, and everybody who reports has their task."""
    house.clock.move_to(dt.datetime(2018, 7, 3, 14, tzinfo=dt.UTC))
    with house.database.unit_of_work() as session:
        cycles.open_due(session, house.engine)
    return house


def _held(house: House, username: str) -> set[int]:
    with house.database.reading() as session:
        held = sa.select(UserTask.id).where(UserTask.state == "open", UserTask.assignee == username)
        return set(session.scalars(held))


def test_their_tasks_pass_to_whoever_follows_them(reporting: House) -> None:
    tasks = _held(reporting, "sruiz")

    with reporting.database.unit_of_work() as session:
        left = leaving.leave(session, reporting.engine, "sruiz", actor=SYSTEM, successor="ynino")

    assert tasks
    assert left.handed_over == len(tasks)
    assert _held(reporting, "sruiz") == set()
    assert tasks <= _held(reporting, "ynino")


def test_without_a_successor_their_tasks_go_back_to_the_group(reporting: House) -> None:
    tasks = _held(reporting, "sruiz")

    with reporting.database.unit_of_work() as session:
        left = leaving.leave(session, reporting.engine, "sruiz", actor=SYSTEM)

    with reporting.database.reading() as session:
        assert {session.get_one(UserTask, task).assignee for task in tasks} == {None}
    assert left.given_back == len(tasks)


def test_a_case_asks_who_answers_for_their_indicators(reporting: House) -> None:
    with reporting.database.unit_of_work() as session:
        left = leaving.leave(session, reporting.engine, "sruiz", actor=SYSTEM)

    with reporting.database.reading() as session:
        (case,) = [session.get_one(Instance, case) for case in left.cases]
        rows = session.scalars(sa.select(Responsibility).where(Responsibility.instance_id == case.id)).all()
    assert (case.process_key, case.business_key) == ("f5_preparacion", "PES-GOB/f5p/2018-001")
    assert rows
    assert all("sruiz" not in (row.reports, row.reviews, row.substitute) for row in rows)


def test_who_answers_for_nothing_leaves_without_a_case(reporting: House) -> None:
    with reporting.database.unit_of_work() as session:
        left = leaving.leave(session, reporting.engine, "nquiroga", actor=SYSTEM)
        assert not session.get_one(Person, "nquiroga").active

    assert left == leaving.Departure(0, 0, ())


def test_nobody_leaves_twice_nor_hands_over_to_who_left(reporting: House) -> None:
    with reporting.database.unit_of_work() as session:
        leaving.leave(session, reporting.engine, "ynino", actor=SYSTEM)

    with reporting.database.unit_of_work() as session:
        with pytest.raises(Conflict):
            leaving.leave(session, reporting.engine, "ynino", actor=SYSTEM)
        with pytest.raises(Refused):
            leaving.leave(session, reporting.engine, "sruiz", actor=SYSTEM, successor="ynino")
        assert session.get_one(Person, "sruiz").active
