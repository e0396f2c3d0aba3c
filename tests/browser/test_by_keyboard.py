"""A process begun, drawn, asked, decided and published without touching the mouse."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Live
from tests.browser.test_studio import reach
from tests.support import petitions

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BEFORE, AFTER = (
    ("Recibir", "Registrar", "Revisar"),
    ("Repartir", "Estudiar", "Responder", "Firmar", "Enviar", "Archivar"),
)


def press(page: Page, target: Locator) -> None:
    """Go there with Tab, and press Enter."""
    reach(page, target)
    page.keyboard.press("Enter")


def pick(page: Page, target: Locator, words: str) -> None:
    """Choose from a list by typing how its choice begins, with the arrows where two begin alike."""
    reach(page, target)
    for _each in range(60):
        if target.evaluate("one => one.selectedOptions[0]?.textContent.trim()") == words:
            page.keyboard.press("Tab")
            return
        page.keyboard.press("Home" if _each == 0 else "ArrowDown")
    pytest.fail(f"the list has no «{words}»")


def go(page: Page, tab: str) -> None:
    reach(page, page.get_by_label("Partes del proceso").get_by_role("link", name=tab, exact=True))
    with page.expect_navigation():
        page.keyboard.press("Enter")


def append(page: Page, kind: str, name: str) -> None:
    """After what is chosen."""
    pick(page, page.get_by_label("Agregar después"), kind)
    press(page, page.get_by_role("button", name="Agregar", exact=True))
    expect(page.locator("#campo-name")).to_be_focused()
    page.keyboard.type(name)
    page.keyboard.press("Tab")


def begin(page: Page) -> str:
    """A process from nothing; its key."""
    page.goto("/procesos/nuevo")
    reach(page, page.get_by_label("Cómo se llama"))
    page.keyboard.type("Atender quejas")
    role = page.get_by_label("Quién hace el primer paso")
    pick(page, role, role.locator("option[value=coordinador_pes]").inner_text())
    press(page, page.get_by_role("button", name="Crear el borrador"))
    page.wait_for_url("**/tareas")
    return page.url.split("/")[-2]


def draw(page: Page) -> None:
    """Nine more steps and a question."""
    go(page, "Dibujo")
    page.wait_for_selector("#editor[data-ready]")
    elements = page.get_by_label("Elemento", exact=True)
    pick(page, elements, "Flecha de Primer paso a Fin")
    press(page, page.get_by_role("button", name="Quitar", exact=True))
    pick(page, elements, "Primer paso")
    for name in BEFORE:
        append(page, "Tarea de una persona", name)
    append(page, "Pregunta", "¿Procede?")
    for name in AFTER:
        append(page, "Tarea de una persona", name)
    pick(page, page.get_by_label("Unir con"), "Fin")
    press(page, page.get_by_role("button", name="Unir", exact=True))
    pick(page, elements, "¿Procede?")
    pick(page, page.get_by_label("Unir con"), "Fin")
    press(page, page.get_by_role("button", name="Unir", exact=True))
    press(page, page.get_by_role("button", name="Ordenar el dibujo"))
    page.keyboard.press("Control+s")
    expect(page.locator("[data-part=status]")).to_contain_text("Borrador guardado")


def ask(page: Page) -> None:
    """A form for each, made for one of them, and days."""
    go(page, "Formularios")
    press(page, page.get_by_role("link", name=re.compile("Crear el formulario de Revisar")))
    reach(page, page.get_by_label("Cómo se llama"))
    page.keyboard.press("Control+a")
    page.keyboard.type("Revisión")
    page.keyboard.press("Enter")
    press(page, page.get_by_role("link", name=re.compile(r"^\+ Una opción \(botones\)")))
    for label, words in (("Qué se pregunta", "Procede"), ("Opción 1", "Sí"), ("Opción 2", "No")):
        reach(page, page.get_by_label(label, exact=True))
        page.keyboard.type(words)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("al borrador")
    go(page, "Tabla")
    for field in page.locator("input[data-cell=days]").all():
        reach(page, field)
        page.keyboard.type("3")
    for field in page.locator("input[data-cell=form]").all():
        if not field.input_value():
            reach(page, field)
            page.keyboard.type("Revisión")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("borrador")


def decide(page: Page) -> None:
    """By what the form asks; and all is published."""
    go(page, "Condiciones")
    answer = page.get_by_role("group", name="Respuesta 1")
    reach(page, answer.get_by_label("Se llama"))
    page.keyboard.type("Sí procede")
    press(page, answer.get_by_role("button", name="+ Condición"))
    pick(page, answer.get_by_label("De qué dato"), "Procede")
    value = answer.locator("select[aria-label='Con qué se compara']")
    expect(value).to_be_visible()
    pick(page, value, "Sí")
    expect(answer.locator(".said")).to_contain_text("«Sí»")
    other = page.get_by_label("En los demás casos, y si falta un dato")
    pick(page, other, "va a «Fin»")
    press(page, page.get_by_role("button", name="Guardar en el borrador"))
    expect(page.get_by_role("status").first).to_contain_text("quedó en el borrador")
    go(page, "Publicar")
    reach(page, page.get_by_label("Por qué se publica"))
    page.keyboard.type("Lo pidió la oficina.")
    press(page, page.get_by_role("button", name="Publicar el proceso"))
    expect(page.get_by_role("status").first).to_contain_text("Publicada la versión 1.")


def test_ten_steps_are_drawn_conditioned_and_published_with_the_keyboard_alone(live: Live) -> None:
    page = live.page("amartinez")

    key = begin(page)
    draw(page)
    ask(page)
    decide(page)

    case = petitions.begin(live.site, "Q-1", "", key)
    for _step in ("Primer paso", *BEFORE[:2]):
        case.answer({})
    assert case.at() == ["Revisar"]
    assert case.answer({"procede": "si"}) == ["Repartir"]
    assert live.complaints == []
