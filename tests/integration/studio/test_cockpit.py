"""How long steps take, who has what, what comes: read from what was done and what is planned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.definitions import retiring
from engine.identity import SYSTEM
from tests.integration.studio.conftest import LEADER, Browser
from tests.support.sharing import made_once
from tests.support.web import build_played_template, open_site
from web.bootstrap import Application
from workflows.monitoring import ahead, performance
from workflows.monitoring.ahead import What
from workflows.plan.models import Plan


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path):  # type: ignore[no-untyped-def]
    """June 2018 was played whole, and July is being reported."""
    site = open_site(made_once(tmp_path_factory, "played", build_played_template), tmp_path)
    yield site
    site.application.database.dispose()


def test_the_times_of_steps_count_working_days_lateness_returns_and_what_waits(application: Application) -> None:
    # Given a month that was played
    now = application.clock.now()
    with application.database.reading() as session:
        # When the report of the entities is looked at
        found = performance.of_process(
            session, application.calendar, "sub_reporte_entidad", {"GOB"}, now.date() - dt.timedelta(days=365), now
        )

    # Then each step has its times, and nothing is slower than nine of ten but the tenth
    steps = {step.element_id: step for step in found.steps}
    reported = steps["reportar_avance"]
    assert reported.done >= 3
    assert reported.median is not None
    assert reported.slow is not None
    assert reported.median <= reported.slow
    assert sum(step.waiting for step in found.steps) > 0
    assert {one.who for one in found.entities} <= {"SDG", "IDPAC", "DADEP"}
    assert all(0 <= one.share <= 100 for one in found.entities)


def test_the_times_are_of_the_reader_s_sectors_only(application: Application) -> None:
    now = application.clock.now()
    with application.database.reading() as session:
        found = performance.of_process(
            session, application.calendar, "sub_reporte_entidad", {"OTRO"}, now.date() - dt.timedelta(days=365), now
        )

    assert found.steps == []


def test_what_comes_are_openings_deadlines_and_days_nobody_works_and_nothing_of_a_retired_process(
    application: Application,
) -> None:
    first = application.clock.now().date()
    with application.database.unit_of_work() as session:
        plan = session.get_one(Plan, "PES-GOB")
        coming = ahead.of_plan(session, application.engine, plan, first, first + dt.timedelta(days=180))
        retiring.retire(session, application.engine, "f5_ciclo_mensual", actor=SYSTEM, reason="Prueba.")
        without = ahead.of_plan(session, application.engine, plan, first, first + dt.timedelta(days=180))

    assert {What.OPENS, What.DUE, What.OFF} <= {one.what for one in coming}
    assert any(one.process_key == "f5_ciclo_mensual" for one in coming)
    assert not any(one.process_key == "f5_ciclo_mensual" for one in without)
    assert [one.day for one in coming] == sorted(one.day for one in coming)


def test_a_coordinator_sees_them_from_the_board(sign_in: Callable[[str], Browser]) -> None:
    coordinator = sign_in(LEADER)

    assert "Qué tiene cada persona" in coordinator.text("/seguimiento")
    assert "se abre" in coordinator.text("/seguimiento/calendario")
    said = coordinator.text("/seguimiento/procesos/sub_reporte_entidad?meses=3")
    assert "La mitad tarda hasta" in said
    assert "A tiempo, por entidad" in said
