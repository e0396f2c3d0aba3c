"""What Bizagi, Camunda, Flowable, Signavio and jBPM write in words of their own: it counts here, or it is told."""

from __future__ import annotations

import pytest

from engine.definitions.diagram import DiagramModel
from engine.definitions.importing import ImportResult, import_diagram
from engine.definitions.linting import KnownNames, lint
from engine.definitions.reading import read_diagram
from tests.unit.language.drawn import chain, end, flow, process, start

KNOWN = KnownNames(
    roles={"analista": "Analista"}, forms={"formulario": "Formulario"}, processes={"otro": "Otro"},
    topics={"archivar": "Archivar"}, decisions={},
)  # fmt: skip
ROOTS = '<bpmn:message id="m" name="llega"/><bpmn:signal id="s1" name="alarma"/><bpmn:error id="er" errorCode="ER"/>'
MESSAGE = '<bpmn:messageEventDefinition messageRef="m"/>'
NAMELESS = "<bpmn:messageEventDefinition/>"
CONDITION = (
    "<bpmn:conditionalEventDefinition><bpmn:condition>${x &gt; 1}</bpmn:condition></bpmn:conditionalEventDefinition>"
)


def brought(body: str) -> tuple[DiagramModel, ImportResult]:
    """Bring it: nothing is left that only the editor mends but what asks for a role."""
    result = import_diagram(process(body, roots=ROOTS), KNOWN)
    left = [one for one in lint(result.xml, KnownNames()) if one.severity == "error" and one.rule != "role"]
    assert left == []
    return read_diagram(result.xml), result


def step(tag: str, node_id: str, inside: str = "", extensions: str = "", **attributes: str) -> str:
    written = "".join(f' {name.replace("__", ":")}="{value}"' for name, value in attributes.items())
    extended = f"<bpmn:extensionElements>{extensions}</bpmn:extensionElements>" if extensions else ""
    return f'<bpmn:{tag} id="{node_id}" name="Paso {node_id}"{written}>{extended}{inside}</bpmn:{tag}>'


def line(*steps: str, ids: str) -> str:
    return start() + "".join(steps) + end() + chain("inicio", *ids, "fin")


def user(node_id: str, inside: str = "", extensions: str = "", **attributes: str) -> str:
    return step("userTask", node_id, inside, extensions, camunda__candidateGroups="analista", **attributes)


def border(on: str, inside: str, cancels: str = "true") -> str:
    return step("boundaryEvent", "b", inside, attachedToRef=on, cancelActivity=cancels)


def questions(result: ImportResult) -> list[str]:
    return [one.rule for one in result.questions if one.rule != "role"]


UNREAD = {
    "a listener of Camunda 7": ('<camunda:taskListener event="complete" class="com.x.Avisar"/>', "al completarla («com.x.Avisar»)"),  # noqa: E501
    "a listener of Camunda 8": ('<zeebe:executionListeners><zeebe:executionListener eventType="start" type="avisar"/></zeebe:executionListeners>', "al empezar («avisar»)"),  # noqa: E501
    "what is calculated": ('<camunda:inputOutput><camunda:inputParameter name="tope">${n}</camunda:inputParameter></camunda:inputOutput>', "calcular al entrar «tope»"),  # noqa: E501
    "a priority of Camunda 8": ('<zeebe:priorityDefinition priority="80"/>', "la prioridad «80»"),
}  # fmt: skip


@pytest.mark.parametrize("case", UNREAD)
def test_what_another_tool_does_at_a_step_and_nobody_does_here_is_told_and_stays(case: str) -> None:
    written, told = UNREAD[case]

    _model, result = brought(line(user("t", extensions=written), ids="t"))

    assert told in next(one.message for one in result.repairs if one.rule == "unread")
    assert written.split(">")[0].split(" ")[0].encode() in result.xml and questions(result) == []


