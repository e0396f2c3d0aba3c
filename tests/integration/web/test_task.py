"""The page of a task: what it says, sending it once, and never losing what was typed."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from engine.states import UserTaskState
from engine.tasks.models import UserTask
from tests.support.disk import full_disk
from tests.support.web import PASSWORD, Site, Visitor
from workflows.forms.models import FormDraft, Submission
from workflows.people.models import Person, PersonRole
from workflows.plan.models import Project


def task_of(site: Site, element_id: str, entity: str) -> str:
    """The address of an open task."""
    with site.application.database.reading() as session:
        open_ones = session.scalars(
            sa.select(UserTask).where(UserTask.element_id == element_id, UserTask.state == "open")
        )
        return f"/tareas/{next(one.id for one in open_ones if one.context.get('entidad') == entity)}"


@pytest.fixture
def task(site: Site) -> str:
    """Sandra's report of June."""
    return task_of(site, "reportar_avance", "IDPAC")


def typed(visitor: Visitor, task: str) -> dict[str, str]:
    """The text fields of the open form, by name, as they stand."""
    return dict(visitor.fields(task))


def test_a_task_says_why_it_is_mine_what_the_guide_asks_and_what_follows(site: Site, task: str) -> None:
    sandra = site.visitor("sruiz")

    sandra.open(task)
    text = sandra.text()

    assert sandra.heading() == "Reportar avance"
    assert "falta 1 día hábil · lunes 9 de julio" in text
    assert "usted es la persona responsable" in text
    assert "Fase 4, Implementación · Paso 5" in text
    assert "Validar reporte: Enlace de planeación de la entidad, hasta el miércoles 11 de julio." in text


def test_somebody_elses_task_is_refused(site: Site, task: str) -> None:
    diana = site.visitor("dsuarez")

    diana.open(task, status=403)

    assert "Esa tarea no es suya" in diana.text()


def test_an_unknown_task_is_not_found(site: Site) -> None:
    visitor = site.visitor("sruiz")

    visitor.open("/tareas/999999", status=404)

    assert "Esa tarea no existe" in visitor.text()


def send_execution(site: Site) -> tuple[Visitor, str]:
    """Ricardo sends what his entity spent; the page says what comes next."""
    task = task_of(site, "reportar_ejecucion", "IDPAC")
    ricardo = site.visitor("sruiz")
    ricardo.open(task)
    fields = [(name, _answer(name, value)) for name, value in ricardo.fields(task) if name != "_accion"]
    ricardo.send(task, [*fields, ("_accion", "enviar")])
    return ricardo, task


def test_who_sent_letters_that_no_pdf_shows_is_told(site: Site) -> None:
    ricardo, task = send_execution(site)
    assert "no podrá mostrar" not in ricardo.text()
    with site.application.database.unit_of_work() as session:
        session.execute(sa.update(Project).values(name="Saludo កខ"))

    ricardo.open(f"{task}/enviada")

    assert "El PDF no podrá mostrar algunas letras de este texto (U+1780, U+1781)" in ricardo.text()


def _answer(name: str, value: str) -> str:
    amounts = {"apropiacion": "1.000", "compromisos": "600", "giros": "400", "motivo": "Así cerró el mes."}
    last = name.rsplit("-", 1)[-1]
    return value or next((amount for key, amount in amounts.items() if key in last), value)


def test_sending_tells_what_follows_and_with_whom(site: Site) -> None:
    ricardo, task = send_execution(site)

    assert ricardo.address == f"{task}/enviada", ricardo.text()[:2500]
    assert ricardo.heading() == "Listo: quedó enviado"
    assert "Reportar avance (IDPAC): la tiene Sandra Ruiz" in ricardo.text()


def test_the_same_form_sent_twice_counts_once(site: Site) -> None:
    task = task_of(site, "reportar_ejecucion", "IDPAC")
    ricardo = site.visitor("sruiz")
    ricardo.open(task)
    fields = [(name, _answer(name, value)) for name, value in ricardo.fields(task) if name != "_accion"]

    ricardo.send(task, [*fields, ("_accion", "enviar")])
    ricardo.send(task, [*fields, ("_accion", "enviar")])

    assert ricardo.address == f"{task}/enviada"
    with site.application.database.reading() as session:
        assert session.scalars(sa.select(sa.func.count(Submission.id))).one() == 1


def test_a_task_done_by_another_is_a_conflict_and_its_page_shows_what_was_sent(site: Site) -> None:
    task = task_of(site, "reportar_ejecucion", "IDPAC")
    late = site.visitor("sruiz")
    late.open(task)
    fields = [(name, value) for name, value in late.fields(task) if name != "_accion"]
    send_execution(site)

    late.send(task, [*fields, ("_accion", "enviar")], status=409)
    assert "ya fue terminada" in late.text()
    late.open(task)
    assert late.address == f"{task}/enviada"


def test_keep_and_leave_keeps_the_draft_and_the_inbox_says_so(site: Site, task: str) -> None:
    sandra = site.visitor("sruiz")
    sandra.open(task)
    (name,) = [one for one in typed(sandra, task) if one.endswith("avance_cualitativo")][:1]

    sandra.press(task, **{name: "Dos cursos en la localidad", "_accion": "guardar"})

    assert sandra.address == "/bandeja"
    assert "borrador guardado hace un momento" in sandra.text()
    sandra.open(task)
    assert "Dos cursos en la localidad" in sandra.text()


