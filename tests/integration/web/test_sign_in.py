"""Signing in and out, and what sessions and attempts may do."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from argon2 import Type, extract_parameters
from flask import Flask

from notifications import outbox
from notifications.mail import FolderSender
from notifications.models import OutboxMessage
from tests.support.web import PASSWORD, Site
from web.app import create_app
from web.auth import attempts
from web.auth.models import Credential, SignInAttempt, WebSession
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


def test_signing_out_clears_what_the_browser_kept_of_pages(office: Site) -> None:
    visitor = office.visitor("sruiz")
    visitor.open("/cuenta")

    answer = visitor.client.post("/salir", headers={"Origin": "http://localhost"}, data=dict(visitor.fields("/salir")))

    assert answer.status_code == 303 and answer.headers["Clear-Site-Data"] == '"cache"'


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


def test_a_session_ends_after_a_day_of_work_however_busy(office: Site) -> None:
    busy = office.visitor("sruiz")

    for _ in range(7):
        office.clock.advance(dt.timedelta(hours=2))
        busy.open("/bandeja")
    assert busy.address == "/bandeja"
    office.clock.advance(dt.timedelta(minutes=1))
    busy.open("/bandeja")

    assert busy.heading() == "Ingresar"


def test_one_sees_where_one_is_signed_in_and_closes_it_from_elsewhere(office: Site) -> None:
    here, there = office.visitor("sruiz"), office.visitor()
    there.client.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/141.0"
    there.sign_in("sruiz")
    another = office.visitor("rmora")

    here.open("/cuenta")
    assert "Firefox en Windows" in here.text()
    token = dict(here.fields("/salir"))["csrf_token"]
    here.send("/cuenta/sesiones/cerrar", [("csrf_token", token)])
    there.open("/bandeja")
    another.open("/bandeja")

    assert here.address == "/cuenta" and there.heading() == "Ingresar" and another.address == "/bandeja"


def test_nobody_closes_the_session_of_somebody_else(office: Site) -> None:
    sandra, ricardo = office.visitor("sruiz"), office.visitor("rmora")
    with office.application.database.reading() as session:
        (his,) = session.scalars(sa.select(WebSession.token_sha256).where(WebSession.username == "rmora"))

    sandra.open("/cuenta")
    token = dict(sandra.fields("/salir"))["csrf_token"]
    sandra.send("/cuenta/sesiones/cerrar", [("csrf_token", token), ("cual", his)])
    ricardo.open("/bandeja")

    assert ricardo.address == "/bandeja"


def test_a_new_password_ends_the_other_sessions(office: Site) -> None:
    here, elsewhere = office.visitor("sruiz"), office.visitor("sruiz")

    here.open("/cuenta")
    here.press("/cuenta/clave", current=PASSWORD, password="otra frase más larga", again="otra frase más larga")
    elsewhere.open("/bandeja")

    assert here.address == "/cuenta"
    assert elsewhere.heading() == "Ingresar"
    office.visitor().sign_in("sruiz", "otra frase más larga")


def test_a_password_of_a_breach_is_not_taken(make_site: Callable[..., Site], tmp_path: Path) -> None:
    leaked, other = "un río lento de montaña", "otra frase que nadie vio"
    known = tmp_path / "sha1.txt"
    known.write_text(f"{hashlib.sha1(leaked.encode()).hexdigest()}:3\n", encoding="ascii")
    site = make_site(demo=False, breached=known)
    site.give_password("sruiz")
    visitor = site.visitor("sruiz")
    visitor.open("/cuenta")

    visitor.press("/cuenta/clave", 422, current=PASSWORD, password=leaked, again=leaked)
    told = visitor.text()
    visitor.open("/cuenta")
    visitor.press("/cuenta/clave", current=PASSWORD, password=other, again=other)

    assert "Esa contraseña ya se filtró de otro sitio" in told
    assert "Su contraseña cambió" in visitor.text()


def test_a_weak_password_is_refused_with_what_to_write(office: Site) -> None:
    visitor = office.visitor("sruiz")
    visitor.open("/cuenta")

    visitor.press("/cuenta/clave", 422, current=PASSWORD, password="corta", again="corta")

    assert "al menos 12 caracteres" in visitor.text()


@pytest.mark.parametrize(
    "guessable", ["planeacion2026", "Contraseña123", "qwertyuiopas", "SandraRuiz2026", "bogota2026bogota"]
)
def test_a_password_that_is_tried_first_is_refused(office: Site, guessable: str) -> None:
    visitor = office.visitor("sruiz")
    visitor.open("/cuenta")

    visitor.press("/cuenta/clave", 422, current=PASSWORD, password=guessable, again=guessable)

    assert "cuatro palabras" in visitor.text()


def _link_in_mail(office: Site, username: str) -> str:
    with office.application.database.reading() as session:
        mail = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.recipient == username)).one()
    assert mail.kind == "enlace_de_acceso"
    (link,) = re.findall(r"http\S+", mail.text)
    return str(link).removeprefix(office.application.config.base_url)


def test_who_forgot_the_password_gets_a_link_by_mail_that_serves_once(office: Site) -> None:
    carlos = office.visitor()
    carlos.open("/olvide")

    carlos.press("/olvide", username="cvega")
    path = _link_in_mail(office, "cvega")
    carlos.open(path)
    (token,) = carlos.page().xpath("//input[@name='csrf_token']/@value")
    new = "cuatro nubes sobre chapinero"
    carlos.send(path, [("csrf_token", token), ("password", new), ("again", new)])

    carlos.sign_in("cvega", new)
    assert carlos.address == "/bandeja"
    office.visitor().open(path, status=410)


def test_whether_there_is_such_a_person_is_told_to_nobody(office: Site) -> None:
    told = []
    for username in ("cvega", "nadie"):
        visitor = office.visitor()
        visitor.open("/olvide")
        visitor.press("/olvide", username=username)
        told.append(visitor.text())

    assert told[0] == told[1]
    with office.application.database.reading() as session:
        assert session.scalars(sa.select(OutboxMessage.recipient)).all() == ["cvega"]


def test_a_mailbox_is_not_flooded_with_links(office: Site) -> None:
    visitor = office.visitor()
    for _ in range(attempts.FREE):
        visitor.open("/olvide")
        visitor.press("/olvide", username="cvega")
        office.clock.advance(dt.timedelta(microseconds=1))

    visitor.open("/olvide")
    visitor.press("/olvide", 429, username="cvega")


def test_nobody_reads_the_link_of_somebody_else_and_none_is_kept_once_it_left(office: Site, tmp_path: Path) -> None:
    visitor, coordinator = office.visitor(), office.visitor("amartinez")
    visitor.open("/olvide")
    visitor.press("/olvide", username="cvega")
    path = _link_in_mail(office, "cvega")
    with office.application.database.reading() as session:
        mail_id = session.scalars(sa.select(OutboxMessage.id)).one()

    coordinator.open(f"/correos/{mail_id}")
    assert path not in coordinator.text() and "enlace personal" in coordinator.text()
    database, mails = office.application.database, tmp_path / "salidos"
    outbox.deliver_due(database, office.clock, FolderSender(mails), sent_from="Cauce <c@localhost>")

    with database.reading() as session:
        kept = session.get_one(OutboxMessage, mail_id)
        assert (kept.state, kept.text, kept.html) == ("enviado", "", "")
    (sent,) = mails.glob("*.eml")
    letter = message_from_bytes(sent.read_bytes(), policy=policy.default)
    body = letter.get_body(("plain",))
    assert body is not None and path in body.get_content()


@pytest.mark.parametrize(
    ("action", "changed", "told"),
    [
        ("roles", {"rol": ["comunicaciones", "", "", ""]}, "cambiaron sus roles"),
        ("enlace", {}, "se hizo un enlace"),
        ("correo", {"correo": "otra@idpac.gov.co"}, "se pidió que su correo sea otra@idpac.gov.co"),
    ],
)
def test_a_person_is_told_what_others_change_in_their_account(
    office: Site, action: str, changed: dict[str, Any], told: str
) -> None:
    administrator = office.visitor("admin")
    with office.application.database.reading() as session:
        before = session.get_one(Person, "cvega").email

    administrator.open("/personas/cvega")
    administrator.press(f"/personas/cvega/{action}", **changed)

    with office.application.database.reading() as session:
        mails = session.scalars(sa.select(OutboxMessage).where(OutboxMessage.recipient == "cvega")).all()
    assert {before, changed.get("correo", before)} == {mail.address for mail in mails}
    assert all("(administración)" in mail.text for mail in mails)
    assert all(told in mail.text for mail in mails if mail.address == before)


def test_a_deactivated_person_is_out_at_once(office: Site) -> None:
    visitor = office.visitor("sruiz")

    with office.application.database.unit_of_work() as session:
        session.get_one(Person, "sruiz").active = False
    visitor.open("/bandeja")

    assert visitor.heading() == "Ingresar"
    office.visitor().sign_in("sruiz", status=422)


def _tried(
    office: Site, username: str, network: str, password: str = "otra cosa", app: Flask | None = None, told: str = ""
) -> int:
    """The status of one try from a browser that nobody knows; `told` is what stands in `X-Forwarded-For`."""
    client, origin = (app or office.app).test_client(), {"REMOTE_ADDR": network}
    if told:
        origin["HTTP_X_FORWARDED_FOR"] = told
    page = client.get("/ingresar", environ_base=origin).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "username": username, "password": password}
    return client.post("/ingresar", data=form, environ_base=origin).status_code


def test_who_guesses_waits_whatever_the_process_and_is_heard_again_afterwards(office: Site) -> None:
    again = assemble(office.application.config, clock=office.clock)
    processes = [office.app, create_app(again)]

    statuses = [_tried(office, "sruiz", "10.0.0.1", app=processes[n % 2]) for n in range(attempts.FREE + 2)]
    office.clock.advance(attempts.wait_after(attempts.FREE))
    heard = _tried(office, "sruiz", "10.0.0.1"), _tried(office, "sruiz", "10.0.0.1", PASSWORD)
    office.clock.advance(attempts.wait_after(attempts.FREE + 1))

    assert statuses == [422] * attempts.FREE + [429] * 2
    assert heard == (422, 429)
    assert _tried(office, "sruiz", "10.0.0.1", PASSWORD) == 303
    again.database.dispose()


def test_the_waits_double_up_to_a_quarter_of_an_hour() -> None:
    waits = [attempts.wait_after(failures).total_seconds() for failures in range(attempts.FREE, attempts.FREE + 12)]

    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]
    assert not attempts.wait_after(attempts.FREE - 1)


def test_a_wait_says_how_long_and_keeps_what_was_typed(office: Site) -> None:
    for _ in range(attempts.FREE + 3):
        office.clock.advance(dt.timedelta(seconds=10))
        office.visitor().sign_in("sruiz", "otra cosa", status=422)
    visitor = office.visitor()

    visitor.sign_in("sruiz", status=429)

    assert visitor.last is not None and visitor.last.headers["Retry-After"] == "16"
    assert "Espere 16 segundos" in visitor.text()
    assert dict(visitor.fields("/ingresar"))["username"] == "sruiz"


def test_nobody_is_kept_out_of_a_browser_they_use_by_somebody_who_guesses(office: Site) -> None:
    sandra = office.visitor("sruiz")
    sandra.open("/cuenta")
    sandra.press("/salir")

    for number in range(attempts.FREE_OF_STRANGERS + 2):
        _tried(office, "sruiz", f"10.0.{number}.1")

    assert _tried(office, "sruiz", "10.9.9.9", PASSWORD) == 429
    sandra.sign_in("sruiz")
    assert sandra.address == "/bandeja"


def test_an_address_that_changes_within_its_network_is_the_same(office: Site) -> None:
    statuses = [_tried(office, "sruiz", f"2001:db8:1:2::{n:x}") for n in range(1, attempts.FREE + 3)]

    assert statuses == [422] * attempts.FREE + [429] * 2
    assert _tried(office, "sruiz", "2001:db8:1:3::1") == 422


@pytest.mark.parametrize(
    ("proxies", "told"),
    [(0, "203.0.113.{n}"), (1, "203.0.113.{n}, 198.51.100.7"), (1, "198.51.100.7")],
    ids=["nobody is believed", "the own proxy alone is believed", "the proxy"],
)
def test_an_address_that_the_guesser_writes_himself_is_nobodys(
    make_site: Callable[..., Site], proxies: int, told: str
) -> None:
    site = make_site(demo=False, proxies=proxies)

    statuses = [_tried(site, "sruiz", "10.0.0.1", told=told.format(n=n)) for n in range(attempts.FREE + 1)]

    assert statuses == [422] * attempts.FREE + [429]


def test_behind_the_own_proxy_two_people_are_two(make_site: Callable[..., Site]) -> None:
    site = make_site(demo=False, proxies=1)

    statuses = [_tried(site, "sruiz", "10.0.0.1", told=f"203.0.{n}.1") for n in range(attempts.FREE + 1)]

    assert statuses == [422] * (attempts.FREE + 1)


def test_a_sign_in_forgets_the_failures_before_it(office: Site) -> None:
    for _ in range(3):
        for _ in range(attempts.FREE - 1):
            office.visitor().sign_in("sruiz", "otra cosa", status=422)
        office.visitor().sign_in("sruiz")


def test_one_network_may_not_try_everybody(office: Site) -> None:
    with office.application.database.unit_of_work() as session:
        now = office.clock.now()
        session.add_all(
            SignInAttempt(username=f"p{number}", address="10.0.0.1", at=now)
            for number in range(attempts.FREE_OF_NETWORK + 3)
        )

    assert _tried(office, "sruiz", "10.0.0.1", PASSWORD) == 429
    assert _tried(office, "sruiz", "10.0.0.2", PASSWORD) == 303


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
    fields = [("csrf_token", token), ("password", "mi propia frase larga"), ("again", "mi propia frase larga")]
    carlos.send(path, fields)

    carlos.sign_in("cvega", "mi propia frase larga")
    assert carlos.address == "/bandeja"
    with office.application.database.reading() as session:
        kept = extract_parameters(session.get_one(Credential, "cvega").password_hash)
    assert kept.type is Type.ID
    assert kept.memory_cost >= MEMORY_KIB and kept.time_cost >= PASSES
    office.visitor().open(path, status=410)


def test_an_administrator_gives_roles_but_cannot_lock_themselves_out(office: Site) -> None:
    administrator = office.visitor("admin")
    administrator.open("/personas/sruiz")

    administrator.press("/personas/sruiz/roles", rol=["comunicaciones", "", ""])
    assert "quedaron guardados" in administrator.text()
    administrator.open("/personas/admin")
    administrator.press("/personas/admin/roles", 409, rol=["comunicaciones", "", ""])

    with office.application.database.reading() as session:
        assert [held.role_id for held in session.get_one(Person, "sruiz").roles] == ["comunicaciones"]
        assert [held.role_id for held in session.get_one(Person, "admin").roles] == ["administrador"]
