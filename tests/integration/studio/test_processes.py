"""Looking at processes, and changing them without drawing."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from engine.tasks.models import UserTask
from tests.integration.studio.conftest import LIAISON, OTHER_LEADER

JUNE = "Seguimiento de junio de 2018"
REPORT = "/procesos/sub_reporte_entidad"
TASK = f"{REPORT}/tareas/reportar_avance"


def sheet_of(browser, address=TASK):
    """The fields of a sheet as a browser would send them."""
    form = browser.get(address).xpath("//main//form")[0]
    return {name: value or "" for name, value in form.form_values() if name != "csrf_token"}


def change_deadline(browser, days, reason="El sector pidió un día más."):
    browser.send(TASK, **sheet_of(browser) | {"days": str(days)})
    page = browser.get(f"{REPORT}/publicar")
    browser.send(f"{REPORT}/publicar", reason=reason, revision=page.xpath("//input[@name='revision']/@value")[0])


def due_days(application, element_id):
    with application.database.reading() as session:
        tasks = session.scalars(sa.select(UserTask).where(UserTask.element_id == element_id).order_by(UserTask.id))
        return [(task.instance_id, (task.due_at - dt.timedelta(hours=5)).date().isoformat()) for task in tasks]


def test_everybody_signed_in_may_look(sign_in):
    reader = sign_in(LIAISON)

    assert "Reporte de la entidad" in reader.text("/procesos/")
    assert "Reportar avance" in reader.text(REPORT)
    assert "Editar" not in reader.text("/procesos/")


@pytest.mark.parametrize("page", ["editar", "tareas", "tareas/reportar_avance", "publicar", "borrador.bpmn"])
def test_only_leaders_may_change(sign_in, page):
    sign_in(LIAISON).get(f"{REPORT}/{page}", 403)


def test_the_list_says_which_cases_run_on_which_version(leader):
    assert "1 en la versión 1" in leader.text("/procesos/")
    assert JUNE in leader.text(REPORT)


def test_six_days_instead_of_five_are_obeyed_by_the_next_month_and_not_by_the_open_one(application, leader, open_july):
    june = due_days(application, "reportar_avance")

    change_deadline(leader, 6)
    open_july()
    after = due_days(application, "reportar_avance")

    assert june
    assert {day for _, day in june} == {"2018-07-09"}
    assert after[: len(june)] == june
    assert {day for _, day in after[len(june) :]} == {"2018-08-09"}


def test_the_comparison_and_the_effects_are_told_before_publishing(leader):
    leader.send(TASK, **sheet_of(leader) | {"days": "6"})

    said = leader.text(f"{REPORT}/publicar")

    assert "«Reportar avance»: el plazo pasa de 5 a 6 días hábiles después del corte." in said
    assert JUNE in said


def test_publishing_asks_for_a_reason(leader):
    leader.send(TASK, **sheet_of(leader) | {"days": "6"})

    leader.send(f"{REPORT}/publicar", 422, reason=" ", revision="1")

    assert "Versión 1" in leader.text(REPORT)


def test_a_draft_changed_since_the_page_was_opened_is_not_published(leader):
    leader.send(TASK, **sheet_of(leader) | {"days": "6"})
    leader.send(TASK, **sheet_of(leader) | {"days": "7"})

    leader.send(f"{REPORT}/publicar", 409, reason="Sí", revision="1")

    assert "Versión 1" in leader.text(REPORT)


def test_the_version_before_comes_back_as_a_new_one(leader):
    change_deadline(leader, 6)

    leader.send(f"{REPORT}/versiones/1/volver")
    page = leader.get(f"{REPORT}/publicar?vuelve=1")
    proposed = page.xpath("//textarea[@name='reason']")[0].text_content().strip()
    leader.send(f"{REPORT}/publicar", reason=f"{proposed} No hizo falta.", revision="1")

    said = leader.text(REPORT)
    assert "Versión 3" in said
    assert "Se vuelve a la versión 1: No hizo falta." in said
    assert sheet_of(leader)["days"] == "5"


def test_two_leaders_at_one_sheet_do_not_lose_each_others_work(leader, sign_in):
    other = sign_in(OTHER_LEADER)
    mine, theirs = sheet_of(leader), sheet_of(other)

    other.send(TASK, **theirs | {"days": "8"})
    answer = leader.send(TASK, 409, **mine | {"days": "6"})

    assert "Jorge Rojas" in answer.text
    assert "el plazo pasa de 8 a 6 días hábiles" in answer.text


def test_what_is_wrong_in_a_sheet_is_said_at_its_field_and_nothing_is_saved(leader):
    answer = leader.send(TASK, 422, **sheet_of(leader) | {"reminders": "pronto", "name": "Reportar lo logrado"})

    assert "Escriba números separados por comas" in answer.text
    assert "Reportar lo logrado" in answer.text
    assert "hay borrador" not in leader.text("/procesos/")


def test_the_editor_saves_checks_and_refuses_a_stale_drawing(leader, sign_in):
    xml = leader.client.get(f"{REPORT}/borrador.bpmn").text

    saved = leader.call(f"{REPORT}/borrador", xml=xml.replace("cierre+5dh", "cierre+6dh", 1), revision=0)
    stale = sign_in(OTHER_LEADER).call(f"{REPORT}/borrador", 409, xml=xml, revision=0)
    found = leader.call(f"{REPORT}/hallazgos", xml=xml.replace('value="responsable_meta"', 'value="nadie"'))

    assert saved["revision"] == 1
    assert "Ana Martínez" in stale["mensaje"]
    assert stale["diferencias"] == ["«Reportar avance»: el plazo pasa de 6 a 5 días hábiles después del corte."]
    assert any("nadie" in one["mensaje"] for one in found["hallazgos"])
    assert leader.call(f"{REPORT}/hallazgos", xml=xml)["hallazgos"] == []


@pytest.mark.parametrize("xml", ["", "<a/>", "no es xml", "<!DOCTYPE a><a/>"])
def test_what_is_no_diagram_is_refused_and_not_saved(leader, xml):
    said = leader.call(f"{REPORT}/borrador", 422, xml=xml, revision=0)

    assert said["mensaje"]
    assert "hay borrador" not in leader.text("/procesos/")


def test_another_process_cannot_be_saved_as_the_draft_of_this_one(leader):
    other = leader.client.get("/procesos/sub_mesa/borrador.bpmn").text

    assert "sub_reporte_entidad" in leader.call(f"{REPORT}/borrador", 422, xml=other, revision=0)["mensaje"]


def test_a_diagram_with_errors_is_not_published(leader):
    xml = leader.client.get(f"{REPORT}/borrador.bpmn").text.replace('value="responsable_meta"', 'value="nadie"')
    leader.call(f"{REPORT}/borrador", xml=xml, revision=0)

    leader.send(f"{REPORT}/publicar", 422, reason="Sí", revision="1")

    assert "Con errores no se puede publicar" in leader.text(f"{REPORT}/publicar")
    assert "Versión 1" in leader.text(REPORT)


@pytest.mark.parametrize("path", ["/procesos/no_existe", f"{REPORT}/versiones/9", f"{REPORT}/tareas/no_existe"])
def test_what_does_not_exist_is_said(leader, path):
    leader.get(path, 404)


def test_a_process_is_listed_below_the_one_that_calls_it(leader):
    rows = leader.get("/procesos/").xpath("//table[@data-file='procesos']//tbody//th")
    said = [" ".join(row.text_content().split()) for row in rows]

    report = said.index("Reporte de la entidad de Paso 1. Metas e indicadores")
    assert said[report - 1] == "Paso 1. Metas e indicadores de Seguimiento mensual"
    assert said[report - 2] == "Seguimiento mensual"
    assert said.index("Ciclo de vida del PES") < said.index("Fase 2. Elaboración del PES de Ciclo de vida del PES")
