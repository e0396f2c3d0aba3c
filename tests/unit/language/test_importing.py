# ruff: noqa: E501  (small diagrams, one a line)
from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import Counter

import pytest
from lxml import etree

from engine.confinement import confined
from engine.definitions.importing import ImportResult, Kind, import_diagram
from engine.definitions.linting import KnownNames, lint
from engine.definitions.markup import BPMNDI, CAMUNDA, parse
from engine.definitions.reading import DiagramModel, read_diagram
from engine.errors import UnreadableDiagram
from tests.support.counting import counted
from tests.unit.language.drawn import chain, definitions, end, flow, lane, multiple, process, start, user_task

KNOWN = KnownNames(
    roles={"coordinador_pes": "Coordinación PES", "enlace": "Enlace de planeación"},
    forms={"formulario": "Formulario"},
    processes={"otro": "Otro"},
    topics={"calcular": "Calcular"},
)
MESSY = definitions(
    '<bpmn:collaboration id="c"><bpmn:participant id="p1" name="Trámite" processRef="Proc 1"/><bpmn:participant id="p0"/>'
    '<bpmn:participant id="p2" name="Ciudadano" processRef="ajeno"/></bpmn:collaboration>'
    '<bpmn:process id="ajeno"><bpmn:task id="pide" name="Pedir"/></bpmn:process>'
    '<bpmn:process id="Proc 1"><bpmn:task id="a" name="Radicar"/><bpmn:task id="b" name="Revisar"/>'
    '<bpmn:exclusiveGateway id="g" name="¿Bien?"/><bpmn:scriptTask id="s" name="Calcular"><bpmn:script>x</bpmn:script>'
    '</bpmn:scriptTask><bpmn:serviceTask id="sv" name="Notificar"/><bpmn:task id="x1"/><bpmn:task id="x2"/><bpmn:task id="x3"/>'
    '<bpmn:boundaryEvent id="be" attachedToRef="b"><bpmn:timerEventDefinition><bpmn:timeDuration>P10D</bpmn:timeDuration>'
    '</bpmn:timerEventDefinition></bpmn:boundaryEvent><bpmn:sequenceFlow sourceRef="a" targetRef="b"/>'
    '<bpmn:sequenceFlow sourceRef="b" targetRef="g"/><bpmn:sequenceFlow name="Sí" sourceRef="g" targetRef="s"/>'
    '<bpmn:sequenceFlow name="No" sourceRef="g" targetRef="a"/><bpmn:sequenceFlow sourceRef="be" targetRef="sv"/>'
    '<bpmn:sequenceFlow sourceRef="s" targetRef="x1"/><bpmn:sequenceFlow sourceRef="s" targetRef="x2"/>'
    '<bpmn:sequenceFlow sourceRef="x1" targetRef="x3"/><bpmn:sequenceFlow sourceRef="x2" targetRef="x3"/></bpmn:process>'
)

MOST_CALLS = 15_000_000
"""About twice what the worst of the files takes."""


def brought(body: str, *, roots: str = "", known: KnownNames = KNOWN) -> tuple[DiagramModel, ImportResult]:
    """What becomes of a process with this inside; nothing but roles may be left to mend."""
    result = import_diagram(process(body, roots=roots), known)
    left = [
        finding for finding in lint(result.xml, KnownNames()) if finding.severity == "error" and finding.rule != "role"
    ]
    assert left == []
    return read_diagram(result.xml), result


def rules(result: ImportResult) -> set[str]:
    return {repair.rule for repair in result.repairs}


def test_a_diagram_without_faults_stays_as_it_is() -> None:
    xml = process(start() + user_task("t") + end() + chain("inicio", "t", "fin"))

    result = import_diagram(xml, KNOWN)

    before, after = read_diagram(xml), read_diagram(result.xml)
    assert (after.elements, after.flows) == (before.elements, before.flows)
    assert result.repairs == ()


