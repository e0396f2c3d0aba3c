"""Two web servers and three workers over one PostgreSQL; some die, and the others take over."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter

import pytest
import sqlalchemy as sa

from benchmarks.harness import Place
from benchmarks.house import ROLE, House, house
from benchmarks.http import answering, give_password, run
from engine import doctor
from engine.history import HistoryEntry
from engine.tasks.models import UserTask
from tests.support.diagrams import TIMER, boundary, chain, end, process, start, user
from tests.support.remote import free_port

HANDED_OVER_WITHIN_S = 60
YESTERDAY = (dt.datetime.now(dt.UTC) - dt.timedelta(days=2)).date().isoformat()
DUE = process(
    "vence", start(), user("a", role=ROLE, form="nota"), boundary("b", "a", TIMER, plazo="fecha:dia"),
    user("z", role=ROLE, form="nota"), end("f1"), end("f2"), chain("inicio", "a", "f1"), chain("b", "z", "f2"),
)  # fmt: skip
"""A task whose deadline opens another one."""


@pytest.mark.parametrize("cases", [20, pytest.param(300, marks=pytest.mark.slow)])
def test_what_a_killed_worker_left_is_done_by_another_within_a_minute(postgresql_url: str, cases: int) -> None:
    with house(Place(postgresql_url), DUE) as built:
        give_password(built)
        ports = [free_port(), free_port()]
        web = [run(built, port, "serve", "--no-worker", "--port", str(port)) for port in ports]
        workers = [run(built, ports[0], "worker") for _ in range(3)]
        try:
            browsers = [answering(port) for port in ports]
            for browser in browsers:
                browser.sign_in()

            started = [built.start("vence", dia=YESTERDAY) for _ in range(cases)]
            for worker in workers[:2]:
                worker.kill()
            web[0].kill()
            _wait(built, started)
            for case in started[: cases // 2]:
                browsers[1].complete(built.open_tasks(case)[0])

            _exactly_once(built, started, cases // 2)
            assert workers[2].poll() is None
        finally:
            for browser in browsers:
                browser.connection.close()
            for one in (*web, *workers):
                one.kill()
                one.wait(timeout=30)


def _wait(built: House, cases: list[int]) -> None:
    """Until every deadline has opened its task."""
    limit = time.monotonic() + HANDED_OVER_WITHIN_S
    query = sa.select(sa.func.count()).where(
        UserTask.instance_id.in_(cases), UserTask.element_id == "z", UserTask.state == "open"
    )
    while time.monotonic() < limit:
        with built.application.database.reading() as session:
            if session.scalar(query) == len(cases):
                return
        time.sleep(0.2)
    raise AssertionError((built.folder / "log").read_text(encoding="utf-8")[-3000:])


def _exactly_once(built: House, cases: list[int], completed: int) -> None:
    with built.application.database.reading() as session:
        kinds = session.scalars(sa.select(HistoryEntry.kind).where(HistoryEntry.instance_id.in_(cases)))
        counted = Counter(kinds)
        assert (counted["timer_fired"], counted["task_completed"]) == (len(cases), completed)
        assert doctor.examine(session, built.application.engine) == []
