"""The cases of a plan as bars over its years."""

from __future__ import annotations

import datetime as dt

from tests.support.plan import PLAN
from tests.support.web import Site
from web.plans import timeline
from workflows.cycles import opening as cycles


def test_every_case_is_a_bar_and_the_table_counts_them(site: Site) -> None:
    application = site.application
    with application.database.unit_of_work() as session:
        cycles.open_due(session, application.engine)

    page = site.visitor("amartinez").open(f"/plan/{PLAN}/linea-de-tiempo")

    with application.database.reading() as session:
        drawn = timeline.read(session, PLAN, dt.date(2018, 7, 2))
    bars = [bar for row in drawn.rows for bar in row.bars]
    assert len(page.xpath("//*[local-name()='rect']")) == len(bars) > 0
    assert sum(int(cell.text_content()) for cell in page.xpath("//tbody//td[1]")) == len(bars)
    assert all(bar.x >= timeline.LABEL and bar.x + bar.width <= timeline.WIDTH + 0.1 for bar in bars)


def test_a_plan_without_cases_has_nothing_to_draw(site: Site) -> None:
    with site.application.database.reading() as session:
        assert timeline.read(session, "SIN-CASOS", dt.date(2018, 7, 2)) == timeline.Timeline([], [])

    site.visitor("amartinez").open("/plan/SIN-CASOS/linea-de-tiempo", status=404)
