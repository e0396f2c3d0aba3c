from __future__ import annotations

import pytest

from engine.definitions.reading import read_diagram
from engine.errors import UnreadableDiagram
from tests.unit.language.drawn import (
    chain,
    definitions,
    end,
    flow,
    lane,
    multiple,
    process,
    properties,
    start,
    user_task,
)


def one_task(attributes: str = "", inside: str = "", tag: str = "userTask", before: str = "") -> bytes:
    task = f'<bpmn:{tag} id="tarea" name="Tarea" {attributes}>{inside}</bpmn:{tag}>'
    return process(before + start() + task + end() + chain("inicio", "tarea", "fin"))


def test_a_task_has_its_flows_its_form_and_the_role_of_its_lane() -> None:
    xml = process(lane("tarea") + start() + user_task("tarea") + end() + chain("inicio", "tarea", "fin"))

    model = read_diagram(xml)

    task = model.elements["tarea"]
    assert (model.process_key, model.name, model.executable) == ("proceso", "Proceso", True)
    assert (task.kind, task.roles, task.lane_id, task.form_key, task.deadline) == (
        "userTask", ("coordinador",), "carril", "formulario", "5dh")  # fmt: skip
    assert (task.incoming, task.outgoing) == (("f1",), ("f2",))
    assert [element.id for element in model.after("inicio")] == ["tarea"]
    assert model.lanes["carril"].role == "coordinador"


def test_own_candidate_groups_win_over_the_lane() -> None:
    xml = process(lane("tarea") + start() + user_task("tarea", extra='camunda:candidateGroups="a, ${f(x, y)}"') + end())

    assert read_diagram(xml).elements["tarea"].roles == ("a", "${f(x, y)}")


def test_only_prefixed_properties_are_ours() -> None:
    inside = properties(plazo="10dh", guia="3.1").replace(
        "</camunda:properties>", '<camunda:property name="otra" value="x"/></camunda:properties>'
    )

    assert read_diagram(one_task(inside=inside)).elements["tarea"].properties == {"plazo": "10dh", "guia": "3.1"}


@pytest.mark.parametrize(
    ("attributes", "inside"),
    [
        ('camunda:candidateGroups="rol" camunda:dueDate="${d}" camunda:formKey="f"', ""),
        ('operaton:candidateGroups="rol" operaton:dueDate="${d}" operaton:formRef="f"', ""),
        ('flowable:candidateGroups="rol" flowable:dueDate="${d}" flowable:formKey="f"', ""),
        (
            "",
            '<bpmn:extensionElements><zeebe:assignmentDefinition candidateGroups="rol"/>'
            '<zeebe:formDefinition formId="f"/><zeebe:taskSchedule dueDate="${d}"/></bpmn:extensionElements>',
        ),
        (
            'camunda:dueDate="${d}"',
            '<bpmn:extensionElements><spiffworkflow:properties><spiffworkflow:property name="formJsonSchemaFilename"'
            ' value="f"/></spiffworkflow:properties></bpmn:extensionElements><bpmn:potentialOwner>'
            "<bpmn:resourceAssignmentExpression><bpmn:formalExpression>rol</bpmn:formalExpression>"
            "</bpmn:resourceAssignmentExpression></bpmn:potentialOwner>",
        ),
    ],
    ids=["camunda", "operaton", "flowable", "zeebe", "spiffworkflow and potentialOwner"],
)
def test_role_deadline_and_form_are_read_in_every_vocabulary(attributes: str, inside: str) -> None:
    task = read_diagram(one_task(attributes, inside)).elements["tarea"]

    assert (task.roles, task.deadline, task.form_key) == (("rol",), "${d}", "f")


def test_a_multi_instance_call_has_collection_variable_and_mappings() -> None:
    inside = (
        '<bpmn:extensionElements><camunda:in source="entidad" target="e"/><camunda:in variables="all"/>'
        '<camunda:out sourceExpression="${x}" target="y"/></bpmn:extensionElements>' + multiple(sequential="true")
    )

    call = read_diagram(one_task('calledElement="otro"', inside, "callActivity")).elements["tarea"]

    assert (call.called_element, call.multiple, call.sequential) == ("otro", True, True)
    assert (call.collection, call.element_variable) == ("${entidades}", "entidad")
    assert [(m.source, m.target, m.everything) for m in call.in_mappings] == [("entidad", "e", False), ("", "", True)]
    assert [(m.expression, m.target) for m in call.out_mappings] == [("${x}", "y")]


