"""What a head endorses, what a reporter corrects: in view on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live
from tests.browser.test_every_page import PHONE
from tests.browser.test_widths import BEYOND
from tests.integration.web.test_approvals import HEAD, address, allow_links, code
from tests.integration.web.test_on_paper import OF, waiting_endorsement
from tests.integration.web.test_task import task_of
from tests.integration.web.test_without_scripts import WHY, play, rest_accepted

pytestmark = pytest.mark.browser

ASIDE = "Math.max(0, ...[...document.querySelectorAll('.panel .scroll')].map(one => one.scrollWidth - one.clientWidth))"
"""By how much what a head answers for is wider than the screen."""


def handset(live: Live, username: str = "") -> Page:
    if username:
        return live.page(username, viewport=PHONE, has_touch=True, is_mobile=True)
    context = live.chromium.new_context(base_url=live.address, viewport=PHONE, has_touch=True, is_mobile=True)  # type: ignore[arg-type]
    live.pages.append(page := context.new_page())
    return page


def test_the_head_sees_money_and_figures_whole_and_endorses_from_the_first_screen(live: Live) -> None:
    task = waiting_endorsement(live.site)
    page = handset(live, HEAD)
    page.goto(task)

    money = page.get_by_role("region", name=re.compile("Presupuesto"))
    expect(money.get_by_text("Compromisos").first).to_be_visible()
    assert (page.evaluate(ASIDE), page.evaluate(BEYOND)) == (0, 0)
    assert page.evaluate("scrollY") == 0
    expect(page.get_by_role("button", name="Enviar lo marcado")).to_be_in_viewport()
    endorse = page.get_by_role("button", name="Avalar")
    expect(endorse).to_be_in_viewport(ratio=1)
    endorse.tap()

    page.wait_for_url("**/enviada*")


def test_at_the_link_of_the_mail_the_head_endorses_with_the_code_and_never_signs_in(live: Live) -> None:
    waiting_endorsement(live.site)
    allow_links(live.site)
    page = handset(live)
    page.goto(address(live.site))
    assert page.evaluate(BEYOND) == 0

    page.get_by_role("button", name=re.compile("código")).tap()
    typed = page.get_by_label("Código de 8 cifras")
    expect(typed).to_be_visible()
    typed.fill(code(live.site))
    page.get_by_role("button", name="Avalar con este código").tap()

    expect(page.locator("main")).to_contain_text("Quedó avalado")


def test_a_returned_row_is_the_one_a_phone_shows_with_why_it_came_back(live: Live) -> None:
    play(live.site, "reportar_avance", "reportar_ejecucion")
    rest_accepted(live.site.visitor("bdiaz"), task_of(live.site, "validar_reporte", OF), returned=2)
    page = handset(live, "ocardenas")
    page.goto(task_of(live.site, "corregir_avance", OF))

    row = page.locator("[data-row].present")
    expect(row).to_contain_text(WHY)
    expect(row.locator("input.val")).to_be_visible()
    page.get_by_role("button", name="‹ Anterior").tap()
    expect(page.locator("[data-row].present")).to_contain_text("Ya aceptada")
    expect(page.get_by_role("button", name=re.compile("^Agregar"))).to_have_count(0)


def test_the_course_of_an_indicator_fills_the_width_of_a_phone(live: Live) -> None:
    page = handset(live, "ocardenas")
    page.goto("/plan/PES-GOB/indicadores/IP-2.1.1")

    chart = page.locator("figure.chart svg").first.bounding_box()

    assert chart is not None and chart["width"] > 0.85 * PHONE["width"]
