"""Cases: the list, where one stands, and its history in words."""

from __future__ import annotations

import json

from engine.incidents import Incident
from tests.integration.web.test_task import send_execution
from tests.support.web import Site


def test_the_list_shows_running_cases_and_filters(site: Site) -> None:
    visitor = site.visitor("sruiz")

    visitor.open("/casos/")
    assert "Seguimiento de junio de 2018" in visitor.text()
    visitor.open("/casos/?estado=completed")

    assert "No hay procesos con ese filtro" in visitor.text()


def test_a_case_says_who_has_it_by_when(site: Site) -> None:
    visitor = site.visitor("sruiz")

    visitor.open("/casos/1")

    assert "Reportar avance IDPAC · Sandra Ruiz" in visitor.text()
    assert "SDG · nadie la ha tomado" in visitor.text()
    assert "falta 1 día hábil" in visitor.text()


def test_only_the_readers_own_tasks_are_links(site: Site) -> None:
    visitor = site.visitor("sruiz")

    page = visitor.open("/casos/1")

    links = page.xpath("//ul[@class='tasks']//a[@class='name']")
    assert [link.text_content() for link in links] == [
        "Reportar avance", "Reportar ejecución presupuestal y actividades",
    ]  # fmt: skip


def test_the_drawing_and_the_words_mark_the_same_steps(site: Site) -> None:
    page = site.visitor("sruiz").open("/casos/1?diagrama=sub_reporte_entidad")

    drawn = page.xpath("//figure//*[contains(@class, 'actual')]/@data-element")
    told = [one.text_content() for one in page.xpath("//ol[@class='steps']/li[.//span[contains(@class, 'amarillo')]]")]

    assert sorted(drawn) == ["reportar_avance", "reportar_ejecucion"]
    assert len(told) == 2 and any("Reportar avance" in one for one in told)


def test_the_calling_step_is_marked_in_the_main_diagram(site: Site) -> None:
    page = site.visitor("sruiz").open("/casos/1")

    (marks,) = page.xpath("//figure/@data-marks")

    assert json.loads(marks)["reporte_entidad"] == "actual"


def test_history_tells_in_words_what_people_did(site: Site) -> None:
    sandra, _ = send_execution(site)

    sandra.open("/casos/1")

    assert "Sandra Ruiz" in sandra.text()
    assert "terminó «Reportar ejecución presupuestal y actividades» de IDPAC." in sandra.text()
    assert "Cauce abrió el proceso." in sandra.text()


def test_an_open_incident_is_told_on_the_case(site: Site) -> None:
    with site.application.database.unit_of_work() as session:
        now = site.clock.now()
        session.add(
            Incident(
                instance_id=1,
                kind="step",
                element_name="Consolidar",
                message="Falló el cálculo.",
                trace="",
                state="open",
                attempts=1,
                opened_at=now,
            )
        )

    visitor = site.visitor("sruiz")
    visitor.open("/casos/1")

    assert "Incidente en «Consolidar»: Falló el cálculo." in visitor.text()


def test_the_diagram_of_the_case_is_handed_to_the_viewer(site: Site) -> None:
    client = site.visitor("sruiz").client

    answer = client.get("/casos/1/diagrama/f5_ciclo_mensual.bpmn")

    assert answer.mimetype == "application/xml"
    assert b"f5_ciclo_mensual" in answer.data


def test_an_unknown_case_is_not_found(site: Site) -> None:
    visitor = site.visitor("sruiz")

    visitor.open("/casos/99999", status=404)

    assert "Ese proceso no existe" in visitor.text()
