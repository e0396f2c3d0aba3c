"""Personas: who may sign in, what they hold, and that somebody always administers."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import sqlalchemy as sa

from engine.definitions.linting import lint
from engine.definitions.reading import read_diagram
from engine.definitions.surroundings import known_names
from engine.tasks.models import UserTask
from notifications.models import OutboxMessage
from tests.support.diagrams import chain, end, process, start, user
from tests.support.web import Site
from tests.support.work import add_task
from workflows.calendar import bogota_day
from workflows.errors import Refused
from workflows.indicators.models import Indicator
from workflows.people import adding, managing
from workflows.people.models import Person, PersonRole
from workflows.sectors import registry


@pytest.mark.parametrize("act", ["/personas/admin/roles", "/personas/admin/acceso"])
def test_the_last_administrator_of_a_sector_is_taken_away_by_nobody(office: Site, act: str) -> None:
    # Given somebody who administers the installation, and a sector with one administrator
    with office.application.database.unit_of_work() as session:
        session.add(PersonRole(username="hperez", role_id="administrador_instalacion"))
    office.give_password("hperez")
    visitor = office.visitor("hperez")

    # When they take that one's role, or access, away
    visitor.open("/personas/admin")
    visitor.press(act, 409, rol=["", "", ""], activa="0")

    # Then nothing changes, and it says what to do first
    assert "Nadie más administra el sector" in visitor.text()
    with office.application.database.reading() as session:
        assert session.get_one(Person, "admin").active
        assert [held.role_id for held in session.get_one(Person, "admin").roles] == ["administrador"]


def test_with_another_administrator_the_first_may_go(office: Site) -> None:
    with office.application.database.unit_of_work() as session:
        session.add(PersonRole(username="hperez", role_id="administrador", sector_code="GOB"))
    office.give_password("hperez")
    visitor = office.visitor("hperez")

    visitor.open("/personas/admin")
    visitor.press("/personas/admin/acceso", activa="0")

    with office.application.database.reading() as session:
        assert not session.get_one(Person, "admin").active


def test_a_person_is_made_given_a_role_until_a_day_and_told(office: Site) -> None:
    # Given an administrator who describes somebody new
    visitor = office.visitor("admin")
    visitor.open("/personas/nueva")
    visitor.press(
        "/personas/nueva", usuario="NRuiz", nombre=" Nora  Ruiz", correo="nruiz@idpac.gov.co", entidad="IDPAC"
    )

    # When they are given a role of an entity until a day
    visitor.press(
        "/personas/nruiz/roles",
        rol=["enlace_planeacion", ""],
        entidad=["IDPAC", ""],
        desde=["2018-07-01", ""],
        hasta=["2018-12-31", ""],
    )

    # Then they hold it there, on those days, and were told so
    with office.application.database.reading() as session:
        person = session.get_one(Person, "nruiz")
        (held,) = person.roles
        assert (person.name, held.sector_code, held.entity_code) == ("Nora Ruiz", "GOB", "IDPAC")
        assert (held.since, held.until) == (dt.date(2018, 7, 1), dt.date(2018, 12, 31))
        (mail,) = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.recipient == "nruiz"))
        assert "Enlace de planeación de la entidad · IDPAC, desde el 01/07/2018, hasta el 31/12/2018" in mail.text


def test_a_role_opens_its_pages_until_its_last_day_and_no_longer(office: Site) -> None:
    # Given a coordinator whose role ends today
    with office.application.database.unit_of_work() as session:
        for held in session.get_one(Person, "amartinez").roles:
            held.until = bogota_day(office.clock.now())
    assert office.visitor("amartinez").client.get("/plan/PES-GOB/libro.xlsx").status_code == 200

    # When the next day comes
    office.clock.move_to(office.clock.now() + dt.timedelta(days=1))

    # Then the plan is not there for them
    assert office.visitor("amartinez").client.get("/plan/PES-GOB/libro.xlsx").status_code == 404


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"usuario": "Nora Ruiz"}, "El usuario lleva minúsculas"),
        ({"usuario": "roles"}, "El usuario lleva minúsculas"),
        ({"usuario": "sruiz"}, "ya es de Sandra Ruiz"),
        ({"correo": "no"}, "no es una dirección de correo"),
        ({"correo": "SRUIZ@demo.example"}, "ya es el correo de Sandra Ruiz"),
        ({"nombre": " "}, "Escriba el nombre"),
        ({"entidad": ""}, "Elija la entidad"),
    ],
)
def test_what_is_wrong_with_somebody_new_is_said_and_what_was_typed_stays(
    office: Site, typed: dict[str, str], said: str
) -> None:
    visitor = office.visitor("admin")
    good = {"usuario": "nruiz", "nombre": "Nora Ruiz", "correo": "nruiz@idpac.gov.co", "entidad": "IDPAC"}
    visitor.open("/personas/nueva")

    visitor.press("/personas/nueva", 422, **good | typed)

    assert said in visitor.text()
    kept = dict(visitor.fields("/personas/nueva"))
    assert {name: kept[name] for name in good} == {name: value.strip() for name, value in (good | typed).items()}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("enlace_planeacion", "", "", ""), "se tiene en una entidad"),
        (("comunicaciones", "IDPAC", "2018-07-02", "2018-07-01"), "termina antes de empezar"),
        (("comunicaciones", "IDPAC", "mañana", ""), "no es una fecha"),
        (("administrador_instalacion", "", "", ""), "no se puede dar ahí"),
        (("ciudadania", "", "", ""), "no se puede dar ahí"),
    ],
)
def test_a_role_that_cannot_be_held_so_is_refused_with_why(office: Site, row: tuple[str, ...], said: str) -> None:
    visitor = office.visitor("admin")
    visitor.open("/personas/sruiz")

    visitor.press(
        "/personas/sruiz/roles", 409,
        rol=[row[0], "", ""], entidad=[row[1], "", ""], desde=[row[2], "", ""], hasta=[row[3], "", ""],
    )  # fmt: skip

    assert said in visitor.text()


def test_links_go_to_many_at_once_and_not_to_who_is_of_a_foreign_sector_too(office: Site) -> None:
    # Given somebody who also works in another sector
    with office.application.database.unit_of_work() as session:
        registry.create_named(session, "HAB", "Hábitat")
        session.add(PersonRole(username="rmora", role_id="comunicaciones", sector_code="HAB"))
    visitor = office.visitor("admin")

    # When links are sent to three
    visitor.open("/personas/")
    visitor.press("/personas/enlaces", usuario=["sruiz", "cvega", "rmora"])

    # Then two get theirs, and it says why the third does not
    assert "2 enlaces salen por correo" in visitor.text() and "De 1 no" in visitor.text()
    with office.application.database.reading() as session:
        assert set(session.scalars(sa.select(OutboxMessage.recipient))) == {"sruiz", "cvega"}


def test_two_users_of_one_person_become_one(office: Site) -> None:
    # Given an open task of somebody who is in Cauce twice
    with office.application.database.unit_of_work() as session:
        session.add(Person(username="sandra", name="Sandra R.", email="s@idpac.gov.co", entity_code="IDPAC"))
        task = add_task(session, "Reportar", due_at=None, assignee="sruiz")
        reported = len(session.scalars(sa.select(Indicator).where(Indicator.reports == "sruiz")).all())
        task_id = task.id
    visitor = office.visitor("admin")

    # When they are joined
    visitor.open("/personas/sruiz")
    visitor.press("/personas/sruiz/unir", con="sandra")

    # Then the other goes on with all of it, and what was done stays where it was
    with office.application.database.reading() as session:
        assert session.get_one(UserTask, task_id).assignee == "sandra"
        assert not session.get_one(Person, "sruiz").active and not session.get_one(Person, "sruiz").roles
        assert [held.role_id for held in session.get_one(Person, "sandra").roles] == ["responsable_meta"]
        assert reported
        assert len(session.scalars(sa.select(Indicator).where(Indicator.reports == "sandra")).all()) == reported


def test_an_added_role_can_be_given_and_opens_the_pages_of_the_one_it_resembles(office: Site) -> None:
    # Given a role that somebody adds, which sees what the planning group sees
    visitor = office.visitor("admin")
    visitor.open("/personas/roles/")
    visitor.press(
        "/personas/roles/", nombre="Mesa técnica de género", ambito="sector", parecido="profesional_sectorial"
    )
    assert "ya se puede dar" in visitor.text()

    # When it is given to somebody who had none
    with office.application.database.unit_of_work() as session:
        session.add(Person(username="nora", name="Nora", email="n@idpac.gov.co", entity_code="IDPAC"))
        session.flush()
        managing.set_holdings(
            session, session.get_one(Person, "nora"), [managing.Held("mesa_tecnica_de_genero", "GOB")], {"GOB"}
        )
    office.give_password("nora")

    # Then they open the plan, diagrams may name it, and its page says what it may
    office.visitor("nora").open("/plan/?plan=PES-GOB")
    with office.application.database.reading() as session:
        groups = office.application.engine.groups
        assert groups.roles(session)["mesa_tecnica_de_genero"] == "Mesa técnica de género"
        assert groups.resolve(session, "mesa_tecnica_de_genero", {}, "GOB") == "mesa_tecnica_de_genero@GOB"
    visitor.open("/personas/roles/mesa_tecnica_de_genero")
    assert "Nora" in visitor.text() and "plan: páginas, cifras" in visitor.text()


def test_an_added_role_is_called_otherwise_and_withdrawn_once_nobody_holds_it(office: Site) -> None:
    # Given an added role that somebody holds
    visitor, page = office.visitor("admin"), "/personas/roles/mesa_de_mujeres"
    visitor.open("/personas/roles/")
    visitor.press("/personas/roles/", nombre="Mesa de mujeres", ambito="sector", parecido="profesional_sectorial")
    with office.application.database.unit_of_work() as session:
        session.add(PersonRole(username="sruiz", role_id="mesa_de_mujeres", sector_code="GOB"))

    # When it is renamed, and withdrawn too early
    visitor.open(page)
    visitor.press(page, nombre="Mesa de género")
    assert visitor.heading() == "Mesa de género"
    visitor.press(page, status=422, retirar="1")
    assert "Lo tiene 1 persona" in visitor.text()

    # Then it goes once it is free, and no diagram may name it
    with office.application.database.unit_of_work() as session:
        session.execute(sa.delete(PersonRole).where(PersonRole.role_id == "mesa_de_mujeres"))
    visitor.open(page)
    visitor.press(page, retirar="1")
    with office.application.database.reading() as session:
        assert "mesa_de_mujeres" not in office.application.engine.groups.roles(session)
    visitor.open(page, status=404)


def test_a_task_for_an_added_role_of_an_entity_needs_an_entity_before_it_is_published(office: Site) -> None:
    with office.application.database.unit_of_work() as session:
        adding.add(session, "Veeduría de la entidad", "entidad", "GOB", "equipo_tecnico")
    drawn = process(
        "tramite", start(), user("revisar", role="veeduria_de_la_entidad"), end(), chain("inicio", "revisar", "fin")
    )

    with office.application.database.reading() as session:
        diagram = read_diagram(drawn)
        found = lint(drawn, known_names(session, office.application.engine, [diagram]))

    assert any("entidad" in one.message and one.severity == "error" and one.element == "revisar" for one in found)


def test_a_role_that_a_process_names_is_not_withdrawn_and_one_that_comes_with_cauce_never(office: Site) -> None:
    visitor = office.visitor("admin")
    visitor.open("/personas/roles/coordinador_pes")
    assert "Retirar el rol" not in visitor.text()

    with office.application.database.reading() as session:
        assert adding.named_by(session, "coordinador_pes")
        assert adding.named_by(session, "nadie_lo_nombra") == []
        with pytest.raises(Refused):
            adding.withdraw(session, "coordinador_pes")


def test_what_a_person_may_do_is_told_by_sector(office: Site) -> None:
    visitor = office.visitor("admin")

    visitor.open("/personas/amartinez/puede")

    assert "tarea: reasignar" in visitor.text() and "libro del plan: cargar" in visitor.text()


def test_ones_own_address_changes_once_the_new_one_confirms_it_and_the_old_one_is_told(office: Site) -> None:
    # Given somebody who asks for another address
    visitor = office.visitor("sruiz")
    visitor.open("/cuenta")
    visitor.press("/cuenta/correo", correo="sandra@idpac.gov.co")
    with office.application.database.reading() as session:
        assert session.get_one(Person, "sruiz").email == "sruiz@demo.example"
        (mail,) = session.scalars(sa.select(OutboxMessage))
        assert mail.address == "sandra@idpac.gov.co" and mail.is_private
        link = re.search(r"http://127.0.0.1:8000(/cuenta/correo/\S+)", mail.text)
    assert link

    # When they open the link, in any browser, and confirm
    anywhere = office.visitor()
    anywhere.open(link[1])
    anywhere.press(link[1])

    # Then it counts, both addresses were told, and the link serves no more
    with office.application.database.reading() as session:
        assert session.get_one(Person, "sruiz").email == "sandra@idpac.gov.co"
        told = sa.select(OutboxMessage.address).where(OutboxMessage.kind == "cuenta")
        assert set(session.scalars(told)) == {"sruiz@demo.example", "sandra@idpac.gov.co"}
    anywhere.open(link[1], 410)


@pytest.mark.parametrize("address", ["no", "cvega@demo.example"])
def test_an_address_that_is_none_or_somebody_elses_is_refused(office: Site, address: str) -> None:
    visitor = office.visitor("sruiz")
    visitor.open("/cuenta")

    visitor.press("/cuenta/correo", 409, correo=address)

    with office.application.database.reading() as session:
        assert not session.scalars(sa.select(OutboxMessage)).all()
