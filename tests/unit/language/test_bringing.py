"""What other tools write that means something else than it looks like, brought as BPMN 2.0 means it."""

from __future__ import annotations

from engine.definitions.diagram import DiagramModel
from engine.definitions.importing import import_diagram
from engine.definitions.linting import KnownNames, lint
from engine.definitions.reading import read_diagram
from tests.unit.language.drawn import chain, definitions, end, flow, process, start


def brought(xml: bytes) -> DiagramModel:
    return read_diagram(import_diagram(xml).xml)


def task(task_id: str, inside: str = "") -> str:
    return f'<bpmn:userTask id="{task_id}" name="Hacer {task_id}">{inside}</bpmn:userTask>'


def test_references_with_a_prefix_are_those_of_the_same_file() -> None:
    body = (
        '<bpmn:message id="m" name="hola"/><bpmn:process id="p" name="P" isExecutable="true">'
        + start() + '<bpmn:callActivity id="c" name="Llamar" calledElement="tns:otro"/>' + task("t") + end() + end("e2")
        + '<bpmn:boundaryEvent id="b" name="Llega" attachedToRef="tns:t" cancelActivity="false">'
        '<bpmn:messageEventDefinition messageRef="tns:m"/></bpmn:boundaryEvent>'
        + chain("inicio", "c", "t", "fin") + flow("s", "tns:b", "tns:e2") + "</bpmn:process>"
    )  # fmt: skip

    model = brought(definitions(body))

    assert model.elements["c"].called_element == "otro"
    assert (model.elements["b"].attached_to, model.elements["b"].message) == ("t", "hola")
    assert [one.id for one in model.after("b")] == ["e2"]


def test_conditions_on_the_flows_of_a_task_are_each_followed_and_joined_where_the_ways_meet() -> None:
    flows = flow("f1", "inicio", "t") + flow("f2", "t", "a", "${monto &gt; 10}") + flow("f3", "t", "b", "${urgente}")
    apart = start() + task("t") + task("a") + task("b") + end() + flows + flow("f4", "a", "fin")

    split = brought(process(apart + flow("f5", "b", "fin")))
    apart = apart.replace(flow("f4", "a", "fin"), "")
    again = task("c") + flow("f4", "a", "c") + flow("f5", "b", "c") + flow("f6", "c", "fin")
    meeting = brought(process(apart + again))

    (gateway,) = split.of_kind("inclusiveGateway")
    assert {split.flows[one].condition for one in gateway.outgoing} == {"${monto > 10}", "${urgente}", ""}
    assert [one.name for one in split.after(gateway.id)][-1] == "Ninguna se cumple"
    assert [one.kind for one in meeting.elements.values() if one.is_gateway] == ["inclusiveGateway"] * 2


def test_an_inclusive_gateway_keeps_all_its_conditions_and_ends_where_none_holds() -> None:
    flows = flow("f0", "inicio", "g") + "".join(flow(f"a{n}", "g", f"t{n}", f"${{q{n}}}") for n in range(3))
    ends = "".join(task(f"t{n}") + end(f"e{n}") + flow(f"b{n}", f"t{n}", f"e{n}") for n in range(3))
    xml = import_diagram(process(start() + '<bpmn:inclusiveGateway id="g" name="¿Qué?"/>' + ends + flows)).xml

    assert [read_diagram(xml).flows[f"a{n}"].condition for n in range(3)] == ["${q0}", "${q1}", "${q2}"]
    assert [one.rule for one in lint(xml, KnownNames()) if one.rule in ("default_flow", "missing_condition")] == []


def test_a_condition_of_one_word_is_what_a_person_answers() -> None:
    flows = flow("f0", "inicio", "t") + flow("f1", "t", "g") + flow("a", "g", "si", "Aprobado")
    flows += flow("b", "g", "no", "Rechazado") + flow("c", "si", "fin") + flow("d", "no", "fin")
    body = start() + task("t") + '<bpmn:exclusiveGateway id="g" name="¿Qué se resolvió?"/>' + task("si") + task("no")

    result = import_diagram(process(body + end() + flows))
    model = read_diagram(result.xml)

    assert [model.flows[one].name for one in ("a", "b")] == ["Aprobado", "Rechazado"]
    assert model.elements["t"].properties["salida"].startswith("respuesta_")
    assert any("una persona elige entre «Aprobado», «Rechazado»" in one.message for one in result.repairs)


def test_who_does_a_task_is_called_as_its_resource_and_not_by_its_id() -> None:
    owner = "<bpmn:potentialOwner><bpmn:resourceRef>R_1</bpmn:resourceRef></bpmn:potentialOwner>"
    body = '<bpmn:resource id="R_1" name="Analista"/><bpmn:process id="p" name="P" isExecutable="true">'
    body += start() + task("t", owner) + end() + chain("inicio", "t", "fin") + "</bpmn:process>"

    assert read_diagram(definitions(body)).elements["t"].roles == ("Analista",)
