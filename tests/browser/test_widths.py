"""The pages of the desk at every width, and at twice the size: none is wider than its window, no form than its box."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Live
from tests.integration.web.test_on_paper import OF
from tests.integration.web.test_task import task_of
from tests.integration.web.test_without_scripts import play

WIDTHS = (320, 390, 640, 768, 900, 1280, 1920)
"""640 is a window of 1,280 at 200 %."""
BEYOND = """Math.max(...[document.documentElement, ...document.querySelectorAll('.form-table')]
    .map(one => one.scrollWidth - one.clientWidth))"""
PAGES = {
    "amartinez": (
        "/bandeja", "/bandeja/grupo", "/bandeja/otros", "/bandeja/terminadas", "/bandeja/filtrar?vista=sector",
        "/bandeja/filtrar?vista=terminadas&q=acta", "/entregas?de=sruiz&a=ynino", "/ausencias", "/prorrogas",
        "/cuenta/calendario", "/buscar?q=reportar", "/procesos/sub_reporte_entidad/condiciones",
        "/procesos/sub_reporte_entidad/tareas/avalar_reporte",
    ),
    "sruiz": ("/bandeja", "reportar_avance", "reportar_ejecucion", "/cuenta"),
}  # fmt: skip


@pytest.mark.parametrize("username", PAGES)
def test_no_page_of_the_desk_is_wider_than_its_window(live: Live, username: str) -> None:
    page = live.page(username)

    wide = []
    for path in PAGES[username]:
        page.goto(path if path.startswith("/") else task_of(live.site, path, "IDPAC"))
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            over = page.evaluate(BEYOND)
            wide += [(path, width, over)] if over > 0 else []

    assert wide == []


def test_what_was_sent_is_read_whole_at_every_width(live: Live) -> None:
    task = task_of(live.site, "reportar_avance", OF)
    play(live.site, "reportar_avance")
    page = live.page("ocardenas")
    page.goto(f"{task}/enviada")

    over = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        over[width] = page.evaluate(BEYOND)

    assert over == dict.fromkeys(WIDTHS, 0)


def test_a_calendar_opens_from_beside_its_date_on_the_narrowest_screen(live: Live) -> None:
    page = live.page("sruiz", viewport={"width": 320, "height": 900})
    page.goto(task_of(live.site, "reportar_avance", "IDPAC"))

    apart = page.locator("input.date + .open-calendar:visible").evaluate_all(
        "all => all.map(one => Math.abs(one.offsetTop - one.previousElementSibling.offsetTop))"
    )
    assert apart and max(apart) < 12


def test_who_reviews_money_reads_the_reason_and_the_report_before_without_opening_a_row(live: Live) -> None:
    play(live.site, "reportar_avance", "reportar_ejecucion")
    page = live.page("bdiaz", viewport={"width": 1280, "height": 900})
    page.goto(task_of(live.site, "validar_reporte", OF))

    expect(page.locator("#f-presupuesto").get_by_text("Reporte anterior").first).to_be_visible()
