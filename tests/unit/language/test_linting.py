# ruff: noqa: E501  (a table of small diagrams, one a line)
"""One small diagram that breaks each rule; the diagrams that break none are at the end."""

from __future__ import annotations

import pytest

from engine.definitions.linting import Finding, KnownNames, lint
from engine.errors import InvalidDeadline, UnreadableDiagram
from tests.support.counting import counted
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

MOST_CALLS = 6_000_000
"""About twice what the two largest diagrams take."""


def check_deadline(text: str) -> None:
    if not text.endswith("dh"):
        raise InvalidDeadline


def check_opening(values: object) -> None:
    if "mañana" in str(values):
        raise InvalidDeadline("La apertura no se entiende.")


KNOWN = KnownNames(
    reserved_keys={"corto": "otro", "otro": "otro"},
    roles={"coordinador": "Coordinación", "enlace": "Enlace"},
    forms={"formulario": "Formulario"},
    processes={"otro": "Otro proceso"},
    topics={"calcular": "Calcular"},
    form_handlers={"reportar": "Reportar"},
    variables={"entidades": "Entidades", "decision": "Decisión"},
    calls={"otro": frozenset({"tercero"}), "tercero": frozenset({"proceso"})},
    check_deadline=check_deadline,
    check_opening=check_opening,
)
HERE = KnownNames(roles=KNOWN.roles, forms=KNOWN.forms, check_deadline=check_deadline)


def found(xml: bytes, known: KnownNames = KNOWN) -> list[Finding]:
    """The findings, without the remark that these small files have no drawing."""
    return [finding for finding in lint(xml, known) if finding.rule != "drawn"]


def line(*nodes: str, ids: tuple[str, ...], before: str = "", roots: str = "", more: str = "") -> bytes:
    """start → the nodes → end, all in one lane of a known role."""
    body = (
        lane(*ids)
        + before
        + start()
        + "".join(nodes)
        + end()
        + chain("inicio", *ids, "fin").replace('id="f', 'id="l')
        + more
    )
    return process(body, roots=roots)


def task(**how: str) -> bytes:
    """A process of one user task."""
    return line(user_task("tarea", **how), ids=("tarea",))


def node(tag: str, node_id: str, inside: str = "", **attributes: str) -> str:
    written = "".join(f' {name.replace("__", ":")}="{value}"' for name, value in attributes.items())
    return f'<bpmn:{tag} id="{node_id}" name="{node_id}"{written}>{inside}</bpmn:{tag}>'


def gateway(kind: str, node_id: str, default: str = "") -> str:
    return node(f"{kind}Gateway", node_id, **({"default": default} if default else {}))


def choice(
    condition: str = "${decision == 'si'}", default: str = "no", other: str = "", kind: str = "exclusive"
) -> bytes:
    """A decision with two tasks."""
    flows = flow("a", "inicio", "g") + flow("si", "g", "t1", condition) + flow("no", "g", "t2", other)
    flows += flow("b", "t1", "fin") + flow("c", "t2", "fin")
    return process(
        lane("g", "t1", "t2")
        + start()
        + gateway(kind, "g", default)
        + user_task("t1")
        + user_task("t2")
        + end()
        + flows
    )


def block(split: str, join: str) -> bytes:
    """Two tasks between two gateways."""
    default = "x" if split in ("exclusive", "inclusive") else ""
    condition = "${decision == 'si'}" if default else ""
    flows = flow("a", "inicio", "s") + flow("x", "s", "t1") + flow("y", "s", "t2", condition)
    flows += flow("b", "t1", "j") + flow("c", "t2", "j") + flow("d", "j", "t3") + flow("e", "t3", "fin")
    tasks = user_task("t1") + user_task("t2") + user_task("t3")
    gates = gateway(split, "s", default) + gateway(join, "j")
    return process(lane("s", "t1", "t2", "j", "t3") + start() + gates + tasks + end() + flows)


