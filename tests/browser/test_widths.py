"""The pages of the desk at every width, and at twice the size: none is wider than its window, no form than its box."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Live
from tests.integration.web.test_task import task_of

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
