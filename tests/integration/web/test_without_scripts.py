"""A month goes through all hands without a script: returned by row, corrected, accepted, returned by the head."""

from __future__ import annotations

import datetime as dt
import re

from tests.integration.api.test_month import action_plan
from tests.integration.web.test_on_paper import OF
from tests.integration.web.test_task import task_of
from tests.support.plan import demo_data
from tests.support.web import Site, Visitor
from workflows.simulation.playing import Play
from workflows.simulation.robots import Robots
from workflows.simulation.values import Reality

WHY = "El soporte es de otro mes."


def play(site: Site, *elements: str) -> None:
    application = site.application
    robots = Robots(today=lambda: dt.date(2018, 7, 6), reality=Reality(7, demo_data().measurements))
    play = Play(application.database, application.engine, application.forms, robots, site.clock)
    for element in elements:
        assert play.work(int(task_of(site, element, OF).rpartition("/")[2]))


def rest_accepted(liaison: Visitor, task: str, returned: int | None = None) -> None:
    """Return one row with its reason, accept the rest with the button, look at it, and send."""
    liaison.open(task)
    typed = (
        {}
        if returned is None
        else {f"validacion-{returned}-decision": "devuelta", f"validacion-{returned}-motivo": WHY}
    )
    liaison.press(task, **typed, _accion="demas:validacion:decision")
    liaison.press(task, _accion="demas:presupuesto:decision")
    chosen = [value for name, value in liaison.fields(task) if name.endswith("-decision")]
    assert chosen.count("devuelta") == (returned is not None) and len(chosen) > 1
    liaison.press(task, _accion="enviar")
    assert "/enviada" in liaison.address, liaison.text()[:800]


def test_one_row_is_returned_corrected_and_accepted_and_the_head_returns_another(site: Site) -> None:
    # Given a report of seven rows, of which the liaison returns the third and accepts the rest in one press
    play(site, "reportar_avance", "reportar_ejecucion")
    liaison, reporter, head = site.visitor("bdiaz"), site.visitor("ocardenas"), site.visitor("ftorres")
    rest_accepted(liaison, task_of(site, "validar_reporte", OF), returned=2)

    # When the reporter corrects that row, which alone is open and says why, and the liaison accepts it
    correction = task_of(site, "corregir_avance", OF)
    reporter.open(correction)
    open_values = [name for name, _ in reporter.fields(correction) if name.endswith("-valor_periodo")]
    assert open_values == ["avances-2-valor_periodo"] and WHY in reporter.text()
    reporter.press(correction, _accion="enviar", **{"avances-2-avance_cualitativo": "Ahora con el soporte del mes."})
    assert "/enviada" in reporter.address, reporter.text()[:800]
    liaison.open(task_of(site, "validar_reporte", OF))
    assert "Ahora con el soporte del mes." in liaison.text() and "Qué cambió" in liaison.text()
    liaison.press(liaison.address, _accion="demas:validacion:decision")
    liaison.press(task_of(site, "validar_reporte", OF), _accion="enviar")

    # Then the head, who reads what they answer for, returns one row, and it is with the liaison again
    endorsement = task_of(site, "avalar_reporte", OF)
    head.open(endorsement)
    assert "Ahora con el soporte del mes." in head.text() and "Beatriz Díaz" in head.text()
    head.press(
        endorsement, _accion="enviar", decision="devuelvo",
        **{"devueltas-0-devolver": "on", "devueltas-0-motivo_fila": "Falta el acta."},
    )  # fmt: skip
    assert "/enviada" in head.address, head.text()[:800]
    liaison.open("/bandeja")
    assert "Validar reporte" in liaison.text()


def test_a_group_task_is_taken_and_given_back_and_a_long_inbox_is_narrowed_by_address(site: Site) -> None:
    liaison = site.visitor("ocardenas")
    money = task_of(site, "reportar_ejecucion", OF)
    liaison.open("/bandeja")
    liaison.press(f"{money}/tomar")
    assert "La tarea es suya" in liaison.text()
    liaison.press(f"{money}/devolver")
    assert "volvió al grupo" in liaison.text()

    ana = site.visitor("amartinez")
    ana.open("/bandeja/filtrar?vista=sector&entidad=IDPAC&vence=semana")

    assert "IDPAC" in ana.text() and "Reportar avance" in ana.text()
    assert not ana.page().xpath("//ul[@class='tasks']//small[contains(., 'DADEP')]")


def test_the_head_tells_apart_two_activities_of_one_name(site: Site) -> None:
    action_plan(site, OF)
    play(site, "reportar_avance", "reportar_ejecucion", "validar_reporte")
    head, task = site.visitor("ftorres"), task_of(site, "avalar_reporte", OF)
    head.open(task)

    head.press(task, decision="devuelvo", _accion="guardar")
    head.open(task)

    assert re.search(r"Actividad I[RP]-[\d.]+: Actividad 1", head.text())
