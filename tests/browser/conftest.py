"""A real Chromium, and the application answering it on this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from tests.support.sharing import made_once
from tests.support.web import PLAYED_UNTIL, Site, build_played_template, build_template, open_site

PATIENCE = 60_000
"""Milliseconds that a page may take where other work is done beside it."""
expect.set_options(timeout=PATIENCE)
WHAT_IS_WRONG = """axe.run({resultTypes: ["violations"]}).then(
    found => found.violations.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`)
)"""


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which June 2018 has just opened, made once."""
    return made_once(tmp_path_factory, "site", build_template)


@pytest.fixture(scope="session")
def played_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which June 2018 was played whole and July is being reported, made once."""
    return made_once(tmp_path_factory, "played", build_played_template)


@dataclass
class Live:
    """A site that answers on a port, and the pages opened on it."""

    site: Site
    address: str
    chromium: Browser
    pages: list[Page] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def page(self, username: str, **options: object) -> Page:
        """A page of somebody who chose to be `username`; whatever its console complains of is kept.

        Signing in by hand is tried by `test_fifteen_minutes`; here it would cost two pages before the one to look at.
        """
        context = self.chromium.new_context(base_url=self.address, locale="es-CO", **options)  # type: ignore[arg-type]
        signed_in = self.site.visitor(username).client.get_cookie("cauce")
        assert signed_in is not None
        context.add_cookies([{"name": signed_in.key, "value": signed_in.value, "url": self.address}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: said.type == "error" and self.complaints.append(said.text))
        self.pages.append(page)
        return page

    def violations(self, page: Page) -> list[str]:
        """What axe finds on a page."""
        page.evaluate(Axe().axe_script)
        found: list[str] = page.evaluate(WHAT_IS_WRONG)
        return found


@pytest.fixture
def live(chromium: Browser, template: Path, tmp_path: Path) -> Iterator[Live]:
    """The demo on a free port of this machine."""
    yield from served(open_site(template, tmp_path), chromium)


@pytest.fixture
def played(chromium: Browser, played_template: Path, tmp_path: Path) -> Iterator[Live]:
    """The demo after June, on Wednesday 8 August 2018."""
    site = open_site(played_template, tmp_path)
    site.clock.move_to(PLAYED_UNTIL)
    yield from served(site, chromium)


def served(site: Site, chromium: Browser) -> Iterator[Live]:
    """Answer on a free port until the test is over."""
    server = make_server("127.0.0.1", 0, site.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    live = Live(site, f"http://127.0.0.1:{server.server_port}", chromium)
    yield live
    for page in live.pages:
        page.context.close()
    server.shutdown()
    thread.join()
    server.server_close()
    site.application.database.dispose()


@pytest.fixture
def open_page(live: Live) -> Callable[..., Page]:
    """A page of somebody."""
    return live.page
