"""A process leader at the drawing, in a real browser."""

from __future__ import annotations

import datetime as dt
import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from engine.tasks.models import UserTask
from tests.support.plan import PLAN
from workflows import cycles

pytestmark = pytest.mark.browser

REPORT = "/procesos/sub_reporte_entidad"


def open_editor(page: Page) -> None:
    page.goto(f"{REPORT}/editar")
    page.wait_for_selector("#editor[data-ready]")


def choose(page: Page, element_id: str) -> None:
    page.locator(f'[data-element-id="{element_id}"]').first.click()


def change(page: Page, field: str, value: str) -> None:
    page.locator(f"#campo-{field}").fill(value)
    page.keyboard.press("Tab")


def due_days(live) -> set[str]:
    with live.site.application.database.reading() as session:
        moments = session.scalars(sa.select(UserTask.due_at).where(UserTask.element_id == "reportar_avance"))
        return {(moment - dt.timedelta(hours=5)).date().isoformat() for moment in moments}


def test_a_leader_draws_six_days_and_the_next_month_obeys(live, open_page):
    page = open_page("amartinez")
    open_editor(page)
    before = due_days(live)

    choose(page, "reportar_avance")
    expect(page.locator("#campo-days")).to_have_value("5")
    change(page, "days", "6")
    page.get_by_role("button", name="Guardar borrador").click()
    expect(page.get_by_role("status").first).to_contain_text("Borrador guardado")
    page.get_by_role("button", name="Revisar y publicar").click()
    expect(page.locator(".changes")).to_contain_text("«Reportar avance»: el plazo pasa de 5 a 6 días hábiles")
    page.get_by_label("Por qué se publica").fill("El sector pidió un día más.")
    page.get_by_role("button", name="Publicar la nueva versión").click()
    expect(page.get_by_role("status").first).to_contain_text("Publicada la versión 2.")
    live.site.clock.move_to(dt.datetime(2018, 8, 1, 14, tzinfo=dt.UTC))
    with live.site.application.database.unit_of_work() as session:
        cycles.open_due(session, live.site.application.engine, plan_code=PLAN)

    assert before == {"2018-07-09"}
    assert due_days(live) == {"2018-07-09", "2018-08-09"}
    assert live.complaints == []


def test_findings_stand_beside_the_drawing_and_lead_to_their_element(live, open_page):
    page = open_page("amartinez")
    open_editor(page)
    expect(page.locator("[data-part=summary]")).to_contain_text("Sin hallazgos")

    choose(page, "validar_reporte")
    change(page, "days", "")

    finding = page.locator(".finding").first
    expect(finding).to_contain_text("Validar reporte")
    page.keyboard.press("Escape")
    finding.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-part=panel] h2")).to_contain_text("Validar reporte")
    assert live.violations(page) == []


def test_one_undo_takes_one_change_back(open_page):
    page = open_page("amartinez")
    open_editor(page)

    choose(page, "reportar_avance")
    change(page, "days", "9")
    page.get_by_role("button", name="Deshacer").click()

    expect(page.locator("#campo-days")).to_have_value("5")


def test_two_leaders_at_one_drawing_are_shown_what_separates_them(open_page):
    mine, theirs = open_page("amartinez"), open_page("jrojas")
    for page, days in ((mine, "6"), (theirs, "8")):
        open_editor(page)
        choose(page, "reportar_avance")
        change(page, "days", days)

    theirs.get_by_role("button", name="Guardar borrador").click()
    expect(theirs.locator("[data-part=status]")).to_contain_text("guardado")
    mine.get_by_role("button", name="Guardar borrador").click()

    dialog = mine.get_by_role("dialog")
    expect(dialog).to_contain_text("Jorge Rojas")
    expect(dialog).to_contain_text("el plazo pasa de 8 a 6 días hábiles")
    dialog.get_by_role("button", name="Guardar el mío encima").click()
    expect(mine.locator("[data-part=status]")).to_contain_text(re.compile("Borrador guardado"))


def test_the_editor_offers_only_what_can_run_and_speaks_spanish(open_page):
    page = open_page("amartinez")
    open_editor(page)

    choose(page, "reportar_avance")
    page.locator(".djs-context-pad [data-action=replace]").click()

    offered = page.locator(".djs-popup-results .entry").all_inner_texts()
    assert "Paso automático" in offered
    assert not [words for words in offered if re.search("script|manual|regla", words, re.IGNORECASE)]


@pytest.mark.parametrize(
    "path",
    ["/procesos/", REPORT, f"{REPORT}/tareas", f"{REPORT}/tareas/reportar_avance", "/procesos/formularios",
     "/procesos/formularios/reportar_avance"],
)  # fmt: skip
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_the_studio_passes_axe(live, open_page, path, scheme):
    page = open_page("amartinez", color_scheme=scheme)

    page.goto(path, wait_until="networkidle")

    assert live.violations(page) == []
    assert live.complaints == []