def test_errors_stand_at_the_fields_and_nothing_is_written(site: Site, task: str) -> None:
    sandra = site.visitor("sruiz")
    sandra.open(task)

    sandra.press(task, 422, _accion="enviar")

    assert "Antes de enviar, falta" in sandra.text()
    with site.application.database.reading() as session:
        assert session.scalars(sa.select(Submission)).all() == []


def test_a_lost_session_does_not_lose_what_was_typed(office: Site) -> None:
    task = task_of(office, "reportar_avance", "IDPAC")
    sandra = office.visitor("sruiz")
    sandra.open(task)
    (name,) = [one for one in typed(sandra, task) if one.endswith("avance_cualitativo")][:1]
    office.clock.advance(dt.timedelta(hours=9))

    sandra.press(task, 401, **{name: "Lo escribí durante horas", "_accion": "guardar"})
    assert sandra.heading() == "Ingresar"
    assert "lo que escribió no se ha perdido" in sandra.text()
    sandra.press("/ingresar", 422, username="sruiz", password="me equivoqué")
    sandra.press("/ingresar", username="sruiz", password=PASSWORD)
    assert sandra.heading() == "Lo que escribió sigue aquí"
    sandra.press(task)

    assert sandra.address == "/bandeja"
    with office.application.database.reading() as session:
        draft = session.scalars(sa.select(FormDraft)).one()
    assert "Lo escribí durante horas" in str(draft.values)


def test_a_form_of_an_earlier_session_asks_to_confirm(site: Site, task: str) -> None:
    sandra = site.visitor("sruiz")
    sandra.open(task)
    fields = [(name, value) for name, value in sandra.fields(task) if name != "_accion"]
    sandra.become("sruiz")

    sandra.send(task, [*fields, ("_accion", "guardar")], status=409)
    assert sandra.heading() == "Lo que escribió sigue aquí"
    sandra.press(task)

    assert sandra.address == "/bandeja"


def test_what_another_site_sends_is_not_held(office: Site) -> None:
    task = task_of(office, "reportar_avance", "IDPAC")
    client = office.visitor().client

    answer = client.post(task, data={"_accion": "enviar"}, headers={"Origin": "http://malo.example"})

    assert answer.status_code == 401
    assert 'name="held"' not in answer.text


def test_a_full_disk_is_told_and_what_was_typed_stays_on_the_page(site: Site, task: str) -> None:
    sandra, said = site.visitor("sruiz"), "Se dictaron dos cursos. " * 400
    sandra.open(task)
    (name,) = [one for one in typed(sandra, task) if one.endswith("avance_cualitativo")][:1]

    with full_disk(site.application.database):
        for pressed in ("guardar", "enviar"):
            page = sandra.press(task, 507, **{name: said, "_accion": pressed})
            assert said.strip() in page.text_content()
            assert "No queda espacio en el disco: no se guardó nada." in sandra.text()
        autosaved = sandra.client.post(f"{task}/borrador", data=dict(sandra.fields(task)))
    assert autosaved.status_code == 507 and "No queda espacio" in autosaved.text
    with site.application.database.reading() as session:
        assert session.scalars(sa.select(FormDraft)).all() == []

    sandra.press(task, **{"_accion": "guardar"})
    sandra.open(task)
    assert said.strip() in sandra.page().text_content()


def test_autosave_answers_and_a_lost_session_is_told_as_json(site: Site, task: str) -> None:
    sandra = site.visitor("sruiz")
    sandra.open(task)
    fields = dict(sandra.fields(task))
    headers = {"Accept": "application/json", "Origin": "http://localhost"}

    kept = sandra.client.post(f"{task}/borrador", data=fields, headers=headers)
    site.clock.advance(dt.timedelta(hours=9))
    lost = sandra.client.post(f"{task}/borrador", data=fields, headers=headers)

    assert kept.status_code == 200 and kept.json["guardado"] == "10:00"
    assert lost.status_code == 401 and "lo que escribió sigue" in lost.json["mensaje"]


def test_what_an_entity_sent_is_read_by_those_of_it_who_work_in_the_case_and_by_its_internal_control(
    site: Site,
) -> None:
    # Given what IDPAC sent, and somebody of its internal control
    _, task = send_execution(site)
    with site.application.database.unit_of_work() as session:
        session.add(Person(username="control", name="Control", email="c@idpac.gov.co", entity_code="IDPAC"))
        session.flush()
        session.add(PersonRole(username="control", role_id="control_interno", sector_code="GOB", entity_code="IDPAC"))

    # Then its own people and the coordination read it, and neither another entity that works in the case, nor
    # its internal control, nor who does not work in it
    for username in ("sruiz", "amartinez", "control"):
        site.visitor(username).open(f"{task}/enviada")
    for username in ("cvega", "nquiroga", "ynino"):
        site.visitor(username).open(f"{task}/enviada", status=403)


def test_what_was_written_for_a_task_that_was_sent_meanwhile_can_be_copied(site: Site) -> None:
    # Given Sandra's report in two windows, sent in one
    task = task_of(site, "reportar_avance", "IDPAC")
    sandra = site.visitor("sruiz")
    sandra.open(task)
    with site.application.database.unit_of_work() as session:
        session.get_one(UserTask, int(task.rpartition("/")[2])).state = UserTaskState.COMPLETED

    # When the other sends what was written there
    sandra.press(task, status=409, **{"avances-1-avance_cualitativo": "Dos <b>talleres</b>.", "_accion": "enviar"})

    # Then it stands on the page as text, without numbers that only programs read
    assert "avance cualitativo, fila 2" in sandra.text() and "Dos <b>talleres</b>." in sandra.text()
    assert "· 409" not in sandra.text()