def test_the_drawing_of_an_analyst_runs_and_every_change_is_told() -> None:
    result = import_diagram(MESSY, KNOWN)

    model = read_diagram(result.xml)
    assert [finding.rule for finding in lint(result.xml, KnownNames()) if finding.severity == "error"] == []
    assert (model.process_key, model.name, model.executable) == ("proc_1", "Trámite", True)
    assert [pool.name for pool in model.pools] == ["Ciudadano"]
    assert {"missing_id", "executable", "supported", "topic", "timer", "start", "dead_end", "implicit_split"} <= rules(
        result
    )
    assert {"missing_condition", "twice", "unnamed", "form", "deadline", "one_process", "empty_pool"} <= rules(result)
    assert {"implicit_split", "role", "twice"} == {question.rule for question in result.questions}
    assert import_diagram(result.xml, KnownNames(forms=dict.fromkeys(result.forms, ""))).repairs == ()


def test_a_file_without_a_drawing_gets_one_with_every_step_and_flow() -> None:
    result = import_diagram(MESSY, KNOWN)

    model = read_diagram(result.xml)
    drawn = {
        node.get("bpmnElement") for node in parse(result.xml).iter(f"{{{BPMNDI}}}BPMNShape", f"{{{BPMNDI}}}BPMNEdge")
    }
    assert drawn == {*model.elements, *model.flows, "nota_s", "nota_s_lazo"}


def test_an_exclusive_gateway_without_conditions_becomes_a_choice_with_the_names_of_its_flows() -> None:
    body = (
        start() + user_task("t", form="") + '<bpmn:exclusiveGateway id="g" name="¿Aprueba?"/>' + user_task("u") + end()
    )
    flows = chain("inicio", "t", "g") + flow("si", "g", "fin", name="Sí") + flow("no", "g", "u", name="No")

    model, result = brought(body + flows + flow("x", "u", "fin"))

    form = result.forms["proceso_t"]
    question = next(field for field in form["components"] if field["type"] == "radio")
    assert model.elements["t"].form_key == "proceso_t"
    assert model.elements["t"].properties["salida"] == question["key"] == "respuesta_g"
    assert [(one["label"], one["value"]) for one in question["values"]] == [("Sí", "si"), ("No", "no")]
    assert (model.flows["si"].condition, model.elements["g"].default_flow) == ("${respuesta_g == 'si'}", "no")


def test_where_the_task_before_has_a_form_of_its_own_the_question_gets_a_task() -> None:
    body = start() + user_task("t") + '<bpmn:exclusiveGateway id="g" name="¿Aprueba?"/>' + end() + end("fin2")
    flows = chain("inicio", "t", "g") + flow("si", "g", "fin", name="Sí") + flow("no", "g", "fin2", name="No")

    model, _result = brought(body + flows)

    assert model.elements["responder_aprueba"].kind == "userTask"
    assert model.elements["t"].form_key == "formulario"


def test_conditions_in_plain_words_become_the_names_of_the_answers() -> None:
    body = start() + user_task("t", form="") + '<bpmn:exclusiveGateway id="g"/>' + end() + end("fin2")
    flows = (
        chain("inicio", "t", "g") + flow("a", "g", "fin", "si hay plata") + flow("b", "g", "fin2", "si no hay plata")
    )

    model, result = brought(body + flows)

    assert [flow.name for flow in model.flows.values() if flow.source == "g"] == ["si hay plata", "si no hay plata"]
    assert "expression" in rules(result)


def test_with_one_condition_missing_the_other_flow_is_the_default() -> None:
    body = start() + '<bpmn:exclusiveGateway id="g" name="¿Más?"/>' + user_task("t") + end()
    flows = chain("inicio", "g", "t", "fin") + flow("no", "g", "fin", "${n == 0}")

    model, result = brought(body + flows)

    assert model.elements["g"].default_flow == "f2"
    assert result.forms == {}


def test_an_inclusive_gateway_without_conditions_becomes_a_checklist() -> None:
    body = (
        start() + user_task("t", form="") + '<bpmn:inclusiveGateway id="g"/>' + user_task("u") + user_task("v") + end()
    )
    flows = chain("inicio", "t", "g", "u", "fin") + flow("x", "g", "v") + flow("y", "v", "fin")

    model, result = brought(body + flows)

    assert "checklist" in [field["type"] for field in result.forms["proceso_t"]["components"]]
    assert "contiene(" in next(iter(model.flows[one].condition for one in model.elements["g"].outgoing))


