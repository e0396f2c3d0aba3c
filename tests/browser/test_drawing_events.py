"""A process leader draws what may happen at any moment: an event subprocess, and what each kind of event waits for."""

from __future__ import annotations

from importlib import resources

import pytest
from playwright.sync_api import Page, expect

from engine.definitions import drafts
from engine.definitions.diagram import DiagramModel
from engine.definitions.drawing import draw_svg
from engine.definitions.reading import read_diagram
from engine.identity import SYSTEM
from tests.browser.conftest import Live
from tests.browser.test_studio import REPORT, choose, open_editor

pytestmark = pytest.mark.browser

KEY = "sub_reporte_entidad"
ASIDE = """<bpmn:subProcess id="aparte" name="Atender la pregunta">
<bpmn:startEvent id="ocurre" name="Ocurre"><bpmn:outgoing>f1</bpmn:outgoing></bpmn:startEvent>
<bpmn:userTask id="atender" name="Atender" camunda:formRef="avalar_reporte" camunda:formRefBinding="deployment">
<bpmn:extensionElements><camunda:properties><camunda:property name="pes.plazo" value="2dh"/>
<camunda:property name="pes.registro" value="avalar_reporte"/></camunda:properties></bpmn:extensionElements>
<bpmn:incoming>f1</bpmn:incoming><bpmn:outgoing>f2</bpmn:outgoing></bpmn:userTask>
<bpmn:endEvent id="atendido" name="Atendido"><bpmn:incoming>f2</bpmn:incoming></bpmn:endEvent>
<bpmn:sequenceFlow id="f1" sourceRef="ocurre" targetRef="atender"/>
<bpmn:sequenceFlow id="f2" sourceRef="atender" targetRef="atendido"/></bpmn:subProcess>"""
LANE = "<bpmn:flowNodeRef>avalar_reporte</bpmn:flowNodeRef>"
BOXES = {
    'aparte" isExpanded="true': (400, 425, 420, 130),
    "ocurre": (430, 470, 36, 36),
    "atender": (530, 448, 110, 80),
    "atendido": (720, 470, 36, 36),
}
LINES = {"f1": (466, 530), "f2": (640, 720)}


def shape(name: str, x: int, y: int, width: int, height: int) -> str:
    bounds = f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/>'
    return f'<bpmndi:BPMNShape bpmnElement="{name}">{bounds}</bpmndi:BPMNShape>'


def edge(name: str, start: int, end: int) -> str:
    points = f'<di:waypoint x="{start}" y="488"/><di:waypoint x="{end}" y="488"/>'
    return f'<bpmndi:BPMNEdge bpmnElement="{name}">{points}</bpmndi:BPMNEdge>'


def with_a_subprocess_aside() -> bytes:
    """The entity's report with a subprocess that nothing leads to."""
    xml = (resources.files("bpmn") / f"{KEY}.bpmn").read_text(encoding="utf-8")
    picture = "".join(shape(name, *box) for name, box in BOXES.items())
    picture += "".join(edge(name, *ends) for name, ends in LINES.items())
    for mark, added in (("</bpmn:process>", ASIDE), ("</bpmndi:BPMNPlane>", picture)):
        xml = xml.replace(mark, f"{added}{mark}", 1)
    return xml.replace(LANE, f"{LANE}<bpmn:flowNodeRef>aparte</bpmn:flowNodeRef>", 1).encode()


def replace_with(page: Page, element_id: str, words: str) -> None:
    choose(page, element_id)
    page.locator(".djs-context-pad [data-action=replace]").click()
    page.locator(".djs-popup-results .entry").get_by_text(words, exact=True).click()


def draw_event_subprocess(live: Live, page: Page, start: str) -> None:
    """Turn the subprocess aside into one that an event begins."""
    application = live.site.application
    with application.database.unit_of_work() as session:
        drafts.save(
            session, application.engine, drafts.PROCESS, KEY, with_a_subprocess_aside(),
            actor=SYSTEM, revision=0, base_version=1,
        )  # fmt: skip
    open_editor(page)
    page.locator('[data-element-id="aparte"] .djs-hit-all').first.click(position={"x": 60, "y": 6})
    page.locator(".djs-context-pad [data-action=replace]").click()
    page.locator(".djs-popup-results .entry").get_by_text("Subproceso de evento", exact=True).click()
    replace_with(page, "ocurre", start)


