"""A month of five indicators, from the inbox to *Enviar*: presses and keys it takes, on a phone how many screens."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Live
from tests.browser.test_every_page import PHONE
from workflows.cycles.models import Period
from workflows.monitoring import rows
from workflows.monitoring.models import PeriodRow

pytestmark = pytest.mark.browser

WHO, OF = "ocardenas", "DADEP"
PROOF: Any = {"name": "soporte.csv", "mimeType": "text/csv", "buffer": b"mes;valor\n6;12\n"}
STORY = "Se cumple lo previsto en el mes."
"""Without accents, which the browser counts as no key."""
IN_THE_DIALOG = 2
"""Presses in the system's own window to choose a file: on its name, on *Abrir*."""
REASONS = ".ask:not([data-hidden]) input, [data-path*=justificacion]:not([data-hidden]) textarea"
"""What is asked only where a value calls for it."""
COUNTING = """
for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, (event) => {
  if (!event.isTrusted || ['Shift', 'Control', 'Alt'].includes(event.key)) return;
  sessionStorage.setItem(kind, Number(sessionStorage.getItem(kind)) + 1);
}, true);
"""


def five_rows(live: Live) -> list[str]:
    """Leave five indicators to the person who reports, and what each would say when it goes as programmed."""
    with live.site.application.database.unit_of_work() as session:
        period = session.scalars(sa.select(Period).where(Period.code == "2018-06")).one()
        found = rows.of_person(session, period, OF, WHO)
        for row in found[5:]:
            session.execute(sa.update(PeriodRow).where(PeriodRow.id == row.snapshot.id).values(reports="nquiroga"))
        return [as_programmed(row) for row in found[:5]]


def as_programmed(row: rows.ProgressRow) -> str:
    programmed = row.snapshot.programmed_to_date or Decimal(0)
    so_far = row.accumulated(Decimal(0)) if row.indicator.annualization == "suma" else Decimal(0)
    value = max(programmed - (so_far or 0), Decimal(1))
    return f"{round(value, row.indicator.decimals):f}".replace(".", ",")


def counted(page: Page, kind: str) -> int:
    return int(page.evaluate("kind => sessionStorage.getItem(kind) ?? 0", kind))


def attach(page: Page, button: Locator) -> None:
    with page.expect_file_chooser() as chooser:
        button.click()
    chooser.value.set_files(PROOF)


def test_five_indicators_take_25_presses_and_40_keys_beside_their_values_and_texts(live: Live) -> None:
    values = five_rows(live)
    page = live.page(WHO, viewport={"width": 1280, "height": 860})
    page.add_init_script(COUNTING)
    page.goto("/bandeja")

    page.get_by_role("link", name="Reportar avance").first.click()
    table = page.locator(".sheet.folded")
    table.locator("input.val").first.click()
    for value in values:
        page.keyboard.type(value)
        page.keyboard.press("Enter")
    typed, presses = sum(map(len, values)), 0
    for row in table.locator("[data-row]").all():
        row.locator("button.toggle").click()
        page.keyboard.type(STORY)
        typed += len(STORY)
        attach(page, row.get_by_text("Elegir archivos"))
        presses += IN_THE_DIALOG
        expect(row.get_by_role("link", name="soporte.csv")).to_be_visible()
        for reason in row.locator(REASONS).all():
            reason.click()
            page.keyboard.type(STORY)
            typed += len(STORY)
    expect(page.locator("[data-ready]")).to_have_text("5 de 5 listas")
    page.get_by_role("button", name="Enviar").dblclick()  # as many do: once too often

    page.wait_for_url("**/enviada*")
    presses, keys = presses + counted(page, "pointerdown") - 1, counted(page, "keydown") - typed
    print(f"{presses} presses, {keys} keys")
    assert presses <= 25
    assert keys <= 40
    page.go_back()
    expect(page).to_have_url(re.compile(r"/tareas/\d+/enviada$"))
    expect(page.locator("main")).to_contain_text("Usted lo envió")


def test_on_a_phone_each_indicator_is_one_screen(live: Live) -> None:
    five_rows(live)
    page = live.page(WHO, viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto("/bandeja")
    page.get_by_role("link", name="Reportar avance").first.click()
    bar = page.locator("#formulario > .actions")

    for place in range(5):
        row = page.locator("[data-row].present")
        row.scroll_into_view_if_needed() if place else row.evaluate("it => it.scrollIntoView()")
        first, last = row.locator("input.val").bounding_box(), row.get_by_text("Elegir archivos").bounding_box()
        shown_to = bar.bounding_box()
        assert first and last and shown_to
        assert first["y"] >= 0
        assert last["y"] + last["height"] <= shown_to["y"], f"row {place + 1}"
        if place < 4:
            page.get_by_role("button", name="Siguiente ›").click()
    expect(page.get_by_text("Fila 5 de 5", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Siguiente ›")).to_be_disabled()
    row = page.locator("[data-row].present")
    expect(row.get_by_label("Dificultades")).to_be_hidden()
    row.get_by_role("button", name="Agregar: dificultades").click()
    expect(row.get_by_label("Dificultades")).to_be_focused()
