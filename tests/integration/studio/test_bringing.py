"""A diagram that somebody drew with another tool, brought without drawing or JavaScript."""

from __future__ import annotations

import io
import os

import orjson
import pytest
import sqlalchemy as sa
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from engine.definitions import drafts
from engine.definitions.models import Draft
from engine.identity import SYSTEM
from engine.instances import commands
from engine.tasks.models import UserTask
from tests.integration.studio.conftest import LIAISON, OTHER_LEADER

NAMESPACES = 'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="https://www.bizagi.com"'
PERMIT = f"""<?xml version="1.0"?>
<definitions {NAMESPACES}><process id="tramite" name="Trámite de un permiso">
<task id="radicar" name="Radicar"/><exclusiveGateway id="cumple" name="¿Cumple?"/><task id="devolver" name="Devolver"/>
<sequenceFlow id="a" sourceRef="radicar" targetRef="cumple"/><endEvent id="fin"/>
<sequenceFlow id="b" name="No" sourceRef="cumple" targetRef="devolver"/>
<sequenceFlow id="c" name="Sí" sourceRef="cumple" targetRef="fin"/></process></definitions>""".encode()
HOSTILE = {
    "nothing": b"",
    "a ZIP": b"PK\x03\x04" + os.urandom(64),
    "a page": b"<html><body>hola</body></html>",
    "a file of this computer": b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>",
    "entities in entities": b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><x>&b;</x>",
    "no steps": f"<definitions {NAMESPACES}><process id='p'/></definitions>".encode(),
    "too large": PERMIT + b" " * 6 * 1024 * 1024,
    "too deep": b"<a>" * 5_000 + b"</a>" * 5_000,
    "half a file": PERMIT[:300],
}


def hand_in(browser, content, status=200, name="tramite.bpmn"):
    # Encoded here: the client leaves the temporary file of a large body open.
    fields = {"csrf_token": browser.token(), "archivo": FileStorage(io.BytesIO(content), name)}
    boundary, body = encode_multipart(fields)
    answer = browser.client.post("/procesos/traer", data=body, content_type=f"multipart/form-data; boundary={boundary}")
    assert answer.status_code == status, answer.text[:2000]
    return answer.text


def seen(text, field):
    return text.split(f'name="{field}" value="')[1].split('"')[0]


def open_it(browser, text, status=303, **answers):
    fields = {name: seen(text, name) for name in ("archivo", "borrador")}
    return browser.send("/procesos/traer/abrir", status, **fields | answers)


def kept(application):
    """Every draft by kind and key, without the file put aside."""
    with application.database.reading() as session:
        return {(one.kind, one.key) for one in session.scalars(sa.select(Draft)) if one.kind != drafts.UPLOAD}


def publish(browser, key):
    page = browser.get(f"/procesos/{key}/publicar")
    revision = page.xpath("//input[@name='revision']/@value")[0]
    browser.send(f"/procesos/{key}/publicar", reason="Lo dibujó la oficina jurídica.", revision=revision)


def test_what_was_repaired_and_what_is_asked_is_told_before_anything_becomes_a_draft(application, leader):
    said = " ".join(hand_in(leader, PERMIT).split())

    assert "Así queda «Trámite de un permiso»" in said
    assert "«Radicar» era tarea sin tipo y quedó como tarea de usuario." in said
    assert "¿Qué rol hace «Radicar» y «Devolver»?" in said
    assert "Queda como borrador de un proceso nuevo." in said
    assert kept(application) == set()


def test_it_is_opened_as_a_draft_with_its_forms_and_its_questions(application, leader):
    answer = open_it(leader, hand_in(leader, PERMIT))

    assert answer.headers["Location"].endswith("/procesos/tramite/editar")
    forms = {("form", "tramite_radicar"), ("form", "tramite_devolver")}
    assert kept(application) == {("process", "tramite"), ("import", "tramite"), *forms}
    assert "¿Qué rol hace" in leader.text("/procesos/tramite/editar")
    assert "sin publicar" in leader.text("/procesos/")
    for page in ("tramite", "tramite/tareas", "tramite/tareas/radicar", "tramite/publicar"):
        leader.get(f"/procesos/{page}")
    assert b'id="tramite"' in leader.client.get("/procesos/tramite/borrador.bpmn").data
    assert "Nunca se ha publicado" in leader.text("/procesos/formularios/tramite_radicar")
    assert "Trámite de un permiso" in leader.text("/procesos/formularios")