@pytest.mark.parametrize(
    ("equal", "deadline"),
    [
        (("P1D", "PT24H", "PT1440M", "R/P1D"), "1dh"),
        (("P2D", "PT48H"), "2dh"),
        (("P7D", "P1W", "PT168H"), "5dh"),
        (("P10D", "P1W3D"), "8dh"),
        (("P14D", "P2W"), "10dh"),
        (("P1Y", "P12M"), "252dh"),
        (("P1M",), "21dh"),
    ],
)
def test_equal_durations_of_other_tools_become_equal_deadlines(equal: tuple[str, ...], deadline: str) -> None:
    for written in equal:
        model, result = brought(*waiting(f"<bpmn:timeDuration>{written}</bpmn:timeDuration>"))

        assert (model.elements["b"].deadline, "timer" in asked(result)) == (deadline, False), written


@pytest.mark.parametrize(
    ("written", "deadline", "told"),
    [
        ("<bpmn:timeDuration>PT4H</bpmn:timeDuration>", "1dh", "«PT4H», que no son días enteros"),
        ("<bpmn:timeDuration>P1DT12H</bpmn:timeDuration>", "2dh", "«P1DT12H», que no son días enteros"),
        ("<bpmn:timeDuration>P0D</bpmn:timeDuration>", "1dh", "«P0D», que no deja tiempo"),
        ("<bpmn:timeDate>2027-03-01T00:00:00Z</bpmn:timeDate>", "5dh", "«2027-03-01T00:00:00Z», una fecha fija"),
        ("<bpmn:timeCycle>0 0 9-17 * * MON-FRI</bpmn:timeCycle>", "5dh", "«0 0 9-17 * * MON-FRI», que se repite"),
        ("<bpmn:timeDuration>${plazoAcordado}</bpmn:timeDuration>", "5dh", "«${plazoAcordado}», que se calcula"),
        ("<bpmn:timeDuration>mañana</bpmn:timeDuration>", "5dh", "«mañana», que aquí no se entiende"),
        ("", "5dh", "no decía cuánto"),
    ],
)
def test_other_times_are_quoted_and_asked(written: str, deadline: str, told: str) -> None:
    model, result = brought(*waiting(written))

    question = next(one for one in result.questions if one.rule == "timer")
    assert model.elements["b"].deadline == deadline
    assert told in question.message and told in next(one.message for one in result.repairs if one.rule == "timer")
    assert question.kind == Kind.DEADLINE


def waiting(written: str) -> tuple[str]:
    event = f'<bpmn:boundaryEvent id="b" attachedToRef="t"><bpmn:timerEventDefinition>{written}'
    body = start() + user_task("t") + f"{event}</bpmn:timerEventDefinition></bpmn:boundaryEvent>" + end() + end("e2")
    return (body + chain("inicio", "t", "fin") + flow("x", "b", "e2"),)


def asked(result: ImportResult) -> set[str]:
    return {question.rule for question in result.questions}


def test_the_deadline_that_another_tool_wrote_at_a_task_is_kept_or_asked() -> None:
    tasks = (
        '<bpmn:userTask id="a" name="A" camunda:formRef="formulario" camunda:dueDate="P2W"/>'
        '<bpmn:userTask id="b" name="B" camunda:formRef="formulario" camunda:dueDate="${plazos.de(tarea)}"/>'
    )

    model, result = brought(start() + tasks + end() + chain("inicio", "a", "b", "fin"))

    assert (model.elements["a"].deadline, model.elements["b"].deadline) == ("10dh", "5dh")
    assert [(one.element, one.kind) for one in result.questions if one.rule == "deadline"] == [("b", Kind.DEADLINE)]


