"""A process leader at the drawing, in a real browser."""

from __future__ import annotations

import datetime as dt
import re
from importlib import resources

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from engine.definitions import drafts
from engine.definitions.linting import lint
from engine.definitions.reading import read_diagram
from engine.definitions.surroundings import known_names
from engine.identity import SYSTEM
from engine.tasks.models import UserTask
from tests.browser.conftest import Live
from tests.integration.studio.test_bringing import PERMIT
from tests.support.plan import PLAN
from workflows.cycles import opening as cycles

pytestmark = pytest.mark.browser

REPORT = "/procesos/sub_reporte_entidad"


def open_editor(page: Page) -> None:
    page.goto(f"{REPORT}/editar")
    page.wait_for_selector("#editor[data-ready]")
    page.get_by_role("button", name="Ver todo").click()


def choose(page: Page, element_id: str) -> None:
    page.locator(f'[data-element-id="{element_id}"]').first.click()


def change(page: Page, field: str, value: str) -> None:
    page.locator(f"#campo-{field}").fill(value)
    page.keyboard.press("Tab")


def due_days(live) -> set[str]:
    with live.site.application.database.reading() as session:
        moments = session.scalars(sa.select(UserTask.due_at).where(UserTask.element_id == "reportar_avance"))
        return {(moment - dt.timedelta(hours=5)).date().isoformat() for moment in moments}


@pytest.mark.parametrize("key", ["sub_reporte_entidad", "f2_marco_y_metas", "pes_maestro"])
def test_a_wide_drawing_opens_where_it_begins_and_can_be_read(live, open_page, key):
    page = open_page("amartinez")
    page.goto(f"/procesos/{key}/editar")
    page.wait_for_selector("#editor[data-ready]")

    shown = int(page.locator("[data-part=zoom]").inner_text().removesuffix("%").strip())
    canvas = page.locator("[data-part=canvas]").bounding_box()
    begins = [one.id for one in read_diagram(resources.files("bpmn").joinpath(f"{key}.bpmn").read_bytes()).starts()]
    box = page.locator(f'[data-element-id="{begins[0]}"]').first.bounding_box()
    assert shown >= 75
    assert canvas["x"] + 100 < box["x"] < canvas["x"] + canvas["width"] / 2
    assert canvas["y"] < box["y"] < canvas["y"] + canvas["height"] - box["height"]


def test_a_leader_draws_six_days_and_the_next_month_obeys(live, open_page):
    page = open_page("amartinez")
    open_editor(page)
    before = due_days(live)

    choose(page, "reportar_avance")
    expect(page.locator("#campo-days")).to_have_value("5")
    change(page, "days", "6")
    page.get_by_role("button", name="Guardar borrador").click()
    expect(page.get_by_role("status").first).to_contain_text("Borrador guardado")
    page.get_by_role("button", name="Revisar y publicar").click()
    expect(page.locator(".changes")).to_contain_text("«Reportar avance»: el plazo pasa de 5 a 6 días hábiles")
    page.get_by_label("Por qué se publica").fill("El sector pidió un día más.")
    page.get_by_label("En cuanto se publique").check()
    page.get_by_role("button", name="Publicar la nueva versión").click()
    expect(page.get_by_role("status").first).to_contain_text("Publicada la versión 2.")
    live.site.clock.move_to(dt.datetime(2018, 8, 1, 14, tzinfo=dt.UTC))
    with live.site.application.database.unit_of_work() as session:
        cycles.open_due(session, live.site.application.engine, plan_code=PLAN)

    assert before == {"2018-07-09"}
    assert due_days(live) == {"2018-07-09", "2018-08-09"}
    assert live.complaints == []


def test_what_is_drawn_is_saved_by_itself_and_comes_back_after_a_lost_connection(live, open_page):
    page = open_page("amartinez")
    open_editor(page)
    choose(page, "reportar_avance")
    change(page, "days", "6")
    expect(page.locator("[data-part=status]")).to_contain_text("Borrador guardado")

    page.route("**/borrador", lambda route: route.abort())
    change(page, "days", "8")
    expect(page.locator("[data-part=status]")).to_contain_text("queda en este navegador")
    page.unroute("**/borrador")
    open_editor(page)
    page.get_by_role("button", name="Recuperarlo").click()
    expect(page.locator("[data-part=status]")).to_contain_text("Borrador guardado")

    choose(page, "reportar_avance")
    expect(page.locator("#campo-days")).to_have_value("8")
    with live.site.application.database.reading() as session:
        assert b'8dh"' in drafts.find(session, drafts.PROCESS, "sub_reporte_entidad").content


