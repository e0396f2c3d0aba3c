"""How long steps take, who has what, what comes: read from what was done and what is planned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.definitions import retiring
from engine.definitions.surroundings import published_diagrams
from engine.identity import SYSTEM
from engine.tasks.models import UserTask
from tests.integration.studio.conftest import LEADER, Browser
from tests.support.sharing import made_once
from tests.support.web import build_played_template, open_site
from web.bootstrap import Application
from workflows.monitoring import ahead, performance
from workflows.monitoring.ahead import What
from workflows.plan.models import Plan

PART = "f5_paso1_metas_indicadores"


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
            session,
            application.calendar,
            published_diagrams(session),
            "sub_reporte_entidad",
            {"GOB"},
            now.date() - dt.timedelta(days=365),
            now,
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


def test_a_month_has_the_steps_of_its_parts_and_those_that_an_older_drawing_had_itself(
    application: Application,
) -> None:
    # Given a month that was played, and a step of it as a case of the older drawing would have done it
    def reviewed(key: str) -> tuple[str, str, int]:
        found = performance.of_process(
            session, application.calendar, published_diagrams(session), key, {"GOB"}, dt.date(2017, 1, 1),
            application.clock.now(),
        )  # fmt: skip
        [step] = [one for one in found.steps if one.element_id == "revisar_consolidado"]
        return step.within, step.drawn_at, step.done

    with application.database.unit_of_work() as session:
        before = reviewed("f5_ciclo_mensual")
        session.execute(
            sa.update(UserTask)
            .where(UserTask.element_id == "revisar_consolidado")
            .values(process_key="f5_ciclo_mensual")
        )
        # When its times are asked, of the month and of its part
        after, of_part = reviewed("f5_ciclo_mensual"), reviewed(PART)

    # Then it counts where it is drawn today
    assert before == after == ("Paso 1. Metas e indicadores", "paso_1", after[2])
    assert after[2] >= 1
    assert of_part == ("", "revisar_consolidado", after[2])


def test_the_times_are_of_the_reader_s_sectors_only(application: Application) -> None:
    now = application.clock.now()
    with application.database.reading() as session:
        found = performance.of_process(
            session,
            application.calendar,
            published_diagrams(session),
            "sub_reporte_entidad",
            {"OTRO"},
            now.date() - dt.timedelta(days=365),
            now,
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