def save(page: Page) -> None:
    page.get_by_role("button", name="Guardar borrador").click()
    expect(page.locator("[data-part=status]")).to_contain_text("Borrador guardado")


def drawn(live: Live) -> DiagramModel:
    with live.site.application.database.reading() as session:
        draft = drafts.find(session, drafts.PROCESS, KEY)
        assert draft is not None
        return read_diagram(draft.content)


KINDS = {
    "Comienzo de tiempo (no interrumpe)": ({"days": "2"}, {"event": "timer", "deadline": "2dh", "interrupting": False}),
    "Comienzo de mensaje": (
        {"event-name": "pregunta_ciudadana", "clave": "${plan}/${entidad}"},
        {"event": "message", "message": "pregunta_ciudadana", "interrupting": True},
    ),
    "Comienzo de señal (no interrumpe)": (
        {"event-name": "cambio_de_meta"},
        {"event": "signal", "reference": "cambio_de_meta", "interrupting": False},
    ),
    "Comienzo de error": ({"event-name": "sin_datos"}, {"event": "error", "reference": "sin_datos"}),
    "Comienzo de escalamiento": ({"event-name": "a_tiempo"}, {"event": "escalation", "reference": "a_tiempo"}),
    "Comienzo de condición": (
        {"event-condition": "${decision == 'devuelvo'}"},
        {"event": "conditional", "expression": "${decision == 'devuelvo'}"},
    ),
}


@pytest.mark.parametrize("start", KINDS)
def test_each_start_of_an_event_subprocess_is_drawn_and_told_what_it_waits_for(live, open_page, start):
    asked, expected = KINDS[start]
    page = open_page("amartinez")

    draw_event_subprocess(live, page, start)
    for field, value in asked.items():
        page.locator(f"#campo-{field}").fill(value)
        page.keyboard.press("Tab")
    nobody_throws = "señal" in start  # so the linter says, and lets it be published
    expect(page.locator("[data-part=summary]")).to_contain_text(
        "0 errores y 1 aviso" if nobody_throws else "Sin hallazgos"
    )
    save(page)

    model = drawn(live)
    element = model.elements["ocurre"]
    assert model.elements["aparte"].triggered_by_event
    assert {name: getattr(element, name) for name in expected} == expected
    assert element.properties.get("clave", "") == asked.get("clave", "")
    assert live.violations(page) == []
    assert live.complaints == []


def test_what_an_event_is_called_is_taken_back_by_one_undo_and_leaves_nothing_behind(live, open_page):
    page = open_page("amartinez")
    draw_event_subprocess(live, page, "Comienzo de mensaje")

    for name in ("pregunta", "queja"):
        page.locator("#campo-event-name").fill(name)
        page.keyboard.press("Tab")
    page.get_by_role("button", name="Deshacer").click()
    expect(page.locator("#campo-event-name")).to_have_value("pregunta")
    page.locator("#campo-interrupts").select_option("no")
    save(page)

    with live.site.application.database.reading() as session:
        xml = drafts.find(session, drafts.PROCESS, KEY).content.decode()
    assert 'name="pregunta"' in xml and 'name="queja"' not in xml
    assert not drawn(live).elements["ocurre"].interrupting


def test_it_is_published_and_drawn_dashed_by_the_viewer_and_by_the_server(live, open_page):
    page = open_page("amartinez")
    draw_event_subprocess(live, page, "Comienzo de tiempo (no interrumpe)")
    page.locator("#campo-days").fill("2")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Revisar y publicar").click()
    page.get_by_label("Por qué se publica").fill("Las preguntas se atienden en cualquier momento.")
    page.get_by_label("En cuanto se publique").check()
    page.get_by_role("button", name="Publicar la nueva versión").click()
    expect(page.get_by_role("status").first).to_contain_text("Publicada la versión 2.")

    page.wait_for_selector("[data-diagram][data-ready]")
    dashed = "[style*=stroke-dasharray]"
    assert page.locator(f'[data-element-id="aparte"] .djs-visual > rect{dashed}').count()
    assert page.locator(f'[data-element-id="ocurre"] .djs-visual > circle{dashed}').count()
    published = page.request.get(f"{REPORT}/diagrama.bpmn").body()
    before = (resources.files("bpmn") / f"{KEY}.bpmn").read_bytes()
    dashes = [draw_svg(xml, {}).count("stroke-dasharray") for xml in (before, published)]
    assert dashes[1] - dashes[0] == 2  # the border and the start
    assert live.complaints == []
