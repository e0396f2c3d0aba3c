"""What coordinators see of the month, and the way from a figure to its rows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import sqlalchemy as sa

from tests.support.plan import PLAN, House, day
from workflows.monitoring import board, trace
from workflows.people.models import Person
from workflows.simulation.robots import LATE

JUNE = "2018-06"


def test_a_figure_leads_back_to_its_evidence_and_its_people(calm: House) -> None:
    with calm.database.reading() as session:
        rows = trace.of_indicator(session, PLAN, "IP-1.1.2", JUNE)

    assert [row.period_code for row in rows] == [f"2018-0{month}" for month in (6, 5, 4, 3, 2, 1)]
    june = rows[0]
    assert june.value == Decimal(8)
    assert june.reported_by == "Diana Suárez (demo)"
    assert june.validated_by == "Carlos Vega (demo)"
    assert june.endorsed_by == "Marta López (demo)"
    assert june.reported_at is not None
    assert june.validated_at is not None
    assert june.reported_at < june.validated_at
    assert [piece.name for piece in june.evidence] == ["soporte IP-1.1.2 2018-06.csv"]
    assert len(june.evidence[0].sha256) == 64
    assert [act.action for act in june.acts] == ["Enviado", "Validado", "Avalado", "Periodo cerrado"]
    assert [act.action for act in rows[1].acts] == ["Cargado de un archivo"]


def test_a_figure_says_which_of_its_rows_came_late(eventful: House) -> None:
    with eventful.database.reading() as session:
        rows = trace.of_indicator(session, PLAN, "IP-3.2.2", "2018-07")

    assert {row.period_code: row.counts_from for row in rows[:2]} == {"2018-07": None, JUNE: "2018-07"}
    assert rows[1].late_reason


def test_the_board_says_who_holds_each_report(house: House) -> None:
    play = house.play({(JUNE, "IDPAC"): LATE})
    play.until(day("2018-07-09"))

    with house.database.reading() as session:
        found = board.of_plan(session, PLAN, house.clock.now())

    assert list(found.entities) == ["SDG", "IDPAC", "DADEP"]
    june = found.months[0]
    assert (june.code, june.state, june.late_days) == (JUNE, "abierto", 0)
    assert {code: report.state for code, report in june.reports.items()} == {
        "SDG": "avalado",
        "DADEP": "avalado",
        "IDPAC": "pendiente",
    }
    held = {task.element_id: task.holders for task in found.holding(JUNE, "IDPAC")}
    assert held == {
        "reportar_avance": ["Sandra Ruiz (demo)"],
        "reportar_ejecucion": ["Ricardo Mora (demo)"],
    }
    assert not found.overdue
    assert not found.orphans
    assert found.open_incidents == 0


def test_the_board_points_at_what_is_overdue_and_at_what_nobody_can_do(house: House) -> None:
    play = house.play({(JUNE, "IDPAC"): LATE})
    play.until(day("2018-07-09"))
    with house.database.unit_of_work() as session:
        session.get_one(Person, "rmora").active = False
    house.clock.advance(dt.timedelta(days=1, hours=1))

    with house.database.reading() as session:
        found = board.of_plan(session, PLAN, house.clock.now())

    assert [task.element_id for task in found.orphans] == ["reportar_ejecucion"]
    assert {task.element_id for task in found.overdue} == {"reportar_avance", "reportar_ejecucion"}


def test_the_board_costs_the_same_however_many_tasks(house: House) -> None:
    house.play().day(day("2018-07-03"))
    counted: list[str] = []
    sa.event.listen(house.database.engine, "before_cursor_execute", lambda *call: counted.append(call[2]))

    with house.database.reading() as session:
        found = board.of_plan(session, PLAN, house.clock.now())

    assert len(found.tasks) >= 4
    assert len(counted) <= 20
