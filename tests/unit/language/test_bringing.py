"""What other tools write that means something else than it looks like, brought as BPMN 2.0 means it."""

from __future__ import annotations

import pytest

from engine.definitions.diagram import DiagramModel
from engine.definitions.importing import import_diagram
from engine.definitions.importing.unset import ASKED
from engine.definitions.linting import KnownNames, lint
from engine.definitions.markup import BPMNDI, parse
from engine.definitions.reading import read_diagram
from tests.unit.language.drawn import chain, definitions, end, flow, process, start

GATEWAY = '<bpmn:exclusiveGateway id="g" name="¿Cómo?"/>'


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


def test_an_inclusive_gateway_keeps_all_its_conditions_and_stops_where_none_holds() -> None:
    flows = flow("f0", "inicio", "g") + "".join(flow(f"a{n}", "g", f"t{n}", f"${{q{n}}}") for n in range(3))
    ends = "".join(task(f"t{n}") + end(f"e{n}") + flow(f"b{n}", f"t{n}", f"e{n}") for n in range(3))
    xml = import_diagram(process(start() + '<bpmn:inclusiveGateway id="g" name="¿Qué?"/>' + ends + flows)).xml

    assert [read_diagram(xml).flows[f"a{n}"].condition for n in range(3)] == ["${q0}", "${q1}", "${q2}"]
    assert [one.rule for one in lint(xml, KnownNames()) if one.rule in ("default_flow", "missing_condition")] == []


@pytest.mark.parametrize("written", ["{}", "'{}'", '="{}"', "${{'{}'}}"])
def test_a_condition_of_one_word_is_what_a_person_answers(written: str) -> None:
    flows = flow("f0", "inicio", "t") + flow("f1", "t", "g") + flow("a", "g", "si", written.format("Aprobado"))
    flows += flow("b", "g", "no", written.format("Rechazado")) + flow("c", "si", "fin") + flow("d", "no", "fin")
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


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        ("${clase.equals('A')}", "${clase == 'A'}"),
        ("${execution.getVariable('monto') &gt; 5}", "${monto > 5}"),
        ('${lista.contains("x")}', '${contains(lista, "x")}'),
        ("${lista.size() &gt; 2}", "${count(lista) > 2}"),
        ("=string length(nombre) &gt; 3", "${count(nombre) > 3}"),
        ('=clase in ("A","B")', '${clase in ["A","B"]}'),
        ("=is defined(clase)", "${(clase != null)}"),
        ('=dia &gt;= date("2026-01-31") and not(listo)', '${dia >= "2026-01-31" and not(listo)}'),
        ("${clase eq 'A' and not empty nota}", "${clase eq 'A' and not empty nota}"),
    ],
)  # fmt: skip
def test_what_another_tool_calls_is_written_in_our_words_and_what_is_understood_stays(written: str, ours: str) -> None:
    flows = flow("f0", "inicio", "g") + flow("a", "g", "fin", written) + flow("b", "g", "e2")

    result = import_diagram(process(start() + GATEWAY + end() + end("e2") + flows))

    assert read_diagram(result.xml).flows["a"].condition == ours
    assert any("quedó escrita" in one.message for one in result.repairs) == (ours != written.replace("&gt;", ">"))


@pytest.mark.parametrize("kind", ["exclusive", "inclusive"])
def test_where_no_condition_holds_the_case_stops_until_somebody_says_where_it_goes(kind: str) -> None:
    flows = flow("f0", "inicio", "g") + flow("a", "g", "fin", "${n &gt; 9}") + flow("b", "g", "e2", "${n &lt; 5}")
    gateway = GATEWAY.replace("exclusive", kind)

    result = import_diagram(process(start() + gateway + end() + end("e2") + flows))
    model = read_diagram(result.xml)

    assert [model.flows[one].condition for one in ("a", "b")] == ["${n > 9}", "${n < 5}"]
    (other,) = [one for one in model.after("g") if one.id not in ("fin", "e2")]
    assert (other.kind, other.event) == ("endEvent", "error")
    assert {"default_flow", "unset"} == {one.rule for one in result.questions}


def test_the_only_way_out_of_a_step_keeps_its_condition() -> None:
    flows = flow("f0", "inicio", "t") + flow("a", "t", "u", "${n &gt; 9}") + flow("b", "u", "fin")

    model = brought(process(start() + task("t") + task("u") + end() + flows))

    assert model.flows["a"].condition == "${n > 9}"
    assert "error" in {one.event for one in model.after(model.flows["a"].source)}


