"""Approving a month counts everything endorsed by then, and nobody approves what they did not read."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from engine.tasks.models import UserTask
from tests.support.plan import PLAN, House, day
from workflows.documents import files
from workflows.errors import InvalidSubmission
from workflows.forms.opening import OpenForm
from workflows.forms.values import ROW_KEY
from workflows.meetings.models import Verdict
from workflows.monitoring import figures, periods
from workflows.monitoring.models import Figure
from workflows.people import directory
from workflows.reports.assembling import monthly_report
from workflows.simulation.playing import Play
from workflows.simulation.robots import LATE

JUNE = "2018-06"
HELD = ("aprobar_informe", "avalar_extemporaneo")


@pytest.fixture
def waiting(house: House) -> tuple[House, Play]:
    """June waits for its approval; IDPAC's late report waits for its head."""
    play = house.play({(JUNE, "IDPAC"): LATE})
    play.robots.not_before = lambda name, _variables: dt.date.max if name in HELD else dt.date.min
    play.until(day("2018-07-19"))
    return house, play


def opened(house: House, play: Play, element: str, username: str) -> tuple[OpenForm, dict[str, Any]]:
    """A form as its person opens it, and as they would send it."""
    with house.database.unit_of_work() as session:
        query = sa.select(UserTask).where(UserTask.element_id == element, UserTask.state == "open")
        task = session.scalars(query).one()
        actor = directory.actor(session, username)
        form = house.forms.open(session, house.engine, task.id, actor)
        raw = play.robots.fill(
            form, lambda name, content: files.store(session, house.clock, username, name, content, task_id=task.id).id
        )
        assert raw is not None
        return form, raw


def send(house: House, form: OpenForm, username: str, raw: dict[str, Any]) -> None:
    with house.database.unit_of_work() as session:
        house.forms.submit(session, house.engine, form.task.id, directory.actor(session, username), raw)


def test_what_is_endorsed_while_the_report_is_read_is_read_before_it_is_approved(waiting: tuple[House, Play]) -> None:
    house, play = waiting
    form, raw = opened(house, play, "aprobar_informe", "amartinez")
    assert not form.shown.get("cambios")
    endorsed, agreed = opened(house, play, "avalar_extemporaneo", "pcastro")
    send(house, endorsed, "pcastro", agreed)

    with pytest.raises(InvalidSubmission) as refused:
        send(house, form, "amartinez", raw)
    again, read = opened(house, play, "aprobar_informe", "amartinez")
    send(house, again, "amartinez", read)

    assert [error.path for error in refused.value.errors] == ["cambios.0.visto"]
    (change,) = again.shown["cambios"]
    assert change["cambio"].startswith("IDPAC. ")
    assert "último dato: mayo de 2018 → " in change["cambio"]
    with house.database.reading() as session:
        period = periods.find(session, PLAN, JUNE)
        frozen = figures.frozen(session, PLAN, JUNE)
    assert (period.state, period.frozen_at) == ("cerrado", period.approved_at)
    assert frozen is not None
    assert {one.assessment.status for one in frozen.indicators.values() if one.entity == "IDPAC"} >= {"reportado"}
    assert all(not one.assessment.timely for one in frozen.indicators.values() if one.entity == "IDPAC")


def test_saying_that_a_red_objective_is_met_takes_an_argument_and_is_told_as_such(house: House) -> None:
    play = house.play({})
    play.robots.not_before = lambda name, _variables: dt.date.max if name == "elaborar_acta" else dt.date.min
    play.until(day("2018-07-17"))
    with house.database.unit_of_work() as session:
        red = sa.update(Figure).where(Figure.level == "objetivo", Figure.code == "O2.2")
        session.execute(red.values(color="rojo", compliance=Decimal(40)))
    form, raw = opened(house, play, "elaborar_acta", "jrojas")
    row = next(row for row in raw["veredictos_objetivo"] if row[ROW_KEY] == "O2.2")
    shown = next(row for row in form.shown["veredictos_objetivo"] if row[ROW_KEY] == "O2.2")
    place = raw["veredictos_objetivo"].index(row)

    row |= {"veredicto": "cumple", "argumento": "Va bien."}
    with pytest.raises(InvalidSubmission) as refused:
        send(house, form, "jrojas", raw)
    row["argumento"] = "El saneamiento se contrató en junio y se ve en julio."
    send(house, form, "jrojas", raw)

    assert shown["cifra"] == "40,0 %, En rojo, cobertura 100,0 %"
    assert [error.path for error in refused.value.errors] == [f"veredictos_objetivo.{place}.argumento"]
    with house.database.reading() as session:
        kept = {one.code: one for one in session.scalars(sa.select(Verdict).where(Verdict.level == "objetivo"))}
        report = monthly_report(session, PLAN, JUNE)
    assert (kept["O2.2"].figure, kept["O2.2"].color, kept["O2.2"].against_figure) == (40, "rojo", True)
    assert [code for code, one in kept.items() if one.against_figure] == ["O2.2"]
    assert [one.code for one in report.objectives if one.against_figure] == ["O2.2"]
