"""What the main pages and the mails say, word for word; needs no browser, but the month that its neighbours play."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from engine.instances.models import Instance
from engine.tasks.models import UserTask
from notifications.models import OutboxMessage
from tests.browser.rarities import password_link
from tests.support import snapshots
from tests.support.web import PLAYED_UNTIL, Site, open_site

PAGES = {
    "ingresar": ("", "/ingresar"),
    "bandeja": ("ocardenas", "/bandeja"),
    "bandeja-vacia": ("sruiz", "/bandeja"),
    "bandeja-coordinacion": ("amartinez", "/bandeja"),
    "seguimiento": ("amartinez", "/seguimiento"),
    "plan": ("amartinez", "/plan/"),
    "indicador": ("amartinez", "/plan/PES-GOB/indicadores/IP-1.2.2"),
    "ciclo-de-vida": ("amartinez", "/ciclo"),
    "proceso": ("amartinez", "/procesos/sub_mesa"),
    "portal": ("", "/portal/PES-GOB"),
    "informe": ("", "/portal/PES-GOB/2018-06"),
}


@pytest.fixture(scope="module")
def site(played_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo after June, on Wednesday 8 August 2018; these tests only read it."""
    site = open_site(played_template, tmp_path_factory.mktemp("texts"))
    site.clock.move_to(PLAYED_UNTIL)
    yield site
    site.application.database.dispose()


def said(site: Site, username: str, address: str) -> str:
    visitor = site.visitor(username)
    visitor.open(address)
    assert visitor.last is not None
    return snapshots.page_text(visitor.last.text)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_it_said(site: Site, name: str, request: pytest.FixtureRequest) -> None:
    snapshots.check(request, name, said(site, *PAGES[name]))


def test_a_form_says_what_it_said(site: Site, request: pytest.FixtureRequest) -> None:
    with site.application.database.reading() as session:
        query = sa.select(UserTask).where(UserTask.element_id == "reportar_avance", UserTask.state == "open")
        task = next(one for one in session.scalars(query) if one.assignee == "ocardenas")

    snapshots.check(request, "formulario", said(site, "ocardenas", f"/tareas/{task.id}"))


def test_a_case_says_what_it_said(site: Site, request: pytest.FixtureRequest) -> None:
    with site.application.database.reading() as session:
        query = sa.select(Instance.id).where(Instance.business_key == "PES-GOB/f5/2018-06")
        case = session.scalars(query).one()

    snapshots.check(request, "caso", said(site, "amartinez", f"/casos/{case}"))


def test_choosing_a_password_says_what_it_said(site: Site, request: pytest.FixtureRequest) -> None:
    snapshots.check(request, "contrasena", said(site, "", password_link(site)))


@pytest.mark.parametrize("kind", ["resumen", "convocatoria"])
def test_a_mail_says_what_it_said(site: Site, kind: str, request: pytest.FixtureRequest) -> None:
    with site.application.database.reading() as session:
        mails = session.scalars(sa.select(OutboxMessage).order_by(sa.func.length(OutboxMessage.text).desc()))
        mail = next(one for one in mails.all() if one.kind == kind)

    snapshots.check(request, f"correo-{kind}", f"Para: {mail.address}\nAsunto: {mail.subject}\n\n{mail.text}")
