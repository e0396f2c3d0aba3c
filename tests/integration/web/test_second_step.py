"""The second step of a sign-in: codes of an application, codes on paper, who is obliged, who is spared."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pyotp
import pytest
import sqlalchemy as sa

from notifications.models import OutboxMessage
from tests.support.web import PASSWORD, Site, Visitor
from web.auth import attempts
from web.auth.models import CodeApp, RecoveryCode, RememberedBrowser
from workflows.auditing.models import AuditEntry

PAGE = "/cuenta/segundo-paso"


def _code(site: Site, secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(for_time=site.clock.now(), counter_offset=steps)


def _activate(site: Site, visitor: Visitor) -> tuple[str, list[str]]:
    """Begin with an application; its secret and the codes for paper. The clock goes on by a minute."""
    visitor.open(PAGE)
    secret = "".join(visitor.page().xpath("string(//p[starts-with(., 'Secreto')]/code)").split())
    visitor.press(f"{PAGE}/aplicacion", codigo=_code(site, secret))
    printed = [str(code) for code in visitor.page().xpath("//li/code/text()")]
    site.clock.advance(dt.timedelta(minutes=1))
    return secret, printed


def _second(visitor: Visitor, code: str, status: int = 200, **more: str) -> None:
    visitor.press("/ingresar/segundo", status, codigo=code, **more)


def _mails(site: Site, username: str) -> list[str]:
    with site.application.database.reading() as session:
        found = session.scalars(sa.select(OutboxMessage.text).where(OutboxMessage.recipient == username)).all()
    return [" ".join(text.split()) for text in found]


def test_with_an_application_the_password_alone_opens_nothing(office: Site) -> None:
    secret, printed = _activate(office, office.visitor("sruiz"))
    visitor = office.visitor()

    visitor.open("/casos/?estado=")
    visitor.press("/ingresar", username="sruiz", password=PASSWORD)
    assert visitor.heading() == "Segundo paso"
    token = dict(visitor.fields("/ingresar/segundo"))
    visitor.open("/bandeja")
    assert visitor.heading() == "Ingresar"
    visitor.send("/ingresar/segundo", [*token.items(), ("codigo", _code(office, secret))])

    assert visitor.address == "/casos/"
    assert len(printed) == 10 and all(re.fullmatch(r"(\w{4}-){5}\w{4}", code) for code in printed)
    assert any("el segundo paso al ingresar puede ser una aplicación" in text for text in _mails(office, "sruiz"))


def test_a_code_serves_once_and_only_about_its_half_minute(office: Site) -> None:
    secret, _ = _activate(office, office.visitor("sruiz"))
    seen = _code(office, secret)
    visitor = office.visitor()
    visitor.sign_in("sruiz")
    _second(visitor, f" {seen[:3]} {seen[3:]} ")
    assert visitor.address == "/bandeja"

    thief = office.visitor()
    thief.sign_in("sruiz")
    for code in (seen, _code(office, secret, -1), _code(office, secret, 3), _code(office, secret, -3), "12345"):
        _second(thief, code, 422)

    assert thief.heading() == "Segundo paso" and "cada uno sirve una vez" in thief.text()


def test_a_code_on_paper_serves_once_however_it_is_typed_and_is_told(office: Site) -> None:
    _, printed = _activate(office, office.visitor("sruiz"))
    one, two = office.visitor(), office.visitor()
    one.sign_in("sruiz")
    _second(one, printed[3].upper().replace("-", " "))
    assert one.address == "/bandeja"

    two.sign_in("sruiz")
    _second(two, printed[3], 422)

    assert any("se ingresó con un código de papel" in text for text in _mails(office, "sruiz"))
    with office.application.database.reading() as session:
        kept = session.scalars(sa.select(RecoveryCode.code_sha256)).all()
        sealed = session.get_one(CodeApp, "sruiz").sealed
    assert len(kept) == 9 and not {code.replace("-", "") for code in printed} & set(kept)
    assert sealed.startswith("gAAAA")


def test_who_guesses_codes_waits_and_the_person_is_told_that_somebody_has_the_password(office: Site) -> None:
    secret, _ = _activate(office, office.visitor("sruiz"))
    thief = office.visitor()
    thief.sign_in("sruiz")

    for _ in range(attempts.FREE):
        _second(thief, "000000", 422)
    _second(thief, "000000", 429)

    assert thief.last is not None and thief.last.headers["Retry-After"] == "2"
    assert sum("códigos equivocados después de una contraseña correcta" in one for one in _mails(office, "sruiz")) == 1
    office.clock.advance(dt.timedelta(minutes=2))
    _second(thief, _code(office, secret))
    assert thief.address == "/bandeja"


def test_a_browser_is_spared_for_so_many_days_and_only_for_that_person(make_site: Callable[..., Site]) -> None:
    site = make_site(demo=False, second_factor_days=7)
    site.give_password("sruiz", "rmora")
    here = site.visitor("sruiz")
    secret, _ = _activate(site, here)
    _activate(site, site.visitor("rmora"))
    here.open("/cuenta")
    here.press("/salir")
    here.sign_in("sruiz")
    assert "durante 7 días" in here.text()
    _second(here, _code(site, secret), recordar="1")
    here.open("/cuenta")
    here.press("/salir")

    here.sign_in("sruiz")
    assert here.address == "/bandeja"
    here.open("/cuenta")
    here.press("/salir")
    here.sign_in("rmora")
    assert here.heading() == "Segundo paso"
    site.clock.advance(dt.timedelta(days=7, minutes=1))
    here.sign_in("sruiz")
    assert here.heading() == "Segundo paso"


@pytest.mark.parametrize("how", ["clave", "equipos"])
def test_a_new_password_or_a_wish_lets_no_browser_be_spared(office: Site, how: str) -> None:
    here, there = office.visitor("sruiz"), office.visitor()
    secret, _ = _activate(office, here)
    there.sign_in("sruiz")
    _second(there, _code(office, secret), recordar="1")
    password = PASSWORD

    if how == "clave":
        password = "cuatro nubes sobre chapinero"
        here.open("/cuenta")
        here.press("/cuenta/clave", current=PASSWORD, password=password, again=password)
    else:
        here.open(PAGE)
        here.press(f"{PAGE}/equipos")
    there.open("/ingresar")
    if there.heading() != "Ingresar":
        there.open("/cuenta")
        there.press("/salir")
    there.sign_in("sruiz", password)

    assert there.heading() == "Segundo paso"
    with office.application.database.reading() as session:
        assert not session.scalars(sa.select(RememberedBrowser.username)).all()


def test_the_page_of_the_second_step_serves_ten_minutes_and_one_password(
    office: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, _ = _activate(office, office.visitor("sruiz"))
    slow, here = office.visitor(), office.visitor()
    for visitor in (slow, here):
        visitor.sign_in("sruiz")
    old = slow.fields("/ingresar/segundo")
    _second(here, _code(office, secret))
    here.open("/cuenta")
    new = "cuatro nubes sobre chapinero"
    here.press("/cuenta/clave", current=PASSWORD, password=new, again=new)
    office.clock.advance(dt.timedelta(minutes=1))

    slow.send("/ingresar/segundo", [*old, ("codigo", _code(office, secret))], 422)
    assert slow.heading() == "Ingresar"
    slow.sign_in("sruiz", new)
    monkeypatch.setattr("web.auth.entering.BETWEEN_STEPS_S", -1)
    _second(slow, _code(office, secret), 422)

    assert "más de diez minutos" in slow.text()


def test_who_must_use_two_steps_gets_no_further_than_beginning_with_it(make_site: Callable[..., Site]) -> None:
    site = make_site(demo=False, second_factor=frozenset({"administrador"}))
    site.give_password("admin", "sruiz")
    administrator = site.visitor("admin")

    assert administrator.address == PAGE and "se ingresa en dos pasos" in administrator.text()
    for path in ("/bandeja", "/personas/", "/cuenta"):
        administrator.open(path)
        assert administrator.address == PAGE
    (token,) = set(administrator.page().xpath("//input[@name='csrf_token']/@value"))
    administrator.send("/personas/sruiz/correo", [("csrf_token", token), ("correo", "x@y.gov.co")], 403)
    assert dict(administrator.fields("/personas/sruiz/correo"))["correo"] == "x@y.gov.co"
    _activate(site, administrator)
    administrator.open("/personas/")

    assert administrator.address == "/personas/"
    assert site.visitor("sruiz").address == "/bandeja"


def test_a_role_that_obliges_to_two_steps_does_so_at_once(make_site: Callable[..., Site]) -> None:
    # Given somebody at work whose role does not oblige them, and who administers
    site = make_site(demo=False, second_factor=frozenset({"lider_proceso"}))
    site.give_password("admin", "sruiz")
    working, administrator = site.visitor("sruiz"), site.visitor("admin")
    administrator.open("/personas/sruiz")
    fields = [(name, value) for name, value in administrator.fields("/personas/sruiz/roles")]

    # When they are given a role that does
    blank = max(place for place, (name, value) in enumerate(fields) if (name, value) == ("rol", ""))
    fields[blank] = ("rol", "lider_proceso")
    administrator.send("/personas/sruiz/roles", fields)
    working.open("/bandeja")

    # Then their open session leads to the second step, and nobody else's does
    assert working.address == PAGE
    administrator.open("/personas/sruiz")
    assert administrator.address == "/personas/sruiz"


def test_who_must_use_two_steps_does_not_take_the_last_away(make_site: Callable[..., Site]) -> None:
    site = make_site(demo=False, second_factor=frozenset({"todos"}))
    site.give_password("sruiz")
    sandra = site.visitor("sruiz")
    _activate(site, sandra)

    sandra.open(PAGE)
    sandra.press(f"{PAGE}/aplicacion/quitar", 422)

    assert "agregue otro antes" in sandra.text()
    sandra.open(PAGE)
    assert "Activada desde" in sandra.text()


def test_without_the_last_way_nothing_of_it_is_left(office: Site) -> None:
    sandra = office.visitor("sruiz")
    _activate(office, sandra)

    sandra.open(PAGE)
    sandra.press(f"{PAGE}/aplicacion/quitar")

    with office.application.database.reading() as session:
        assert not session.scalars(sa.select(RecoveryCode.username)).all()
    assert office.visitor("sruiz").address == "/bandeja"
    assert any("ya no es una aplicación" in text for text in _mails(office, "sruiz"))


def test_who_finds_a_browser_open_changes_nothing_without_the_password(office: Site) -> None:
    sandra = office.visitor("sruiz")
    _activate(office, sandra)
    office.clock.advance(dt.timedelta(minutes=10))

    sandra.open(PAGE)
    for act in ("aplicacion/quitar", "codigos"):
        sandra.press(f"{PAGE}/{act}", 422, current="otra cosa")
        assert "No se cambió nada" in sandra.text()
    sandra.press(f"{PAGE}/aplicacion/quitar", current=PASSWORD)

    assert "un solo paso" in sandra.text()


def test_new_codes_for_paper_end_those_before(office: Site) -> None:
    sandra = office.visitor("sruiz")
    _, before = _activate(office, sandra)
    sandra.open(PAGE)
    sandra.press(f"{PAGE}/codigos")
    after = [str(code) for code in sandra.page().xpath("//li/code/text()")]

    visitor = office.visitor()
    visitor.sign_in("sruiz")
    _second(visitor, before[0], 422)
    _second(visitor, after[0])

    assert visitor.address == "/bandeja"


def test_the_secret_of_one_person_begins_nothing_for_another(office: Site) -> None:
    sandra, ricardo = office.visitor("sruiz"), office.visitor("rmora")
    sandra.open(PAGE)
    hers = dict(sandra.fields(f"{PAGE}/aplicacion"))["secreto"]
    secret = "".join(sandra.page().xpath("string(//p[starts-with(., 'Secreto')]/code)").split())

    ricardo.open(PAGE)
    ricardo.press(f"{PAGE}/aplicacion", 422, secreto=hers, codigo=_code(office, secret))

    with office.application.database.reading() as session:
        assert session.get(CodeApp, "rmora") is None


def test_a_wrong_first_code_keeps_the_secret_that_was_drawn(office: Site) -> None:
    sandra = office.visitor("sruiz")
    sandra.open(PAGE)
    drawn = sandra.page().xpath("string(//p[starts-with(., 'Secreto')]/code)")

    sandra.press(f"{PAGE}/aplicacion", 422, codigo="000000")

    assert sandra.page().xpath("string(//p[starts-with(., 'Secreto')]/code)") == drawn


def test_an_administrator_takes_the_second_step_away_and_it_is_told_and_written_down(office: Site) -> None:
    sandra, administrator = office.visitor("sruiz"), office.visitor("admin")
    _activate(office, sandra)

    administrator.open("/personas/sruiz")
    administrator.press("/personas/sruiz/segundo-paso/quitar")
    sandra.open("/bandeja")

    assert sandra.heading() == "Ingresar"
    sandra.sign_in("sruiz")
    assert sandra.address == "/bandeja"
    assert any("se quitó el segundo paso" in text for text in _mails(office, "sruiz"))
    with office.application.database.reading() as session:
        entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "quitar_segundo_paso")).one()
    assert (entry.actor_id, entry.object_id) == ("admin", "sruiz")


def test_what_was_typed_waits_through_both_steps(office: Site) -> None:
    secret, _ = _activate(office, office.visitor("sruiz"))
    visitor = office.visitor()
    visitor.send("/cuenta/sesiones/cerrar", [("cual", "tecleado")], 401)

    visitor.press("/ingresar", username="sruiz", password=PASSWORD)
    _second(visitor, "000000", 422)
    _second(visitor, _code(office, secret))

    assert dict(visitor.fields("/cuenta/sesiones/cerrar"))["cual"] == "tecleado"


def test_a_forged_or_foreign_first_step_is_none(office: Site, make_site: Callable[..., Site]) -> None:
    secret, _ = _activate(office, office.visitor("sruiz"))
    visitor = office.visitor()
    visitor.sign_in("sruiz")
    right = dict(visitor.fields("/ingresar/segundo"))
    drawn = dict(office.visitor("rmora").open(PAGE).xpath("//form")[0].form_values())

    for forged in ("", right["paso"][:-2] + "AA", drawn.get("secreto", "x")):
        fields = {**right, "paso": forged, "codigo": _code(office, secret)}
        visitor.send("/ingresar/segundo", list(fields.items()), 422)
        assert visitor.heading() == "Ingresar"


def test_in_the_demo_there_is_no_second_step(site: Site) -> None:
    sandra = site.visitor("sruiz")

    sandra.open(PAGE, 404)
    assert site.visitor().client.get("/ingresar/llave").status_code == 404
