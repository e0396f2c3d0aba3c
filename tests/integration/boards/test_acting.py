"""What a coordinator does from the board: remind, give more time, write down what was promised, take a table along."""

from __future__ import annotations

import csv
import io
from urllib.parse import urlencode

import sqlalchemy as sa
from openpyxl import load_workbook

from engine.tasks.models import UserTask
from notifications.models import MailNote, OutboxMessage
from tests.support.web import Site, Visitor
from workflows.auditing.models import AuditEntry
from workflows.calendar import bogota_day
from workflows.meetings.models import Commitment
from workflows.reports import assembling, summary

PLAN = "PES-GOB"
ACT = f"/seguimiento/planes/{PLAN}"


def notes(site: Site, kind: str) -> list[tuple[str, str]]:
    with site.application.database.reading() as session:
        query = sa.select(MailNote.recipient, MailNote.subject).where(MailNote.kind == kind).order_by(MailNote.id)
        return [(recipient, subject) for recipient, subject in session.execute(query)]


def task_of(site: Site, entity: str, element_id: str = "reportar_avance") -> UserTask:
    with site.application.database.reading() as session:
        found = session.scalars(sa.select(UserTask).where(UserTask.element_id == element_id))
        return next(one for one in found if one.variables.get("entidad") == entity)


def coordinator(site: Site) -> Visitor:
    visitor = site.visitor("amartinez")
    visitor.open("/seguimiento")
    return visitor


def test_a_task_is_reminded_of_once_a_day_and_it_is_written_down_by_whom(site: Site) -> None:
    task, visitor = task_of(site, "IDPAC"), coordinator(site)
    address = f"/seguimiento/tareas/{task.id}/recordar"

    visitor.press(address)
    said = visitor.text()
    visitor.send(address, shared(visitor))

    assert "Se le recuerda a 1 persona" in said and "Recordada hoy" in said
    assert "Hoy ya se había recordado." in visitor.text()
    [(who, subject)] = notes(site, "recordatorio")
    assert who == task.assignee and subject == "Ana Martínez (demo) le recuerda: Reportar avance · IDPAC"
    with site.application.database.reading() as session:
        [entry] = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "recordar"))
        [mail] = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.kind == "recordatorio"))
    assert (entry.actor_id, entry.object_id, entry.after["a"]) == ("amartinez", str(task.id), [task.assignee])
    assert mail.recipient == task.assignee


def test_an_entity_is_reminded_of_all_that_it_owes_of_a_month_and_the_others_of_nothing(site: Site) -> None:
    visitor = coordinator(site)

    visitor.send(f"{ACT}/recordar", [*shared(visitor), ("periodo", "2018-06"), ("entidad", "IDPAC")])

    told = notes(site, "recordatorio")
    assert told and all(subject.endswith("· IDPAC") for _who, subject in told)


def shared(visitor: Visitor) -> list[tuple[str, str]]:
    """What every form of a page carries."""
    return [("csrf_token", visitor.page().xpath("//input[@name='csrf_token']/@value")[0])]


def test_more_time_is_given_to_what_is_chosen_with_its_reason_and_told(site: Site) -> None:
    task, other, visitor = task_of(site, "IDPAC"), task_of(site, "SDG"), coordinator(site)
    visitor.open(f"{ACT}/prorrogar?{urlencode({'periodo': '2018-06', 'entidad': 'IDPAC', 'tarea': task.id})}")

    visitor.press(f"{ACT}/prorrogar", hasta="13/07/2018", motivo="Cayó la plataforma.")

    assert "Una tarea tiene plazo hasta el 13 de julio de 2018." in visitor.text()
    with site.application.database.reading() as session:
        moved, left = session.get_one(UserTask, task.id).due_at, session.get_one(UserTask, other.id).due_at
    assert moved is not None and bogota_day(moved).isoformat() == "2018-07-13" and left == other.due_at
    assert notes(site, "prorroga") == [(str(task.assignee), "Más plazo, hasta el viernes 13 de julio: Reportar avance")]


