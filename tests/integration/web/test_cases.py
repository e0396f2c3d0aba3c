"""Cases: the list, where one stands, and its history in words."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import sqlalchemy as sa

from engine.definitions import catalogue
from engine.definitions.reading import read_diagram
from engine.history import HistoryEntry
from engine.incidents import Incident
from engine.instances.models import Instance
from engine.waits import Wait, WaitKind
from tests.integration.web.test_task import send_execution
from tests.support.diagrams import call, chain, end, process, start
from tests.support.web import Site
from web.cases import standing


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


def test_whom_tasks_are_offered_to_is_read_once_for_their_lines_and_once_for_the_waits(site: Site) -> None:
    visitor, said = site.visitor("sruiz"), list[str]()
    visitor.open("/casos/1")

    sa.event.listen(site.application.database.engine, "before_cursor_execute", lambda *call: said.append(call[2]))
    visitor.open("/casos/1")

    assert sum("FROM task_candidate" in statement for statement in said) == 2


def test_the_drawing_and_the_words_mark_the_same_steps(site: Site) -> None:
    page = site.visitor("sruiz").open("/casos/1?diagrama=sub_reporte_entidad")

    drawn = page.xpath("//figure//*[contains(@class, 'actual')]/@data-element")
    told = [one.text_content() for one in page.xpath("//ol[@class='steps']/li[.//span[contains(@class, 'amarillo')]]")]

    assert sorted(drawn) == ["reportar_avance", "reportar_ejecucion"]
    assert len(told) == 2 and any("Reportar avance" in one for one in told)


def test_the_calling_step_is_marked_in_the_main_diagram(site: Site) -> None:
    page = site.visitor("sruiz").open("/casos/1")

    (marks,) = page.xpath("//figure/@data-marks")

    assert json.loads(marks)["paso_1"] == "actual"


def test_where_a_case_waits_for_what_is_to_come_its_drawing_says_it_is_under_way(site: Site) -> None:
    here = Wait(WaitKind.MESSAGE, 1, None, "sub_reporte_entidad", "reportar_avance", "Reportar avance")
    aside = replace(here, element_id="reportar_ejecucion", meanwhile=True)
    with site.application.database.reading() as session:
        bundle = catalogue.by_sha(session, session.get_one(Instance, 1).bundle_sha256)

    own, calling = (
        standing.marks(bundle, key, [], [], [], [here, aside]) for key in ("sub_reporte_entidad", "f5_ciclo_mensual")
    )

    assert own == {"reportar_avance": "actual"} and calling == {"paso_1": "actual"}


def test_a_phase_that_is_over_stays_done_where_another_calls_the_same_process() -> None:
    # Given two phases that hold a meeting each, the second of which goes on, and a third that has not begun
    phases = {f"fase_{number}": {"mesa": "mesa"} for number in (1, 2, 3)}
    calls = {"vida": {"uno": "fase_1", "dos": "fase_2", "tres": "fase_3"}, **phases}
    diagrams = {
        key: read_diagram(
            process(key, start(), *(call(*one) for one in own.items()), end(), chain("inicio", *own, "fin"))
        )
        for key, own in calls.items()
    }
    bundle = SimpleNamespace(process_key="vida", diagrams=diagrams)
    told = [
        ("vida", "uno", "call_completed"),
        ("fase_1", "mesa", "call_completed"),
        ("fase_2", "otra", "task_completed"),
    ]
    history = [HistoryEntry(process_key=key, element_id=one, kind=kind) for key, one, kind in told]
    wait = Wait(WaitKind.MESSAGE, 1, None, "mesa", "acta", "Acta")

    first, whole, second = (
        standing.marks(bundle, key, history, [], [], [wait]) for key in ("fase_1", "vida", "fase_2")
    )

    assert first == {"mesa": "hecho"} and whole == {"uno": "hecho", "dos": "actual"}
    assert second["mesa"] == "actual"


def test_the_drawings_of_a_case_stand_in_the_order_of_the_work(site: Site) -> None:
    page = site.visitor("sruiz").open("/casos/1")

    offered = page.xpath("//a[contains(@href, 'diagrama=')]/@href")

    assert ["f5_ciclo_mensual" in one for one in offered] == [True, *[False] * (len(offered) - 1)]


def test_what_failed_inside_a_called_process_is_marked_where_it_is_called(site: Site) -> None:
    with site.application.database.unit_of_work() as session:
        session.add(
            Incident(
                instance_id=1,
                kind="step",
                process_key="f5_paso1_metas_indicadores",
                element_id="consolidar_periodo",
                element_name="Consolidar",
                message="Falló.",
                trace="",
                state="open",
                attempts=1,
                opened_at=site.clock.now(),
            )
        )
    visitor = site.visitor("sruiz")

    (main,) = visitor.open("/casos/1").xpath("//figure/@data-marks")
    (inside,) = visitor.open("/casos/1?diagrama=f5_paso1_metas_indicadores").xpath("//figure/@data-marks")

    assert json.loads(main)["paso_1"] == "incidente"
    assert json.loads(inside)["consolidar_periodo"] == "incidente"


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
