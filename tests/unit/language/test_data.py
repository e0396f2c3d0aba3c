# ruff: noqa: E501  (a table of small diagrams, one a line)
"""What the linter knows about the data of a case: who fills them, on which ways, and with what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from engine.contracts import FLAG, LIST, NUMBER, TEXT, Contract, Contracts, option
from engine.definitions.dataflow import World
from engine.definitions.dataflow.questions import read_questions
from engine.definitions.linting import Finding, KnownNames, lint
from engine.definitions.reading import read_diagram
from tests.unit.language.drawn import chain, end, flow, lane, multiple, process, properties, start
from workflows.calendar import span

FORMS: Mapping[str, dict[str, Any]] = {
    "formulario": {
        "components": [
            {"type": "radio", "key": "decision", "label": "¿Aprueba?", "validate": {"required": True},
             "values": [{"label": "Apruebo", "value": "apruebo"}, {"label": "Devuelvo", "value": "devuelvo"}]},
            {"type": "number", "key": "monto", "label": "Monto", "validate": {"required": True}},
            {"type": "textfield", "key": "nota", "label": "Nota"},
            {"type": "textfield", "key": "motivo", "label": "Motivo", "validate": {"required": True},
             "conditional": {"hide": "=decision != \"devuelvo\""}},
        ]
    }
}  # fmt: skip
CONTRACTS = Contracts(
    steps={
        "repartir": Contract(fills={"personas": LIST, "listo": FLAG}),
        "usar": Contract(needs={"personas": LIST}),
        "quizas": Contract(may_fill={"personas": LIST}),
        "resolver": Contract(fills={"resultado": option("si", "no")}),
    },
    forms={"registrar": Contract(fields=frozenset({"decision", "perdido"}))},
    calendar={"plan": TEXT, "cierre": TEXT},
    by_hand={"plan": TEXT},
    opened={},
    messages={"aviso": {"plan": TEXT, "numero": NUMBER}},
    span=span,
    role_needs=lambda role: frozenset({"entidad"}) if role == "enlace" else frozenset(),
    deadline_needs=lambda text: frozenset({text.removeprefix("fecha:")}) if text.startswith("fecha:") else frozenset(),
)


def found(xml: bytes, *others: bytes) -> list[Finding]:
    """The findings about data, in a world of this diagram and others."""
    models = {model.process_key: model for model in map(read_diagram, (xml, *others))}
    world = World(CONTRACTS, models, lambda key: read_questions(FORMS[key]) if key in FORMS else None)
    rules = {
        "data",
        "output",
        "field",
        "call_data",
        "answer_value",
        "answer_kind",
        "answer_never",
        "answer_always",
        "answer_overlap",
        "cuatro_ojos",
        "both_ways",
        "deadline_order",
    }
    return [one for one in lint(xml, KnownNames(world=world)) if one.rule in rules]


def step(topic: str, node_id: str = "") -> str:
    return f'<bpmn:serviceTask id="{node_id or topic}" name="Paso {topic}" camunda:topic="{topic}" />'


def task(task_id: str, inside: str = "", attributes: str = "", **own: str) -> str:
    return (
        f'<bpmn:userTask id="{task_id}" name="Hacer {task_id}" camunda:formRef="formulario" {attributes}>'
        f"{properties(plazo='5dh', **own)}{inside}</bpmn:userTask>"
    )


def line(*nodes: str, ids: tuple[str, ...], rol: str = "coordinador", key: str = "proceso", begins: str = "") -> bytes:
    """start → the nodes → end."""
    return process(
        lane(*ids, rol=rol) + start(inside=begins) + "".join(nodes) + end() + chain("inicio", *ids, "fin"), key=key
    )


def decision(condition: str, other: str = "", salida: str = "decision", kind: str = "exclusive") -> bytes:
    """A question, and what is done with its answer."""
    flows = flow("a", "inicio", "pregunta") + flow("b", "pregunta", "g") + flow("si", "g", "t1", condition, "Sí")
    flows += (flow("otra", "g", "t1", other, "Otra") if other else "") + flow("no", "g", "fin") + flow("c", "t1", "fin")
    gate = f'<bpmn:{kind}Gateway id="g" name="¿Se aprueba?" default="no" />'
    return process(
        lane("pregunta", "g", "t1") + start() + task("pregunta", salida=salida) + gate + task("t1") + end() + flows
    )


def call(called: str, ins: str = "", outs: str = "") -> str:
    return (
        f'<bpmn:callActivity id="llamada" name="Llamar" calledElement="{called}"><bpmn:extensionElements>{ins}{outs}'
        "</bpmn:extensionElements></bpmn:callActivity>"
    )


TIMER = '<bpmn:extensionElements><camunda:properties><camunda:property name="pes.cadencia" value="mensual"/></camunda:properties></bpmn:extensionElements><bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition>'
CLEAN = {
    "a list that an earlier step fills": line(
        step("repartir"), task("t", multiple("${personas}", "persona")), ids=("repartir", "t")
    ),
    "a person taken from the loop's variable": line(
        step("repartir"),
        task("t", multiple("${personas}", "persona"), 'camunda:assignee="${persona}"'),
        ids=("repartir", "t"),
    ),
    "an answer that is one of the options": decision("${decision == 'apruebo'}"),
    "a number against a number": decision("${monto > 1000}", salida="monto"),
    "a role of an entity inside a repetition over entities": line(
        step("repartir"), task("t", multiple("${personas}", "entidad")), ids=("repartir", "t"), rol="enlace"
    ),
    "what the calendar gives": line(task("t", attributes='camunda:assignee="${cierre}"'), ids=("t",), begins=TIMER),
    "what the start says that whoever begins it hands in": line(
        task("t", multiple("${lista}", "uno")), ids=("t",), begins=properties(entradas="lista")
    ),
}
WRONG: dict[str, tuple[bytes, str, str, str]] = {
    "a list that nobody fills": (line(task("t", multiple("${personas}", "persona")), ids=("t",)), "data", "error", "se repite sobre «personas», que nadie llena"),
    "a list filled only afterwards": (line(task("t", multiple("${personas}", "persona")), step("repartir"), ids=("t", "repartir")), "data", "error", "que nadie llena antes de aquí"),
    "a list filled only at times": (line(step("quizas"), task("t", multiple("${personas}", "persona")), ids=("quizas", "t")), "data", "error", "que algún camino hasta aquí no llena"),
    "an input of a step": (line(step("usar"), ids=("usar",)), "data", "error", "necesita «personas»"),
    "a role of an entity without entity": (line(task("t"), ids=("t",), rol="enlace"), "data", "error", "es de un papel que depende de «entidad»"),
    "a person that nobody names": (line(task("t", attributes='camunda:assignee="${jefe}"'), ids=("t",)), "data", "error", "es de la persona que diga «jefe»"),
    "a condition on a name that nobody fills": (decision("${otra == 'x'}"), "data", "error", "decide con «otra»"),
    "a name nearly right": (decision("${decisio == 'apruebo'}"), "data", "error", "¿Quiso decir «decision»?"),
    "a condition on what may be left empty": (decision("${nota == 'x'}", salida="nota"), "data", "warning", "que algún camino hasta aquí no llena"),
    "a field that the form hides at times": (decision("${motivo == 'x'}", salida="motivo"), "data", "warning", "que algún camino hasta aquí no llena"),
    "an output that the form does not ask": (decision("${veredicto == 'x'}", salida="veredicto"), "output", "error", "que su formulario no pregunta"),
    "a value that is a label": (decision("${decision == 'Apruebo'}"), "answer_value", "error", "¿Quiso decir «Apruebo»?"),
    "a value nearly an option": (decision("${decision == 'devuelto'}"), "answer_value", "error", "y las opciones son Apruebo, Devuelvo. ¿Quiso decir «Devuelvo»?"),
    "a number against a text": (decision("${monto == 'mucho'}", salida="monto"), "answer_kind", "error", "que es un número"),
    "an answer that is always taken": (decision("${decision == 'apruebo' || decision == 'devuelvo'}"), "answer_always", "error", "se toma siempre"),
    "an answer that is never taken": (decision("${decision == 'apruebo' and decision == 'devuelvo'}"), "answer_never", "error", "nunca se toma"),
    "an answer behind another": (decision("${decision == 'apruebo'}", "${decision == 'apruebo' and decision != 'devuelvo'}"), "answer_never", "error", "antes se toma «Sí»"),
    "two answers at once": (decision("${monto > 10}", "${monto > 5}", salida="monto"), "answer_overlap", "warning", "pueden cumplirse a la vez"),
    "a record whose field the form lost": (line(task("t", registro="registrar"), ids=("t",)), "field", "error", "«perdido»"),
    "four eyes of a step that comes later": (line(task("a", cuatro_ojos="b"), task("b"), ids=("a", "b")), "cuatro_ojos", "error", "nunca se hace antes"),
    "a deadline counted from nothing": (line(task("t").replace("5dh", "fecha:entrega"), ids=("t",)), "data", "error", "vence según «entrega»"),
}  # fmt: skip


@pytest.mark.parametrize("name", CLEAN)
def test_what_is_filled_before_it_is_read_is_no_finding(name: str) -> None:
    assert [one.message for one in found(CLEAN[name])] == []


@pytest.mark.parametrize("name", WRONG)
def test_a_case_that_could_not_go_on_is_told_before_it_begins(name: str) -> None:
    xml, rule, severity, words = WRONG[name]

    first, *rest = found(xml)

    assert (first.rule, first.severity) == (rule, severity)
    assert words in first.message
    assert rest == []


def test_one_list_missing_in_many_steps_is_one_finding_and_the_rest_follows_from_it() -> None:
    steps = [task(f"t{n}", multiple("${personas}", "persona")) for n in range(4)]

    (root,) = found(line(*steps, ids=("t0", "t1", "t2", "t3")))

    assert root.element == "t0"
    assert [one.element for one in root.consequences] == ["t1", "t2", "t3"]


def test_the_fix_of_a_label_writes_the_stored_value() -> None:
    (finding,) = found(decision("${decision == 'Apruebo'}"))

    assert finding.fix == {"action": "set_condition", "element": "si", "value": "${decision == 'apruebo'}"}


def test_a_call_that_does_not_deliver_what_the_called_process_needs_is_told_at_the_call() -> None:
    called = line(task("t", multiple("${lista}", "uno")), ids=("t",), key="llamado")

    (lacking,) = found(line(call("llamado"), ids=("llamada",)), called)
    delivered = found(
        line(
            step("repartir"),
            call("llamado", '<camunda:in source="personas" target="lista"/>'),
            ids=("repartir", "llamada"),
        ),
        called,
    )

    assert (lacking.rule, lacking.element) == ("call_data", "llamada")
    assert delivered == []


def test_a_called_process_that_no_longer_gives_what_its_caller_reads_is_told() -> None:
    outs = '<camunda:out source="resultado" target="resultado"/>'
    reads = task("t", multiple("${resultado}", "uno"))
    caller = line(call("llamado", outs=outs), reads, ids=("llamada", "t"), key="quien_llama")
    gives, gives_not = (
        line(step("resolver"), ids=("resolver",), key="llamado"),
        line(task("otra"), ids=("otra",), key="llamado"),
    )

    assert found(gives, caller) == []
    assert [one.rule for one in found(gives_not, caller)] == ["call_data"]


def test_after_a_parallel_join_both_branches_have_filled_after_a_choice_neither_surely() -> None:
    def forked(kind: str) -> bytes:
        flows = flow("a", "inicio", "f") + flow("b", "f", "repartir", "${plan == 'x'}" if kind == "inclusive" else "")
        flows += (
            flow("c", "f", "resolver")
            + flow("d", "repartir", "j")
            + flow("e", "resolver", "j")
            + flow("g", "j", "usar")
            + flow("h", "usar", "fin")
        )
        default = ' default="c"' if kind == "inclusive" else ""
        gates = f'<bpmn:{kind}Gateway id="f" name="¿?"{default} /><bpmn:{kind}Gateway id="j" />'
        return process(start() + gates + step("repartir") + step("resolver") + step("usar") + end() + flows)

    assert found(forked("parallel")) == []
    assert [one.rule for one in found(forked("inclusive"))] == ["data"]


def test_two_branches_that_fill_the_same_datum_at_once_are_told() -> None:
    def forked(kind: str) -> bytes:
        flows = (
            flow("a", "inicio", "f")
            + flow("b", "f", "uno", "${plan == 'x'}" if kind == "exclusive" else "")
            + flow("c", "f", "dos")
        )
        flows += flow("d", "uno", "j") + flow("e", "dos", "j") + flow("i", "j", "h")
        default = ' default="c"' if kind == "exclusive" else ""
        gates = f'<bpmn:{kind}Gateway id="f" name="¿?"{default} /><bpmn:{kind}Gateway id="j" />'
        flows += flow("k", "h", "fin")
        reads = task("h", attributes='camunda:assignee="${resultado}"')
        return process(start() + gates + step("resolver", "uno") + step("resolver", "dos") + reads + end() + flows)

    assert [one.rule for one in found(forked("parallel"))] == ["both_ways"]
    assert found(forked("exclusive")) == []


MEANT = '<camunda:property name="pes.cierra_al_vencer" value="si"/></camunda:properties>'


@pytest.mark.parametrize(
    ("task_due", "closes", "told"),
    [("5dh", "4dh", True), ("5dh", "5dh", True), ("cierre+9dh", "cierre+7dh", True), ("cierre+7dh", "9dh", False)],
)
def test_a_task_that_is_due_on_or_after_its_closing_is_told(task_due: str, closes: str, told: bool) -> None:
    inner = (
        start("i2") + task("t").replace("5dh", task_due) + end("f2") + chain("i2", "t", "f2").replace('id="f', 'id="d')
    )
    sub = f'<bpmn:subProcess id="sub" name="Sub">{inner}</bpmn:subProcess>'
    border = f'<bpmn:boundaryEvent id="borde" name="Vence" attachedToRef="sub">{properties(plazo=closes)}<bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>'
    flows = flow("a", "inicio", "sub") + flow("b", "sub", "fin") + flow("c", "borde", "fin")

    findings = found(process(lane("sub") + start(inside=TIMER) + sub + border + end() + flows))
    on_purpose = border.replace("</camunda:properties>", MEANT)
    meant = found(process(lane("sub") + start(inside=TIMER) + sub + on_purpose + end() + flows))

    assert [one.rule for one in findings] == (["deadline_order"] if told else [])
    assert bool(meant) == (told and task_due != closes)


def test_two_tasks_in_a_row_that_take_longer_than_the_time_around_them_are_told() -> None:
    inner = start("i2") + task("t1") + task("t2") + end("f2") + chain("i2", "t1", "t2", "f2").replace('id="f', 'id="d')
    sub = f'<bpmn:subProcess id="sub" name="Sub">{inner}</bpmn:subProcess>'
    border = f'<bpmn:boundaryEvent id="borde" name="Vence" attachedToRef="sub">{properties(plazo="8dh")}<bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>'
    flows = flow("a", "inicio", "sub") + flow("b", "sub", "fin") + flow("c", "borde", "fin")

    (finding,) = found(process(lane("sub") + start() + sub + border + end() + flows))

    assert "toman juntas 10 días hábiles" in finding.message


def test_a_way_back_does_not_fill_what_the_first_turn_lacks() -> None:
    flows = (
        flow("a", "inicio", "usar")
        + flow("b", "usar", "repartir")
        + flow("c", "repartir", "pregunta")
        + flow("d", "pregunta", "g")
    )
    flows += flow("otra_vez", "g", "usar", "${decision == 'devuelvo'}") + flow("no", "g", "fin")
    gate = '<bpmn:exclusiveGateway id="g" name="¿Otra vez?" default="no" />'
    xml = process(
        lane("pregunta", "g")
        + start()
        + step("usar")
        + step("repartir")
        + task("pregunta", salida="decision")
        + gate
        + end()
        + flows
    )

    (finding,) = found(xml)

    assert "que algún camino hasta aquí no llena" in finding.message


def test_at_a_border_only_what_was_there_before_is_sure() -> None:
    inner = start("i2") + step("repartir") + end("f2") + chain("i2", "repartir", "f2").replace('id="f', 'id="d')
    sub = f'<bpmn:subProcess id="sub" name="Sub">{inner}</bpmn:subProcess>'
    border = '<bpmn:boundaryEvent id="borde" name="Vence" attachedToRef="sub"><bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>'
    flows = (
        flow("a", "inicio", "sub")
        + flow("b", "sub", "bien")
        + flow("c", "bien", "fin")
        + flow("d", "borde", "mal")
        + flow("e", "mal", "fin")
    )

    told = found(process(start() + sub + border + step("usar", "bien") + step("usar", "mal") + end() + flows))

    assert [(one.element, "algún camino" in one.message) for one in told] == [("mal", True)]


@pytest.mark.parametrize(("asked", "told"), [({}, ["length"]), ({"maxLength": 80}, [])])
def test_a_person_that_may_be_typed_longer_than_it_is_kept_is_told(asked: dict[str, int], told: list[str]) -> None:
    quien = {"type": "textfield", "key": "quien", "label": "Quién", "validate": {"required": True, **asked}}
    xml = line(
        task("pregunta", salida="quien"), task("t", attributes='camunda:assignee="${quien}"'), ids=("pregunta", "t")
    )
    models = {"proceso": read_diagram(xml)}
    world = World(CONTRACTS, models, lambda key: read_questions({"components": [quien]}))

    found = [one for one in lint(xml, KnownNames(world=world)) if one.rule != "drawn"]

    assert [one.rule for one in found] == told
    assert all("admite 2000 letras, y caben 100" in one.message and one.severity == "warning" for one in found)