def test_a_day_before_the_deadline_or_no_reason_moves_nothing_and_keeps_what_was_typed(site: Site) -> None:
    task, visitor = task_of(site, "IDPAC"), coordinator(site)
    visitor.open(f"{ACT}/prorrogar?{urlencode({'periodo': '2018-06', 'entidad': 'IDPAC'})}")

    visitor.press(f"{ACT}/prorrogar", status=422, hasta="02/07/2018", motivo="Cayó la plataforma.")

    assert "Escriba un día después del" in visitor.text() and "Cayó la plataforma." in visitor.text()
    with site.application.database.reading() as session:
        assert session.get_one(UserTask, task.id).due_at == task.due_at


def test_a_commitment_is_followed_on_the_board_until_it_is_said_how_it_ended(site: Site) -> None:
    visitor = coordinator(site)
    visitor.open(f"{ACT}/compromisos/nuevo")

    visitor.press(f"{ACT}/compromisos", texto="Enviar los pliegos", responsable="sruiz", fecha="20/07/2018")
    with site.application.database.reading() as session:
        [kept] = session.scalars(sa.select(Commitment))
    shown = visitor.text()
    visitor.send(f"{ACT}/compromisos/{kept.id}", [*shared(visitor), ("estado", "cumplido")])

    assert "Enviar los pliegos Sandra Ruiz" in shown
    assert "Enviar los pliegos" not in visitor.text()
    with site.application.database.reading() as session:
        assert session.get_one(Commitment, kept.id).state == "cumplido"
        assert session.scalars(sa.select(AuditEntry).where(AuditEntry.object_kind == "compromiso")).all()


def test_a_commitment_without_a_day_is_asked_for_and_nothing_typed_is_lost(site: Site) -> None:
    visitor = coordinator(site)
    visitor.open(f"{ACT}/compromisos/nuevo")

    visitor.press(f"{ACT}/compromisos", status=422, texto="Enviar los pliegos", responsable="sruiz", fecha="pronto")

    assert "Escriba para cuándo" in visitor.text() and "Enviar los pliegos" in visitor.text()


def test_who_reports_is_offered_none_of_it(site: Site) -> None:
    visitor = site.visitor("sruiz")

    visitor.open("/seguimiento")

    assert "Recordar" not in visitor.text() and "Prorrogar" not in visitor.text()
    visitor.open(f"{ACT}/prorrogar", status=403)


def test_a_table_of_the_board_is_taken_along_with_what_was_asked_for(site: Site) -> None:
    visitor = coordinator(site)

    text = visitor.client.get("/seguimiento?tabla=tareas&formato=csv").data.decode("utf-8-sig")
    book = visitor.client.get("/seguimiento?tabla=tareas&formato=xlsx").data

    rows = list(csv.DictReader(io.StringIO(text)))
    sheet = load_workbook(io.BytesIO(book)).worksheets[0]
    assert {row["Entidad"] for row in rows} >= {"SDG", "IDPAC", "DADEP"}
    assert [cell.value for cell in sheet[1]] == list(rows[0])
    assert sheet.max_row == len(rows) + 1


def test_the_page_of_the_head_of_the_sector_is_the_first_page_of_the_report_word_for_word(site: Site) -> None:
    visitor = coordinator(site)
    assert "En rojo desde" in visitor.text()

    page = visitor.open("/seguimiento/ejecutivo")

    said = [
        (part.findtext("h2"), tuple(line.text_content() for line in part.iterfind(".//li")))
        for part in page.xpath("//div[@class='first-page']/section")
    ]
    with site.application.database.reading() as session:
        report = assembling.monthly_report(session, PLAN, "2018-05")
    assert said == [(part.title, part.lines) for part in summary.of_month(report)]
    assert len(said) == 4 and any("%" in line for line in said[1][1])