def boundary(
    host: str, interrupting: str = "true", plazo: str = "3dh", target: str = "fin", kind: str = "timer"
) -> str:
    event = f"{properties(plazo=plazo) if plazo else ''}<bpmn:{kind}EventDefinition/>"
    return node("boundaryEvent", "borde", event, attachedToRef=host, cancelActivity=interrupting) + flow(
        "fb", "borde", target
    )


def call(inside: str = "", called: str = "otro") -> str:
    return node("callActivity", "llamada", inside, calledElement=called)


def sub(inside: str, sub_id: str = "sub", attributes: str = "") -> str:
    return f'<bpmn:subProcess id="{sub_id}" name="{sub_id}" {attributes}>{inside}</bpmn:subProcess>'


def timer_start(**values: str) -> bytes:
    inside = (properties(**values) if values else "") + "<bpmn:timerEventDefinition/>"
    return process(lane("t") + start(inside=inside) + user_task("t") + end() + chain("inicio", "t", "fin"))


EXPRESSION = "<bpmn:conditionalEventDefinition><bpmn:condition>{}</bpmn:condition></bpmn:conditionalEventDefinition>"
GOOD_TASK = task()
INNER = start("i2") + user_task("dentro") + end("e2") + flow("g1", "i2", "dentro") + flow("g2", "dentro", "e2")


def loop(more: str = "") -> bytes:
    """A fork and a join inside a loop, with a decision in the first of two branches."""
    flows = chain("inicio", "m", "s", "t1", "t1g", "j", "g").replace('id="f', 'id="l')
    flows += flow("x", "s", "t2") + flow("y", "t2", "j") + flow("fuera", "g", "fin")
    flows += flow("otra", "g", "m", "${decision == 'otra'}") + more
    default = "l5" if more else ""
    gates = gateway("exclusive", "m") + gateway("parallel", "s") + gateway("exclusive", "t1g", default)
    gates += gateway("parallel", "j") + gateway("exclusive", "g", "fuera")
    return process(lane("t1", "t2") + start() + gates + user_task("t1") + user_task("t2") + end() + flows)


