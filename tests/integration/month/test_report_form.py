"""The form of a responsible: what it shows, what it refuses, what may still be corrected."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.errors import FourEyes
from engine.identity import Actor
from engine.tasks.models import UserTask
from tests.support.plan import PLAN, House
from workflows.documents import files
from workflows.errors import AlreadyReviewed, InvalidSubmission
from workflows.forms.models import Submission
from workflows.forms.opening import OpenForm
from workflows.monitoring import entity_reports, periods
from workflows.monitoring.models import Measurement
from workflows.people import directory

JUNE = "2018-06"


def _task(session: Session, element: str, username: str) -> int:
    actor = directory.actor(session, username)
    query = sa.select(UserTask).where(UserTask.element_id == element, UserTask.state == "open")
    for task in session.scalars(query):
        if task.assignee == username or (task.assignee is None and task.variables["entidad"] in str(actor.groups)):
            return task.id
    raise AssertionError(f"{username} has no {element}")


def _open(house: House, element: str, username: str) -> OpenForm:
    with house.database.reading() as session:
        task_id = _task(session, element, username)
        return house.forms.open(session, house.engine, task_id, directory.actor(session, username))


def _filled(house: House, username: str, **cells: dict[str, Any]) -> dict[str, Any]:
    """What the responsible would send, with some cells changed (by code, `_` for `-` and `.`)."""
    form = _open(house, "reportar_avance", username)
    robots = house.play().robots

    def upload(name: str, content: bytes) -> int:
        with house.database.unit_of_work() as session:
            return files.store(session, house.clock, username, name, content, task_id=form.task.id).id

    raw = robots.fill(form, upload)
    for row in raw["avances"]:
        row.update({"justificacion_rezago": "Se demoró.", "justificacion_sobreejecucion": "Se adelantó."})
        row.update(cells.get(row["_fila"].replace("-", "_").replace(".", "_"), {}))
    return raw


def _send(house: House, username: str, raw: dict[str, Any]) -> int:
    with house.database.unit_of_work() as session:
        task_id = _task(session, "reportar_avance", username)
        house.forms.submit(session, house.engine, task_id, directory.actor(session, username), raw)
        return task_id


def _errors(house: House, username: str, raw: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidSubmission) as refused:
        _send(house, username, raw)
    return {error.path: error.message for error in refused.value.errors}


def _place(house: House, username: str, code: str) -> int:
    rows = _open(house, "reportar_avance", username).shown["avances"]
    return [row["codigo"] for row in rows].index(code)


def test_each_row_shows_what_was_promised_and_reported(open_month: House) -> None:
    form = _open(open_month, "reportar_avance", "dsuarez")

    row = form.shown["avances"][_place(open_month, "dsuarez", "IP-1.1.2")]
    assert (row["meta_anio"], row["programado"], row["acumulado"]) == (80, 40, 33)
    assert row["ultimos_tres"] == "mar 7 · abr 6 · may 7"


def test_a_value_says_which_traffic_light_it_would_give(open_month: House) -> None:
    place = _place(open_month, "dsuarez", "IP-1.2.2")

    with open_month.database.reading() as session:
        task_id = _task(session, "reportar_avance", "dsuarez")
        typed = {"avances": [{"_fila": "IP-1.2.2", "valor_periodo": "800"}]}
        actor = directory.actor(session, "dsuarez")
        seen = open_month.forms.view_draft(session, open_month.engine, task_id, actor, typed)

    chip = seen.preview.chips[f"avances.{place}"]
    assert (chip.color, chip.word, chip.detail) == ("rojo", "en rojo", "45,0 %")


def test_a_red_value_asks_for_the_reason(open_month: House) -> None:
    raw = _filled(open_month, "dsuarez", IP_1_2_2={"justificacion_rezago": ""})

    place = _place(open_month, "dsuarez", "IP-1.2.2")
    errors = _errors(open_month, "dsuarez", raw)
    assert list(errors) == [f"avances.{place}.justificacion_rezago"]
    assert "en rojo" in errors[f"avances.{place}.justificacion_rezago"]


def test_a_level_that_falls_asks_for_the_reason(open_month: House) -> None:
    raw = _filled(open_month, "dsuarez", IP_1_1_1={"valor_periodo": "8", "justificacion_rezago": ""})

    place = _place(open_month, "dsuarez", "IP-1.1.1")
    assert list(_errors(open_month, "dsuarez", raw)) == [f"avances.{place}.justificacion_rezago"]


def test_over_execution_asks_for_the_reason(open_month: House) -> None:
    raw = _filled(open_month, "ocardenas", IP_2_1_1={"justificacion_sobreejecucion": ""})

    place = _place(open_month, "ocardenas", "IP-2.1.1")
    assert list(_errors(open_month, "ocardenas", raw)) == [f"avances.{place}.justificacion_sobreejecucion"]


@pytest.mark.parametrize(
    ("code", "cell", "wrong", "sentence"),
    [
        ("IP-1.1.2", "valor_periodo", "8,5", "números enteros"),
        ("IP-1.3.2", "valor_periodo", "ocho", "número"),
        ("IP-1.1.2", "fecha_evidencia", "31/12/2018", "futura"),
        ("IP-1.1.2", "evidencias", [], "al menos un archivo"),
        ("IP-1.1.2", "avance_cualitativo", "", "respuesta"),
    ],
)
def test_what_is_wrong_is_said_at_its_cell(
    open_month: House, code: str, cell: str, wrong: object, sentence: str
) -> None:
    raw = _filled(open_month, "dsuarez", **{code.replace("-", "_").replace(".", "_"): {cell: wrong}})

    errors = _errors(open_month, "dsuarez", raw)
    path = f"avances.{_place(open_month, 'dsuarez', code)}.{cell}"
    assert list(errors) == [path]
    assert sentence in errors[path]


def test_nothing_is_written_while_something_is_wrong(open_month: House) -> None:
    raw = _filled(open_month, "dsuarez", IP_1_1_2={"valor_periodo": ""})

    _errors(open_month, "dsuarez", raw)

    with open_month.database.reading() as session:
        period = periods.find(session, PLAN, JUNE)
        assert not session.scalars(sa.select(Measurement).where(Measurement.period_id == period.id)).all()
        assert session.scalar(sa.select(Submission.id).where(Submission.form_key == "reportar_avance")) is None


def test_a_sent_report_can_be_corrected_until_it_is_validated(open_month: House) -> None:
    task_id = _send(open_month, "dsuarez", _filled(open_month, "dsuarez"))
    with open_month.database.unit_of_work() as session:
        actor = directory.actor(session, "dsuarez")
        sent = open_month.forms.open_sent(session, open_month.engine, task_id, actor)
        assert sent.amendable
        raw = {"avances": [dict(row) for row in sent.shown["avances"]]}
        for row in raw["avances"]:
            if row["codigo"] == "IP-1.1.2":
                row["valor_periodo"] = "9"
        open_month.forms.amend(session, open_month.engine, task_id, actor, raw)

    with open_month.database.unit_of_work() as session:
        period = periods.find(session, PLAN, JUNE)
        waiting = entity_reports.rows_to_validate(session, period, "SDG")
        values = {row.indicator.code: row.value for row in waiting}
        assert values["IP-1.1.2"] == 9
        liaison = directory.actor(session, "cvega")
        decisions = [entity_reports.Decision(row.id, accepted=True) for row in waiting]
        entity_reports.decide(session, open_month.engine, period, "SDG", actor=liaison, decisions=decisions)

    with pytest.raises(AlreadyReviewed), open_month.database.unit_of_work() as session:
        open_month.forms.amend(session, open_month.engine, task_id, directory.actor(session, "dsuarez"), raw)


def test_who_reports_does_not_validate(open_month: House) -> None:
    _send(open_month, "dsuarez", _filled(open_month, "dsuarez"))
    play = open_month.play()
    with open_month.database.reading() as session:
        money = _task(session, "reportar_ejecucion", "dsuarez")
    assert play.work(money)

    with pytest.raises(FourEyes), open_month.database.reading() as session:
        task_id = _task(session, "validar_reporte", "cvega")
        with_two_hats = Actor("dsuarez", frozenset({"responsable_meta@GOB/SDG", "enlace_planeacion@GOB/SDG"}))
        open_month.forms.open(session, open_month.engine, task_id, with_two_hats)


def _reported(house: House, entity_people: str = "dsuarez") -> None:
    """Everything that the entity reports in the month has been sent."""
    _send(house, entity_people, _filled(house, entity_people))
    with house.database.reading() as session:
        money = _task(session, "reportar_ejecucion", entity_people)
    assert house.play().work(money)


def test_the_liaison_has_in_view_what_each_row_is_judged_by(open_month: House) -> None:
    _reported(open_month)

    opened = _open(open_month, "validar_reporte", "cvega")

    row = opened.prefill.beside["validacion:IP-1.1.2"]
    facts = dict(row.facts)
    assert row.chip is not None and row.chip.word
    assert {"Valor del mes", "Programado a la fecha", "Acumulado", "Meta del año", "Reportó"} <= facts.keys()
    assert facts["Meses anteriores"].count("·") == 2
    assert ("Qué se hizo" in dict(row.story), [opened.files[one].name for one in row.files]) == (
        True,
        ["soporte IP-1.1.2 2018-06.csv"],
    )
    assert all(row["compromisos"] is not None for row in opened.shown["presupuesto"])


def test_the_head_reads_the_worst_first_with_who_validated_it_and_what_proves_it(open_month: House) -> None:
    _reported(open_month)
    with open_month.database.reading() as session:
        validation = _task(session, "validar_reporte", "cvega")
    assert open_month.play().work(validation)

    panel = next(panel for panel in _open(open_month, "avalar_reporte", "mlopez").panels if panel.entries)

    order = ["rojo", "amarillo", "naranja"]
    colors = [entry.chip.color for entry in panel.entries if entry.chip]
    bad = [order.index(color) for color in colors if color in order]
    assert bad == sorted(bad) and colors[: len(bad)] == [color for color in colors if color in order]
    assert panel.text.startswith(f"{len(panel.entries)} indicadores: ")
    assert all(entry.files and "Validó" in dict(entry.facts) for entry in panel.entries)