def test_what_only_a_removed_event_led_to_goes_with_it_and_is_asked() -> None:
    body = (
        start()
        + user_task("t")
        + '<bpmn:boundaryEvent id="b" name="se deshace" attachedToRef="t"><bpmn:compensateEventDefinition/>'
        "</bpmn:boundaryEvent>" + user_task("u") + user_task("v") + user_task("w") + end() + end("e2")
    )
    flows = chain("inicio", "t", "v", "fin") + flow("x", "b", "u") + flow("y", "u", "w") + flow("z", "w", "v")

    model, result = brought(body + flows + flow("q", "u", "e2", "${n == 1}"))

    assert {"u", "w", "e2", "b"} & set(model.elements) == set()
    assert [one.id for one in model.after("inicio")] == ["t"]
    question = next(one for one in result.questions if one.rule == "supported")
    assert (question.element, "«Hacer u»" in question.message, "«Hacer w»" in question.message) == ("t", True, True)


def test_what_follows_a_cancelled_transaction_runs_only_when_it_is_cancelled() -> None:
    inside = (
        start("si") + user_task("paga") + end("bien") + '<bpmn:endEvent id="mal"><bpmn:cancelEventDefinition/>'
        '</bpmn:endEvent><bpmn:exclusiveGateway id="g" default="d"/>' + chain("si", "paga", "g")
    )
    inside += flow("d", "g", "bien") + flow("m", "g", "mal", "${anula}")
    body = start() + f'<bpmn:transaction id="tx" name="Compra">{inside}</bpmn:transaction>' + user_task("avisa")
    body += '<bpmn:boundaryEvent id="b" attachedToRef="tx"><bpmn:cancelEventDefinition/></bpmn:boundaryEvent>'

    model, _result = brought(body + end() + end("e2") + chain("inicio", "tx", "fin") + chain("b", "avisa", "e2"))

    assert (model.elements["b"].event, model.elements["mal"].event) == ("error", "error")
    assert model.elements["b"].reference == model.elements["mal"].reference


def test_an_event_subprocess_left_without_what_starts_it_goes_and_is_asked() -> None:
    apart = (
        '<bpmn:subProcess id="ev" triggeredByEvent="true" name="Deshacer"><bpmn:startEvent id="q">'
        '<bpmn:compensateEventDefinition/></bpmn:startEvent><bpmn:task id="d" name="Devolver"/>'
        '<bpmn:sequenceFlow id="g" sourceRef="q" targetRef="d"/></bpmn:subProcess>'
    )

    model, result = brought(start() + user_task("t") + end() + chain("inicio", "t", "fin") + apart)

    assert list(model.elements) == ["inicio", "t", "fin"]
    assert [one.message for one in result.questions if one.rule == "start"] == [
        "¿Qué hace comenzar «Deshacer»? Se quitó: no dice qué lo hace comenzar, o el motor no lo espera."
    ]


SPLITS = {
    "each way has a condition": ("${n > 1}", "${n > 2}", "", ("inclusiveGateway",)),
    "a condition beside the default": ("${n > 1}", "", "y", ("exclusiveGateway",)),
    "a condition beside a plain way, which is always taken": ("${n > 1}", "", "", ("exclusiveGateway", "parallelGateway")),
    "two plain ways": ("", "", "", ("parallelGateway",)),
}  # fmt: skip


@pytest.mark.parametrize("case", SPLITS)
def test_ways_that_part_without_a_gateway_are_taken_as_bpmn_says(case: str) -> None:
    one, other, default, gateways = SPLITS[case]
    task = user_task("t").replace(
        "<bpmn:userTask", f'<bpmn:userTask default="{default}"' if default else "<bpmn:userTask"
    )
    body = (
        start() + task + user_task("u") + user_task("v") + end() + end("e2") + chain("inicio", "t") + chain("u", "fin")
    )

    model, _result = brought(body + flow("f7", "v", "e2") + flow("x", "t", "u", one) + flow("y", "t", "v", other))

    found = [element.kind for element in model.elements.values() if element.kind.endswith("Gateway")]
    assert sorted(found) == sorted(gateways)


def test_a_monthly_start_of_another_tool_becomes_a_cadence() -> None:
    cycle = "<bpmn:timerEventDefinition><bpmn:timeCycle>R/P1M</bpmn:timeCycle></bpmn:timerEventDefinition>"

    model, _result = brought(start(inside=cycle) + user_task("t") + end() + chain("inicio", "t", "fin"))

    assert model.elements["inicio"].properties == {"cadencia": "mensual", "apertura": "cierre+1dh"}