BROKEN: dict[str, tuple[str, str, bytes]] = {
    "a tag twice": ("duplicate_id", "tarea", GOOD_TASK.replace(b'id="fin"', b'id="tarea"')),
    "a flow without id": ("missing_id", "inicio", GOOD_TASK.replace(b'id="l1" ', b"")),
    "an id with blanks": ("id_form", "mi tarea", GOOD_TASK.replace(b'"tarea"', b'"mi tarea"')),
    "a process called like what is short for another": ("reserved_key", "corto", GOOD_TASK.replace(b'"proceso"', b'"corto"')),
    "an id too long": ("id_form", "t" * 101, GOOD_TASK.replace(b'"tarea"', b'"' + b"t" * 101 + b'"')),
    "no process id": ("process_id", "", GOOD_TASK.replace(b'process id="proceso"', b"process")),
    "not executable": ("executable", "proceso", GOOD_TASK.replace(b'isExecutable="true"', b'isExecutable="false"')),
    "a long name": ("name_length", "tarea", GOOD_TASK.replace(b"Hacer tarea", b"x" * 301)),
    "a task without name": ("unnamed", "tarea", GOOD_TASK.replace(b"Hacer tarea", b"")),
    "a script": ("supported", "s", line(node("scriptTask", "s", "<bpmn:script>1</bpmn:script>"), ids=("s",))),
    "a rule task": ("decision", "s", line(node("businessRuleTask", "s"), ids=("s",))),
    "a plain task": ("supported", "s", line(node("task", "s"), ids=("s",))),
    "an ad-hoc subprocess": ("supported", "s", line(node("adHocSubProcess", "s", INNER), ids=("s",))),
    "a complex gateway": ("supported", "s", line(node("complexGateway", "s"), ids=("s",))),
    "a compensation end": ("supported", "fin", GOOD_TASK.replace(b"</bpmn:endEvent>", b"<bpmn:compensateEventDefinition/></bpmn:endEvent>")),
    "an event with two triggers": ("supported", "e", line(node("intermediateCatchEvent", "e", "<bpmn:timerEventDefinition/><bpmn:signalEventDefinition/>"), ids=("e",))),
    "an event subprocess without an event": ("start", "i2", line(user_task("t"), ids=("t",), more=sub(INNER, "s", 'triggeredByEvent="true"'))),
    "an unknown tag": ("supported", "n", line(user_task("t"), ids=("t",), more='<bpmn:choreographyTask id="n"/>')),
    "a second pool with steps": ("one_process", "p2", definitions(
        '<bpmn:collaboration id="c"><bpmn:participant id="p2" name="Otra" processRef="otro"/></bpmn:collaboration>'
        '<bpmn:process id="otro"><bpmn:task id="ajena"/></bpmn:process>'
        + GOOD_TASK.decode().split('id="defs">')[1].removesuffix("</bpmn:definitions>"))),
    "no start": ("start", "", process(lane("t") + user_task("t") + end() + flow("a", "t", "fin"))),
    "two plain starts": ("start", "otro_inicio", line(user_task("t"), ids=("t",), more=start("otro_inicio") + flow("o", "otro_inicio", "t"))),
    "a subprocess that starts by the clock": ("start", "i2", line(sub(INNER.replace("</bpmn:startEvent>", "<bpmn:signalEventDefinition/></bpmn:startEvent>")), ids=("sub",))),
    "no end": ("end", "", process(lane("t") + start() + user_task("t") + flow("a", "inicio", "t"))),
    "a flow into the start": ("incoming", "inicio", line(user_task("t"), ids=("t",), more=flow("v", "t", "inicio"))),
    "a flow out of the end": ("outgoing", "fin", line(user_task("t"), ids=("t",), more=flow("v", "fin", "t"))),
    "a dead end": ("dead_end", "t2", line(user_task("t"), ids=("t",), more=user_task("t2") + flow("v", "t", "t2"))),
    "a node nobody reaches": ("unreachable", "t2", line(user_task("t"), ids=("t",), more=user_task("t2") + flow("v", "t2", "t"))),
    "a loop without exit": ("no_end", "t2", line(user_task("t"), ids=("t",), more=user_task("t2") + user_task("t3") + flow("v", "t", "t2") + flow("w", "t2", "t3") + flow("x", "t3", "t2"))),
    "two borders for the same error": ("caught_twice", "borde", line(sub(INNER, "s"), ids=("s",), more=(
        boundary("s", kind="error") + boundary("s", kind="error").replace('"borde"', '"otro"').replace('"fb"', '"fo"')))),
    "a loose boundary event": ("attached", "borde", line(user_task("t"), ids=("t",), more=boundary("nada"))),
    "a side path that flows back": ("side_path", "borde", line(user_task("t"), user_task("t2"), ids=("t", "t2"), more=boundary("t", "false", target="t2"))),
    "a loop without a wait": ("busy_loop", "m", process(
        start() + gateway("exclusive", "m") + node("serviceTask", "s", camunda__topic="calcular") + gateway("exclusive", "g", "fuera") + end()
        + chain("inicio", "m", "s", "g") + flow("fuera", "g", "fin") + flow("otra", "g", "m", "${decision == 'otra'}"))),
    "a cycle that only a timer leaves": ("endless_cycle", "t", process(
        lane("t", "t2") + start() + user_task("t") + user_task("t2") + end()
        + chain("inicio", "t", "t2", "t") + boundary("t"))),
    "a loose flow": ("loose_flow", "v", line(user_task("t"), ids=("t",), more=flow("v", "t", "nadie"))),
    "a flow across a border": ("crossing_flow", "v", line(sub(INNER), ids=("sub",), more=flow("v", "dentro", "fin"))),
    "a condition after a task": ("misplaced_condition", "l2", GOOD_TASK.replace(b'targetRef="fin">', b'targetRef="fin"><bpmn:conditionExpression>x</bpmn:conditionExpression>')),
    "a condition after a parallel gateway": ("misplaced_condition", "y", block("exclusive", "exclusive").replace(b'exclusiveGateway id="s" name="s" default="x"', b'parallelGateway id="s" name="s"').replace(b"</bpmn:exclusiveGateway>", b"</bpmn:parallelGateway>", 1)),
    "no default flow": ("default_flow", "g", choice(default="")),
    "somebody else's default flow": ("default_flow", "g", choice(default="b")),
    "a condition on the default flow": ("default_condition", "no", choice(other="${decision == 'no'}")),
    "an answer without condition": ("missing_condition", "si", choice(condition="")),
    "a decision without name": ("question", "g", choice().replace(b'id="g" name="g"', b'id="g"')),
    "a task with two ways out": ("implicit_split", "t", line(user_task("t"), ids=("t",), more=user_task("t2") + flow("v", "t", "t2") + flow("w", "t2", "fin"))),
    "an event gateway with one way": ("event_gateway", "g", line(gateway("eventBased", "g"), node("intermediateCatchEvent", "e", properties(plazo="1dh") + "<bpmn:timerEventDefinition/>"), ids=("g", "e"))),
    "an event gateway before a task": ("event_gateway", "t", line(gateway("eventBased", "g"), user_task("t"), ids=("g", "t"))),
    "two flows between the same two": ("twin_flows", "v", line(gateway("parallel", "g"), user_task("t"), ids=("g", "t"), more=flow("v", "g", "t"))),
    "a timer that does not say when": ("timer", "borde", line(user_task("t"), ids=("t",), more=boundary("t", plazo=""))),
    "a calendar start without cadence": ("cadence", "inicio", timer_start(apertura="cierre+1dh")),
    "an opening nobody understands": ("opening", "inicio", timer_start(cadencia="mensual", apertura="mañana")),
    "a nameless message": ("message", "e", line(node("intermediateCatchEvent", "e", "<bpmn:messageEventDefinition/>"), ids=("e",))),
    "a nameless signal": ("reference", "e", line(node("intermediateThrowEvent", "e", "<bpmn:signalEventDefinition/>"), ids=("e",))),
    "a link without its other end": ("link", "e", line(user_task("t"), ids=("t",), more=node("intermediateThrowEvent", "e", '<bpmn:linkEventDefinition name="A"/>') + flow("v", "t", "e"))),
    "a lane without role": ("role", "carril", GOOD_TASK.replace(b"coordinador", b"")),
    "a task outside the lanes": ("role", "tarea", GOOD_TASK.replace(b"<bpmn:flowNodeRef>tarea</bpmn:flowNodeRef>", b"")),
    "an unknown role": ("role", "carril", GOOD_TASK.replace(b"coordinador", b"cordinador")),
    "an unknown group": ("role", "tarea", task(extra='camunda:candidateGroups="nadie"')),
    "a process without lanes that the calendar starts": ("role", "t", timer_start(cadencia="mensual", apertura="x").replace(b"laneSet", b"group")),
    "no form": ("form", "tarea", task(form="")),
    "an unknown form": ("form", "tarea", task(form="formulari")),
    "an unknown handler": ("handler", "tarea", GOOD_TASK.replace(b"pes.plazo\" value=\"5dh\"/>", b"pes.plazo\" value=\"5dh\"/><camunda:property name=\"pes.registro\" value=\"reporta\"/>")),
    "no deadline": ("deadline", "tarea", task(plazo="")),
    "an unreadable deadline": ("deadline", "tarea", task(plazo="pronto")),
    "unreadable reminders": ("reminders", "tarea", GOOD_TASK.replace(b"pes.plazo\" value=\"5dh\"/>", b"pes.plazo\" value=\"5dh\"/><camunda:property name=\"pes.recordatorios\" value=\"ayer\"/>")),
    "an unreadable escalation": ("escalation", "tarea", GOOD_TASK.replace(b"pes.plazo\" value=\"5dh\"/>", b"pes.plazo\" value=\"5dh\"/><camunda:property name=\"pes.escalar\" value=\"jefe\"/>")),
    "an escalation to nobody": ("escalation", "tarea", GOOD_TASK.replace(b"pes.plazo\" value=\"5dh\"/>", b"pes.plazo\" value=\"5dh\"/><camunda:property name=\"pes.escalar\" value=\"+3:jefe\"/>")),
    "four eyes on a missing task": ("cuatro_ojos", "tarea", GOOD_TASK.replace(b"pes.plazo\" value=\"5dh\"/>", b"pes.plazo\" value=\"5dh\"/><camunda:property name=\"pes.cuatro_ojos\" value=\"tareas\"/>")),
    "an unknown topic": ("topic", "s", line(node("serviceTask", "s", camunda__topic="calculra"), ids=("s",))),
    "a service task without topic": ("topic", "s", line(node("serviceTask", "s"), ids=("s",))),
    "a call of nothing": ("call", "llamada", line(call(called=""), ids=("llamada",))),
    "a call of what is not published": ("call", "llamada", line(call(called="otra"), ids=("llamada",))),
    "a call chosen by an expression": ("call", "llamada", line(call(called="${cual}"), ids=("llamada",))),
    "a call of itself": ("circular_call", "llamada", line(call(called="proceso"), ids=("llamada",))),
    "a call that comes back": ("circular_call", "llamada", line(call(), ids=("llamada",))),
    "a variable handed in without name": ("mapping", "llamada", line(call('<bpmn:extensionElements><camunda:in source="x"/></bpmn:extensionElements>'), ids=("llamada",))),
    "a repetition over nothing": ("collection", "tarea", task(inside=multiple(""))),
    "a repetition without variable": ("element_variable", "tarea", task(inside=multiple(variable=""))),
    "a gateway that repeats": ("repetition", "g", choice().replace(b"</bpmn:exclusiveGateway>", multiple().encode() + b"</bpmn:exclusiveGateway>")),
    "a repetition in another with the same variable": ("element_variable", "dentro", line(sub(INNER.replace("</bpmn:userTask>", multiple() + "</bpmn:userTask>") + multiple()), ids=("sub",))),
    "too many repetitions": ("too_many", "tarea", task(inside="<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>9999999999</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>")),
    "an endless loop": ("endless_loop", "tarea", task(inside="<bpmn:standardLoopCharacteristics/>")),
    "an interrupted repetition": ("interrupted_repetition", "borde", line(user_task("t", inside=multiple()), ids=("t",), more=boundary("t"))),
    "a condition nobody understands": ("expression", "si", choice("${decision = = 'si'}")),
    "a condition with code": ("expression", "si", choice("__import__('os').system('id')")),
    "a collection with code": ("expression", "tarea", task(inside=multiple("range(10)"))),
    "a conditional event without condition": ("expression", "e", line(node("intermediateCatchEvent", "e", EXPRESSION.format("")), ids=("e",))),
    "a mistyped variable": ("variable", "si", choice("${decison == 'si'}")),
    "a loop that leaves out of one branch of a fork": ("stuck", "j", loop(flow("sale", "t1g", "fin", "${decision == 'sale'}"))),
    "a loop that goes back to before its fork from one branch": ("twice", "t2", loop(flow("vuelve", "t1g", "m", "${decision == 'vuelve'}"))),
    "a way past an inclusive join to what is behind it": ("twice", "fin", process(
        lane("t") + start() + gateway("parallel", "s") + gateway("exclusive", "d", "pasa") + gateway("inclusive", "j") + user_task("t")
        + end() + chain("inicio", "s", "d") + flow("b", "s", "j") + flow("c", "d", "j", "${decision == 'si'}") + flow("pasa", "d", "t")
        + flow("e", "j", "t") + flow("z", "t", "fin"))),
    "a decision joined as if both were done": ("stuck", "j", block("exclusive", "parallel")),
    "an inclusive decision joined as if all were done": ("stuck", "j", block("inclusive", "parallel")),
    "parallel paths that nobody joins": ("twice", "t3", block("parallel", "exclusive")),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_rule_is_found_at_its_element(case: str) -> None:
    rule, element, xml = BROKEN[case]

    findings = found(xml)

    assert (rule, element) in [(finding.rule, finding.element) for finding in findings], findings
    for finding in findings:
        assert finding.message.endswith((".", "?")) and len(finding.message) < 400


FINE: dict[str, bytes] = {
    "one task": GOOD_TASK,
    "a decision": choice(),
    "an inclusive decision": choice(kind="inclusive"),
    "parallel": block("parallel", "parallel"),
    "exclusive": block("exclusive", "exclusive"),
    "inclusive": block("inclusive", "inclusive"),
    "a fork and a join in a loop": loop(),
    "parallel joined by an inclusive": block("parallel", "inclusive"),
    "a timer that interrupts": line(user_task("t"), ids=("t",), more=boundary("t")),
    "a reminder that ends by itself": line(
        user_task("t"), ids=("t",), more=boundary("t", "false", target="e9") + end("e9")
    ),
    "a repetition inside a subprocess with a timer": line(
        sub(INNER.replace("</bpmn:userTask>", multiple() + "</bpmn:userTask>")), ids=("sub",), more=boundary("sub")
    ),
    "a step back to a task": process(
        lane("m", "t", "g")
        + start()
        + user_task("t")
        + gateway("exclusive", "g", "fuera")
        + end()
        + chain("inicio", "t", "g")
        + flow("fuera", "g", "fin")
        + flow("otra", "g", "t", "${decision == 'otra'}")
    ),
    "links": line(
        user_task("t"),
        node("intermediateThrowEvent", "sale", '<bpmn:linkEventDefinition name="A"/>'),
        ids=("t",),
        more=node("intermediateCatchEvent", "entra", '<bpmn:linkEventDefinition name="A"/>')
        + flow("z", "entra", "fin"),
    ).replace(b'sourceRef="t" targetRef="fin"', b'sourceRef="t" targetRef="sale"'),
    "an event gateway": process(
        start()
        + gateway("eventBased", "g")
        + node("intermediateCatchEvent", "e1", properties(plazo="1dh") + "<bpmn:timerEventDefinition/>")
        + node("intermediateCatchEvent", "e2", '<bpmn:messageEventDefinition messageRef="m"/>')
        + end()
        + chain("inicio", "g", "e1", "fin")
        + flow("x", "g", "e2")
        + flow("y", "e2", "fin"),
        roots='<bpmn:message id="m" name="listo"/>',
    ),
    "a calendar start": timer_start(cadencia="mensual", apertura="cierre+1dh"),
    "a known topic": line(node("serviceTask", "s", camunda__topic="calcular"), ids=("s",)),
    "a role from a variable": GOOD_TASK.replace(b"coordinador", b"${rol_convocante}"),
    "a role of an entity": task(extra='camunda:candidateGroups="enlace@${entidad}"'),
    "four eyes": line(user_task("t"), user_task("u"), ids=("t", "u")).replace(
        b'"Hacer u" camunda:formRef="formulario" ><bpmn:extensionElements><camunda:properties>',
        b'"Hacer u" camunda:formRef="formulario" ><bpmn:extensionElements><camunda:properties>'
        b'<camunda:property name="pes.cuatro_ojos" value="t"/>',
    ),
    "the loop variable and its list": task(inside=multiple("${responsables}", "responsable")),
    "a conditional event": line(node("intermediateCatchEvent", "e", EXPRESSION.format("${n &gt; 1}")), ids=("e",)),
}


@pytest.mark.parametrize("case", FINE)
def test_a_good_diagram_has_no_finding(case: str) -> None:
    assert found(FINE[case]) == []


def test_a_way_that_leads_nowhere_is_no_error_where_a_deadline_closes_it() -> None:
    # Given a subprocess whose only way stops before its end
    stopping = sub(INNER.replace(flow("g2", "dentro", "e2"), ""), "s")
    left_alone = line(stopping, ids=("s",))
    closed = line(stopping, ids=("s",), more=boundary("s"))
    reminded = line(stopping, ids=("s",), more=boundary("s", "false", target="aviso") + end("aviso"))

    # When each is looked at
    severities = [{one.severity for one in found(xml)} for xml in (left_alone, closed, reminded)]

    # Then only a deadline that interrupts makes it a warning, which names the deadline
    assert severities == [{"error"}, {"warning"}, {"error"}]
    assert [one.message for one in found(closed) if one.rule == "dead_end"] == [
        "De «Hacer dentro» no sale ninguna flecha: ese camino queda ahí hasta que «borde» lo cierre. "
        "Llévelo al paso que sigue, o a un fin."
    ]


def test_a_call_of_a_published_process_that_does_not_come_back_is_fine() -> None:
    xml = line(call(), ids=("llamada",))

    assert found(xml, KnownNames(roles=KNOWN.roles, processes=KNOWN.processes)) == []


def test_a_process_without_lanes_is_only_warned_of_when_others_may_call_it() -> None:
    xml = process(start() + user_task("t") + end() + chain("inicio", "t", "fin"))

    assert [(finding.severity, finding.rule) for finding in found(xml)] == [("warning", "role")]


def test_what_is_not_known_is_not_checked() -> None:
    unknown = line(node("serviceTask", "s", camunda__topic="nadie"), call(called="nada"), ids=("s", "llamada"))

    assert found(unknown, KnownNames()) == []


@pytest.mark.parametrize(
    ("case", "fix"),
    [
        ("an unknown role", {"action": "set_property", "element": "carril", "name": "rol", "value": "coordinador"}),
        ("no default flow", {"action": "set_default", "element": "g", "flow": "no"}),
        ("a plain task", {"action": "change_kind", "element": "s", "kind": "userTask"}),
        ("a mistyped variable", {"action": "set_condition", "element": "si", "value": "${decision == 'si'}"}),
        ("a loose flow", {"action": "remove", "element": "v"}),
        (
            "an unknown form",
            {"action": "set_attribute", "element": "tarea", "name": "camunda:formRef", "value": "formulario"},
        ),
    ],
)
def test_where_one_click_can_mend_it_the_finding_says_how(case: str, fix: dict[str, str]) -> None:
    rule, element, xml = BROKEN[case]

    assert fix in [finding.fix for finding in found(xml) if (finding.rule, finding.element) == (rule, element)]


def test_errors_come_before_warnings() -> None:
    severities = [finding.severity for finding in lint(choice(default=""), KNOWN)]

    assert severities == ["error", "warning"]


def test_what_cannot_be_read_is_not_a_finding() -> None:
    with pytest.raises(UnreadableDiagram):
        lint(b"<x/>", KNOWN)


def test_the_largest_diagram_is_looked_at_in_little_time() -> None:
    count = 450
    tasks = "".join(user_task(f"t{i}") + user_task(f"u{i}") for i in range(count))
    gates = gateway("parallel", "s") + gateway("inclusive", "j")
    flows = "".join(
        flow(f"a{i}", "s", f"t{i}") + flow(f"b{i}", f"t{i}", f"u{i}") + flow(f"c{i}", f"u{i}", "j")
        for i in range(count)
    )
    wide = process(start() + gates + tasks + end() + flow("x", "inicio", "s") + flow("y", "j", "fin") + flows)
    loops = "".join(gateway("exclusive", f"g{i}", f"d{i}") + user_task(f"t{i}") for i in range(count * 2))
    ways = "".join(
        flow(f"a{i}", f"t{i}", f"g{i}")
        + flow(f"d{i}", f"g{i}", f"t{i + 1}")
        + flow(f"r{i}", f"g{i}", "t0", "${x == 1}")
        for i in range(count * 2 - 1)
    )
    last = count * 2 - 1
    ways += flow("p", "inicio", "t0") + flow("q", f"t{last}", f"g{last}") + flow(f"d{last}", f"g{last}", "fin")
    deep = process(start() + loops + end() + ways)

    with counted(most=MOST_CALLS):
        results = [{finding.rule for finding in found(xml, HERE)} for xml in (wide, deep)]

    assert results == [{"role"}, {"role"}]
