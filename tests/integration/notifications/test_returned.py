"""Work that came back reaches its person at once."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.database import Database
from engine.events import TaskCreated
from engine.identity import SYSTEM
from engine.tasks.models import UserTask
from notifications import digest
from notifications.listeners import MailListener
from notifications.models import OutboxMessage
from notifications.states import MailKind, MailState
from tests.support.plan import MONTH, House, build_house, day, once
from workflows.calendar import BOGOTA, WorkingCalendar
from workflows.simulation.robots import RETURNED

URL = "https://cauce.example"


@pytest.fixture
def house(database: Database) -> House:
    """DADEP's report of June just came back, and nobody has corrected it."""
    clock = VirtualClock(dt.datetime(2018, 7, 1, 14, 0, tzinfo=dt.UTC))
    house = build_house(database, clock, measured_before=(2018, 6), only=MONTH, listeners=(MailListener(URL),))

    def happen() -> None:
        play = house.play({("2018-06", "DADEP"): RETURNED})
        play.robots.not_before = lambda name, _variables: dt.date.max if name == "corregir_avance" else dt.date.min
        play.until(day("2018-07-06"))

    return once(house, "DADEP's report came back", happen)


def returned_mails(house: House, recipient: str) -> list[OutboxMessage]:
    with house.database.reading() as session:
        query = sa.select(OutboxMessage).where(OutboxMessage.kind == MailKind.RETURNED)
        return list(session.scalars(query.where(OutboxMessage.recipient == recipient)))


def correction(house: House) -> UserTask:
    with house.database.reading() as session:
        return session.scalars(
            sa.select(UserTask).where(UserTask.element_id == "corregir_avance", UserTask.state == "open")
        ).one()


def test_who_reported_reads_at_once_why_a_row_came_back_and_in_which(house: House) -> None:
    task = correction(house)

    [mail] = [one for one in returned_mails(house, str(task.assignee)) if "avance" in one.subject]

    assert mail.created_at == task.created_at
    assert mail.subject.startswith("Devuelto: 1 fila de Corregir avance · DADEP")
    assert "Motivo: «El soporte no permite verificar el valor; adjunte el listado.»" in mail.text
    assert f"{URL}/tareas/{task.id}" in mail.text
    assert "El soporte no permite verificar el valor" in mail.html
    assert mail.reply_to == "bdiaz@demo.example"  # who sent it back


def test_who_reported_the_money_reads_which_project_came_back_and_why(house: House) -> None:
    [mail] = [one for one in returned_mails(house, "ocardenas") if "Corregir ejecución" in one.text]

    assert "Motivo: «Los giros no coinciden con el reporte de tesorería.»" in mail.text
    assert "1064" in mail.text


def test_told_twice_it_is_one_mail(house: House) -> None:
    task = correction(house)

    with house.database.unit_of_work() as session:
        event = TaskCreated(house.clock.now(), SYSTEM.id, task.instance_id, task.id, task.process_key, task.element_id)
        MailListener(URL)(session, event)

    assert len(returned_mails(house, str(task.assignee))) == 1


@pytest.mark.parametrize(("state", "told_again"), [(MailState.SENT, False), (MailState.FAILED, True)])
def test_the_digest_says_it_again_only_if_that_mail_did_not_leave(
    house: House, state: MailState, told_again: bool
) -> None:
    # Given the mail, which left or could not
    task = correction(house)
    with house.database.unit_of_work() as session:
        session.execute(sa.update(OutboxMessage).values(state=state))

    # When the next working day's digest is written
    created = task.created_at.astimezone(BOGOTA)
    calendar = house.engine.calendar
    assert isinstance(calendar, WorkingCalendar)
    morning = dt.datetime.combine(calendar.add_working_days(created.date(), 1), dt.time(8), BOGOTA)
    house.clock.move_to(max(house.clock.now(), morning.astimezone(dt.UTC)))
    with house.database.unit_of_work() as session:
        digest.build_due(session, house.engine, calendar, base_url=URL)

    # Then it is among what came back only if nobody heard
    with house.database.reading() as session:
        written = session.scalar(
            sa.select(OutboxMessage.text).where(
                OutboxMessage.kind == MailKind.DIGEST, OutboxMessage.recipient == task.assignee
            )
        )
    assert ("DEVUELTAS CON MOTIVO" in (written or "")) == told_again
