"""The page of a plan's versions and modifications."""

from __future__ import annotations

import io

from tests.integration.web.conftest import make_site, office, site, template
from tests.support.plan import PLAN
from tests.support.web import Site
from workflows.approvals import act_files

__all__ = ["make_site", "office", "site", "template"]

ADDRESS = f"/plan/{PLAN}/modificaciones"


def test_the_coordinator_asks_for_a_change_and_finds_the_task_in_the_inbox(site: Site) -> None:
    visitor = site.visitor("amartinez")
    visitor.open(ADDRESS)

    visitor.press(ADDRESS)

    assert "Se abrió la modificación" in visitor.text()
    visitor.open("/bandeja/grupo")
    assert "Solicitar modificación" in visitor.text()


def test_nobody_else_may(site: Site) -> None:
    visitor = site.visitor("rmora")
    visitor.open(ADDRESS)

    assert "Pedir una modificación" not in visitor.text()
    token = visitor.open("/ingresar").xpath("//input[@name='csrf_token']/@value")[0]
    visitor.send(ADDRESS, [("csrf_token", token)], 403)


def test_a_template_that_cannot_make_an_act_is_not_kept_and_one_that_can_is_in_use(site: Site) -> None:
    address, visitor = f"/plan/{PLAN}/acto/plantilla", site.visitor("amartinez")
    visitor.open(address)
    assert "{{ registro_distrital }}" in visitor.text()

    def hand_in(content: bytes, status: int) -> str:
        given = ("archivo", (io.BytesIO(content), "acto.docx"))
        visitor.send(address, [*visitor.fields(address), given], status)
        return visitor.text()

    assert "no es un documento de Word" in hand_in(b"nada", 422)
    assert "Todavía no hay ninguna" in visitor.text()
    kept = act_files.example()
    assert "Versión 1 en uso" in hand_in(kept, 200)
    assert visitor.client.get(f"{address}.docx?version=1").data == kept
    assert visitor.client.get(f"{address}.docx?version=7").status_code == 404
