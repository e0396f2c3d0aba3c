# ruff: noqa: E501  (a table of small mistakes, one a line)
"""What owners get wrong in conditions, lists and people: each is one finding with its sentence, and its right value."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from engine.definitions.dataflow import World
from engine.definitions.dataflow.questions import read_questions
from engine.definitions.linting import Finding, KnownNames, lint
from engine.definitions.reading import read_diagram
from tests.unit.language.drawn import end, flow, lane, multiple, process, properties, start
from tests.unit.language.test_data import CONTRACTS, FORMS, decision, line, step, task

FILES = {"components": [{"type": "filepicker", "key": "soporte", "label": "Soporte", "validate": {"required": True}}]}


def found(xml: bytes) -> list[Finding]:
    """Every finding, without the remark that these small files have no drawing."""
    forms = {**FORMS, "con_archivo": FILES}
    model = read_diagram(xml)
    asks = {key: read_questions(schema) for key, schema in forms.items()}
    return [
        one
        for one in lint(xml, KnownNames(world=World(CONTRACTS, {model.process_key: model}, asks.get)))
        if one.rule != "drawn"
    ]


def after_a_step(condition: str, topic: str = "repartir") -> bytes:
    """A question on what an automatic step has set."""
    flows = flow("a", "inicio", topic) + flow("b", topic, "g") + flow("si", "g", "t", condition, "Sí")
    gate = '<bpmn:exclusiveGateway id="g" name="¿Listo?" default="no" />'
    flows += flow("no", "g", "fin") + flow("c", "t", "fin")
    return process(lane(topic, "g", "t") + start() + step(topic) + gate + task("t") + end() + flows)


def waiting(definition: str, **own: str) -> bytes:
    catch = f'<bpmn:intermediateCatchEvent id="c" name="Espera">{properties(**own)}{definition}</bpmn:intermediateCatchEvent>'
    return line(catch, task("t"), ids=("c", "t"))


TIMER = "<bpmn:timerEventDefinition><bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition>"
CONDITION = (
    "<bpmn:conditionalEventDefinition><bpmn:condition>${nunca}</bpmn:condition></bpmn:conditionalEventDefinition>"
)
TIMES = "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>${veces}</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>"

MISTAKES: Mapping[str, tuple[bytes, str, str, str | None]] = {
    "capitals": (decision("${decision == 'APRUEBO'}"), "error answer_value", "¿Quiso decir «Apruebo»?", "${decision == 'apruebo'}"),
    "another word, denied": (decision("${decision != 'aprobado'}"), "error answer_value", "¿Quiso decir «Apruebo»?", "${decision != 'apruebo'}"),
    "a label of another answer": (decision("${decision == 'Devuelvo'}"), "error answer_value", "¿Quiso decir «Devuelvo»?", "${decision == 'devuelvo'}"),
    "one wrong in a list": (decision("${decision in ['apruebo', 'rechazo']}"), "error answer_value", "las opciones son Apruebo, Devuelvo", None),
    "an empty text for an option": (decision("${decision == ''}"), "error answer_value", "con ''", None),
    "a number in quotes": (decision("${monto == '100'}", salida="monto"), "error answer_kind", "que es un número, con '100'", "${monto == 100}"),
    "a number in quotes, ordered": (decision("${monto > '100'}", salida="monto"), "error answer_kind", "¿Quiso decir 100?", "${monto > 100}"),
    "a word against a number": (decision("${monto == 'mucho'}", salida="monto"), "error answer_kind", "Nunca se cumple", None),
    "yes against a number": (decision("${monto == true}", salida="monto"), "error answer_kind", "con true", None),
    "a number other than a text": (decision("${monto != 'x'}", salida="monto"), "error answer_kind", "Se cumple siempre", None),
    "an order among options": (decision("${decision > 3}"), "error answer_kind", "que es una opción, con 3", None),
    "yes against an option": (decision("${decision == true}"), "error answer_kind", "que es una opción", None),
    "yes as a word": (after_a_step("${listo == 'si'}"), "error answer_kind", "¿Quiso decir true?", "${listo == true}"),
    "a list against a text": (after_a_step("${personas == 'ana'}"), "error answer_kind", "que es una lista", None),
    "a list against a number": (after_a_step("${personas > 3}"), "error answer_kind", "que es una lista", None),
    "yes or no": (after_a_step("${listo == true || listo == false}"), "error answer_always", "se toma siempre", None),
    "more and less at once": (decision("${monto > 10 and monto &lt; 5}", salida="monto"), "error answer_never", "nunca se toma", None),
    "any number at all": (decision("${monto >= 0 or monto &lt; 0}", salida="monto"), "error answer_always", "se toma siempre", None),
    "the same twice": (decision("${decision == 'apruebo'}", "${decision == 'apruebo'}"), "error answer_never", "antes se toma «Sí»", None),
    "narrower behind wider": (decision("${monto > 10}", "${monto > 20}", salida="monto"), "error answer_never", "antes se toma «Sí»", None),
    "an option that stands alone": (decision("${decision}"), "error answer_never", "ningún valor cumple", None),
    "an option without quotes": (decision("${decision == apruebo}"), "error data", "va entre comillas", "${decision == 'apruebo'}"),
    "two letters turned around": (decision("${deciison == 'apruebo'}"), "error data", "¿Quiso decir «decision»?", "${decision == 'apruebo'}"),
    "a name of nobody beside a known one": (decision("${decision == 'apruebo' and otra == 'x'}"), "error data", "decide con «otra»", None),
    "a number of times of nobody": (line(task("t", TIMES), ids=("t",)), "error data", "tantas veces como diga «veces»", None),
    "a loop's variable after its loop": (line(step("repartir"), task("t", multiple("${personas}", "persona")), task("u", attributes='camunda:assignee="${persona}"'), ids=("repartir", "t", "u")), "error data", "de la persona que diga «persona»", None),
    "a list that is an option": (line(step("resolver"), task("t", multiple("${resultado}", "uno")), ids=("resolver", "t")), "error data_kind", "que es una opción y no una lista", None),
    "a person that is a number": (line(task("a", salida="monto"), task("t", attributes='camunda:assignee="${monto}"'), ids=("a", "t")), "error data_kind", "que es un número y no una persona", None),
    "a date of nobody": (waiting(TIMER, plazo="fecha:entrega"), "error data", "«Espera» vence según «entrega»", None),
    "a condition of nobody": (waiting(CONDITION), "error data", "se cumpla algo de «nunca»", None),
    "back to a later step": (line(task("a", devolver="b"), task("b"), ids=("a", "b")), "error devolver", "nunca se hace antes", None),
    "four eyes that name one step too many": (line(task("a"), task("b", cuatro_ojos="a,zz"), ids=("a", "b")), "warning cuatro_ojos", "que no está en el diagrama", None),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_finding_that_says_what_is_right(name: str) -> None:
    xml, kind, words, fixed = MISTAKES[name]

    (finding,) = found(xml)

    assert f"{finding.severity} {finding.rule}" == kind
    assert words in finding.message
    assert (finding.fix or {}).get("value") == fixed


def test_a_decision_without_name_is_told_by_what_stands_before_it() -> None:
    xml = decision("${deciison == 'apruebo'}").replace('name="¿Se aprueba?"'.encode(), b"")

    assert [one.message.partition(" decide")[0].partition(":")[0] for one in found(xml)] == [
        "La pregunta sin nombre después de «Hacer pregunta»"
    ] * 2


def forked(*flows: str) -> bytes:
    """Two ways at once, a and b, that meet again; `flows` are the arrows."""
    gates = '<bpmn:parallelGateway id="f"/><bpmn:parallelGateway id="j"/>'
    return process(lane("a", "b") + start() + gates + task("a") + task("b") + end() + "".join(flows))


FORK = [flow("w1", "inicio", "f"), flow("w2", "f", "a"), flow("w3", "f", "b"), flow("w4", "a", "j")]
MEET = [flow("w5", "b", "j"), flow("w6", "j", "fin")]


def test_a_way_that_just_stops_beside_one_that_ends_is_a_warning() -> None:
    (finding,) = found(forked(*FORK, MEET[1]))

    assert (finding.severity, finding.rule, finding.element) == ("warning", "dead_end", "b")
    assert "lo demás no lo espera" in finding.message


def test_where_no_way_comes_to_an_end_a_missing_arrow_is_an_error() -> None:
    (finding,) = found(forked(*FORK, MEET[0]))

    assert (finding.severity, finding.rule, finding.element) == ("error", "dead_end", "j")


def test_a_step_that_is_never_reached_is_a_warning_where_the_rest_runs() -> None:
    (finding,) = found(forked(FORK[0], FORK[1], FORK[3], *MEET))

    assert (finding.severity, finding.rule, finding.element) == ("warning", "unreachable", "b")


@pytest.mark.parametrize("repeated", ["", multiple("${personas}", "persona")])
def test_what_stops_inside_a_subprocess_is_an_error_where_nothing_else_comes_to_its_end(repeated: str) -> None:
    inner = start("i2") + task("t") + end("f2") + flow("w8", "i2", "t")
    sub = f'<bpmn:subProcess id="s" name="Sub">{repeated}{inner}</bpmn:subProcess>'
    flows = flow("w1", "inicio", "repartir") + flow("w2", "repartir", "s") + flow("w3", "s", "fin")

    (finding,) = found(process(lane("s", "repartir") + start() + step("repartir") + sub + end() + flows))

    assert (finding.severity, finding.rule, finding.element) == ("error", "dead_end", "t")


def test_no_error_hides_under_a_warning() -> None:
    flows = (
        flow("w1", "inicio", "g") + flow("w2", "g", "a", "${plan == 'x'}") + flow("w3", "g", "fin", "${plan == 'y'}")
    )
    gate = '<bpmn:exclusiveGateway id="g" name="¿Cuál?"/>'
    xml = process(lane("a", "b") + start() + gate + task("a") + task("b") + end() + flows + flow("w4", "a", "fin"))

    assert next((one.severity, one.rule) for one in found(xml)) == ("error", "default_flow")


def without_default(first: str, second: str, salida: str = "decision") -> bytes:
    """A decision in which every answer has its condition."""
    xml = decision(first, salida=salida).replace(b' default="no"', b"")
    return xml.replace(flow("no", "g", "fin").encode(), flow("no", "g", "fin", second, "No").encode())


@pytest.mark.parametrize(
    ("first", "second", "salida"),
    [
        ("${decision == 'apruebo'}", "${decision == 'devuelvo'}", "decision"),
        ("${decision == 'apruebo'}", "${decision != 'apruebo'}", "decision"),
        ("${monto &lt; 10}", "${monto >= 10}", "monto"),
        ("${monto &lt; 10}", "${not (monto &lt; 10)}", "monto"),
        ("${decision in ['apruebo', 'devuelvo'] and monto > 3}", "${monto &lt;= 3}", "decision,monto"),
    ],
)
def test_a_decision_whose_answers_cover_every_value_needs_no_default(first: str, second: str, salida: str) -> None:
    assert found(without_default(first, second, salida)) == []


@pytest.mark.parametrize(
    ("first", "second", "salida", "gap"),
    [
        ("${monto &lt; 10}", "${monto > 10}", "monto", "ninguna salida cubre «monto» en 10"),
        ("${monto &lt;= 3}", "${monto >= 4}", "monto", "ninguna salida cubre «monto» en 3,5"),
        ("${monto * 2 &lt; 10}", "${monto >= 5}", "monto", "si ninguna condición se cumple"),
    ],
)
def test_a_gap_is_a_value_that_no_answer_covers(first: str, second: str, salida: str, gap: str) -> None:
    (finding,) = found(without_default(first, second, salida))

    assert (finding.severity, finding.rule) == ("error", "default_flow")
    assert gap in finding.message