def test_a_step_that_another_tool_skips_is_told_and_asked() -> None:
    _model, result = brought(line(user("t", flowable__skipExpression="${n &lt; 5}"), ids="t"))

    assert questions(result) == ["skipped"]
    assert "Paso t» se saltaba si «${n < 5}»" in result.repairs[0].message


CALLS = {
    "Camunda 8 hands all in and out": ('<zeebe:calledElement processId="otro"/>', {}, {("in", "*"), ("out", "*")}),
    "Camunda 8 with what it maps": (
        '<zeebe:calledElement processId="otro" propagateAllParentVariables="false" propagateAllChildVariables="false"/>'
        '<zeebe:ioMapping><zeebe:input source="=a" target="b"/><zeebe:output source="=a + 1" target="c"/>'
        "</zeebe:ioMapping>",
        {}, {("in", "a:b"), ("out", "${a + 1}:c")},
    ),
    "Flowable inherits": ("", {"calledElement": "otro", "flowable__inheritVariables": "true"}, {("in", "*")}),
    "Camunda 7 hands nothing": ("", {"calledElement": "otro"}, set()),
}  # fmt: skip


@pytest.mark.parametrize("case", CALLS)
def test_a_call_hands_over_what_the_other_tool_hands_over(case: str) -> None:
    written, attributes, passed = CALLS[case]

    model, _result = brought(line(step("callActivity", "c", extensions=written, **attributes), ids="c"))

    call = model.elements["c"]
    found = [("in", one) for one in call.in_mappings] + [("out", one) for one in call.out_mappings]
    said = {
        (way, "*" if one.everything else f"{one.source or one.expression}:{one.target}") for way, one in found
    }  # fmt: skip
    assert (call.called_element, said) == ("otro", passed)


@pytest.mark.parametrize(
    ("written", "deadline"),
    [
        ('=now() + duration("P3D")', "3dh"),
        ("${dateTime().plusWeeks(2).toDate()}", "10dh"),
        ("4d", "4dh"),
        ("7d 24h", "6dh"),
    ],
)
def test_a_time_from_now_is_as_many_working_days_in_every_dialect(written: str, deadline: str) -> None:
    timer = f"<bpmn:timerEventDefinition><bpmn:timeDuration>{written}</bpmn:timeDuration></bpmn:timerEventDefinition>"

    model, result = brought(line(step("intermediateCatchEvent", "w", timer), user("t"), ids="wt"))

    assert (model.elements["w"].deadline, questions(result)) == (deadline, [])


def test_what_camunda_8_repeats_comes_as_often() -> None:
    written = '=cycle(3, duration("P1D"))'
    timer = f"<bpmn:timerEventDefinition><bpmn:timeCycle>{written}</bpmn:timeCycle></bpmn:timerEventDefinition>"

    model, _result = brought(line(user("t"), ids="t") + border("t", timer, "false") + end("e2") + flow("x", "b", "e2"))

    assert (model.elements["b"].cycle, model.elements["b"].deadline) == (3, "1dh")


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        ("return aprobado == true;", "${aprobado == true}"),
        ("return KieFunctions.greaterThan(monto, &quot;5&quot;);", "${monto > 5}"),
        ("return KieFunctions.equalsTo(clase, &quot;A&quot;);", '${clase == "A"}'),
    ],
)
def test_a_condition_of_jbpm_is_read(written: str, ours: str) -> None:
    flows = flow("a", "g", "fin", written) + flow("b", "g", "e2")
    body = start() + '<bpmn:exclusiveGateway id="g" name="¿Cómo?"/>' + end() + end("e2") + chain("inicio", "g") + flows

    model, _result = brought(body)

    assert model.flows["a"].condition == ours


def test_what_jbpm_takes_out_of_a_task_is_asked_in_its_form() -> None:
    out = "<bpmn:dataOutputAssociation><bpmn:sourceRef>o</bpmn:sourceRef><bpmn:targetRef>ok</bpmn:targetRef>"
    task = user("t", f"{out}</bpmn:dataOutputAssociation>")
    flows = flow("a", "g", "fin", "return ok == true;") + flow("b", "g", "e2")
    body = start() + task + '<bpmn:exclusiveGateway id="g" name="¿Cómo?"/>' + end() + end("e2")

    model, result = brought(body + chain("inicio", "t", "g") + flows)

    assert (model.elements["t"].properties["salida"], questions(result)) == ("ok", [])


