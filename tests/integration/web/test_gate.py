"""What every request passes: declarations, tokens, headers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Response

from tests.support.web import PASSWORD, Site
from web.auth.access import declared
from web.security import allow_inline_styles

POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; "
POLICY += "object-src 'none'"


def test_every_route_declares_who_may_open_it(site: Site) -> None:
    undeclared = [
        rule.rule for rule in site.app.url_map.iter_rules() if not declared(site.app.view_functions[rule.endpoint])
    ]

    assert undeclared == []


def test_every_route_with_an_argument_says_what_it_is_of(site: Site) -> None:
    unsaid = [
        rule.rule
        for rule in site.app.url_map.iter_rules()
        if rule.arguments and declared(site.app.view_functions[rule.endpoint]).of is None  # type: ignore[union-attr]
    ]

    assert unsaid == []


def test_a_view_without_declaration_answers_nobody(make_site: Callable[..., Site]) -> None:
    site = make_site()
    site.app._got_first_request = False  # a route added for this test only
    site.app.add_url_rule("/olvidada", "olvidada", lambda: "secreto")

    page = site.visitor("admin").client.get("/olvidada")

    assert page.status_code == 404
    assert "secreto" not in page.text


def test_answers_carry_the_security_headers(office: Site) -> None:
    answer = office.visitor().client.get("/ingresar")

    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cache-Control"] == "no-store"


def test_inline_styles_are_allowed_only_where_a_view_asks_for_them(site: Site) -> None:
    from web.auth import ANYONE, allow

    @allow(ANYONE)
    def editor() -> Response:
        allow_inline_styles()
        return Response("x")

    site.app._got_first_request = False
    site.app.add_url_rule("/editor-de-prueba", "editor_de_prueba", editor)
    client = site.visitor().client

    assert "style-src 'self' 'unsafe-inline'" in client.get("/editor-de-prueba").headers["Content-Security-Policy"]
    assert "unsafe-inline" not in client.get("/ingresar").headers["Content-Security-Policy"]


def test_cookies_are_hidden_from_scripts_and_secure_over_https(make_site: Callable[..., Site]) -> None:
    plain = make_site(demo=False).visitor().client.get("/ingresar").headers["Set-Cookie"]
    secure = make_site(demo=False, base_url="https://cauce.gov.co").visitor().client.get("/ingresar")

    assert "HttpOnly" in plain and "SameSite=Lax" in plain and "Secure" not in plain
    assert "Secure" in secure.headers["Set-Cookie"]
    assert secure.headers["Strict-Transport-Security"]


def test_an_answer_that_comes_late_does_not_bring_back_the_cookie_of_before(make_site: Callable[..., Site]) -> None:
    # Given somebody who signs in with a password
    site = make_site(demo=False)
    site.give_password("sruiz")
    visitor = site.visitor()
    visitor.open("/ingresar")
    visitor.press("/ingresar", username="sruiz", password=PASSWORD)

    # When pictures, pages and what a page asks by itself are answered
    written = {}
    for address in ("/static/logo.svg", "/bandeja", "/cuenta", "/cuenta/segundo-paso"):
        with visitor.client.get(address) as answer:
            written[address] = (answer.status_code, answer.headers.get("Set-Cookie"))

    # Then none writes the cookie again, whichever comes last
    assert set(written.values()) == {(200, None)}


def test_a_form_without_token_is_refused(site: Site) -> None:
    sandra = site.visitor("sruiz")

    answer = sandra.client.post("/salir", headers={"Origin": "http://sitio.example"})

    assert answer.status_code == 400
    assert sandra.open("/bandeja") is not None
    assert sandra.address == "/bandeja"


def test_a_role_that_is_not_held_gives_403_with_what_to_do(site: Site) -> None:
    visitor = site.visitor("sruiz")

    visitor.open("/personas/", status=403)

    assert visitor.heading() == "No tiene permiso"
    assert "pídalo a la coordinación" in visitor.text()


def test_strangers_are_sent_to_sign_in_and_then_to_the_page_they_wanted(office: Site) -> None:
    visitor = office.visitor()

    visitor.open("/casos/?estado=")
    assert visitor.heading() == "Ingresar"
    visitor.press("/ingresar", username="sruiz", password="una frase que recuerdo")

    assert visitor.address == "/casos/"


def test_the_way_back_never_leads_to_another_site(office: Site) -> None:
    for target in ("https://malo.example/", "//malo.example", "/\\malo.example", "javascript:alert(1)"):
        visitor = office.visitor()
        visitor.open("/ingresar")
        visitor.press("/ingresar", sigue=target, username="sruiz", password="una frase que recuerdo")

        assert visitor.address == "/bandeja"


def test_programs_get_json(site: Site) -> None:
    client = site.visitor().client

    answer = client.get("/casos/", headers={"Accept": "application/json"})
    missing = client.get("/nada", headers={"Accept": "application/json"})

    assert answer.status_code == 401 and answer.json["mensaje"].startswith("Su sesión terminó")
    assert missing.status_code == 404 and missing.json["titulo"] == "No lo encontramos"


def test_an_unknown_page_says_so_in_spanish(site: Site) -> None:
    visitor = site.visitor()

    visitor.open("/no/existe", status=404)

    assert visitor.heading() == "No lo encontramos"


def test_the_demo_answers_only_to_names_of_this_machine(site: Site) -> None:
    client = site.visitor().client

    assert client.get("/ingresar", headers={"Host": "malo.example"}).status_code == 400


def test_the_demo_lets_nobody_in_from_another_machine(site: Site) -> None:
    elsewhere = {"REMOTE_ADDR": "203.0.113.7"}
    client = site.visitor().client

    page = client.get("/ingresar", environ_overrides=elsewhere)

    assert "¿Quién quiere ser?" not in page.text
    assert client.post("/demostracion/sruiz", environ_overrides=elsewhere).status_code == 404


def test_outside_the_demo_nobody_becomes_anybody(office: Site) -> None:
    assert office.visitor().client.post("/demostracion/sruiz").status_code == 404


def test_no_page_carries_scripts_or_styles_inside(site: Site) -> None:
    visitor = site.visitor("admin")

    for address in ("/bandeja", "/casos/", "/casos/1", "/cuenta", "/personas/", "/personas/sruiz", "/nada"):
        page = visitor.open(address, status=404 if address == "/nada" else 200)
        assert page.xpath("//*[@style] | //style | //script[not(@src)] | //*[@onclick]") == [], address


@pytest.mark.parametrize("address", ["/casos/?proceso=a%00b", "/portal/a%00b", "/archivos/1?x=%07", "/plan/a%00b"])
def test_an_address_with_a_letter_that_no_database_takes_is_refused(site: Site, address: str) -> None:
    answer = site.visitor("admin").client.get(address)

    assert answer.status_code in (404, 422)
    assert "Algo falló" not in answer.text


def test_no_route_answers_trace(site: Site) -> None:
    assert site.app.test_client().open("/ingresar", method="TRACE").status_code == 405
