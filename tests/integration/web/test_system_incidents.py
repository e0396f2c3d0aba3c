"""The page of background work that fails: why, since when, what it is about, and how to try again."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from engine.instances.models import Instance
from engine.units import SystemIncident
from tests.support.web import Site

PLAN = "PES-GOB"
FAILED = {"state": "open", "attempts": 2, "error": "ValueError", "message": "No se pudo leer una fila."}


def failing(site: Site, kind: str, key: str) -> str:
    """The address of an incident of this unit."""
    now = site.clock.now()
    with site.application.database.unit_of_work() as session:
        one = SystemIncident(kind=kind, key=key, **FAILED, retry_at=now, first_failed_at=now, last_failed_at=now)
        session.add(one)
        session.flush()
        return f"/incidentes/sistema/{one.id}"


def case_of(site: Site) -> Instance:
    with site.application.database.reading() as session:
        return session.scalars(sa.select(Instance).where(Instance.business_key == f"{PLAN}/f5/2018-06")).one()


def test_the_page_tells_cause_tries_and_the_next_try_and_leads_to_the_case(site: Site) -> None:
    case = case_of(site)
    page = failing(site, "timer", str(case.id))
    ana = site.visitor("amartinez")

    ana.open("/incidentes/")
    ana.open(page)

    text = ana.text()
    assert ana.heading() == "No se pudo atender un plazo vencido"
    assert "No se pudo leer una fila." in text and "2; el último" in text and "Próximo intento" in text
    assert f'href="/casos/{case.id}"' in ana.last.text and case.name in text
    assert "ValueError" not in text  # what only who administers can use


@pytest.mark.parametrize(
    ("kind", "key", "told", "address"),
    [
        ("opening", f"{PLAN}/f5_ciclo_mensual/2018-07", "Proceso", "/procesos/f5_ciclo_mensual"),
        ("monthly_report", f"{PLAN}/informe_mensual/2018-06", "junio de 2018", "/seguimiento/2018-06?plan=PES-GOB"),
        ("closed_year", f"{PLAN}/2018", "Plan", "/ciclo?plan=PES-GOB"),
        ("digest", "sruiz", "Sandra", ""),  # coordinators do not open the page of a person
    ],
)
def test_it_leads_to_what_it_is_about(site: Site, kind: str, key: str, told: str, address: str) -> None:
    ana = site.visitor("amartinez")

    ana.open(failing(site, kind, key))

    assert told in ana.text() and f'href="{address}"' in ana.last.text if address else "/personas/" not in ana.last.text


@pytest.mark.parametrize(
    ("kind", "key"), [("timer", "no es un número"), ("timer", "99999"), ("opening", "NADA/x/2018"), ("digest", "nadie")]
)
def test_what_is_gone_is_named_by_its_key(site: Site, kind: str, key: str) -> None:
    ana = site.visitor("amartinez")

    ana.open(failing(site, kind, key))

    assert key in ana.text()


def test_it_is_tried_again_at_once(site: Site) -> None:
    page = failing(site, "timer", "1")
    ana = site.visitor("amartinez")
    ana.open(page)

    ana.press(f"{page}/reintentar")

    with site.application.database.reading() as session:
        assert session.scalars(sa.select(SystemIncident.retry_at)).one() == site.clock.now()


def test_who_does_not_coordinate_does_not_see_it(site: Site) -> None:
    site.visitor("sruiz").open(failing(site, "timer", "1"), status=403)
