"""What goes wrong while somebody reports costs no keystroke and no file: no network, a browser that is killed."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import PATIENCE, Live
from tests.browser.test_minutes import OF, PROOF, WHO
from tests.integration.web.test_task import task_of
from tests.support.browser import find_browser

pytestmark = pytest.mark.browser

VALUE, STORY, PROOFS = "avances-0-valor_periodo", "avances-0-avance_cualitativo", "avances-0-evidencias"
WORDS = "Con lluvia y todo, 12 jornadas: «bien»."
ODD = {**PROOF, "name": "acta nº 3 — «año» (copia) & más'.csv"}


def field(page: Page, name: str) -> Locator:
    return page.locator(f"[name='{name}']:not([type=hidden])")


def opened(page: Page, task: str) -> Page:
    """The report, with its first row open."""
    page.goto(task)
    page.locator("[data-row]").first.locator("button.toggle").click()
    return page


def state(page: Page) -> Locator:
    return page.locator("[data-saved]")


def test_half_a_minute_without_network_loses_no_word_and_no_file(live: Live) -> None:
    page = opened(live.page(WHO), task_of(live.site, "reportar_avance", OF))
    field(page, VALUE).press_sequentially("12")
    expect(state(page)).to_contain_text("Guardado a las")

    page.context.set_offline(True)
    field(page, STORY).press_sequentially(WORDS)
    field(page, PROOFS).set_input_files([ODD])
    expect(state(page)).to_contain_text("Sin conexión")
    expect(page.locator("ul.files li.wrong")).to_contain_text("Se carga al volver")
    page.get_by_role("button", name="Enviar").click()
    expect(state(page)).to_contain_text("un archivo que no se cargó")
    assert field(page, STORY).input_value() == WORDS
    page.context.set_offline(False)

    expect(page.get_by_role("link", name=ODD["name"])).to_be_visible()
    expect(state(page)).to_contain_text("Guardado a las")
    again = opened(live.page(WHO), task_of(live.site, "reportar_avance", OF))
    assert (field(again, VALUE).input_value(), field(again, STORY).input_value()) == ("12", WORDS)
    expect(again.get_by_role("link", name=ODD["name"])).to_be_visible()
    live.complaints.clear()  # the browser's own, of what it could not reach


def test_pressed_without_network_nothing_is_sent_and_what_was_typed_comes_back(live: Live) -> None:
    task = task_of(live.site, "reportar_avance", OF)
    page = opened(live.page(WHO), task)
    page.context.set_offline(True)
    field(page, STORY).press_sequentially(WORDS)
    expect(state(page)).to_contain_text("Sin conexión")
    page.get_by_role("button", name="Enviar").click()
    page.wait_for_url("chrome-error://**")
    page.context.set_offline(False)

    opened(page, task)
    page.get_by_role("button", name="Recuperarlo").click()

    expect(page.get_by_role("button", name="Recuperarlo")).to_have_count(0)
    expect(field(page, STORY)).to_have_value(WORDS)
    live.complaints.clear()


def test_a_press_beside_the_names_that_a_question_offers_is_not_lost(live: Live) -> None:
    page = live.page(WHO)
    page.goto(task_of(live.site, "reportar_avance", OF))
    page.get_by_text("Preguntar o comentar").click()
    question = page.locator("#conversacion textarea")
    question.press_sequentially("¿Sirve el acta firmada? @")
    expect(page.get_by_role("option", name="@bdiaz")).to_be_visible()
    question.press_sequentially("bd")
    expect(page.get_by_role("option", name="@bdiaz")).to_be_visible()

    page.get_by_role("button", name="Escribir").click()  # which moves up when the list below the question goes

    expect(page.get_by_role("alert")).to_contain_text("«@bd» no es el usuario de nadie")
    live.complaints.clear()


@pytest.mark.skipif(not Path("/proc").exists(), reason="processes are found in /proc")
def test_a_killed_browser_costs_neither_what_was_typed_nor_what_had_been_loaded(
    live: Live, chromium: Browser, tmp_path: Path
) -> None:
    # Given a browser of one's own, with a story that was kept, a file that arrived and one that is on its way
    task, profile = task_of(live.site, "reportar_avance", OF), tmp_path / "profile"
    page = opened(begun(live, chromium, profile).pages[0], task)
    field(page, STORY).press_sequentially(WORDS)
    field(page, PROOFS).set_input_files([ODD])
    expect(page.get_by_role("link", name=ODD["name"])).to_be_visible()
    expect(state(page)).to_contain_text("Guardado a las")
    page.route("**/archivos", lambda _route: None)  # never gets there
    field(page, PROOFS).set_input_files([{**PROOF, "name": "a-medias.csv"}])
    expect(page.locator("ul.files progress")).to_be_visible()

    # When it is killed
    for pid in of_profile(profile):
        os.kill(pid, signal.SIGKILL)

    # Then another browser shows the words and the file, and nothing of the one that did not arrive
    again = opened(live.page(WHO), task)
    expect(field(again, STORY)).to_have_value(WORDS)
    expect(again.get_by_role("link", name=ODD["name"])).to_be_visible()
    expect(again.get_by_text("a-medias.csv")).to_have_count(0)
    live.complaints.clear()


def begun(live: Live, chromium: Browser, profile: Path) -> BrowserContext:
    """A browser with a process and a profile of its own, signed in."""
    context = chromium.browser_type.launch_persistent_context(
        profile, executable_path=find_browser(), args=["--no-sandbox"] if os.geteuid() == 0 else [],
        base_url=live.address, locale="es-CO",
    )  # fmt: skip
    context.set_default_timeout(PATIENCE)
    signed_in = live.site.visitor(WHO).client.get_cookie("cauce")
    assert signed_in is not None
    context.add_cookies([{"name": signed_in.key, "value": signed_in.value, "url": live.address}])
    return context


def of_profile(profile: Path) -> list[int]:
    """The processes of a browser by the folder that its command names."""
    found = []
    for one in Path("/proc").iterdir():
        if one.name.isdecimal():
            try:
                command = (one / "cmdline").read_bytes()
            except OSError:
                continue
            if str(profile).encode() in command:
                found.append(int(one.name))
    assert found
    return found