def test_what_plain_bpmn_repeats_over_is_the_datum_behind_its_input() -> None:
    data = "<bpmn:dataInputAssociation><bpmn:sourceRef>personas</bpmn:sourceRef><bpmn:targetRef>i</bpmn:targetRef>"
    each = "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopDataInputRef>i</bpmn:loopDataInputRef>"
    inside = f"{data}</bpmn:dataInputAssociation>{each}</bpmn:multiInstanceLoopCharacteristics>"

    model, _result = brought(line(user("t", inside), ids="t"))

    assert model.elements["t"].collection == "personas"


def test_a_decision_of_flowable_or_camunda_8_is_one_here() -> None:
    known = KnownNames(decisions={"tarifa": None}, roles=KNOWN.roles)  # type: ignore[dict-item]
    field = '<flowable:field name="decisionTableReferenceKey" stringValue="tarifa"/>'
    flowable = step("serviceTask", "f", extensions=field, flowable__type="dmn")
    zeebe = '<zeebe:calledDecision decisionId="tarifa" resultVariable="valor"/>'

    result = import_diagram(process(line(flowable, step("businessRuleTask", "z", extensions=zeebe), ids="fz")), known)

    elements = read_diagram(result.xml).elements
    assert [(elements[one].kind, elements[one].decision) for one in "fz"] == [("businessRuleTask", "tarifa")] * 2
    assert (elements["z"].result_variable, questions(result)) == ("valor", [])


def test_links_are_paired_by_the_event_s_name_or_by_what_they_point_at() -> None:
    throw = '<bpmn:linkEventDefinition id="d1"><bpmn:target>d2</bpmn:target></bpmn:linkEventDefinition>'
    catch = '<bpmn:linkEventDefinition id="d2"/>'
    body = start() + step("intermediateThrowEvent", "l1", throw) + step("intermediateCatchEvent", "l2", catch)

    model, result = brought(
        body + user("t") + end() + chain("inicio", "l1") + flow("x", "l2", "t") + flow("y", "t", "fin")
    )

    assert [model.elements[one].event for one in ("l1", "l2")] == ["link", "link"]
    assert "link" not in {one.rule for one in result.repairs}


def test_a_wait_that_opens_the_process_is_its_start() -> None:
    two = step("intermediateCatchEvent", "u", MESSAGE) + step(
        "intermediateCatchEvent", "v", '<bpmn:signalEventDefinition signalRef="s1"/>'
    )
    gateway = step("eventBasedGateway", "g", instantiate="true") + two + user("t") + end()
    gateway += chain("g", "u", "t", "fin") + flow("x", "g", "v") + flow("y", "v", "t")
    task = step("receiveTask", "r", messageRef="m", instantiate="true") + user("t") + end() + chain("r", "t", "fin")

    by_gateway, by_task = brought(gateway)[0], brought(task)[0]

    assert {(one.id, one.event) for one in by_gateway.starts()} == {("u", "message"), ("v", "signal")}
    assert [(one.id, one.message) for one in by_task.starts()] == [("r", "llega")]


STARTS = {"a condition": (CONDITION, "«${x > 1}»"), "a message without name": (NAMELESS, "sin nombre")}


@pytest.mark.parametrize("case", STARTS)
def test_a_start_that_could_never_come_is_begun_by_somebody(case: str) -> None:
    inside, told = STARTS[case]

    model, result = brought(start(inside=inside) + user("t") + end() + chain("inicio", "t", "fin"))

    assert ([one.event for one in model.starts()], questions(result)) == (["none"], [])
    assert any(told in one.message for one in result.repairs)