def test_a_start_nobody_can_read_starts_by_hand_and_is_asked() -> None:
    date = "<bpmn:timerEventDefinition><bpmn:timeDate>algún día</bpmn:timeDate></bpmn:timerEventDefinition>"

    model, result = brought(start(inside=date) + user_task("t") + end() + chain("inicio", "t", "fin"))

    assert model.elements["inicio"].event == "none"
    assert "cadence" in {question.rule for question in result.questions}


def test_other_vocabularies_are_written_as_camunda() -> None:
    tasks = (
        '<bpmn:userTask id="a" name="A" flowable:candidateGroups="enlace" flowable:formKey="formulario"/>'
        '<bpmn:userTask id="b" name="B" operaton:assignee="${x}"/>'
        '<bpmn:userTask id="c" name="C"><bpmn:extensionElements><zeebe:assignmentDefinition candidateGroups="enlace"/>'
        "</bpmn:extensionElements></bpmn:userTask>"
    )

    model, _result = brought(start() + tasks + end() + chain("inicio", "a", "b", "c", "fin"))

    assert (model.elements["a"].roles, model.elements["a"].form_key) == (("enlace",), "formulario")
    assert (model.elements["b"].assignee, model.elements["c"].roles) == ("${x}", ("enlace",))


def test_what_was_translated_stays_for_its_tool_and_is_no_longer_read_here() -> None:
    tasks = (
        '<bpmn:userTask id="a" name="A" flowable:formKey="formulario" flowable:priority="3"/>'
        '<bpmn:userTask id="c" name="C"><bpmn:extensionElements><zeebe:assignmentDefinition candidateGroups="enlace"/>'
        "</bpmn:extensionElements><bpmn:potentialOwner><bpmn:resourceRef>enlace</bpmn:resourceRef></bpmn:potentialOwner>"
        "</bpmn:userTask>"
    )
    model, result = brought(start() + tasks + end() + chain("inicio", "a", "c", "fin"))
    emptied = parse(result.xml)
    for node in emptied.iter():
        for name in ("formRef", "candidateGroups"):
            node.attrib.pop(f"{{{CAMUNDA}}}{name}", "")

    again = read_diagram(etree.tostring(emptied))

    assert (model.elements["a"].form_key, model.elements["c"].roles) == ("formulario", ("enlace",))
    assert (again.elements["a"].form_key, again.elements["c"].roles) == ("", ())
    assert b'flowable:priority="3"' in result.xml and b"zeebe:assignmentDefinition" in result.xml


def bag(xml: bytes) -> Counter[tuple[str, str, str]]:
    """Every element, attribute and text of a file, however it is laid out; places in the drawing apart."""
    found: Counter[tuple[str, str, str]] = Counter()
    for node in parse(xml).iter():
        owner = next((one.get("id") for one in (node, *node.iterancestors()) if one.get("id")), "")
        found[(str(owner), str(node.tag), (node.text or "").strip())] += 1
        found.update((str(owner), str(name), str(value)) for name, value in node.attrib.items())
    return found


def test_what_other_tools_wrote_survives_with_its_namespaces_declared_once() -> None:
    vendor = (
        '<bpmn:extensionElements xmlns:bz="http://bizagi.com"><bz:BizagiExtensions><bz:Property name="a">1</bz:Property>'
        '</bz:BizagiExtensions><camunda:executionListener event="start" class="x.Y"/><camunda:inputOutput>'
        '<camunda:inputParameter name="q">${1}</camunda:inputParameter></camunda:inputOutput></bpmn:extensionElements>'
    )
    tasks = "".join(
        f'<bpmn:userTask id="{one}" name="{one}" camunda:candidateGroups="enlace" camunda:formRef="formulario" '
        f'camunda:asyncBefore="true" flowable:priority="3">{vendor}<bpmn:incoming>x</bpmn:incoming></bpmn:userTask>'
        for one in "ab"
    )
    before = process(start() + tasks + end() + chain("inicio", "a", "b", "fin"), attributes=' camunda:versionTag="1"')

    result = import_diagram(before, KNOWN)

    lost = {one for one in bag(before) - bag(result.xml) if "incoming" not in one[1]}
    assert lost == set()
    assert result.xml.count(b"xmlns:bz=") == 1
    assert b"<bpmn:incoming>f1</bpmn:incoming>" in result.xml and b"<bpmn:outgoing>f3</bpmn:outgoing>" in result.xml


