"""The demo's clock: it only goes forwards, and every day on the way is lived."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from notifications.models import OutboxMessage
from tests.support.web import Site
from workflows.cycles.models import Period
from workflows.monitoring.models import EntityReport


def test_every_page_of_the_demo_says_the_simulated_day(site: Site) -> None:
    page = site.visitor("amartinez").open("/seguimiento")

    (link,) = page.xpath("//footer//a[@href='/demo/reloj']")

    assert link.text_content() == "6 de julio de 2018, fecha simulada"


def test_the_next_working_day_skips_the_weekend(site: Site) -> None:
    visitor = site.visitor("amartinez")
    visitor.open("/demo/reloj")

    visitor.press("/demo/reloj/dia")

    assert "Pasaron 3 días: hoy es lunes 9 de julio." in visitor.text()
    with site.application.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage))


def test_going_to_the_next_month_lets_deadlines_pass_and_opens_it(site: Site) -> None:
    visitor = site.visitor("amartinez")
    visitor.open("/demo/reloj")

    visitor.press("/demo/reloj/mes")

    assert "Se abrió el seguimiento de julio de 2018." in visitor.text()
    with site.application.database.reading() as session:
        june = session.scalars(sa.select(Period.id).where(Period.code == "2018-06")).one()
        states = set(session.scalars(sa.select(EntityReport.state).where(EntityReport.period_id == june)))
    assert states == {"sin_reporte"}
    visitor.open("/seguimiento")
    assert visitor.address == "/seguimiento"  # three weeks on the clock are no absence


def test_there_is_no_such_page_outside_the_demo(make_site: Callable[..., Site]) -> None:
    office = make_site(demo=False)

    office.visitor().open("/demo/reloj", status=404)
    assert "reloj" not in office.visitor().open("/ingresar").text_content()
