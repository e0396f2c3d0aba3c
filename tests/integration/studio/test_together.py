"""Two processes that change together, published from one page."""

from __future__ import annotations

from collections.abc import Callable

from tests.integration.studio.conftest import OTHER_LEADER, Browser
from tests.integration.studio.test_reviews import REPORT, draw

MONTH = "/procesos/f5_paso1_metas_indicadores"
TOGETHER = f"{REPORT}/publicar?con=f5_paso1_metas_indicadores"


def draw_both(leader: Browser) -> str:
    """A deadline of the report, and one of the month that calls it; the revision of the first."""
    address = f"{MONTH}/tareas/revisar_consolidado"
    form = leader.get(address).xpath("//main//form")[0]
    fields = {name: value or "" for name, value in form.form_values() if name != "csrf_token"}
    leader.send(address, **fields | {"days": "13"})
    return draw(leader, 6)


def test_one_page_shows_both_and_publishes_both(leader: Browser) -> None:
    # Given two drafts, of which one calls the other
    revision = draw_both(leader)
    alone = leader.text(f"{REPORT}/publicar")

    # When both are chosen and published
    both = leader.text(TOGETHER)
    leader.send(
        f"{REPORT}/publicar", reason="Un día más.", revision=revision, way="publish",
        **{"con": "f5_paso1_metas_indicadores", "revision-f5_paso1_metas_indicadores": "1"},
    )  # fmt: skip

    # Then the page said what changes in each, and each has a new version
    assert "Paso 1. Metas e indicadores (llama a este)" in alone
    assert "Junto con él: «Paso 1. Metas e indicadores»" not in alone
    assert "Junto con él: «Paso 1. Metas e indicadores»" in both
    assert "Publicar los 2 procesos" in both
    assert all("Versión 2" in leader.text(one) for one in (REPORT, MONTH))


def test_a_second_person_approves_both_at_once(leader: Browser, sign_in: Callable[[str], Browser]) -> None:
    revision, other = draw_both(leader), sign_in(OTHER_LEADER)
    leader.send(
        f"{REPORT}/publicar", reason="Un día más.", revision=revision, way="review",
        **{"con": "f5_paso1_metas_indicadores", "revision-f5_paso1_metas_indicadores": "1"},
    )  # fmt: skip

    page = other.get(f"{MONTH}/revision")
    approve = page.xpath("//button[contains(., 'Aprobar')]/@formaction")[0]
    other.send(approve, remark="De acuerdo.")

    assert "Junto con él: «Reporte de la entidad»" in page.text_content()
    assert all("Versión 2" in leader.text(one) for one in (REPORT, MONTH))


def test_a_draft_that_was_saved_since_stops_both(leader: Browser) -> None:
    revision = draw_both(leader)
    draw_both(leader)

    leader.send(
        f"{REPORT}/publicar", 409, reason="Un día más.", revision=revision, way="publish",
        **{"con": "f5_paso1_metas_indicadores", "revision-f5_paso1_metas_indicadores": "1"},
    )  # fmt: skip

    assert all("Versión 1" in leader.text(one) for one in (REPORT, MONTH))