WAITS = {
    "a message that the file does not name": (step("intermediateCatchEvent", "w", NAMELESS), "message"),
    "a task that receives nothing": (step("receiveTask", "w"), "message"),
    "a signal that nobody gives": (step("intermediateCatchEvent", "w", '<bpmn:signalEventDefinition signalRef="s1"/>'), "signal_never"),  # noqa: E501
    "a condition on what nobody fills": (step("intermediateCatchEvent", "w", CONDITION), "unset"),
}  # fmt: skip


@pytest.mark.parametrize("case", WAITS)
def test_what_can_t_come_is_said_to_have_come_by_somebody(case: str) -> None:
    wait, rule = WAITS[case]

    model, result = brought(line(user("t"), wait, ids="tw"))

    assert (model.elements["w"].kind, model.elements["w"].name) == ("userTask", "Confirmar: Paso w")
    assert questions(result) == [rule]


def test_a_named_message_is_still_waited_for() -> None:
    model, result = brought(line(user("t"), step("intermediateCatchEvent", "w", MESSAGE), ids="tw"))

    assert (model.elements["w"].message, questions(result)) == ("llega", [])


@pytest.mark.parametrize("kind", ["userTask", "serviceTask"])
def test_an_error_at_a_task_of_a_person_is_what_that_person_says(kind: str) -> None:
    task = step(kind, "t", camunda__candidateGroups="analista") + border(
        "t", '<bpmn:errorEventDefinition errorRef="er"/>'
    )

    model, result = brought(line(task, ids="t") + user("x") + flow("q", "b", "x") + flow("r", "x", "fin"))

    (gateway,) = model.of_kind("exclusiveGateway")
    assert {one.id for one in model.after(gateway.id)} == {"fin", "x"}
    asked = [one for form in result.forms.values() for one in form["components"] if one["type"] == "radio"]
    assert [one["label"] for one in asked[0]["values"]] == ["Bien", "Paso b"]
    assert "thrown_by_nobody" in {one.rule for one in result.repairs}


def test_what_a_repetition_reads_and_nobody_fills_is_asked_in_its_form_or_said() -> None:
    loop = "<bpmn:standardLoopCharacteristics><bpmn:loopCondition>${faltan}</bpmn:loopCondition>"
    until = "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>3</bpmn:loopCardinality>"
    until += "<bpmn:completionCondition>${listo}</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics>"
    counted = until.replace("${listo}", "=numberOfCompletedInstances &gt; 1")
    tasks = user("t", f"{loop}</bpmn:standardLoopCharacteristics>") + user("u", until) + user("v", counted)

    model, result = brought(line(tasks, ids="tuv"))

    assert model.elements["t"].properties["salida"] == "faltan"
    assert (model.elements["u"].completion_condition, questions(result)) == ("", ["unset"])
    assert model.elements["v"].completion_condition == "=nrOfCompletedInstances > 1"


def test_nothing_is_asked_where_there_is_nothing_to_choose_among() -> None:
    steps = user("a", camunda__formKey="embedded:app:x.html") + step(
        "serviceTask", "s", camunda__type="external", camunda__topic="cobrar"
    )
    table = step("businessRuleTask", "r", camunda__decisionRef="tarifa")

    _model, result = brought(line(steps, table, ids="asr"))

    told = " ".join(one.message for one in result.repairs)
    assert questions(result) == []
    assert "«embedded:app:x.html»" in told and "nadie lo ha programado" in told and "la tabla «tarifa»" in told


@pytest.mark.parametrize(("answer", "kind"), [("Todos", "parallelGateway"), ("Uno", "exclusiveGateway")])
def test_where_a_process_begins_at_several_steps_one_may_say_that_it_is_at_one(answer: str, kind: str) -> None:
    body = user("a") + user("b") + end() + flow("x", "a", "fin") + flow("y", "b", "fin")
    (asked,) = [one for one in import_diagram(process(body), KNOWN).questions if one.rule == "start"]

    result = import_diagram(process(body), KNOWN, answers={asked.key: answer})

    assert kind in [one.kind for one in read_diagram(result.xml).elements.values()]


