"""A real Chromium, and the application answering it on this machine."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.support.web import PLAYED_UNTIL, Site, build_played_template, build_template, open_site

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


def find_browser() -> str | None:
    """The system's Chromium: `BROWSER_PATH`, the PATH, or where macOS keeps it."""
    on_path = (shutil.which(name) for name in PROGRAMS)
    installed = (place for place in PLACES if Path(place).exists())
    return os.environ.get("BROWSER_PATH") or next((path for path in on_path if path), None) or next(installed, None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests; skips (or fails, if required) where there is none."""
    path = find_browser()
    if path is None:
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail("REQUIRE_BROWSER=1 and there is no Chromium: apt-get install chromium")
        pytest.skip("no Chromium: apt-get install chromium, or export BROWSER_PATH")
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"] if as_root else [])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which June 2018 has just opened, made once."""
    return build_template(tmp_path_factory.mktemp("browser"))


@pytest.fixture(scope="session")
def played_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which June 2018 was played whole and July is being reported, made once."""
    return build_played_template(tmp_path_factory.mktemp("played"))


@dataclass
class Live:
    """A site that answers on a port, and the pages opened on it."""

    site: Site
    address: str
    chromium: Browser
    pages: list[Page] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def page(self, username: str, **options: object) -> Page:
        """A page of somebody who chose to be `username`; whatever its console complains of is kept."""
        page = self.chromium.new_context(base_url=self.address, locale="es-CO", **options).new_page()  # type: ignore[arg-type]
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda said: said.type == "error" and self.complaints.append(said.text))
        page.goto("/ingresar")
        page.locator(f'form[action$="/{username}"] button').click()
        page.wait_for_load_state()
        self.pages.append(page)
        return page

    def violations(self, page: Page) -> list[str]:
        """What axe finds on a page."""
        return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in Axe().run(page).response["violations"]]


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
