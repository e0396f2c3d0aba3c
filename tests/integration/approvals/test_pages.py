"""The page of a plan's versions and modifications."""

from __future__ import annotations

from tests.integration.web.conftest import make_site, office, site, template
from tests.support.plan import PLAN
from tests.support.web import Site

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
