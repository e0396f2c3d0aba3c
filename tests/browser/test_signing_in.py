"""Signing in as a person does: through a provider, in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, CDPSession, Page, expect
from werkzeug.serving import make_server

from tests.browser.conftest import WHAT_IS_WRONG
from tests.support.provider import running_provider
from tests.support.remote import free_port
from tests.support.web import PASSWORD, Site, open_site
from web.auth.models import Passkey
from workflows.people.models import Person

pytestmark = pytest.mark.browser


@pytest.fixture
def serve(template: Path, tmp_path: Path) -> Iterator[Callable[..., tuple[str, Site]]]:
    """Serve an installation with passwords; its address and the site."""
    ended: list[Callable[[], None]] = []

    def begin(**settings: object) -> tuple[str, Site]:
        port = free_port()
        address = f"http://localhost:{port}"
        site = open_site(template, tmp_path, demo=False, base_url=address, **settings)
        server = make_server("127.0.0.1", port, site.app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        ended.extend([server.shutdown, thread.join, server.server_close, site.application.database.dispose])
        return address, site

    yield begin
    for end in ended:
        end()


def test_a_person_signs_in_and_out_with_the_account_of_their_entity(
    serve: Callable[..., tuple[str, Site]], chromium: Browser
) -> None:
    with running_provider() as provider:
        address, site = serve(provider=provider.settings())
        with site.application.database.reading() as session:
            email = session.get_one(Person, "sruiz").email
        provider.knows("s-1", email=email, email_verified=True)
        complaints: list[str] = []
        page = chromium.new_context(base_url=address, locale="es-CO").new_page()
        page.on(
            "console", lambda said: said.type == "error" and complaints.append(f"{said.location['url']} {said.text}")
        )

        page.goto("/cuenta")
        page.get_by_role("link", name="Ingresar con la cuenta del Distrito").click()
        page.locator("input[name=sub]").fill("s-1")
        page.get_by_role("button", name="Authorize").click()

        expect(page).to_have_url(f"{address}/cuenta?")
        expect(page.get_by_text("Su cuenta está vinculada")).to_be_visible()
        page.get_by_role("button", name="Cerrar sesión").click()
        expect(page.get_by_role("heading", name="End Session")).to_be_visible()
        page.get_by_role("button", name="End session").click()
        expect(page.get_by_role("heading", name="Ingresar")).to_be_visible()
        page.goto("/bandeja")
        expect(page.get_by_role("heading", name="Ingresar")).to_be_visible()
        page.context.close()
        assert [said for said in complaints if said.startswith(address)] == []


def _with_authenticator(page: Page) -> tuple[CDPSession, str]:
    """Give the browser a device that makes passkeys and asks its owner's finger."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    kind |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": kind})
    return devtools, str(made["authenticatorId"])


def _violations(page: Page) -> list[str]:
    page.evaluate(Axe().axe_script)
    found: list[str] = page.evaluate(WHAT_IS_WRONG)
    return found


def _sign_out(page: Page) -> None:
    page.goto("/cuenta")
    page.get_by_role("button", name="Cerrar sesión").click()


def test_a_passkey_signs_in_alone_and_after_the_password_and_no_more_once_taken_away(
    serve: Callable[..., tuple[str, Site]], chromium: Browser
) -> None:
    address, site = serve()
    site.give_password("sruiz")
    complaints: list[str] = []
    page = chromium.new_context(base_url=address, locale="es-CO").new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    devtools, device = _with_authenticator(page)

    page.goto("/ingresar?sigue=/cuenta/segundo-paso")
    page.get_by_label("Usuario").fill("sruiz")
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Ingresar", exact=True).click()
    page.get_by_label("Cómo la llama").fill("Portátil de la oficina")
    page.get_by_role("button", name="Agregar una llave").click()
    expect(page.get_by_role("heading", name="Guarde estos códigos")).to_be_visible()
    assert page.locator("li code").count() == 10

    page.goto("/cuenta/segundo-paso")
    assert "<" not in page.locator("main").inner_text() and _violations(page) == []
    _sign_out(page)
    page.get_by_role("button", name="Ingresar con una llave de acceso").click()
    expect(page).to_have_url(f"{address}/bandeja")

    _sign_out(page)
    page.get_by_label("Usuario").fill("sruiz")
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Ingresar", exact=True).click()
    expect(page.get_by_role("heading", name="Segundo paso")).to_be_visible()
    assert _violations(page) == []
    page.get_by_role("button", name="Usar la llave de acceso").click()
    expect(page).to_have_url(f"{address}/bandeja")

    with site.application.database.reading() as session:
        (kept,) = session.scalars(sa.select(Passkey)).all()
    assert kept.username == "sruiz" and kept.sign_count >= 2 and kept.name == "Portátil de la oficina"
    page.goto("/cuenta/segundo-paso")
    page.get_by_role("button", name="Quitar Portátil de la oficina").click()
    expect(page.get_by_text("un solo paso")).to_be_visible()
    assert devtools.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    _sign_out(page)
    page.get_by_role("button", name="Ingresar con una llave de acceso").click()
    expect(page.get_by_text("no se conoce esa llave")).to_be_visible()
    page.context.close()
    assert complaints == []


def test_what_a_passkey_answered_serves_once_and_only_to_what_was_asked(
    serve: Callable[..., tuple[str, Site]], chromium: Browser
) -> None:
    address, site = serve()
    site.give_password("sruiz")
    page = chromium.new_context(base_url=address, locale="es-CO").new_page()
    _with_authenticator(page)
    page.goto("/ingresar?sigue=/cuenta/segundo-paso")
    page.get_by_label("Usuario").fill("sruiz")
    page.get_by_label("Contraseña").fill(PASSWORD)
    page.get_by_role("button", name="Ingresar", exact=True).click()
    page.get_by_label("Cómo la llama").fill("Portátil")
    page.get_by_role("button", name="Agregar una llave").click()
    expect(page.get_by_role("heading", name="Guarde estos códigos")).to_be_visible()
    _sign_out(page)
    with page.expect_request(lambda one: one.method == "POST" and one.url.endswith("/ingresar/llave")) as sent:
        page.get_by_role("button", name="Ingresar con una llave de acceso").click()
        expect(page).to_have_url(f"{address}/bandeja")
    posted = dict(parse_qsl(sent.value.post_data or ""))
    page.context.close()

    thief, other = site.visitor(), site.visitor()
    other.open("/ingresar")
    asked = other.client.get("/ingresar/llave").json
    assert asked is not None
    for reto in (posted["reto"], asked["reto"], "x"):
        thief.open("/ingresar")
        thief.press("/ingresar/llave", 422, respuesta=posted["respuesta"], reto=reto)
        assert thief.heading() == "Ingresar"