def test_a_lane_is_matched_with_the_role_it_is_called_like() -> None:
    lanes = (
        '<bpmn:laneSet id="ls"><bpmn:lane id="l1" name="Enlace de Planeacion"><bpmn:flowNodeRef>t</bpmn:flowNodeRef></bpmn:lane>'
        '<bpmn:lane id="l2" name="Marte"><bpmn:flowNodeRef>u</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>'
    )
    body = lanes + start() + user_task("t") + user_task("u") + end() + chain("inicio", "t", "u", "fin")

    result = import_diagram(process(body), KNOWN)

    assert read_diagram(result.xml).lanes["l1"].role == "enlace"
    assert [(question.element, question.rule) for question in result.questions] == [("l2", "role")]
    assert "coordinador_pes" in result.questions[0].options


def test_an_interrupted_repetition_is_wrapped_in_a_subprocess() -> None:
    event = (
        '<bpmn:boundaryEvent id="b" attachedToRef="t"><bpmn:timerEventDefinition><bpmn:timeDuration>P3D</bpmn:timeDuration>'
        "</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    body = (
        start()
        + user_task("t", inside=multiple())
        + event
        + end()
        + chain("inicio", "t", "fin")
        + flow("x", "b", "fin")
    )

    model, _result = brought(body)

    wrapper = model.elements["t"].parent_id
    assert wrapper is not None
    assert (model.elements["b"].attached_to, model.elements[wrapper].kind) == (wrapper, "subProcess")


def test_what_cannot_be_kept_is_listed() -> None:
    odd = (
        '<bpmn:subProcess id="ev" triggeredByEvent="true"><bpmn:startEvent id="q"/></bpmn:subProcess>'
        '<bpmn:boundaryEvent id="comp" attachedToRef="t"><bpmn:compensateEventDefinition/></bpmn:boundaryEvent>'
        '<bpmn:task id="suelta" name="Suelta"/><bpmn:callChoreography id="coreo"/>'
    )

    model, result = brought(start() + user_task("t") + end() + chain("inicio", "t", "fin") + odd)

    assert list(model.elements) == ["inicio", "t", "fin"]
    assert len([repair for repair in result.repairs if repair.rule in ("supported", "unreachable", "start")]) == 4


def test_an_event_subprocess_stays_with_what_it_waits_for() -> None:
    apart = (
        '<bpmn:subProcess id="ev" triggeredByEvent="true" name="Si preguntan"><bpmn:startEvent id="q">'
        "<bpmn:timerEventDefinition><bpmn:timeDuration>P2D</bpmn:timeDuration></bpmn:timerEventDefinition>"
        '</bpmn:startEvent><bpmn:task id="contesta" name="Contestar"/><bpmn:sequenceFlow id="g" sourceRef="q" '
        'targetRef="contesta"/></bpmn:subProcess>'
    )

    model, _result = brought(
        start() + user_task("t") + end() + chain("inicio", "t", "fin") + flow("mal", "t", "ev") + apart
    )

    assert (model.elements["ev"].triggered_by_event, model.elements["ev"].incoming) == (True, ())
    assert (model.elements["q"].event, model.elements["q"].deadline) == ("timer", "2dh")
    assert model.elements["contesta"].kind == "userTask"
    assert [end.parent_id for end in model.of_kind("endEvent") if end.id != "fin"] == ["ev"]


