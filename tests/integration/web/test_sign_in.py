"""Signing in and out, and what sessions and attempts may do."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from argon2 import Type, extract_parameters

from tests.integration.web.conftest import WITH_PASSWORD
from tests.support.plan import demo_data
from tests.support.web import PASSWORD, Site
from web.app import create_app
from web.auth import attempts
from web.auth.models import Credential, WebSession
from web.bootstrap import assemble
from workflows.people.models import Person

MEMORY_KIB, PASSES = 19_456, 2
"""The least that OWASP advises for argon2id."""


def test_the_right_password_opens_the_inbox(office: Site) -> None:
    visitor = office.visitor()

    visitor.sign_in("sruiz")

    assert visitor.address == "/bandeja"
    assert "Sandra Ruiz" in visitor.text()


def test_a_wrong_password_and_an_unknown_person_are_told_the_same(office: Site) -> None:
    visitor = office.visitor()

    visitor.sign_in("sruiz", "otra cosa", status=422)
    wrong = visitor.page().xpath("string(//p[@role='alert'])")
    visitor.sign_in("nadie", PASSWORD, status=422)

    assert wrong == visitor.page().xpath("string(//p[@role='alert'])")
    assert "no coinciden" in wrong


def test_nobody_has_a_password_until_one_is_chosen(office: Site) -> None:
    office.visitor().sign_in("cvega", "", status=422)


def test_every_sign_in_has_a_session_of_its_own_and_signing_out_ends_it_on_the_server(office: Site) -> None:
    first, second = office.visitor("sruiz"), office.visitor("sruiz")
    stolen = first.client.get_cookie("cauce")
    assert stolen is not None and stolen.value != second.client.get_cookie("cauce").value  # type: ignore[union-attr]

    first.open("/cuenta")
    first.press("/salir")
    thief = office.visitor()
    thief.client.set_cookie("cauce", stolen.value)
    thief.open("/bandeja")
    second.open("/bandeja")

    assert thief.heading() == "Ingresar"
    assert second.address == "/bandeja"


def test_a_token_known_before_the_sign_in_is_worth_nothing_after_it(office: Site) -> None:
    visitor = office.visitor()
    visitor.open("/ingresar")
    before = dict(visitor.fields("/ingresar"))["csrf_token"]

    visitor.sign_in("sruiz")
    answer = visitor.client.post("/salir", data={"csrf_token": before}, headers={"Origin": "http://malo.example"})

    assert answer.status_code == 400


def test_a_session_ends_after_eight_hours_without_use(office: Site) -> None:
    idle, busy = office.visitor("sruiz"), office.visitor("rmora")

    for _ in range(3):
        office.clock.advance(dt.timedelta(hours=3))
        busy.open("/bandeja")
    idle.open("/bandeja")

    assert busy.address == "/bandeja"
    assert idle.heading() == "Ingresar"


def test_a_new_password_ends_the_other_sessions(office: Site) -> None:
    here, elsewhere = office.visitor("sruiz"), office.visitor("sruiz")

    here.open("/cuenta")
    here.press("/cuenta/clave", current=PASSWORD, password="otra frase más larga", again="otra frase más larga")
    elsewhere.open("/bandeja")

    assert here.address == "/cuenta"
    assert elsewhere.heading() == "Ingresar"
    office.visitor().sign_in("sruiz", "otra frase más larga")


def test_a_weak_password_is_refused_with_what_to_write(office: Site) -> None:
    visitor = office.visitor("sruiz")
    visitor.open("/cuenta")

    visitor.press("/cuenta/clave", 422, current=PASSWORD, password="corta", again="corta")

    assert "al menos 12 caracteres" in visitor.text()


def test_a_deactivated_person_is_out_at_once(office: Site) -> None:
    visitor = office.visitor("sruiz")

    with office.application.database.unit_of_work() as session:
        session.get_one(Person, "sruiz").active = False
    visitor.open("/bandeja")

    assert visitor.heading() == "Ingresar"
    office.visitor().sign_in("sruiz", status=422)


def test_guessing_is_stopped_whatever_the_process_and_forgiven_after_a_while(office: Site) -> None:
    again = assemble(office.application.config, clock=office.clock)
    processes = [office.app, create_app(again)]

    statuses = []
    for number in range(attempts.PER_PERSON + 2):
        client = processes[number % 2].test_client()
        page = client.get("/ingresar").text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        form = {"csrf_token": token, "username": "sruiz", "password": f"intento {number}"}
        statuses.append(client.post("/ingresar", data=form).status_code)
    office.visitor().sign_in("sruiz", status=429)
    office.clock.advance(attempts.WINDOW + dt.timedelta(seconds=1))

    assert statuses == [422] * attempts.PER_PERSON + [429] * 2
    office.visitor().sign_in("sruiz")
    again.database.dispose()


def test_a_sign_in_forgets_the_failures_before_it(office: Site) -> None:
    for _ in range(3):
        for _ in range(attempts.PER_PERSON - 1):
            office.visitor().sign_in("sruiz", "otra cosa", status=422)
        office.visitor().sign_in("sruiz")


def test_one_address_may_not_try_everybody(office: Site) -> None:
    people = sorted({one.username for one in demo_data().people} - {"sruiz"})
    office.give_password(*(set(people) - WITH_PASSWORD))
    for number in range(attempts.PER_ADDRESS):
        office.visitor().sign_in(people[number % len(people)], "x", status=422)

    office.visitor().sign_in("sruiz", status=429)


def test_only_the_digest_of_a_session_is_kept(office: Site) -> None:
    visitor = office.visitor("sruiz")
    with visitor.client.session_transaction() as browser_session:
        token = browser_session["_user_id"]

    with office.application.database.reading() as session:
        kept = session.scalars(sa.select(WebSession.token_sha256)).all()

    assert token not in kept and len(kept) == 1


def test_in_the_demo_one_click_makes_another_person(site: Site) -> None:
    visitor = site.visitor("sruiz")
    assert "Sandra Ruiz · IDPAC" in visitor.text()

    visitor.become("amartinez")

    assert "Ana Martínez · SDG" in visitor.text()


def test_a_link_lets_a_person_choose_a_password_once(office: Site) -> None:
    administrator, carlos = office.visitor("admin"), office.visitor()
    administrator.open("/personas/cvega")
    administrator.press("/personas/cvega/enlace")
    (address,) = administrator.page().xpath("//input[@readonly]/@value")
    path = address.removeprefix(office.application.config.base_url)

    carlos.open(path)
    (token,) = carlos.page().xpath("//input[@name='csrf_token']/@value")
    fields = [("csrf_token", token), ("password", "mi propia frase"), ("again", "mi propia frase")]
    carlos.send(path, fields)

    carlos.sign_in("cvega", "mi propia frase")
    assert carlos.address == "/bandeja"
    with office.application.database.reading() as session:
        kept = extract_parameters(session.get_one(Credential, "cvega").password_hash)
    assert kept.type is Type.ID
    assert kept.memory_cost >= MEMORY_KIB and kept.time_cost >= PASSES
    office.visitor().open(path, status=410)


def test_an_administrator_gives_roles_but_cannot_lock_themselves_out(office: Site) -> None:
    administrator = office.visitor("admin")
    administrator.open("/personas/sruiz")

    administrator.press("/personas/sruiz/roles", rol="comunicaciones")
    assert "quedaron guardados" in administrator.text()
    administrator.open("/personas/admin")
    administrator.press("/personas/admin/roles", 409, rol="comunicaciones")

    with office.application.database.reading() as session:
        assert [held.role_id for held in session.get_one(Person, "sruiz").roles] == ["comunicaciones"]
        assert [held.role_id for held in session.get_one(Person, "admin").roles] == ["administrador"]