def test_of_two_ways_to_one_step_both_conditions_count() -> None:
    flows = chain("inicio", "t") + flow("a", "t", "u", "${p}") + flow("b", "t", "u", "${q}") + flow("c", "u", "fin")

    result = import_diagram(process(start() + task("t") + task("u") + end() + flows))

    assert "${(p) or (q)}" in {one.condition for one in read_diagram(result.xml).flows.values()}
    assert any("se hace una sola vez" in one.message for one in result.repairs)


@pytest.mark.parametrize(("answer", "default"), [("", None), ("Solo si ninguna se cumple", "c")])
def test_a_way_without_condition_of_an_inclusive_gateway_is_always_followed(answer: str, default: str | None) -> None:
    flows = flow("f0", "inicio", "g") + flow("a", "g", "fin", "${p}") + flow("b", "g", "e2", "${q}")
    body = start() + GATEWAY.replace("exclusive", "inclusive") + end() + end("e2") + end("e3") + flows

    given = {"plain_flow:g": answer} if answer else {}
    result = import_diagram(process(body + flow("c", "g", "e3")), answers=given)

    model = read_diagram(result.xml)
    assert model.elements["g"].default_flow == default
    assert model.flows["c"].condition == ("" if answer else "${true}")
    assert [one for one in lint(result.xml, KnownNames()) if one.severity == "error" and one.rule != "role"] == []


def test_data_that_nobody_fills_may_be_asked_in_a_step_and_the_conditions_stay() -> None:
    flows = flow("f0", "inicio", "t") + flow("f1", "t", "g") + flow("a", "g", "fin", "${montoTotal &gt; 10}")
    flows += flow("b", "g", "e2", "${clase == 'Obra' and urgente}") + flow("c", "g", "e3")
    body = start() + task("t") + GATEWAY + end() + end("e2") + end("e3")

    result = import_diagram(process(body + flows), answers={"unset:g": ASKED})

    model = read_diagram(result.xml)
    asked = {one["key"]: one for form in result.forms.values() for one in form["components"] if "key" in one}
    assert {key: asked[key]["type"] for key in ("monto_total", "clase", "urgente")} == {
        "monto_total": "number", "clase": "radio", "urgente": "checkbox",
    }  # fmt: skip
    assert [one["value"] for one in asked["clase"]["values"]] == ["Obra", "otra"]
    assert set(model.elements["t"].properties["salida"].split(",")) == {"monto_total", "clase", "urgente"}
    assert model.flows["a"].condition == "${monto_total > 10}"


def test_what_a_script_computed_is_written_by_whom_does_its_step() -> None:
    script = '<bpmn:scriptTask id="s" name="Calcular" camunda:resultVariable="monto"><bpmn:script>1</bpmn:script>'
    flows = flow("f0", "inicio", "s") + flow("f1", "s", "g") + flow("a", "g", "fin", "${monto &gt; 1}")
    body = start() + script + "</bpmn:scriptTask>" + GATEWAY + end() + end("e2") + flows + flow("b", "g", "e2")

    result = import_diagram(process(body))

    assert read_diagram(result.xml).elements["s"].properties["salida"] == "monto"
    assert "unset" not in {one.rule for one in result.questions}


def test_what_an_ad_hoc_subprocess_holds_is_all_done_and_nothing_goes() -> None:
    inside = task("a") + task("b") + "<bpmn:completionCondition>${listo}</bpmn:completionCondition>"
    body = start() + f'<bpmn:adHocSubProcess id="s" name="Libre">{inside}</bpmn:adHocSubProcess>' + end()

    result = import_diagram(process(body + chain("inicio", "s", "fin")))

    model = read_diagram(result.xml)
    assert {one.id for one in model.of_kind("userTask")} == {"a", "b"}
    assert any("termina con «${listo}»" in one.message for one in result.repairs)
    assert "start" not in {one.rule for one in result.questions}


def test_a_brought_diagram_with_its_forms_in_the_house_is_brought_again_as_it_is() -> None:
    form = '<bpmn:extensionElements><camunda:formData><camunda:formField id="ok" type="boolean"/></camunda:formData>'
    body = start() + task("t", form + "</bpmn:extensionElements>") + end() + chain("inicio", "t", "fin")
    first = import_diagram(process(body))

    again = import_diagram(first.xml, KnownNames(forms=dict.fromkeys(first.forms, "")))

    assert again.repairs == ()