def test_links_stay_when_they_have_a_pair() -> None:
    links = (
        '<bpmn:intermediateThrowEvent id="sale"><bpmn:linkEventDefinition name="A"/></bpmn:intermediateThrowEvent>'
        '<bpmn:intermediateCatchEvent id="entra"><bpmn:linkEventDefinition name="A"/></bpmn:intermediateCatchEvent>'
        '<bpmn:intermediateThrowEvent id="sola"><bpmn:linkEventDefinition name="Z"/></bpmn:intermediateThrowEvent>'
    )
    flows = chain("inicio", "g", "sale") + flow("x", "g", "sola", "${n == 1}") + flow("y", "entra", "fin")

    model, _result = brought(start() + '<bpmn:exclusiveGateway id="g"/>' + links + end() + flows)

    assert [model.elements[one].event for one in ("sale", "entra", "sola")] == ["link", "link", "none"]
    assert model.elements["sola"].kind == "endEvent"


def test_a_circle_without_exit_gets_one() -> None:
    body = start() + user_task("t", form="") + user_task("u", form="") + chain("inicio", "t", "u", "t")

    model, result = brought(body)

    assert "no_end" in rules(result)
    assert "¿Ya terminó?" in [element.name for element in model.elements.values()]


def test_a_side_path_that_flows_back_ends_apart() -> None:
    event = (
        '<bpmn:boundaryEvent id="b" attachedToRef="t" cancelActivity="false"><bpmn:timerEventDefinition>'
        "<bpmn:timeDuration>P3D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    body = (
        start()
        + user_task("t")
        + user_task("u")
        + event
        + end()
        + chain("inicio", "t", "u", "fin")
        + flow("x", "b", "u")
    )

    model, _result = brought(body)

    assert model.after("b")[0].kind == "endEvent" and model.after("b")[0].id != "fin"


def test_everything_added_has_a_place_in_the_drawing() -> None:
    result = import_diagram(MESSY, KNOWN)

    assert "drawn" not in {finding.rule for finding in lint(result.xml, KnownNames())}


