"""A day that is no longer worked moves what is open, once, and the case says so."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.database import Database
from engine.history import HistoryEntry
from engine.states import HistoryKind
from engine.tasks.models import TaskCandidate, UserTask
from engine.timers import Timer
from tests.integration.worker.test_poison import Office
from tests.support.plan import MONTH, build_house
from web.bootstrap import assemble
from web.cases import wording
from web.config import Config
from workflows.sectors.models import LocalHoliday

TOMORROW = dt.date(2018, 7, 4)


@pytest.fixture
def office(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """June's follow-up has just opened, on Tuesday 3 July."""
    clock = VirtualClock(dt.datetime(2018, 7, 3, 14, 0, tzinfo=dt.UTC))
    build_house(database, clock, measured_before=(2018, 6), only=MONTH)
    config = Config(home=tmp_path, database_url=database.url.render_as_string(hide_password=False), secret_key="x" * 40)
    office = Office(assemble(config, clock=clock, database=database), clock, monkeypatch)
    office.ticks(1)
    return office


def tasks(office: Office) -> dict[int, dt.datetime]:
    query = sa.select(UserTask).where(UserTask.state == "open", UserTask.due_at.is_not(None)).order_by(UserTask.id)
    return {task.id: task.due_at for task in office.read(query)}


def moves(office: Office) -> list[HistoryEntry]:
    return office.read(sa.select(HistoryEntry).where(HistoryEntry.kind == HistoryKind.DEADLINE_MOVED))


def close_tomorrow(office: Office) -> None:
    office.write(lambda session: session.add(LocalHoliday(day=TOMORROW, name="Día cívico")))


def test_open_deadlines_and_timers_move_once_and_the_history_says_so(office: Office) -> None:
    # Given June's open tasks, and a timer
    before = tasks(office)
    timers = {timer.id: timer.due_at for timer in office.read(sa.select(Timer))}
    assert before and timers

    # When tomorrow is declared not worked, and the worker ticks several times
    close_tomorrow(office)
    office.ticks(3)

    # Then whatever is counted in working days is due a day later, the groups see it so, and each case says it once
    after = tasks(office)
    moved = {task_id for task_id in before if after[task_id] != before[task_id]}
    assert moved and all(after[task_id] > before[task_id] for task_id in moved)
    assert any(timer.due_at > timers[timer.id] for timer in office.read(sa.select(Timer)))
    for candidate in office.read(sa.select(TaskCandidate)):
        assert candidate.due_at == after.get(candidate.task_id)
    told = [entry.task_id for entry in moves(office) if entry.task_id]
    assert sorted(told) == sorted(moved)
    (line,) = wording.lines(moves(office)[:1], {}, lambda _entry: "Reportar", {})
    assert "cambiaron los días que no se trabajan" in line.text and " de julio de 2018" in line.text


def test_a_day_of_one_entity_moves_its_deadlines_and_those_of_nobody_else(office: Office) -> None:
    # Given June's open tasks, of several entities
    before = tasks(office)
    entities = {task.id: task.variables.get("entidad") for task in office.read(sa.select(UserTask))}
    assert {"IDPAC", "SDG"} <= {entities[task_id] for task_id in before}

    # When IDPAC alone does not work tomorrow
    day = LocalHoliday(day=TOMORROW, sector_code="GOB", entity_code="IDPAC", name="Traslado de sede")
    office.write(lambda session: session.add(day))
    office.ticks(2)

    # Then what is IDPAC's is due a day later, its case says it once, and the rest stays
    moved = {task_id for task_id, due_at in tasks(office).items() if due_at != before[task_id]}
    assert moved == {task_id for task_id in before if entities[task_id] == "IDPAC"}
    assert sorted(entry.task_id for entry in moves(office) if entry.task_id) == sorted(moved)


def test_a_day_that_is_worked_after_all_moves_them_back(office: Office) -> None:
    before = tasks(office)
    close_tomorrow(office)
    office.ticks(1)

    office.write(lambda session: session.execute(sa.delete(LocalHoliday)))
    office.ticks(1)

    assert tasks(office) == before


def test_a_deadline_that_people_agreed_on_stays(office: Office) -> None:
    # Given an open task whose day was agreed, not reckoned
    task_id, due_at = next(iter(tasks(office).items()))

    def agree(session: object) -> None:
        session.get_one(UserTask, task_id).due_since = None  # type: ignore[attr-defined]

    office.write(agree)

    # When the days change
    close_tomorrow(office)
    office.ticks(1)

    # Then it stays
    assert tasks(office)[task_id] == due_at


def test_a_worker_killed_before_it_noted_the_days_does_it_again_without_effect(office: Office) -> None:
    # Given deadlines that were moved, and a note of it that was lost
    close_tomorrow(office)
    office.ticks(1)
    moved, told = tasks(office), len(moves(office))
    office.write(lambda session: session.execute(sa.text("DELETE FROM reckoned_holiday")))

    # When the next tick looks
    office.ticks(1)

    # Then nothing moves again
    assert (tasks(office), len(moves(office))) == (moved, told)