def test_the_standard_notation_of_a_multi_instance_is_read_too() -> None:
    inside = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>lista</bpmn:loopDataInputRef>"
        '<bpmn:inputDataItem id="cada" name="cada"/></bpmn:multiInstanceLoopCharacteristics>'
    )

    task = read_diagram(one_task(inside=inside)).elements["tarea"]

    assert (task.collection, task.element_variable) == ("lista", "cada")


def test_events_say_what_they_wait_for() -> None:
    events = (
        '<bpmn:boundaryEvent id="aviso" attachedToRef="tarea" cancelActivity="false">'
        + properties(plazo="3dh")
        + "<bpmn:timerEventDefinition/></bpmn:boundaryEvent>"
        '<bpmn:intermediateCatchEvent id="espera"><bpmn:messageEventDefinition messageRef="m1"/>'
        "</bpmn:intermediateCatchEvent>"
        '<bpmn:endEvent id="corte"><bpmn:terminateEventDefinition/></bpmn:endEvent>'
        '<bpmn:intermediateThrowEvent id="salto"><bpmn:linkEventDefinition name="A"/></bpmn:intermediateThrowEvent>'
    )
    xml = process(start() + user_task("tarea") + events, roots='<bpmn:message id="m1" name="informe_listo"/>')

    elements = read_diagram(xml).elements

    assert (elements["aviso"].timer, elements["aviso"].interrupting, elements["aviso"].attached_to) == (
        True,
        False,
        "tarea",
    )
    assert elements["aviso"].deadline == "3dh"
    assert (elements["espera"].event, elements["espera"].message) == ("message", "informe_listo")
    assert elements["corte"].event == "terminate"
    assert (elements["salto"].event, elements["salto"].reference) == ("link", "A")
    assert elements["inicio"].event == "none"


def test_an_embedded_subprocess_hands_its_lane_down() -> None:
    sub = f'<bpmn:subProcess id="sub">{start("i2")}{user_task("dentro")}{end("e2")}</bpmn:subProcess>'
    xml = process(lane("sub") + start() + sub + end())

    inner = read_diagram(xml).elements["dentro"]

    assert (inner.parent_id, inner.roles) == ("sub", ("coordinador",))


def test_other_pools_are_black_boxes() -> None:
    pools = (
        '<bpmn:collaboration id="c"><bpmn:participant id="nosotros" processRef="proceso"/>'
        '<bpmn:participant id="dnp" name="DNP"/></bpmn:collaboration>'
    )

    model = read_diagram(process(start() + end(), roots=pools))

    assert [(pool.id, pool.name) for pool in model.pools] == [("dnp", "DNP")]


def test_flows_without_id_get_one_and_of_two_equal_ids_the_first_stays() -> None:
    nameless = '<bpmn:sequenceFlow sourceRef="inicio" targetRef="fin"/>'
    xml = process(start() + end() + nameless + '<bpmn:task id="fin"/>' + flow("x", "inicio", "fin"))

    model = read_diagram(xml)

    assert model.elements["fin"].kind == "endEvent"
    assert list(model.flows) == ["_flujo_1", "x"]


HOSTILE = {
    "empty": b"  ",
    "not xml": b"hola",
    "zip": b"PK\x03\x04" + b"\0" * 100,
    "null bytes": process(start() + end()).replace(b"Inicio", b"Ini\0cio"),
    "unclosed": process(start())[:-20],
    "html": b"<html/>",
    "xxe": b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + process("<bpmn:task>&x;</bpmn:task>"),
    "utf-16 doctype": '<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x "y">]><d>&x;</d>'.encode("utf-16"),
    "billion laughs": b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><d>&b;</d>',
    "50 MB": process("<bpmn:documentation>" + "x" * (50 * 1024 * 1024) + "</bpmn:documentation>"),
    "deep": definitions("<bpmn:subProcess>" * 200 + "</bpmn:subProcess>" * 200),
    "very deep": definitions("<a>" * 100_000 + "</a>" * 100_000),
    "many nodes": process("".join(f'<bpmn:task id="t{i}"/>' for i in range(2_001))),
    "very many nodes": process("<bpmn:task/>" * 61_000),
    "no process": definitions(""),
    "two processes": definitions(
        f'<bpmn:process id="a" isExecutable="true">{start("x")}</bpmn:process>'
        f'<bpmn:process id="b" isExecutable="true">{start("y")}</bpmn:process>'
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_not_an_honest_diagram_is_refused_with_one_sentence(case: str) -> None:
    with pytest.raises(UnreadableDiagram) as refused:
        read_diagram(HOSTILE[case])

    assert 20 < len(refused.value.message) < 200
    assert refused.value.message.endswith((".", "(más de 60 niveles)."))