def test_what_an_automatic_step_gave_is_asked_for_once_a_person_does_it() -> None:
    given = '<bpmn:extensionElements><camunda:inputOutput><camunda:outputParameter name="total">${a}'
    inside = given + "</camunda:outputParameter></camunda:inputOutput></bpmn:extensionElements>"
    flows = chain("inicio", "t", "g") + flow("a", "g", "fin", "${total &gt; 1}") + flow("b", "g", "e2")

    result = import_diagram(process(start() + task("t", inside) + GATEWAY + end() + end("e2") + flows))

    assert "unset" in {one.rule for one in result.questions}


@pytest.mark.parametrize("written", ["P3D", '=duration("P3D")', "${'P3D'}", '"P3D"', '="P3D"'])
def test_a_duration_within_an_expression_is_that_duration(written: str) -> None:
    timer = f"<bpmn:timerEventDefinition><bpmn:timeDuration>{written}</bpmn:timeDuration></bpmn:timerEventDefinition>"
    border = f'<bpmn:boundaryEvent id="b" attachedToRef="t">{timer}</bpmn:boundaryEvent>'
    flows = chain("inicio", "t", "fin") + flow("x", "b", "fin")

    assert brought(process(start() + task("t") + border + end() + flows)).elements["b"].properties["plazo"] == "3dh"


def test_a_lane_around_lanes_is_not_asked_whose_it_is() -> None:
    inner = '<bpmn:lane id="l1" name="Enlace"><bpmn:flowNodeRef>t</bpmn:flowNodeRef></bpmn:lane>'
    outer = (
        f'<bpmn:lane id="l" name="Secretaría"><bpmn:flowNodeRef>t</bpmn:flowNodeRef><bpmn:childLaneSet id="c">{inner}'
    )
    lanes = f'<bpmn:laneSet id="ls">{outer}</bpmn:childLaneSet></bpmn:lane></bpmn:laneSet>'
    body = lanes + start() + task("t") + end() + chain("inicio", "t", "fin")

    result = import_diagram(process(body), KnownNames(roles={"enlace": "Enlace", "jefe": "Jefatura"}))

    assert "role" not in {one.rule for one in result.questions}


@pytest.mark.parametrize("first", [True, False])
def test_a_collapsed_subprocess_keeps_its_page_with_each_element_drawn_once(first: bool) -> None:
    inside = start("si") + '<bpmn:scriptTask id="a" name="A"/>' + end("so")
    inside += flow("i1", "si", "a") + flow("i2", "a", "so")
    body = start() + f'<bpmn:subProcess id="sub" name="Sub">{inside}</bpmn:subProcess>' + end()
    xml = process(body + chain("inicio", "sub", "fin")).decode()
    pages = [page("proceso", "inicio", "sub", "fin"), page("sub", "si", "a", "so")]
    drawn = "".join(pages if first else reversed(pages))

    after = import_diagram(xml.replace("</bpmn:definitions>", f"{drawn}</bpmn:definitions>").encode()).xml

    ids = [str(one.get("id")) for one in parse(after).iter() if isinstance(one.tag, str) and one.get("id")]
    planes = {
        str(one.get("bpmnElement")): [str(shape.get("bpmnElement")) for shape in one]
        for one in parse(after).iter(f"{{{BPMNDI}}}BPMNPlane")
    }
    assert len(ids) == len(set(ids))
    assert sorted(planes["proceso"]) == ["f1", "f2", "fin", "inicio", "sub"]
    assert sorted(planes["sub"]) == ["a", "i1", "i2", "si", "so"]


def page(of: str, *elements: str) -> str:
    """A page of the drawing with these on it; the arrows are left for the importer."""
    bounds = '<dc:Bounds x="100" y="100" width="100" height="80"/>'
    shapes = "".join(
        f'<bpmndi:BPMNShape id="{one}_di" bpmnElement="{one}">{bounds}</bpmndi:BPMNShape>' for one in elements
    )
    plane = f'<bpmndi:BPMNPlane id="pl_{of}" bpmnElement="{of}">{shapes}</bpmndi:BPMNPlane>'
    return f'<bpmndi:BPMNDiagram id="d_{of}">{plane}</bpmndi:BPMNDiagram>'


@pytest.mark.parametrize("kind", ["exclusive", "inclusive"])
def test_of_a_condition_that_is_understood_and_one_that_is_not_a_person_decides_both(kind: str) -> None:
    flows = chain("inicio", "t", "g") + flow("a", "g", "fin", "${n &gt; 9}") + flow("b", "g", "e2", "Urgente")
    body = start() + task("t") + GATEWAY.replace("exclusive", kind) + end() + end("e2")

    result = import_diagram(process(body + flows))

    assert read_diagram(result.xml).elements["t"].properties["salida"] == "respuesta_g"
    assert sum("la decide una persona" in one.message for one in result.repairs) == 2
