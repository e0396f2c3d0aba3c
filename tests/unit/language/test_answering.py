"""What a person answers to the questions of an import is done, and no longer asked."""

from __future__ import annotations

import pytest

from engine.definitions.importing import ImportResult, import_diagram
from engine.definitions.linting import KnownNames, lint
from engine.definitions.reading import DiagramModel, read_diagram
from tests.unit.language.drawn import chain, end, flow, multiple, process, start, user_task

KNOWN = KnownNames(
    roles={"coordinador": "Coordinación", "enlace": "Enlace"},
    forms={"formulario": "Formulario"},
    processes={"otro": "Otro"},
    topics={"calcular": "Calcular"},
)
NOBODY = '<bpmn:userTask id="t" name="T" camunda:formRef="formulario"/>'


def answered(body: str, **answers: str) -> tuple[DiagramModel, ImportResult]:
    """The same file twice: what is asked, then what becomes of it with the answers (`rule__element`)."""
    given = {key.replace("__", ":", 1): answer for key, answer in answers.items()}
    before = import_diagram(process(body), KNOWN)
    assert given.keys() <= {question.key for question in before.questions}
    after = import_diagram(process(body), KNOWN, answers=given)
    assert not given.keys() & {question.key for question in after.questions}
    left = [one for one in lint(after.xml, KnownNames()) if one.severity == "error" and one.rule != "role"]
    assert left == []
    return read_diagram(after.xml), after


def test_a_role_is_given_to_all_the_tasks_of_whom_it_was_asked() -> None:
    tasks = '<bpmn:userTask id="u" name="U" camunda:candidateUsers="kermit"/><bpmn:userTask id="v" name="V" camunda:candidateUsers="kermit"/>'  # noqa: E501
    body = start() + NOBODY + tasks + end() + chain("inicio", "t", "u", "v", "fin")

    model, _result = answered(body, role__t="enlace", role__u="coordinador")

    assert [model.elements[one].roles for one in "tuv"] == [("enlace",), ("coordinador",), ("coordinador",)]


def test_a_person_of_the_other_tool_s_list_becomes_a_role() -> None:
    body = start() + '<bpmn:userTask id="t" name="T" camunda:assignee="kermit"/>' + end() + chain("inicio", "t", "fin")

    model, _result = answered(body, role__t="enlace")

    assert (model.elements["t"].assignee, model.elements["t"].roles) == ("", ("enlace",))


def test_a_deadline_a_cadence_and_a_list_are_as_answered() -> None:
    timed = start(
        inside="<bpmn:timerEventDefinition><bpmn:timeCycle>0 0 * * *</bpmn:timeCycle></bpmn:timerEventDefinition>"
    )
    repeated = user_task("t", inside=multiple().replace("entidades", "execution.lista(1)"))
    border = '<bpmn:boundaryEvent id="b" attachedToRef="u"><bpmn:timerEventDefinition><bpmn:timeDuration>${x}</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>'  # noqa: E501
    body = timed + repeated + user_task("u") + border + end() + end("e2") + chain("inicio", "t", "u", "fin")

    model, _result = answered(
        body + flow("q", "b", "e2"), cadence__inicio="mensual", timer__b="cierre+7dh", collection__t="${entidades}"
    )

    assert model.elements["inicio"].properties["cadencia"] == "mensual"
    assert model.elements["b"].deadline == "cierre+7dh"
    assert model.elements["t"].collection == "${entidades}"


def test_a_call_and_an_automatic_step_stay_when_it_is_said_what_they_are() -> None:
    body = (
        start()
        + '<bpmn:callActivity id="c" name="C"/><bpmn:serviceTask id="s" name="S" camunda:topic="calcula"/>'
        + end()
    )

    model, _result = answered(body + chain("inicio", "c", "s", "fin"), call__c="otro", topic__s="calcular")

    assert (model.elements["c"].kind, model.elements["c"].called_element) == ("callActivity", "otro")
    assert (model.elements["s"].kind, model.elements["s"].topic) == ("serviceTask", "calcular")


@pytest.mark.parametrize(("answer", "kind"), [("Todos", "parallelGateway"), ("Uno", "exclusiveGateway")])
def test_ways_that_part_without_a_gateway_are_one_or_all_as_answered(answer: str, kind: str) -> None:
    body = start() + user_task("t") + user_task("u") + user_task("v") + end() + end("e2")
    flows = chain("inicio", "t", "u", "fin") + flow("q", "t", "v") + flow("r", "v", "e2")

    model, _result = answered(body + flows, implicit_split__t=answer)

    assert kind in [element.kind for element in model.elements.values()]


def test_a_decision_on_data_that_nobody_fills_is_asked_and_may_be_a_person_s() -> None:
    body = start() + user_task("t", form="") + '<bpmn:exclusiveGateway id="g" name="¿Mucho?" default="no"/>' + end()
    flows = chain("inicio", "t", "g") + flow("si", "g", "fin", "${monto > 10}", name="Sí") + flow("no", "g", "e2")

    model, result = answered(body + end("e2") + flows, unset__g="Lo decide una persona")

    assert model.flows["si"].condition == "${respuesta_g == 'si'}"
    assert "radio" in [one["type"] for one in result.forms["proceso_t"]["components"]]


DECISION = start() + '<bpmn:exclusiveGateway id="g" name="¿Cuánto?"/>' + end() + end("e2") + chain("inicio", "g")
CONDITIONS = DECISION + flow("a", "g", "fin", "${n > 10}", "Mucho") + flow("b", "g", "e2", "${n &lt; 5}", "Poco")


@pytest.mark.parametrize(
    ("answer", "default", "kept"), [("Mucho", "a", "b"), ("Poco", "b", "a"), ("Ahí termina", "", "a")]
)
def test_where_no_condition_may_hold_one_says_where_it_goes(answer: str, default: str, kept: str) -> None:
    model, _result = answered(CONDITIONS, default_flow__g=answer)

    gateway = model.elements["g"]
    assert default in ("", gateway.default_flow) and model.flows[kept].condition
    assert (len(gateway.outgoing) == 3) == (not default)


def test_of_two_opposite_conditions_the_last_is_the_default_and_nothing_is_asked() -> None:
    body = DECISION + flow("a", "g", "fin", "${n == 1}") + flow("b", "g", "e2", "${n != 1}")

    result = import_diagram(process(body), KNOWN)

    assert "default_flow" not in {question.rule for question in result.questions}


def test_an_answer_that_does_not_fit_is_said_and_asked_again_and_one_too_many_is_told() -> None:
    body = start() + NOBODY + end() + chain("inicio", "t", "fin")

    result = import_diagram(process(body), KNOWN, answers={"role:t": "gerente", "timer:nada": "5dh"})

    (question,) = [one for one in result.questions if one.rule == "role"]
    assert question.message.startswith("La respuesta «gerente» no sirve. ¿Qué rol hace")
    assert result.unused == ("timer:nada",)