def test_once_its_questions_are_answered_it_is_published_with_its_forms_and_runs(application, leader):
    open_it(leader, hand_in(leader, PERMIT))
    for task in ("radicar", "devolver"):
        sheet = leader.get(f"/procesos/tramite/tareas/{task}").xpath("//main//form")[0]
        fields = {name: value or "" for name, value in sheet.form_values() if name != "csrf_token"}
        leader.send(f"/procesos/tramite/tareas/{task}", **fields | {"role": "coordinador_pes"})

    publish(leader, "tramite")
    with application.database.unit_of_work() as session:
        started = commands.start(
            session, application.engine, "tramite", business_key="T-1", name="Permiso de una obra", scope=None,
            tenant="GOB", variables={}, actor=SYSTEM,
        )  # fmt: skip
        tasks = session.scalars(sa.select(UserTask.name).where(UserTask.instance_id == started.id)).all()

    assert tasks == ["Radicar"]
    assert kept(application) == set()
    assert "Versión 1" in leader.text("/procesos/formularios/tramite_radicar")


def test_the_draft_of_a_new_process_can_be_changed_and_is_put_away_with_all_it_brought(application, leader):
    open_it(leader, hand_in(leader, PERMIT))
    leader.send("/procesos/formularios/tramite_radicar/descartar", 409)
    field = {"label": "¿Dónde queda la obra?", "type": "textfield", "where": "", "revision": "1"}
    leader.send("/procesos/formularios/tramite_radicar/campo-nuevo?tipo=textfield", **field)
    assert "¿Dónde queda la obra?" in leader.text("/procesos/formularios/tramite_radicar")

    leader.send("/procesos/tramite/borrador/descartar")

    discarded = {("gone", "tramite"), ("gone_form", "tramite_radicar"), ("gone_form", "tramite_devolver")}
    assert kept(application) == discarded  # for 30 days
    leader.get("/procesos/tramite", 404)
    leader.send("/procesos/descartados/proceso/tramite")
    assert "¿Dónde queda la obra?" in leader.text("/procesos/formularios/tramite_radicar")


def test_of_a_process_that_exists_it_is_asked_whether_it_is_the_same(application, leader):
    shipped = leader.client.get("/procesos/sub_reporte_entidad/diagrama.bpmn").data
    text = hand_in(leader, shipped)

    assert "Ya hay un proceso con la clave «sub_reporte_entidad»" in text
    assert "Diga si es el mismo proceso o es otro." in open_it(leader, text, 422).text
    assert kept(application) == set()
    open_it(leader, text, como="mismo")
    with application.database.reading() as session:
        draft = drafts.find(session, drafts.PROCESS, "sub_reporte_entidad")
        assert (draft.base_version, draft.revision) == (1, 1)


def test_another_process_of_the_same_key_gets_a_key_of_its_own(application, leader):
    open_it(leader, hand_in(leader, PERMIT))

    answer = open_it(leader, hand_in(leader, PERMIT), como="otro")

    assert answer.headers["Location"].endswith("/procesos/tramite_2/editar")
    assert {("process", "tramite"), ("process", "tramite_2"), ("form", "tramite_2_radicar")} <= kept(application)


def test_brought_again_it_replaces_the_draft_that_was_shown_and_leaves_the_forms_people_completed(application, leader):
    open_it(leader, hand_in(leader, PERMIT))
    field = {"label": "¿Dónde queda la obra?", "type": "textfield", "where": "", "revision": "1"}
    leader.send("/procesos/formularios/tramite_radicar/campo-nuevo?tipo=textfield", **field)

    again = hand_in(leader, PERMIT)
    assert "reemplaza el borrador" in again and "se dejan como están" in again
    open_it(leader, again, como="mismo")

    assert "¿Dónde queda la obra?" in leader.text("/procesos/formularios/tramite_radicar")


def test_a_draft_saved_since_is_not_replaced(application, leader, sign_in):
    open_it(leader, hand_in(leader, PERMIT))
    again = hand_in(leader, PERMIT)
    xml = sign_in(OTHER_LEADER).client.get("/procesos/tramite/borrador.bpmn").text
    sign_in(OTHER_LEADER).call("/procesos/tramite/borrador", xml=xml, revision=1)

    open_it(leader, again, 409, como="mismo")

    with application.database.reading() as session:
        assert drafts.find(session, drafts.PROCESS, "tramite").saved_by == OTHER_LEADER


