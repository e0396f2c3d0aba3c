"""Two sectors that play the same months in one installation have, each, the figures and tasks of one alone."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from engine.clock import VirtualClock
from engine.identity import SYSTEM
from engine.instances.models import Instance
from engine.tasks.models import TaskCandidate, UserTask
from tests.support.databases import with_tables
from tests.support.plan import MONTH, PLAN, House, build_house, demo_data
from workflows.loading import importing
from workflows.monitoring import figures
from workflows.people.groups import Group
from workflows.people.models import PersonRole
from workflows.records.data import without_measurements
from workflows.sectors import registry
from workflows.simulation import twins
from workflows.simulation.values import Reality

BEFORE = (2018, 6)
MONTHS = ("2018-06", "2018-07")
UNTIL = dt.date(2018, 8, 17)
SECTOR = "HAB"
TWIN = twins.plan_of(SECTOR)


class Told(Reality):
    """What happens is the same in both: their plans, entities and people differ by the code of the sector alone."""

    def choose(self, options: tuple[Any, ...], *about: object) -> Any:
        told = repr(about).replace(TWIN, PLAN).replace(f"{SECTOR}-", "").replace(f"{SECTOR.lower()}.", "")
        return super().choose(options, told)


def played(folder: Path, *, beside: bool) -> House:
    """Two months of the demo's plan; `beside` the twin."""
    database = with_tables(make_url(f"sqlite:///{folder / 'cauce.sqlite'}"))
    clock = VirtualClock(dt.datetime(2018, 7, 1, 14, 0, tzinfo=dt.UTC))
    house = build_house(database, clock, measured_before=BEFORE, only=MONTH)
    if beside:
        with database.unit_of_work() as session:
            registry.create_named(session, SECTOR, "Hábitat")
            data = without_measurements(twins.moved(demo_data(), SECTOR, "Hábitat"), since=BEFORE)
            importing.apply(session, clock, SYSTEM, data, sector=SECTOR, appoints=True)
    play = house.play()
    play.robots.reality = Told(7, demo_data().measurements)
    play.until(UNTIL)
    return house


def told(house: House, plan: str) -> dict[str, Any]:
    """What a plan has to show: its figures, and how often each task was done or is open; entities as alone."""
    with house.database.reading() as session:
        shown = {month: figures.as_json(figures.of_period(session, plan, month)) for month in MONTHS}
        tasks = sa.select(UserTask.element_id, UserTask.state).join(Instance, Instance.id == UserTask.instance_id)
        done = Counter(tuple(row) for row in session.execute(tasks.where(Instance.scope == plan)))
    for month in shown.values():
        month["plan"] = PLAN
        month["entidades"] = {code.removeprefix(f"{SECTOR}-"): found for code, found in month["entidades"].items()}
    return {"figures": shown, "tasks": done}


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> House:
    return played(tmp_path_factory.mktemp("both"), beside=True)


def test_each_has_the_figures_and_the_tasks_of_one_alone(both: House, tmp_path: Path) -> None:
    alone = told(played(tmp_path, beside=False), PLAN)

    assert alone["tasks"]
    assert told(both, PLAN) == alone
    assert told(both, TWIN) == alone


def test_no_task_is_offered_to_or_done_by_somebody_of_the_other(both: House) -> None:
    with both.database.reading() as session:
        offered = session.execute(
            sa.select(Instance.tenant, TaskCandidate.group_id)
            .join(UserTask, UserTask.instance_id == Instance.id)
            .join(TaskCandidate, TaskCandidate.task_id == UserTask.id)
        ).all()
        done = session.execute(
            sa.select(Instance.tenant, UserTask.completed_by)
            .join(UserTask, UserTask.instance_id == Instance.id)
            .where(UserTask.completed_by.is_not(None))
        ).all()
        held = {
            (sector, who) for who, sector in session.execute(sa.select(PersonRole.username, PersonRole.sector_code))
        }

    assert {tenant for tenant, _who in done} == {"GOB", SECTOR}
    assert [one for one in offered if Group.parse(one.group_id).sector != one.tenant] == []
    assert [one for one in done if tuple(one) not in held] == []
