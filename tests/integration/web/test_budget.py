"""The budget page, where a liaison registers a change of money; the external reports and the recovery plans."""

from __future__ import annotations

import sqlalchemy as sa

from engine.instances.models import Instance
from tests.support.web import Site
from workflows.implementation import external_files, external_reports
from workflows.recovery.models import RecoveryPlan

BUDGET = "/plan/PES-GOB/presupuesto"
CHANGE = f"{BUDGET}/1065/modificacion"


def test_everybody_reads_the_budget_and_only_the_liaison_of_the_entity_changes_it(site: Site) -> None:
    dadep, idpac, head = site.visitor("bdiaz"), site.visitor("rmora"), site.visitor("mlopez")

    for visitor in (dadep, idpac, head):
        visitor.open(BUDGET)
        assert "1065" in visitor.text()

    assert dadep.page().xpath(f"//form[@action='{CHANGE}']")
    assert not idpac.page().xpath(f"//form[@action='{CHANGE}']")
    idpac.send(CHANGE, idpac.fields("/plan/PES-GOB/presupuesto/1013/modificacion"), 403)
    with site.application.database.reading() as session:
        changes = sa.select(Instance.id).where(Instance.process_key == "f4_modificacion_presupuestal")
        assert session.scalars(changes).all() == []


def test_the_button_opens_the_case_in_the_liaisons_tray(site: Site) -> None:
    visitor = site.visitor("bdiaz")
    visitor.open(BUDGET)

    visitor.press(CHANGE)

    assert "Quedó en su bandeja" in visitor.text()
    with site.application.database.reading() as session:
        case = session.scalars(sa.select(Instance).where(Instance.process_key == "f4_modificacion_presupuestal")).one()
        assert (case.business_key, case.started_by) == ("PES-GOB/f4m/2018-001", "bdiaz")


def test_the_files_of_an_external_report_are_offered(site: Site) -> None:
    application = site.application
    with application.database.unit_of_work() as session:
        case = session.scalars(sa.select(Instance.id).limit(1)).one()
        external_reports.open_quarter(session, application.engine, "PES-GOB", "2018-T2", case)
    visitor = site.visitor("jrojas")
    visitor.open("/plan/PES-GOB/reportes-externos")
    assert "se están haciendo" in visitor.text()

    external_files.MAKER.make_missing(application.database, application.clock)

    page = visitor.open("/plan/PES-GOB/reportes-externos")
    (link,) = page.xpath("//tr[td='IDPAC']//a[.='CSV']/@href")
    answer = visitor.client.get(link)
    assert answer.status_code == 200
    assert "IR-3.1" in answer.text
    assert "junio de 2018" in visitor.text()


def test_a_recovery_plan_shows_where_it_stands(site: Site) -> None:
    visitor = site.visitor("jrojas")
    visitor.open("/plan/PES-GOB/planes-de-choque")
    assert "no ha necesitado" in visitor.text()
    with site.application.database.unit_of_work() as session:
        session.add(
            RecoveryPlan(
                plan_code="PES-GOB", indicator_id=1, entity_code="SDG", since_period="2018-05", state="por_formular",
                opened_at=site.clock.now(),
            )
        )  # fmt: skip

    visitor.open("/plan/PES-GOB/planes-de-choque")

    assert "por formular" in visitor.text()