def test_a_file_is_opened_once_and_only_by_who_brought_it(application, leader, sign_in):
    text = hand_in(leader, PERMIT)

    open_it(sign_in(OTHER_LEADER), text, 409)
    hand_in(leader, PERMIT)
    open_it(leader, text, 409)

    assert kept(application) == set()


def test_a_process_may_not_take_the_address_of_a_page(application, leader):
    open_it(leader, hand_in(leader, PERMIT.replace(b"'tramite'", b"").replace(b'id="tramite"', b'id="formularios"')))

    assert ("process", "formularios_2") in kept(application)


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_gets_one_sentence_and_leaves_nothing(application, leader, case):
    text = hand_in(leader, HOSTILE[case], 422)

    sentence = text.split('id="archivo-error" role="alert">')[1].split("<")[0]
    assert sentence.endswith(".") and "\n" not in sentence
    with application.database.reading() as session:
        assert session.scalars(sa.select(Draft)).all() == []


def test_no_file_is_said_at_its_field(leader):
    assert "Elija el archivo" in leader.send("/procesos/traer", 422).text


@pytest.mark.parametrize("page", ["traer", "formularios/tramite_radicar", "tramite"])
def test_only_leaders_see_the_ways_in_and_what_is_not_published(leader, sign_in, page):
    open_it(leader, hand_in(leader, PERMIT))
    reader = sign_in(LIAISON)

    assert reader.client.get(f"/procesos/{page}").status_code in (403, 404)
    assert reader.client.post("/procesos/traer", data={"csrf_token": reader.token()}).status_code == 403
    assert "Trámite de un permiso" not in reader.text("/procesos/")


def test_the_notes_are_what_the_importer_said(application, leader):
    open_it(leader, hand_in(leader, PERMIT))

    with application.database.reading() as session:
        notes = orjson.loads(drafts.find(session, drafts.IMPORT, "tramite").content)
    assert {"start", "missing_condition", "form", "deadline"} <= {repair["rule"] for repair in notes["repairs"]}
    assert [question["rule"] for question in notes["questions"]] == ["role"]


def test_each_question_has_its_control_and_what_was_answered_stays_answered(leader, application):
    # Given a file that asks who does its tasks
    page = hand_in(leader, PERMIT)
    assert 'name="respuesta:role:radicar"' in page
    assert 'href="#el-radicar"' in page and 'id="el-radicar"' in page

    # When it is answered, and then opened without saying it again
    answers = {"respuesta:role:radicar": "enlace_planeacion"}
    again = leader.send("/procesos/traer/responder", 200, archivo=seen(page, "archivo"), **answers).text
    open_it(leader, again)

    # Then it is done, no longer asked, and stays with the draft
    assert "Ya respondidas (1)" in again
    with application.database.reading() as session:
        draft = drafts.find(session, drafts.PROCESS, "tramite")
        assert b"enlace_planeacion" in draft.content
        notes = orjson.loads(drafts.find(session, drafts.IMPORT, "tramite").content)
        assert notes["answers"] == {"role:radicar": "enlace_planeacion"}
        assert "role" not in {one["rule"] for one in notes["questions"]}


def test_a_question_is_answered_after_opening_and_what_was_changed_meanwhile_stays(leader, application):
    # Given a draft whose file asked who does its tasks, one of which was called otherwise since
    open_it(leader, hand_in(leader, PERMIT))
    with application.database.unit_of_work() as session:
        draft = drafts.find(session, drafts.PROCESS, "tramite")
        drawn = draft.content.replace(b'name="Radicar"', b'name="Radicar la solicitud"')
        drafts.save(session, application.engine, drafts.PROCESS, "tramite", drawn,
                    actor=SYSTEM, revision=draft.revision, base_version=None)  # fmt: skip
    assert leader.get("/procesos/tramite/editar").xpath("//select[@name='respuesta:role:radicar']")

    # When that is answered on the editor's page
    leader.send("/procesos/tramite/preguntas", **{"respuesta:role:radicar": "enlace_planeacion"})

    # Then the answer is in the draft beside the new name, and stands among what was answered
    with application.database.reading() as session:
        content = drafts.find(session, drafts.PROCESS, "tramite").content.decode()
    assert content.count("enlace_planeacion") == 2
    assert 'name="Radicar la solicitud"' in content
    page = leader.text("/procesos/tramite/editar")
    assert "Ya respondidas (1)" in page and "no quedan preguntas" in page