def test_a_value_that_cannot_be_is_told_at_its_field_and_is_not_saved(open_page):
    page = open_page("amartinez")
    open_editor(page)
    choose(page, "reportar_avance")

    change(page, "days", "900")
    choose(page, "validar_reporte")
    page.get_by_role("button", name="Guardar borrador").click()

    expect(page.locator("[data-part=status]")).to_contain_text("Escriba un número entero, entre 0 y 365.")
    expect(page.locator("#campo-days")).to_be_focused()
    expect(page.locator("#campo-days")).to_have_value("900")


def test_findings_stand_beside_the_drawing_and_lead_to_their_element(live, open_page):
    page = open_page("amartinez")
    open_editor(page)
    expect(page.locator("[data-part=summary]")).to_contain_text("Sin hallazgos")

    choose(page, "validar_reporte")
    change(page, "days", "")

    finding = page.locator(".finding").first
    expect(finding).to_contain_text("Validar reporte")
    page.keyboard.press("Escape")
    finding.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-part=panel] h2")).to_contain_text("Validar reporte")
    assert live.violations(page) == []


def test_one_undo_takes_one_change_back(open_page):
    page = open_page("amartinez")
    open_editor(page)

    choose(page, "reportar_avance")
    change(page, "days", "9")
    page.get_by_role("button", name="Deshacer").click()

    expect(page.locator("#campo-days")).to_have_value("5")


def test_two_leaders_at_one_drawing_are_shown_what_separates_them(open_page):
    mine, theirs = open_page("amartinez"), open_page("jrojas")
    for page, days in ((mine, "6"), (theirs, "8")):
        open_editor(page)
        choose(page, "reportar_avance")
        change(page, "days", days)

    theirs.get_by_role("button", name="Guardar borrador").click()
    expect(theirs.locator("[data-part=status]")).to_contain_text("guardado")
    mine.get_by_role("button", name="Guardar borrador").click()

    dialog = mine.get_by_role("dialog")
    expect(dialog).to_contain_text("Jorge Rojas")
    expect(dialog).to_contain_text("el plazo pasa de 8 a 6 días hábiles")
    dialog.get_by_role("button", name="Guardar el mío encima").click()
    expect(mine.locator("[data-part=status]")).to_contain_text(re.compile("Borrador guardado"))


def test_the_editor_offers_only_what_can_run_and_speaks_spanish(open_page):
    page = open_page("amartinez")
    open_editor(page)

    choose(page, "reportar_avance")
    page.locator(".djs-context-pad [data-action=replace]").click()

    offered = page.locator(".djs-popup-results .entry").all_inner_texts()
    assert "Paso automático" in offered
    assert not [words for words in offered if re.search("script|manual|regla", words, re.IGNORECASE)]


TWIN = (
    '<bpmn:sequenceFlow id="doble" sourceRef="validar_reporte" targetRef="hay_devueltas"/>',
    '<bpmndi:BPMNEdge id="doble_di" bpmnElement="doble"><di:waypoint x="1340" y="480"/><di:waypoint x="1410" y="480"/>'
    "</bpmndi:BPMNEdge>",
)
CONDITION = '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${decision == 1}</bpmn:conditionExpression>'
DEFAULT = '<bpmn:sequenceFlow id="reporte_avalado__fin" name="Avalado" sourceRef="reporte_avalado" targetRef="fin"'
BUDGET = "Reportar ejecución presupuestal y actividades"
BUDGET_TASK = f'userTask id="reportar_ejecucion" name="{BUDGET}"'

