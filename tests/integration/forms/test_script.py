"""What forms.js adds, in a real browser."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Response
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy.engine import URL, make_url
from werkzeug.serving import make_server

from tests.integration.forms.test_pages import client  # noqa: F401 — a fixture

SOURCE = Path(__file__).parents[3] / "web" / "frontend" / "src"
SHELL = """<!doctype html><html lang="es-CO"><title>Tarea</title><link rel="stylesheet" href="/static/css/cauce.css">
<link rel="stylesheet" href="/static/css/parts.css"><link rel="stylesheet" href="/static/css/forms.css">
<script type="module" src="/forms.js"></script><main><h1>Tarea</h1>%s</main></html>"""

pytestmark = pytest.mark.browser


@pytest.fixture
def place(tmp_path: Path) -> URL:
    """One system is enough for what happens in the browser."""
    return make_url(f"sqlite:///{tmp_path / 'cauce.sqlite'}")


def _script(path: Path) -> Response:
    """Whole: a file that is still read when the page goes away is told as one that nobody closed."""
    return Response(path.read_bytes(), mimetype="text/javascript")


def _part(folder: Path, name: str) -> Response:
    return _script(folder / name)


@pytest.fixture
def address(client: FlaskClient) -> Iterator[str]:  # noqa: F811
    """The task page of `test_pages`, served with its styles and script."""
    app = client.application
    app.add_url_rule("/forms.js", "script", lambda: _script(SOURCE / "forms.js"))
    for folder in ("forms", "page", "shared"):
        app.add_url_rule(f"/{folder}/<name>", folder, partial(_part, SOURCE / folder))

    @app.after_request
    def wrap(response: Response) -> Response:
        if response.mimetype == "text/html" and response.is_sequence:
            response.set_data(SHELL % response.get_data(as_text=True))
        return response

    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()


@pytest.fixture
def tab(address: str, chromium: Browser) -> Iterator[Page]:
    """The page in Chromium, on which no script may fail."""
    errors: list[Any] = []
    tab = chromium.new_page()
    tab.on("pageerror", lambda error: errors.append(error))  # noqa: PLW0108 — playwright marks the function
    tab.goto(address)
    yield tab
    tab.close()
    assert errors == []


def test_what_is_typed_is_saved_and_says_what_it_would_give(tab: Page) -> None:
    tab.get_by_label("Valor del mes, IR-1").fill("5")

    expect(tab.locator("[data-saved]")).to_have_text("Guardado a las 09:00")
    expect(tab.locator("[data-chip=avances-0]")).to_contain_text("En rojo")
    tab.get_by_role("button", name="Lo que se cuenta de IR-1").click()
    expect(tab.get_by_label("Justificación, IR-1")).to_be_visible()
    expect(tab.get_by_label("Justificación, IR-2")).to_be_hidden()
    tab.reload()
    expect(tab.get_by_label("Valor del mes, IR-1")).to_have_value("5")


def test_an_answer_that_moves_the_page_loses_no_press_that_is_on_its_way(tab: Page) -> None:
    held: list[Route] = []
    tab.get_by_role("button", name="Lo que se cuenta de IR-1").click()
    tab.route("**/borrador", lambda route: held.append(route))  # noqa: PLW0108 — playwright marks the function
    with tab.expect_request("**/borrador"):
        tab.get_by_label("Valor del mes, IR-1").fill("5")
    second = tab.get_by_role("button", name="Lo que se cuenta de IR-2")
    place = second.bounding_box()
    assert place is not None
    tab.mouse.move(place["x"] + 8, place["y"] + 8)

    tab.mouse.down()
    with tab.expect_response("**/borrador"):
        held[0].continue_()
    tab.wait_for_timeout(100)
    tab.mouse.up()

    expect(second).to_have_attribute("aria-expanded", "true")
    expect(tab.locator("[data-chip=avances-0]")).to_contain_text("En rojo")
    assert (second.bounding_box() or place)["y"] != place["y"]  # it did move, afterwards


def test_rows_are_added_and_removed_without_leaving_the_page(tab: Page) -> None:
    tab.get_by_label("Tema, Fila 1").fill("Uno")
    tab.get_by_role("button", name="Agregar fila").click()
    tab.keyboard.type("Dos")
    tab.get_by_role("button", name="Quitar Fila 1").click()

    expect(tab.locator("[data-saved]")).to_have_text("Guardado a las 09:00")
    tab.reload()
    expect(tab.locator("input[name$=tema]")).to_have_count(1)
    expect(tab.get_by_label("Tema, Fila 1")).to_have_value("Dos")


def test_what_is_not_asked_is_out_of_sight_until_it_is(tab: Page) -> None:
    expect(tab.get_by_label("Nota")).to_be_hidden()
    tab.get_by_label("No", exact=True).check()
    expect(tab.get_by_label("Nota")).to_be_visible()


def test_the_form_is_accessible_and_nothing_runs_off_the_side(tab: Page) -> None:
    tab.get_by_role("button", name="Enviar").click()
    expect(tab.locator("#errores")).to_be_focused()

    for width in (390, 1240):
        for scheme in ("light", "dark"):
            tab.set_viewport_size({"width": width, "height": 900})
            tab.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert Axe().run(tab).response["violations"] == []
            assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")


PDF = {"name": "acta.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 una evidencia"}


def test_a_file_travels_when_it_is_chosen_and_stays_in_the_draft(tab: Page) -> None:
    tab.get_by_label("Evidencias, IR-1").set_input_files([PDF])  # type: ignore[list-item]

    tab.get_by_role("button", name="Lo que se cuenta de IR-1").click()
    expect(tab.get_by_role("link", name="acta.pdf")).to_be_visible()
    expect(tab.locator("[data-saved]")).to_have_text("Guardado a las 09:00")
    tab.reload()
    tab.get_by_role("button", name="Lo que se cuenta de IR-1").click()
    expect(tab.get_by_role("link", name="acta.pdf")).to_be_visible()

    tab.get_by_role("button", name="Quitar acta.pdf").click()

    expect(tab.locator("[data-saved]")).to_have_text("Guardado a las 09:00")
    tab.reload()
    expect(tab.get_by_role("link", name="acta.pdf")).to_have_count(0)


def test_a_file_that_is_not_taken_says_why_and_nothing_is_sent_without_it(tab: Page) -> None:
    tab.get_by_label("Evidencias, IR-1").set_input_files(
        [{"name": "virus.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ"}]
    )

    expect(tab.locator(".files li.wrong")).to_contain_text("no es un archivo que se acepte")
    tab.get_by_role("button", name="Enviar").click()
    expect(tab.locator("[data-saved]")).to_contain_text("Hay un archivo que no se cargó")
    tab.get_by_role("button", name="Quitar virus.exe").click()
    expect(tab.locator(".files li")).to_have_count(0)


def test_without_a_network_what_is_typed_stays_in_the_browser_and_is_saved_when_it_is_back(tab: Page) -> None:
    tab.route("**/borrador", lambda route: route.abort())
    tab.get_by_label("Valor del mes, IR-1").fill("21")
    expect(tab.locator("[data-saved]")).to_contain_text("queda en este navegador")

    tab.unroute("**/borrador")
    tab.evaluate("window.dispatchEvent(new Event('online'))")

    expect(tab.locator("[data-saved]")).to_have_text("Guardado a las 09:00")
    assert tab.evaluate("localStorage.length") == 0


def test_what_a_closed_browser_had_not_saved_is_offered_and_brought_back(tab: Page) -> None:
    tab.route("**/borrador", lambda route: route.abort())
    tab.get_by_label("Valor del mes, IR-1").fill("33")
    expect(tab.locator("[data-saved]")).to_contain_text("queda en este navegador")
    tab.unroute("**/borrador")
    tab.reload()
    expect(tab.get_by_label("Valor del mes, IR-1")).to_have_value("")

    tab.get_by_role("button", name="Recuperarlo").click()

    expect(tab.get_by_label("Valor del mes, IR-1")).to_have_value("33")
    expect(tab.get_by_role("button", name="Recuperarlo")).to_have_count(0)


def test_the_second_window_is_told_and_writes_over_nothing_unseen(tab: Page, address: str, chromium: Browser) -> None:
    other = chromium.new_page()
    other.goto(address)
    tab.get_by_label("Valor del mes, IR-1").fill("1")
    expect(tab.locator("[data-saved]")).to_have_text("Guardado a las 09:00")

    other.get_by_label("Valor del mes, IR-1").fill("2")

    expect(other.locator("[data-saved]")).to_contain_text("Difieren: Avances")
    tab.reload()
    expect(tab.get_by_label("Valor del mes, IR-1")).to_have_value("1")
    other.get_by_role("button", name="Guardar lo de aquí").click()
    expect(other.locator("[data-saved]")).to_have_text("Guardado a las 09:00")
    tab.reload()
    expect(tab.get_by_label("Valor del mes, IR-1")).to_have_value("2")


def test_a_file_chosen_after_the_session_ended_waits_for_who_signs_in_again(tab: Page) -> None:
    tab.get_by_role("button", name="Lo que se cuenta de IR-1").click()
    tab.route("**/archivos", lambda route: route.fulfill(status=401, json={"mensaje": "Ingrese otra vez."}))
    tab.get_by_label("Evidencias, IR-1").set_input_files([PDF])  # type: ignore[list-item]

    expect(tab.locator(".files li.wrong")).to_contain_text("su sesión terminó")
    expect(tab.get_by_role("link", name="Ingresar otra vez")).to_be_visible()
    tab.unroute("**/archivos")
    tab.get_by_role("button", name="Reintentar").click()

    expect(tab.get_by_role("link", name="acta.pdf")).to_be_visible()
    expect(tab.locator("[data-saved]")).to_have_text("Guardado a las 09:00")


def test_what_is_typed_after_the_session_ended_stays_in_the_browser_and_is_saved_after_signing_in(tab: Page) -> None:
    tab.route("**/borrador", lambda route: route.fulfill(status=401, json={"mensaje": "Ingrese otra vez."}))
    tab.get_by_label("Valor del mes, IR-1").fill("21")
    expect(tab.locator("[data-saved]")).to_contain_text("Ingresar otra vez")

    tab.unroute("**/borrador")
    tab.evaluate("window.dispatchEvent(new Event('focus'))")  # back from the other window

    expect(tab.locator("[data-saved]")).to_have_text("Guardado a las 09:00")
    tab.reload()
    expect(tab.get_by_label("Valor del mes, IR-1")).to_have_value("21")


def test_a_file_chosen_without_a_network_is_loaded_by_itself_when_it_is_back(tab: Page) -> None:
    tab.get_by_role("button", name="Lo que se cuenta de IR-1").click()
    tab.route("**/archivos", lambda route: route.abort())
    tab.get_by_label("Evidencias, IR-1").set_input_files([PDF])  # type: ignore[list-item]
    expect(tab.locator(".files li.wrong")).to_contain_text("Se carga al volver")

    tab.unroute("**/archivos")
    tab.evaluate("window.dispatchEvent(new Event('online'))")

    expect(tab.get_by_role("link", name="acta.pdf")).to_be_visible()
    expect(tab.locator(".files li.wrong")).to_have_count(0)