def test_behind_a_gateway_of_events_somebody_says_what_came_and_the_rest_interrupts() -> None:
    timer = "<bpmn:timerEventDefinition><bpmn:timeDuration>P3D</bpmn:timeDuration></bpmn:timerEventDefinition>"
    waits = (
        step("intermediateCatchEvent", "u", NAMELESS)
        + step("receiveTask", "v")
        + step("intermediateCatchEvent", "w", timer)
    )
    body = start() + step("eventBasedGateway", "g") + waits + user("a") + user("b") + end() + end("e2")
    flows = chain("inicio", "g", "u", "a", "fin") + flow("x", "g", "v") + flow("y", "v", "b") + flow("z", "b", "fin")

    model, result = brought(body + flows + flow("p", "g", "w") + flow("q", "w", "e2"))

    task, late = model.elements["g"], model.elements["w"]
    assert (task.kind, task.name, questions(result)) == ("userTask", "Confirmar: Paso u y Paso v", ["message"])
    assert (late.kind, late.attached_to, late.interrupting, late.deadline) == ("boundaryEvent", "g", True, "3dh")
    (gateway,) = model.after("g")
    assert [model.flows[one].name for one in gateway.outgoing] == ["Paso u", "Paso v"]


def test_an_arrow_across_the_border_of_a_subprocess_joins_what_stands_around_its_ends() -> None:
    inside = start("i") + user("a") + end("j") + chain("i", "a", "j").replace('id="f', 'id="g')
    body = start() + step("subProcess", "s", inside) + user("z") + end() + chain("inicio", "s", "fin")

    model, result = brought(body + flow("x", "a", "z") + flow("y", "z", "fin"))

    assert any(one.id == "z" for gateway in model.after("s") for one in model.after(gateway.id))
    assert "crossing_flow" in {one.rule for one in result.repairs}


def test_a_number_of_times_may_be_written_as_an_expression_and_a_group_of_nobody_is_asked_for() -> None:
    times = "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>${3}</bpmn:loopCardinality>"
    task = step(
        "userTask", "t", f"{times}</bpmn:multiInstanceLoopCharacteristics>", camunda__candidateGroups="${grupo}"
    )

    model, result = brought(line(task, ids="t"))

    assert (model.elements["t"].cardinality, model.elements["t"].roles) == ("3", ())
    assert "role" in {one.rule for one in result.questions}


def test_who_is_asked_by_a_question_of_the_importer_is_whom_the_step_beside_it_is_of() -> None:
    two = start() + start("otro") + user("a") + user("b") + end()

    model, result = brought(
        two + flow("p", "inicio", "a") + flow("q", "otro", "b") + flow("r", "a", "fin") + flow("s", "b", "fin")
    )

    (asked,) = [one for one in model.of_kind("userTask") if one.name.startswith("Responder")]
    assert (asked.roles, [one.rule for one in result.questions]) == (("analista",), [])


def test_links_that_are_taken_in_parallel_are_arrows_that_meet_once() -> None:
    throw, catch = (f'<bpmn:linkEventDefinition name="A" id="{one}"/>' for one in ("d1", "d2"))
    body = start() + step("parallelGateway", "f") + user("a") + user("b") + user("z") + end()
    body += step("intermediateThrowEvent", "l1", throw) + step(
        "intermediateThrowEvent", "l2", throw.replace("d1", "d3")
    )
    body += step("intermediateCatchEvent", "l", catch) + chain("inicio", "f", "a", "l1")
    body += flow("p", "f", "b") + flow("q", "b", "l2") + flow("r", "l", "z") + flow("s", "z", "fin")

    model, result = brought(body)

    assert "inclusiveGateway" in {one.kind for one in model.elements.values()}
    assert any("2 enlaces" in one.message for one in result.repairs)


