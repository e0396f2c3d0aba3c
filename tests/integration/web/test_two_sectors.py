"""Two sectors in one installation: lists show, offer and hand over what is of the reader's sectors only."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from engine.tasks.models import UserTask
from notifications.models import OutboxMessage
from notifications.states import Fault, MailState
from tests.support.two_sectors import COORDINATORS, FIRST, PLANS, SECOND, SHARED_PERSON, Things, add_second_sector
from tests.support.web import Site, Visitor

OTHER = {FIRST: SECOND, SECOND: FIRST}


@dataclass(frozen=True, slots=True)
class Two:
    """A site of two sectors, and what each has."""

    site: Site
    things: dict[str, Things]

    def coordinator(self, sector: str) -> Visitor:
        return self.site.visitor(COORDINATORS[sector])


@pytest.fixture
def two(site: Site) -> Two:
    with site.application.database.unit_of_work() as session:
        return Two(site, add_second_sector(session, site.clock))


@pytest.mark.parametrize("sector", [FIRST, SECOND])
def test_the_lists_of_a_coordinator_are_of_their_sector(two: Two, sector: str) -> None:
    visitor, own, foreign = two.coordinator(sector), two.things[sector], two.things[OTHER[sector]]

    visitor.open("/casos/")
    assert own.case_name in visitor.text()
    assert foreign.case_name not in visitor.text()

    visitor.open("/incidentes/")
    assert f"Paso que falla de {own.sector}" in visitor.text()
    assert f"Paso que falla de {foreign.sector}" not in visitor.text()


@pytest.mark.parametrize("page", ["/seguimiento", "/plan/", "/ciclo", "/guia"])
@pytest.mark.parametrize("sector", [FIRST, SECOND])
def test_the_pages_of_a_plan_open_on_one_of_the_readers_sectors(two: Two, page: str, sector: str) -> None:
    visitor = two.coordinator(sector)

    visitor.open(page)

    assert PLANS[OTHER[sector]] not in visitor.text()
    assert two.things[OTHER[sector]].task_name not in visitor.text()


def test_who_has_a_role_in_two_sectors_sees_both(two: Two) -> None:
    visitor = two.site.visitor(SHARED_PERSON)

    visitor.open("/casos/")
    assert two.things[FIRST].case_name in visitor.text()
    assert two.things[SECOND].case_name in visitor.text()

    visitor.open("/plan/")
    assert PLANS[SECOND] in visitor.last.text


def test_a_task_is_offered_to_the_people_of_its_sector(two: Two) -> None:
    visitor, task = two.coordinator(SECOND), two.things[SECOND].task

    page = visitor.open(f"/seguimiento/tareas/{task}/reasignar")

    offered = {value for value in page.xpath("//select[@name='persona']//option/@value") if value}
    assert offered == {"hcoord", "hadmin", "hrep", SHARED_PERSON}


def test_a_task_is_not_given_to_somebody_of_another_sector(two: Two) -> None:
    visitor, task = two.coordinator(SECOND), two.things[SECOND].task
    address = f"/seguimiento/tareas/{task}/reasignar"
    visitor.open(address)

    visitor.press(address, 409, persona="sruiz", motivo="Vacaciones")

    assert "no trabaja en el sector de esta tarea" in visitor.text()
    with two.site.application.database.reading() as session:
        assert session.get_one(UserTask, task).assignee is None


def test_a_task_is_given_to_somebody_of_its_sector(two: Two) -> None:
    visitor, task = two.coordinator(SECOND), two.things[SECOND].task
    address = f"/seguimiento/tareas/{task}/reasignar"
    visitor.open(address)

    visitor.press(address, persona=SHARED_PERSON, motivo="Vacaciones")

    with two.site.application.database.reading() as session:
        assert session.get_one(UserTask, task).assignee == SHARED_PERSON


@pytest.mark.parametrize("sector", [FIRST, SECOND])
def test_a_coordinator_reads_the_mails_of_their_sector(two: Two, sector: str) -> None:
    visitor, own, foreign = two.coordinator(sector), two.things[sector], two.things[OTHER[sector]]

    visitor.open("/correos/")
    assert own.mail_subject in visitor.text()
    assert foreign.mail_subject not in visitor.text()

    visitor.open(f"/correos/{own.mail}")
    token = str(visitor.page().xpath("//input[@name='csrf_token']/@value")[0])
    visitor.send(f"/correos/{foreign.mail}/descartar", [("csrf_token", token)], 404)
    visitor.open(f"/correos/{foreign.mail}", 404)


def test_a_mail_that_tells_of_two_sectors_is_read_by_its_recipient_alone(two: Two) -> None:
    with two.site.application.database.unit_of_work() as session:
        mail = session.get_one(OutboxMessage, two.things[FIRST].mail)
        mail.recipient, mail.subject = SHARED_PERSON, "De los dos"
        mail.state, mail.fault = MailState.FAILED, Fault.ADDRESS

    for sector in (FIRST, SECOND):
        visitor = two.coordinator(sector)
        visitor.open("/correos/")
        assert "De los dos" not in visitor.text()
        assert "Ricardo Mora" in visitor.text()  # that nothing reaches him is said to both
        assert f'href="/correos/{two.things[FIRST].mail}"' not in visitor.last.text
    reader = two.site.visitor(SHARED_PERSON)
    reader.open("/correos/")
    assert "De los dos" in reader.text()
