"""Signing in as a person does: through a provider, in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from tests.support.provider import running_provider
from tests.support.remote import free_port
from tests.support.web import Site, open_site
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
