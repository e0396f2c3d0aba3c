"""Meetings called by hand: from the agenda to the list of who came, moved and called off on the way."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from lxml import html

from engine.definitions import publishing
from engine.identity import SYSTEM
from engine.instances import commands as instances
from engine.tasks.models import UserTask
from notifications.models import MailNote, OutboxMessage
from notifications.states import MailState
from tests.support.web import Site, Visitor
from web.meetings import views as meeting_views
from workflows.auditing.models import AuditEntry
from workflows.calendar import bogota_day
from workflows.meetings import printing
from workflows.meetings.models import Attendee, Commitment, Meeting
from workflows.meetings.states import MeetingState
from workflows.people.models import Person
from workflows.shipped import shipped_diagrams, shipped_forms

PLAN = "PES-GOB"
MEETINGS = f"/planes/{PLAN}/mesas"
BEGIN = "/casos/empezar/reunion"


def publish(site: Site) -> None:
    """The process of such a meeting: these sites have those of the month alone."""
    xml = next(one for one in shipped_diagrams() if b'id="reunion_definiciones"' in one)
    with site.application.database.unit_of_work() as session:
        publishing.publish(session, site.application.engine, [xml], shipped_forms(), actor=SYSTEM, reason="prueba")


def begin(visitor: Visitor) -> None:
    """Begin such a meeting, as the page asks."""
    visitor.open(BEGIN)
    fields = dict(visitor.page().xpath("//main//form[@method='post']")[0].form_values())
    visitor.send(BEGIN, (fields | {"asunto": "Avance de obras", "_accion": "enviar"}).items())


def promise(site: Site, responsible: str, day: dt.date) -> None:
    with site.application.database.unit_of_work() as session:
        session.add(
            Commitment(
                plan_code=PLAN, origin="seguimiento", text="Enviar los pliegos", responsible=responsible, due_on=day
            )
        )


def convened(site: Site) -> tuple[Visitor, int]:
    """A meeting that Ana calls for 12 July at nine, with Sandra and somebody from outside."""
    publish(site)
    ana = site.visitor("amartinez")
    ana.open(MEETINGS)
    assert ana.page().xpath(f"//a[@href='{BEGIN}']")
    begin(ana)
    with site.application.database.reading() as session:
        task_id = session.scalars(sa.select(UserTask.id).where(UserTask.element_id == "convocar")).one()
    ana.open(f"/tareas/{task_id}")
    ana.press(
        f"/tareas/{task_id}", fecha_reunion="2018-07-12", hora="09:00", lugar_o_enlace="Sala 3", invitados=["sruiz"],
        **{"invitados_externos-0-nombre": "Rita Rojas", "invitados_externos-0-organizacion": "Veeduría",
           "invitados_externos-0-correo": "rita@example.org", "invitados_externos-0-publico": "comunidad"},
        _accion="enviar",
    )  # fmt: skip
    with site.application.database.reading() as session:
        return ana, session.scalars(sa.select(Meeting.id)).one()


def meeting_of(site: Site, meeting_id: int) -> Meeting:
    with site.application.database.reading() as session:
        return session.get_one(Meeting, meeting_id)


def invitations(site: Site, address: str) -> list[tuple[str, str]]:
    """The subject and the calendar file of each invitation to somebody from outside, the first first."""
    with site.application.database.reading() as session:
        query = sa.select(OutboxMessage).where(OutboxMessage.address == address).order_by(OutboxMessage.id)
        return [(one.subject, one.attachments[0]["text"].replace("\r\n ", "")) for one in session.scalars(query)]


def test_the_agenda_begins_with_what_was_promised_and_who_promised_is_invited(site: Site) -> None:
    promise(site, "sruiz", dt.date(2018, 7, 20))
    publish(site)
    ana = site.visitor("amartinez")
    begin(ana)
    with site.application.database.reading() as session:
        task_id = session.scalars(sa.select(UserTask.id).where(UserTask.element_id == "convocar")).one()

    shown = ana.open(f"/tareas/{task_id}")

    points = [str(one) for one in shown.xpath("//input[contains(@name, 'punto')]/@value")]
    assert "Compromiso: Enviar los pliegos (para el 20 de julio de 2018)" in points
    assert "sruiz" in shown.xpath("//input[@name='invitados'][@checked]/@value")


def test_who_is_invited_gets_an_hour_and_a_request_that_a_calendar_takes(site: Site) -> None:
    ana, meeting_id = convened(site)

    [(subject, text)] = invitations(site, "rita@example.org")
    with site.application.database.reading() as session:
        notes = session.scalars(sa.select(MailNote).where(MailNote.kind == "convocatoria")).all()
    assert subject == "Convocatoria, jueves 12 de julio: Avance de obras"
    assert "METHOD:REQUEST" in text and "DTSTART:20180712T140000Z" in text and "SEQUENCE:0" in text
    assert "ATTENDEE;ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:rita@example.org" in text
    assert [one.recipient for one in notes] == ["sruiz"]
    assert "Avance de obras" in ana.open(MEETINGS).text_content()
    assert meeting_of(site, meeting_id).starts_at == dt.time(9)


def test_a_meeting_that_moves_tells_everybody_and_the_task_of_its_day_moves_too(site: Site) -> None:
    ana, meeting_id = convened(site)
    ana.open(f"{MEETINGS}/{meeting_id}")

    ana.press(f"{MEETINGS}/{meeting_id}/mover", fecha="16/07/2018", hora="10:30", motivo="No hay sala.")

    subject, text = invitations(site, "rita@example.org")[1]
    assert subject == "Cambió la convocatoria, lunes 16 de julio: Avance de obras"
    assert "SEQUENCE:1" in text and "DTSTART:20180716T153000Z" in text and f"UID:cauce-mesa-{meeting_id}" in text
    with site.application.database.reading() as session:
        task = session.scalars(sa.select(UserTask).where(UserTask.element_id == "registrar_asistencia")).one()
        [entry] = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "mover_mesa"))
    assert task.due_at is not None and bogota_day(task.due_at) == dt.date(2018, 7, 16)
    assert (entry.before["dia"], entry.after["dia"]) == ("2018-07-12 09:00", "2018-07-16 10:30")


def notes_to(site: Site, username: str) -> list[tuple[str, bool]]:
    """What somebody of the sector is told of meetings: the subject, whether it gives a reason."""
    with site.application.database.reading() as session:
        query = sa.select(MailNote).where(MailNote.kind == "convocatoria", MailNote.recipient == username)
        return [(one.subject, "No hay sala." in one.text) for one in session.scalars(query.order_by(MailNote.id))]


def test_an_invitation_that_nobody_read_is_replaced_by_the_one_that_holds(site: Site) -> None:
    ana, meeting_id = convened(site)
    ana.open(f"{MEETINGS}/{meeting_id}")

    ana.press(f"{MEETINGS}/{meeting_id}/mover", fecha="16/07/2018", motivo="No hay sala.")

    assert notes_to(site, "sruiz") == [("Convocatoria, lunes 16 de julio: Avance de obras", False)]
    with site.application.database.reading() as session:
        [mail] = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.recipient == "sruiz"))
        ana_s = session.get_one(Person, "amartinez").email
    assert (len(mail.attachments), mail.reply_to) == (1, ana_s)
    ana.press(f"{MEETINGS}/{meeting_id}/aplazar", motivo="Ya no hace falta.")
    assert notes_to(site, "sruiz") == []


def test_who_read_the_first_invitation_is_told_what_changed_and_why(site: Site) -> None:
    ana, meeting_id = convened(site)
    with site.application.database.unit_of_work() as session:
        session.execute(sa.update(OutboxMessage).values(state=MailState.SENT, sent_at=site.clock.now()))
    ana.open(f"{MEETINGS}/{meeting_id}")

    ana.press(f"{MEETINGS}/{meeting_id}/mover", fecha="16/07/2018", motivo="No hay sala.")

    assert notes_to(site, "sruiz") == [
        ("Convocatoria, jueves 12 de julio: Avance de obras", False),
        ("Cambió la convocatoria, lunes 16 de julio: Avance de obras", True),
    ]


def test_a_day_that_passed_or_no_reason_moves_nothing_and_keeps_what_was_typed(site: Site) -> None:
    ana, meeting_id = convened(site)
    ana.open(f"{MEETINGS}/{meeting_id}")

    ana.press(f"{MEETINGS}/{meeting_id}/mover", status=422, fecha="02/07/2018", lugar="Otra sala", motivo="x")
    ana.press(f"{MEETINGS}/{meeting_id}/mover", status=422, fecha="16/07/2018", motivo=" ")

    assert "Diga por qué" in ana.text() and "Otra sala" in str(ana.page().xpath("//input[@name='lugar']/@value"))
    assert meeting_of(site, meeting_id).held_on == dt.date(2018, 7, 12)


def test_a_meeting_that_is_called_off_leaves_calendars_and_waits_for_another_day(site: Site) -> None:
    ana, meeting_id = convened(site)
    ana.open(f"{MEETINGS}/{meeting_id}")

    ana.press(f"{MEETINGS}/{meeting_id}/aplazar", motivo="Se enfermó quien expone.")
    told = ana.text()
    with site.application.database.reading() as session:
        task_id = session.scalars(sa.select(UserTask.id).where(UserTask.element_id == "registrar_asistencia")).one()
    ana.open(f"/tareas/{task_id}")
    typed = {"asistencia-0-cargo": "Asesora", "asistencia-1-cargo": "Veedora"}
    ana.press(f"/tareas/{task_id}", status=422, **typed, _accion="enviar")
    assert "Esta mesa está aplazada" in ana.text() and ana.page().xpath("//input[@value='Asesora']")
    ana.open(f"{MEETINGS}/{meeting_id}")
    ana.press(f"{MEETINGS}/{meeting_id}/mover", fecha="23/07/2018", motivo="Ya volvió.")

    _, off, again = invitations(site, "rita@example.org")
    assert "Falta fijar otra fecha" in told and meeting_of(site, meeting_id).state == "convocada"
    assert off[0] == "No se hará el jueves 12 de julio: Avance de obras"
    assert "METHOD:CANCEL" in off[1] and "STATUS:CANCELLED" in off[1] and "SEQUENCE:1" in off[1]
    assert "METHOD:REQUEST" in again[1] and "SEQUENCE:2" in again[1]


def test_a_case_that_is_cancelled_takes_its_meeting_out_of_the_calendars(site: Site) -> None:
    _, meeting_id = convened(site)
    application = site.application

    with application.database.unit_of_work() as session:
        case_id = session.get_one(Meeting, meeting_id).instance_id
        instances.cancel(session, application.engine, case_id, actor=SYSTEM, reason="No hace falta.")

    assert meeting_of(site, meeting_id).state == "cancelada"
    assert "METHOD:CANCEL" in invitations(site, "rita@example.org")[1][1]


def test_who_neither_called_it_nor_coordinates_moves_nothing(site: Site) -> None:
    _, meeting_id = convened(site)
    sandra = site.visitor("sruiz")
    sandra.open(f"{MEETINGS}/{meeting_id}")

    assert "Cambiar y avisar" not in sandra.text()
    sandra.open("/ausencias")
    fields = [("csrf_token", sandra.page().xpath("//input[@name='csrf_token']/@value")[0])]
    sandra.send(f"{MEETINGS}/{meeting_id}/aplazar", [*fields, ("motivo", "x")], status=403)


def test_people_register_themselves_with_their_consent_and_the_list_begins_with_them(site: Site) -> None:
    # Given a meeting whose register is open
    ana, meeting_id = convened(site)
    ana.open(f"{MEETINGS}/{meeting_id}")
    ana.press(f"{MEETINGS}/{meeting_id}/registro")
    path = "/asistencia/" + meeting_of(site, meeting_id).attendance_token
    assert ana.page().xpath("//figure//img/@src")[0].startswith("data:image/svg")

    # When somebody without an account says who they are, first without allowing it, then twice
    rita = site.visitor()
    typed = {"nombre": "Rita Rojas", "cargo": "Veedora", "publico": "comunidad", "asiste": "presencial"}
    rita.open(path)
    rita.press(path, status=422, **typed)
    assert "Sin su autorización no se guarda nada" in rita.text()
    rita.press(path, **typed, autoriza="si")
    rita.open(path)
    rita.press(path, **{**typed, "nombre": " rita  ROJAS "}, autoriza="si")

    # Then they stand once in the task's list, which tells who is missing, and the address closes with it
    assert "Ya estaba registrada" in rita.text()
    with site.application.database.reading() as session:
        task = session.scalars(sa.select(UserTask).where(UserTask.element_id == "registrar_asistencia")).one()
        assert session.scalars(sa.select(Attendee.name)).all() == ["Rita Rojas"]
    ana.open(f"/tareas/{task.id}")
    assert "Invitados que no se registraron Sandra Ruiz" in ana.text().replace(" (demo)", "")
    ana.press(f"/tareas/{task.id}", _accion="enviar")  # who is of no entity of the sector needs none
    rita.open(path, status=404)
    with site.application.database.reading() as session:
        assert session.get_one(Meeting, meeting_id).attendance[0]["persona"] == "Rita Rojas"
        assert session.scalars(sa.select(Attendee)).all() == []
        minutes = session.scalars(sa.select(UserTask).where(UserTask.element_id == "elaborar_acta")).one()
    assert "Asistió una persona." in ana.open(f"/tareas/{minutes.id}").xpath("//textarea")[0].text


@pytest.mark.parametrize("wrong", [{"nombre": "Rita"}, {"cargo": " "}, {"publico": "otro"}, {"entidad": "XYZ"}])
def test_what_nobody_is_called_is_not_kept(site: Site, wrong: dict[str, str]) -> None:
    ana, meeting_id = convened(site)
    ana.open(f"{MEETINGS}/{meeting_id}")
    ana.press(f"{MEETINGS}/{meeting_id}/registro")
    path = "/asistencia/" + meeting_of(site, meeting_id).attendance_token
    rita = site.visitor()
    typed = {
        "nombre": "Rita Rojas",
        "cargo": "Veedora",
        "publico": "comunidad",
        "asiste": "presencial",
        "autoriza": "si",
    }

    rita.open(path)
    rita.press(path, status=422, **{**typed, **wrong})

    with site.application.database.reading() as session:
        assert session.scalars(sa.select(Attendee)).all() == []


def test_one_network_does_not_fill_a_register_whatever_addresses_it_takes(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a register, and somebody who has all the addresses of one connection
    monkeypatch.setattr(meeting_views, "PER_NETWORK", 3)
    ana, meeting_id = convened(site)
    ana.open(f"{MEETINGS}/{meeting_id}")
    ana.press(f"{MEETINGS}/{meeting_id}/registro")
    path = "/asistencia/" + meeting_of(site, meeting_id).attendance_token

    # When they write names down, right and wrong ones, each from another address
    sent = [come(site, path, f"2001:db8:0:1::{number}", f"Rita {number * 'R'}ojas") for number in (1, 2)]
    sent += [come(site, path, "2001:db8:0:1::3", "Rita"), come(site, path, "2001:db8:0:1:ffff::4", "Eva Ruiz")]

    # Then they are stopped for an hour, and nobody else is
    assert sent == [200, 200, 422, 429]
    assert come(site, path, "2001:db8:0:2::1", "Luis Mora") == 200
    site.clock.move_to(site.clock.now() + dt.timedelta(minutes=61))
    assert come(site, path, "2001:db8:0:1::4", "Eva Ruiz") == 200
    with site.application.database.reading() as session:
        names = session.scalars(sa.select(Attendee.name).order_by(Attendee.id)).all()
    assert names == ["Rita Rojas", "Rita RRojas", "Luis Mora", "Eva Ruiz"]


def come(site: Site, path: str, address: str, name: str) -> int:
    """Register from an address; how it was answered."""
    client, origin = site.app.test_client(), {"REMOTE_ADDR": address}
    page = html.fromstring(client.get(path, environ_base=origin).text)
    typed = {"nombre": name, "cargo": "Veedora", "publico": "comunidad", "asiste": "presencial", "autoriza": "si"}
    token = page.xpath("//input[@name='csrf_token']/@value")[0]
    return client.post(path, data={**typed, "csrf_token": token}, environ_base=origin).status_code


def test_who_promised_says_how_it_goes_and_nobody_else(site: Site) -> None:
    promise(site, "sruiz", dt.date(2018, 7, 20))
    with site.application.database.reading() as session:
        kept = session.scalars(sa.select(Commitment.id)).one()
    sandra, ana = site.visitor("sruiz"), site.visitor("amartinez")
    sandra.open("/compromisos")

    sandra.press(f"/compromisos/{kept}", avance="Salen el lunes.")

    assert "«Salen el lunes.»" in ana.open("/seguimiento").text_content()
    token = ana.page().xpath("//input[@name='csrf_token']/@value")[0]
    ana.send(f"/compromisos/{kept}", [("csrf_token", token), ("avance", "x")], status=403)


def test_the_page_of_a_meeting_says_who_approved_its_minutes_and_where_they_are(site: Site) -> None:
    ana, meeting_id = convened(site)
    with site.application.database.unit_of_work() as session:
        meeting = session.get_one(Meeting, meeting_id)
        meeting.state, meeting.development = MeetingState.APPROVED, "Se revisaron las obras."
        meeting.approved_by, meeting.approved_at = "amartinez", site.clock.now()

    before = ana.open(f"{MEETINGS}/{meeting_id}").text_content()
    printing.MAKER.make_missing(site.application.database, site.clock)
    after = ana.open(f"{MEETINGS}/{meeting_id}")

    assert "Acta aprobada" in before and "La aprobó Ana Martínez" in before
    assert "El documento se está preparando" in before
    files = [one.text for one in after.xpath("//section[@aria-labelledby='acta']//a[starts-with(@href, '/archivos/')]")]
    assert "PDF" in files and "DOCX" in files