HOSTILE = {
    "two thousand tasks in a chain": process("".join(f'<bpmn:task id="t{i}"/>' for i in range(1_900)) + chain(*(f"t{i}" for i in range(1_900)))),
    "everybody to everybody": process("".join(f'<bpmn:task id="t{i}"/>' for i in range(40)) + "".join(flow(f"f{i}_{j}", f"t{i}", f"t{j}") for i in range(40) for j in range(40))),
    "a call of itself": process(start() + '<bpmn:callActivity id="c" calledElement="proceso"/>' + end() + chain("inicio", "c", "fin")),
    "a dangling data object": process(start() + '<bpmn:subProcess id="s"><bpmn:dataObjectReference id="d" dataObjectRef="nada"/></bpmn:subProcess>' + end() + chain("inicio", "s", "fin")),
    "a huge cardinality": process(start() + user_task("t", inside="<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>9**9**9</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>") + end() + chain("inicio", "t", "fin")),
    "a token bomb": process(start() + "".join(f'<bpmn:parallelGateway id="g{i}"/>' for i in range(30)) + end() + "".join(flow(f"a{i}", f"g{i}", f"g{i + 1}") + flow(f"b{i}", f"g{i}", f"g{i + 1}") for i in range(29)) + flow("x", "inicio", "g0") + flow("y", "g29", "fin")),
    "markup in names": process(start() + user_task("t").replace("Hacer t", "&lt;script&gt;alert(1)&lt;/script&gt;") + end() + chain("inicio", "t", "fin")),
    "duplicate ids": process(start("x") + '<bpmn:task id="x"/><bpmn:task id="x"/>' + end("x") + chain("x", "x", "x")),
    "deep subprocesses": process("<bpmn:subProcess>" * 50 + "<bpmn:task/>" + "</bpmn:subProcess>" * 50),
    "code in a condition": process(start() + '<bpmn:exclusiveGateway id="g"/>' + end() + end("e2") + chain("inicio", "g", "fin") + flow("x", "g", "e2", "__import__('os').system('id')")),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_bounded(case: str) -> None:
    with counted(most=MOST_CALLS):
        try:
            result = import_diagram(HOSTILE[case], KNOWN)
        except UnreadableDiagram as refused:
            assert refused.message.endswith(".")
        else:
            assert not [one for one in read_diagram(result.xml).flows.values() if "__" in one.condition]
            lint(result.xml, KnownNames())


def test_a_stranger_s_file_is_read_in_a_process_of_its_own() -> None:
    result = confined(import_diagram, MESSY, KNOWN)

    assert result.repairs == import_diagram(MESSY, KNOWN).repairs
    with pytest.raises(UnreadableDiagram, match="vacío"):
        confined(import_diagram, b"")


@pytest.mark.skipif("forkserver" not in multiprocessing.get_all_start_methods(), reason="no fork here")
def test_files_are_read_on_after_the_process_that_begins_their_readers_was_killed() -> None:
    begins_them = confined(os.getppid)
    os.kill(begins_them, signal.SIGKILL)
    os.waitid(os.P_PID, begins_them, os.WEXITED | os.WNOWAIT)

    assert confined(os.getppid) not in (os.getpid(), 1)


def test_what_takes_too_long_or_too_much_is_stopped() -> None:
    with pytest.raises(UnreadableDiagram, match="demasiado complicado"):
        confined(time.sleep, 3_600, seconds=0.2)  # nobody waits for it to end
    with pytest.raises(UnreadableDiagram, match="demasiado complicado"):
        confined(bytes, 4 * 1024**3)


def test_a_reminder_in_a_rework_loop_is_brought_as_it_is() -> None:
    reminder = (
        '<bpmn:boundaryEvent id="b" name="a los 2 días" attachedToRef="t" cancelActivity="false">'
        "<bpmn:timerEventDefinition><bpmn:timeCycle>R3/P2D</bpmn:timeCycle></bpmn:timerEventDefinition>"
        "</bpmn:boundaryEvent>"
    )
    body = (
        lane("t", "r")
        + start()
        + '<bpmn:exclusiveGateway id="m"/><bpmn:exclusiveGateway id="g" name="¿Bien?" default="si"/>'
        + user_task("t")
        + user_task("r")
        + reminder
        + end()
        + end("e2")
        + chain("inicio", "m", "t", "g")
        + flow("si", "g", "fin")
        + flow("no", "g", "m", "${otra}")
        + flow("f8", "b", "r")
        + flow("f9", "r", "e2")
    )

    result = import_diagram(process(body), KNOWN)

    assert [(one.element, one.rule) for one in result.repairs] == [("b", "timer")]
    assert b"R3/P2D" in result.xml


def test_a_script_becomes_a_note_beside_the_task_that_a_person_does() -> None:
    script = (
        '<bpmn:scriptTask id="s" name="Calcular" scriptFormat="js"><bpmn:script>x = 1;</bpmn:script></bpmn:scriptTask>'
    )

    model, result = brought(start() + script + end() + chain("inicio", "s", "fin"))

    assert model.elements["s"].kind == "userTask"
    assert b"Guion (js): x = 1;" in result.xml and b'bpmnElement="nota_s"' in result.xml
    assert "«x = 1;», que quedó en una nota" in " ".join(repair.message for repair in result.repairs)


def test_a_loop_that_tests_before_keeps_its_test() -> None:
    loop = '<bpmn:standardLoopCharacteristics testBefore="true"><bpmn:loopCondition>${n > 0}</bpmn:loopCondition>'
    task = user_task("t", inside=f"{loop}</bpmn:standardLoopCharacteristics>")

    model, result = brought(start() + task + end() + chain("inicio", "t", "fin"))

    assert (model.elements["t"].loop, model.elements["t"].loop_tests_before) == (True, True)
    assert result.repairs == ()


def test_a_subprocess_is_never_emptied_into_a_task() -> None:
    inside = start("si") + '<bpmn:callChoreography id="co"/>' + end("sf")
    body = start() + f'<bpmn:subProcess id="s" name="Preparar">{inside}</bpmn:subProcess>' + user_task("t") + end()
    through = start() + f'<bpmn:subProcess id="s">{start("si") + end("sf") + flow("q", "si", "sf")}</bpmn:subProcess>'

    model, _result = brought(body + chain("inicio", "s", "t", "fin"))
    passing, result = brought(through + user_task("t") + end() + chain("inicio", "s", "t", "fin"))

    assert (model.elements["s"].kind, passing.elements["s"].kind) == ("subProcess", "subProcess")
    assert result.repairs == ()
