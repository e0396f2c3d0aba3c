"""Two sectors in one installation: lists show, offer and hand over what is of the reader's sectors only."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from engine.identity import SYSTEM, Actor
from engine.instances.models import Instance
from engine.tasks.models import UserTask
from notifications.models import OutboxMessage
from notifications.states import Fault, MailState
from tests.integration.web.test_starting import FORM, case_of, publish, with_form
from tests.support.two_sectors import (
    ADMINISTRATORS,
    COORDINATORS,
    FIRST,
    PLANS,
    REPORTERS,
    SECOND,
    SHARED_ENTITY,
    SHARED_PERSON,
    Things,
    add_second_sector,
)
from tests.support.web import Site, Visitor, file_address
from workflows.auditing import recording
from workflows.correspondence import writing
from workflows.correspondence.states import LetterKind
from workflows.correspondence.writing import Received
from workflows.documents import files
from workflows.documents.states import Reserve
from workflows.lifecycle import leaving
from workflows.people import directory
from workflows.people.models import Person, PersonRole

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
    visitor.open(f"/seguimiento/tareas/{own.task}/reasignar")
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


@pytest.mark.parametrize("sector", [FIRST, SECOND])
def test_an_administrator_sees_the_people_of_their_sector(two: Two, sector: str) -> None:
    visitor = two.site.visitor(ADMINISTRATORS[sector])

    visitor.open("/personas/")

    assert REPORTERS[sector] in visitor.text() and "Ricardo Mora" in visitor.text()
    assert REPORTERS[OTHER[sector]] not in visitor.text()


def test_who_administers_the_installation_sees_everybody(two: Two) -> None:
    with two.site.application.database.unit_of_work() as session:
        session.add(PersonRole(username="hrep", role_id="administrador_instalacion"))
    visitor = two.site.visitor("hrep")

    visitor.open("/personas/")

    assert set(REPORTERS.values()) <= set(visitor.text().replace("@", " ").split())


def test_an_administrator_does_not_close_the_access_of_who_works_in_another_sector_too(two: Two) -> None:
    visitor = two.site.visitor(ADMINISTRATORS[SECOND])
    visitor.open(f"/personas/{SHARED_PERSON}")

    visitor.press(f"/personas/{SHARED_PERSON}/acceso", 403)

    assert "también tiene roles en" in visitor.text()
    with two.site.application.database.reading() as session:
        assert session.get_one(Person, SHARED_PERSON).active


def test_what_somebody_leaves_goes_to_their_successor_in_the_sectors_where_that_one_works(two: Two) -> None:
    # Given a task of each sector with the liaison of both, and somebody of one who follows them
    application = two.site.application
    with application.database.unit_of_work() as session:
        tasks = [session.get_one(UserTask, things.task) for things in two.things.values()]
        for task in tasks:
            task.assignee = SHARED_PERSON

    # When they leave
    with application.database.unit_of_work() as session:
        keeper = Actor("raiz", supervises=frozenset({""}))
        left = leaving.leave(session, application.engine, SHARED_PERSON, actor=keeper, successor="hrep")

    # Then the task of that one's sector is theirs, and the other went back to its group
    with application.database.reading() as session:
        taken = {sector: session.get_one(UserTask, two.things[sector].task).assignee for sector in (FIRST, SECOND)}
    assert taken == {FIRST: None, SECOND: "hrep"}
    assert left.handed_over == 1 and left.given_back >= 1


def test_a_reserved_file_is_read_by_the_coordination_of_its_sector(two: Two) -> None:
    with two.site.application.database.unit_of_work() as session:
        loose = files.keep(
            session, two.site.clock, COORDINATORS[SECOND], "libro.xlsx", b"libro", "application/zip",
            sector=SECOND, reserve=Reserve.RESERVED,
        ).id  # fmt: skip
    loaded = two.site.visitor(COORDINATORS[SECOND])
    own, foreign, administrator = loaded, two.coordinator(FIRST), two.site.visitor(ADMINISTRATORS[SECOND])

    for file_id in (loose, two.things[SECOND].files[Reserve.CLASSIFIED], two.things[SECOND].files[Reserve.RESERVED]):
        address = file_address(two.site, file_id)
        assert own.client.get(address).status_code == 200
        assert foreign.client.get(address).status_code == 404
        assert administrator.client.get(address).status_code == 403


def test_what_who_works_in_two_sectors_brings_to_one_is_not_of_the_other(two: Two) -> None:
    # Given a letter that somebody of both receives in a case of the first, and a file of theirs that nothing uses yet
    day, content = dt.date(2018, 7, 5), b"%PDF-1.7 r"
    letter = Received(LetterKind.LETTER, "Contraloría", "Respuesta", "E-77", day, "r.pdf", content)
    with two.site.application.database.unit_of_work() as session:
        clock, case = two.site.clock, two.things[FIRST].case
        received = writing.receive(session, clock, case, letter, actor=Actor(SHARED_PERSON)).file_id
        waiting = files.keep(session, clock, SHARED_PERSON, "x.pdf", b"%PDF-1.7 x", "application/pdf").id
    assert received is not None

    # When people of both sectors ask for them, by their address and by the one of before, which counted
    def asked(visitor: Visitor, file_id: int) -> list[int]:
        return [visitor.client.get(at).status_code for at in (file_address(two.site, file_id), f"/archivos/{file_id}")]

    # Then the letter is the first one's, and what nothing uses is of who brought it
    assert asked(two.coordinator(FIRST), received) == [200, 308]
    assert asked(two.coordinator(SECOND), received) == [404, 404]
    assert asked(two.site.visitor(SHARED_PERSON), waiting) == [200, 308]
    assert asked(two.coordinator(FIRST), waiting) == asked(two.coordinator(SECOND), waiting) == [404, 404]


def test_a_process_is_begun_for_the_plans_of_the_sectors_where_one_may(two: Two) -> None:
    # Given a process that the liaisons begin
    publish(two.site, with_form(), forms={"pedir_apoyo": FORM})
    leader, shared, foreign = two.coordinator(FIRST), two.site.visitor(SHARED_PERSON), two.coordinator(SECOND)

    # When it is asked what it may be begun for
    offered = []
    for visitor in (leader, shared):
        page = visitor.open("/casos/empezar/apoyo")
        offered.append({code for code in PLANS.values() if page.xpath(f"//main//form//*[@value='{code}']")})

    # Then each sees the plans of their own sectors, and another one's is not taken
    assert offered == [{PLANS[FIRST]}, set(PLANS.values())]
    foreign.open("/casos/empezar/apoyo", 403)
    (form,) = leader.page().xpath("//main//form[@method='post']")
    sent = dict(form.form_values()) | {
        "plan": PLANS[SECOND],
        "entidad": SHARED_ENTITY,
        "asunto": "x",
        "_accion": "enviar",
    }
    leader.send("/casos/empezar/apoyo", sent.items(), 422)
    assert case_of(two.site) is None


def test_roles_are_given_in_the_sector_of_who_gives_them(two: Two) -> None:
    visitor = two.site.visitor(ADMINISTRATORS[SECOND])
    page = visitor.open(f"/personas/{SHARED_PERSON}")
    held = page.xpath("//select[@name='rol']/option[@selected]/@value")

    visitor.press(f"/personas/{SHARED_PERSON}/roles", rol=["responsable_meta", "", ""])

    assert held == ["enlace_planeacion"] and not page.xpath("//select[@name='sector']")
    with two.site.application.database.reading() as session:
        groups = directory.actor(session, SHARED_PERSON).groups
    assert {group for group in groups if "@HAB" in group} == {f"responsable_meta@HAB/{SHARED_ENTITY}"}
    assert "enlace_planeacion@GOB/IDPAC" in groups


def test_a_plan_is_begun_in_the_sector_that_one_coordinates(two: Two) -> None:
    visitor = two.coordinator(SECOND)
    page = visitor.open("/ciclo")
    asked = page.xpath("//*[@name='sector']")

    visitor.press("/ciclo/nuevo", codigo="PES-HAB-2021")

    assert not asked
    with two.site.application.database.reading() as session:
        assert (
            session.scalars(sa.select(Instance).where(Instance.business_key == "PES-HAB-2021")).one().tenant == SECOND
        )


def test_who_coordinates_two_sectors_says_which(two: Two) -> None:
    with two.site.application.database.unit_of_work() as session:
        session.add(PersonRole(username="hcoord", role_id="coordinador_pes", sector_code=FIRST))
    visitor = two.coordinator(SECOND)

    visitor.open("/plan/cargar")
    assert visitor.page().xpath("//select[@name='sector']/option/@value") == ["", FIRST, SECOND]
    visitor.open("/ciclo")
    visitor.press("/ciclo/nuevo", 409, codigo="PES-NUEVO", sector="")
    visitor.open("/ciclo")
    visitor.press("/ciclo/nuevo", codigo="PES-NUEVO", sector=FIRST)

    with two.site.application.database.reading() as session:
        assert session.scalars(sa.select(Instance).where(Instance.business_key == "PES-NUEVO")).one().tenant == FIRST


@pytest.mark.parametrize("sector", [FIRST, SECOND])
def test_the_trail_shows_what_people_of_ones_sector_did_and_what_was_done_to_its_plans(two: Two, sector: str) -> None:
    # Given somebody of each sector who signed in, and work of Cauce on each plan
    other = OTHER[sector]
    for one in (sector, other):
        two.site.visitor(REPORTERS[one])
    with two.site.application.database.unit_of_work() as session:
        for plan in PLANS.values():
            recording.record(session, two.site.clock, SYSTEM, "congelar", ("periodo", f"{plan}/2018-06"))

    visitor = two.coordinator(sector)
    visitor.open("/bitacora/")
    shown = visitor.text()
    table = visitor.client.get("/bitacora/bitacora.csv").text

    for told in (shown, table):
        assert f"{PLANS[sector]}/2018-06" in told and f"{PLANS[other]}/2018-06" not in told
    assert REPORTERS[sector] in table and REPORTERS[other] not in table


@pytest.mark.parametrize("sector", [FIRST, SECOND])
def test_what_who_works_in_two_sectors_does_in_one_stands_in_the_trail_of_that_one_alone(two: Two, sector: str) -> None:
    # Given somebody of both, who tries something with a thing of each
    shared = two.site.visitor(SHARED_PERSON)
    for things in two.things.values():
        shared.open(f"/incidentes/{things.incident}", status=403)

    # When the coordinator of one of them reads the trail
    table = two.coordinator(sector).client.get("/bitacora/bitacora.csv").text

    # Then it tells of theirs, and of no other
    assert f"/incidentes/{two.things[sector].incident}" in table
    assert f"/incidentes/{two.things[OTHER[sector]].incident}" not in table


def test_a_plan_whose_code_begins_as_anothers_is_another(two: Two) -> None:
    with two.site.application.database.unit_of_work() as session:
        for name in (PLANS[FIRST], f"{PLANS[FIRST]}-2/2018-06"):
            recording.record(session, two.site.clock, SYSTEM, "congelar", ("periodo", name))

    table = two.coordinator(FIRST).client.get("/bitacora/bitacora.csv").text

    assert f",{PLANS[FIRST]}," in table and f"{PLANS[FIRST]}-2" not in table


def test_the_list_of_people_goes_one_sector_after_the_other(two: Two) -> None:
    with two.site.application.database.unit_of_work() as session:
        session.add(PersonRole(username="admin", role_id="administrador_instalacion"))

    page = two.site.visitor("admin").open("/personas/")

    headings = [" ".join(one.text_content().split()) for one in page.xpath("//th[@scope='rowgroup']")]
    assert headings == ["Gobierno", "Gobierno y Hábitat", "Hábitat"]