FAULTS = {
    "a property": ([("directivo_entidad", "directivo_entidades")], "Usar «directivo_entidad»"),
    "an attribute": ([('topic="repartir_reporte"', 'topic="repartir_reportes"')], "Usar «repartir_reporte»"),
    "the process in its pool": ([('isExecutable="true"', 'isExecutable="false"')], "Marcar como ejecutable"),
    "a condition": ([("${decision ==", "${decisiom ==")], "Escribir «${decision == 'devuelvo'}»"),
    "a condition too many": ([(f"{DEFAULT}/>", f"{DEFAULT}>{CONDITION}</bpmn:sequenceFlow>")], "Quitar la condición"),
    "a default flow": ([(' default="reporte_avalado__fin"', "")], "Tomar como camino por defecto"),
    "a kind": (
        [(f"<bpmn:{BUDGET_TASK}", f'<bpmn:scriptTask id="reportar_ejecucion" name="{BUDGET}"')],
        "Convertir en tarea de una persona",
    ),
    "an id": (
        [('sequenceFlow id="hay_devueltas__recoger_correcciones" ', "sequenceFlow ")],
        "Dibujar de nuevo la flecha",
    ),
    "a drawn flow": (
        [("</bpmn:process>", f"{TWIN[0]}</bpmn:process>"), ("</bpmndi:BPMNPlane>", f"{TWIN[1]}</bpmndi:BPMNPlane>")],
        "Quitar la flecha",
    ),
    "a flow without a line": (
        [("</bpmn:process>", '<bpmn:sequenceFlow id="suelta" sourceRef="inicio"/></bpmn:process>')],
        "Quitar la flecha",
    ),
}
"""What is wrong with the drawing, and the button that mends it."""


def shipped_with(changes: list[tuple[str, str]]) -> bytes:
    xml = (resources.files("bpmn") / "sub_reporte_entidad.bpmn").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in xml
        xml = xml.replace(old, new, 1)
    if "<bpmn:scriptTask" in xml:
        before, after = xml.split("<bpmn:scriptTask", 1)
        xml = f"{before}<bpmn:scriptTask{after.replace('</bpmn:userTask>', '</bpmn:scriptTask>', 1)}"
    return xml.encode()


def keep_draft(live: Live, xml: bytes) -> None:
    application = live.site.application
    with application.database.unit_of_work() as session:
        drafts.save(
            session, application.engine, drafts.PROCESS, "sub_reporte_entidad", xml,
            actor=SYSTEM, revision=0, base_version=1,
        )  # fmt: skip


def faults_of_draft(live: Live) -> list[str]:
    """The rules that what was saved breaks."""
    application = live.site.application
    with application.database.reading() as session:
        draft = drafts.find(session, drafts.PROCESS, "sub_reporte_entidad")
        assert draft is not None
        return [finding.rule for finding in lint(draft.content, known_names(session, application.engine))]


@pytest.mark.parametrize("fault", FAULTS)
def test_one_click_mends_what_the_linter_can_and_undo_brings_it_back(live, open_page, fault):
    changes, label = FAULTS[fault]
    keep_draft(live, shipped_with(changes))
    broken = faults_of_draft(live)
    page = open_page("amartinez")
    open_editor(page)
    button = page.get_by_role("button", name=label, exact=True)

    button.click()
    expect(button).to_have_count(0)
    page.get_by_role("button", name="Deshacer").click()
    expect(button).to_have_count(1)
    page.get_by_role("button", name="Rehacer").click()
    expect(button).to_have_count(0)
    page.get_by_role("button", name="Guardar borrador").click()
    expect(page.locator("[data-part=status]")).to_contain_text("Borrador guardado")

    assert broken
    assert faults_of_draft(live) == (["form"] if fault == "a kind" else [])  # an automatic step has none to keep
    assert live.complaints == []