@pytest.mark.parametrize(("before", "asked"), [("true", ["endless_loop"]), ("false", [])])
def test_what_a_loop_that_tests_before_reads_is_asked_of_nobody_who_has_not_begun_it(
    before: str, asked: list[str]
) -> None:
    condition = "<bpmn:loopCondition>${faltan}</bpmn:loopCondition>"
    loop = f'<bpmn:standardLoopCharacteristics testBefore="{before}">{condition}</bpmn:standardLoopCharacteristics>'

    result = import_diagram(process(line(user("t", loop), ids="t")), KNOWN)

    assert questions(result) == asked
    assert bool(asked) is ("faltan" not in str(result.forms))


def test_what_ran_once_for_each_token_is_joined_only_with_a_question_unless_nothing_is_done_there() -> None:
    split = start() + step("parallelGateway", "g") + user("a") + user("b") + end()
    split += flow("p", "inicio", "g") + flow("q", "g", "a") + flow("r", "g", "b")
    met = flow("s", "a", "z") + flow("t", "b", "z") + user("z") + flow("u", "z", "fin")
    apart = flow("s", "a", "fin") + flow("t", "b", "fin")

    _model, twice = brought(split + met)
    _model, ended = brought(split + apart)

    (asked,) = [one for one in twice.questions if one.rule == "twice"]
    assert "una vez por cada uno. ¿Se hace una sola vez, cuando lleguen todos?" in asked.message
    assert questions(ended) == []


def link(node: str, side: str) -> str:
    return step(f"intermediate{side}Event", node, '<bpmn:linkEventDefinition name="A"/>')


def test_a_link_out_of_a_subprocess_leaves_it() -> None:
    inner = start("i") + user("a") + step("exclusiveGateway", "g") + link("l1", "Throw") + end("f")
    inner += flow("n", "i", "a") + flow("m", "a", "g") + flow("o", "g", "f") + flow("p", "g", "l1", "${x &gt; 1}")
    outer = start() + step("subProcess", "s", inner) + user("b") + link("l2", "Catch") + user("z")
    outer += end() + chain("inicio", "s", "b", "fin") + flow("q", "l2", "z") + flow("r", "z", "fin")

    model, result = brought(outer)

    (border,) = model.of_kind("boundaryEvent")
    assert (model.elements["l1"].kind, model.elements["l1"].event) == ("endEvent", "error")
    assert (border.attached_to, border.event, border.reference) == ("s", "error", model.elements["l1"].reference)
    assert [one.id for one in model.after(border.id)] == ["l2"]
    assert [one.id for one in model.after("l2")] == ["z"]
    assert "El enlace «Paso l1» salía de «Paso s»: ahí se deja, y se sigue en «Paso l2»." in [
        one.message for one in result.repairs
    ]
    assert "unreachable" not in {one.rule for one in result.questions}


def test_a_link_into_a_subprocess_is_told_and_asked() -> None:
    inner = start("i") + user("a") + link("l2", "Catch") + user("z") + end("f")
    inner += flow("n", "i", "a") + flow("o", "a", "f") + flow("q", "l2", "z") + flow("r", "z", "f")
    outer = start() + step("subProcess", "s", inner) + link("l1", "Throw") + end() + chain("inicio", "s", "l1")

    _model, result = brought(outer)

    assert [one.message for one in result.repairs if one.rule == "link"] == [
        "El enlace «Paso l1» llegaba a otro nivel («Paso s»): quedó como fin.",
        "Al enlace «Paso l2» se llegaba desde otro nivel («Proceso»): quedó sin tipo.",
    ]
    assert ("l2", "unreachable") in {(one.element, one.rule) for one in result.questions}


def test_a_step_that_is_called_like_a_message_keeps_its_arrows() -> None:
    gateway = step("exclusiveGateway", "m")
    body = start() + gateway + user("a") + end() + step("receiveTask", "r", messageRef="m")

    model, _result = brought(body + chain("inicio", "m", "a", "r", "fin"))

    assert [one.id for one in model.after("m")] == ["a"]
    assert model.elements["r"].message == "llega"