def test_a_diagram_drawn_elsewhere_is_brought_answered_and_published(live, open_page):
    page = open_page("amartinez")
    page.goto("/procesos/")
    page.get_by_role("link", name="Traer un diagrama").click()
    assert live.violations(page) == []
    page.get_by_label("Archivo del diagrama").set_input_files(
        {"name": "permiso.bpmn", "mimeType": "application/xml", "buffer": PERMIT}
    )
    page.get_by_role("button", name="Ver cómo queda").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Trámite de un permiso", timeout=30_000)
    assert live.violations(page) == []
    page.get_by_role("button", name="Abrir en el editor").click()
    page.wait_for_selector("#editor[data-ready]")
    page.get_by_role("button", name="Ver todo").click()

    page.get_by_role("button", name="¿Qué rol hace «Radicar»").click()
    expect(page.locator("[data-part=panel] h2")).to_contain_text("Radicar")
    page.locator("#campo-role").select_option("coordinador_pes")
    choose(page, "devolver")
    page.locator("#campo-role").select_option("coordinador_pes")
    expect(page.locator("[data-part=summary]")).to_contain_text("Sin hallazgos")
    assert live.violations(page) == []
    page.get_by_role("button", name="Revisar y publicar").click()
    expect(page.get_by_role("heading", name="Un proceso nuevo")).to_be_visible()
    assert live.violations(page) == []
    page.get_by_label("Por qué se publica").fill("Lo dibujó la oficina jurídica.")
    page.get_by_role("button", name="Publicar el proceso").click()

    expect(page.get_by_role("status").first).to_contain_text("Publicada la versión 1.")
    assert live.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_of_the_studio_passes_axe(live, open_page, scheme):
    page = open_page("amartinez", color_scheme=scheme)

    wrong = {}
    for path in ("/procesos/", REPORT, f"{REPORT}/tareas", f"{REPORT}/tareas/reportar_avance",
                 "/procesos/formularios", "/procesos/formularios/reportar_avance"):  # fmt: skip
        page.goto(path, wait_until="networkidle")
        wrong[path] = live.violations(page)

    assert wrong == {path: [] for path in wrong}
    assert live.complaints == []


def reach(page: Page, target) -> None:
    """Press Tab until something has the focus."""
    for _ in range(120):
        if target.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail("the keyboard does not get there")


def test_a_step_is_added_named_tidied_and_removed_with_the_keyboard_alone(live, open_page):
    page = open_page("amartinez")
    open_editor(page)
    elements = page.get_by_label("Elemento", exact=True)

    # Given a step that is chosen by its name
    reach(page, elements)
    page.keyboard.type("Validar reporte")
    reach(page, page.get_by_role("button", name="Agregar", exact=True))
    page.keyboard.press("Enter")

    # When another one comes after it, and all is put in order in one act
    expect(page.locator("#campo-name")).to_be_focused()
    page.keyboard.type("Revisar soportes")
    page.keyboard.press("Tab")
    expect(elements.locator("option", has_text=re.compile("^Revisar soportes$"))).to_have_count(1)
    before = shape_of(page, "avalar_reporte")
    page.get_by_role("button", name="Ordenar el dibujo").press("Enter")
    expect(page.get_by_text("Borrador guardado")).to_be_visible(timeout=20_000)
    moved = shape_of(page, "avalar_reporte")
    page.get_by_role("button", name="Deshacer", exact=True).press("Enter")

    # Then one «Deshacer» puts everything back, and the step goes as it came
    assert moved != before
    assert shape_of(page, "avalar_reporte") == before
    elements.focus()
    page.keyboard.type("Revisar soportes")
    reach(page, page.get_by_role("button", name="Quitar", exact=True))
    page.keyboard.press("Enter")
    expect(elements.locator("option", has_text=re.compile("^Revisar soportes$"))).to_have_count(0)
    assert live.complaints == []


def shape_of(page: Page, element_id: str) -> str:
    return page.locator(f'g[data-element-id="{element_id}"]').first.get_attribute("transform") or ""


def test_where_cases_move_from_and_to_is_touched_in_the_drawing(live, open_page):
    # Given a month whose reports wait inside the process that its first step calls
    page = open_page("amartinez")
    page.goto("/casos/manejo?proceso=f5_ciclo_mensual")
    page.get_by_text("Elegirlos en el dibujo").click()
    held, told = page.locator(".picks .node.stands"), page.locator(".picks [data-told]")
    expect(held).to_have_attribute("data-element", "paso_1")

    # When that step is touched, and then another
    held.click()
    expect(told).to_contain_text("Salen de «Reportar avance»; toque a dónde van.")
    page.locator('.picks .node[data-element="pasos_2_y_3"]').click()

    # Then the menus say the same
    expect(page.locator("#desde")).to_have_value("Reportar avance")
    expect(page.locator("#hacia")).to_have_value("pasos_2_y_3")
    assert live.complaints == []
