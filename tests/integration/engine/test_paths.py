"""Each kind of event of the catalogue, walked with the real engine."""

from __future__ import annotations

from typing import Any

import pytest

from engine import doctor
from engine.errors import InvalidDiagram
from tests.support.diagrams import boundary, chain, end, flow, gateway, node, process, start, sub, user
from tests.support.engine import World


def declared(xml: bytes, *declarations: str) -> bytes:
    """A diagram with signals, errors or escalations declared before its process."""
    return xml.replace(b"<bpmn:process ", "".join(declarations).encode() + b"<bpmn:process ", 1)


SIGNAL = '<bpmn:signal id="s" name="listo"/>'
ERROR = '<bpmn:error id="e" name="falla" errorCode="falla"/>'
ESCALATION = '<bpmn:escalation id="x" name="aviso" escalationCode="aviso"/>'


def event(kind: str, reference: str = "", inside: str = "") -> str:
    attribute = f' {kind}Ref="{reference}"' if reference else ""
    return f"<bpmn:{kind}EventDefinition{attribute}>{inside}</bpmn:{kind}EventDefinition>"


def catch(id: str, definition: str) -> str:
    return node("intermediateCatchEvent", id, definition)


def throw(id: str, definition: str) -> str:
    return node("intermediateThrowEvent", id, definition)


def healthy(world: World) -> None:
    with world.database.reading() as session:
        assert doctor.examine(session, world.engine) == []


def walk(world: World, xml: bytes, *steps: str, **variables: Any) -> int:
    """Start the process and do these tasks, looking at the case's health after each."""
    world.publish(xml)
    instance_id = world.start(**variables)
    for step in steps:
        world.do(step)
        healthy(world)
    return instance_id


def inside(end_event: str, *parts: str) -> str:
    """A subprocess with one task that ends in an event."""
    return sub("grupo", start("si"), user("dentro"), *parts, end("sf", end_event), chain("si", "dentro", "sf"))


def test_a_signal_wakes_who_waits_for_it_in_the_same_case(world: World) -> None:
    diagram = declared(
        process(
            "p", start(), gateway("g", "parallel"), catch("oye", event("signal", "s")), user("b"), user("a"),
            throw("dice", event("signal", "s")), end("f1"), end("f2"),
            chain("inicio", "g", "oye", "b", "f1"), chain("g", "a", "dice", "f2"),
        ),
        SIGNAL,
    )  # fmt: skip
    instance_id = walk(world, diagram, "a")

    assert world.names() == ["b"]
    world.do("b")
    assert world.instance(instance_id).state == "completed"


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_signal_on_the_border_of_a_task(world: World, interrupting: bool) -> None:
    diagram = declared(
        process(
            "p", start(), gateway("g", "parallel"), user("t"), user("a"), throw("dice", event("signal", "s")),
            boundary("b", "t", event("signal", "s"), interrupting=interrupting), user("z"),
            end("f1"), end("f2"), end("f3"), chain("inicio", "g", "t", "f1"), chain("g", "a", "dice", "f2"),
            chain("b", "z", "f3"),
        ),
        SIGNAL,
    )  # fmt: skip
    instance_id = walk(world, diagram, "a")

    assert world.names() == (["z"] if interrupting else ["t", "z"])
    for name in world.names():
        world.do(name)
    assert world.instance(instance_id).state == "completed"


def test_an_error_leaves_the_subprocess_by_its_border(world: World) -> None:
    diagram = declared(
        process(
            "p", start(), inside(event("error", "e")), boundary("b", "grupo", event("error", "e")), user("z"),
            user("bien"), end("f1"), end("f2"), chain("inicio", "grupo", "bien", "f1"), chain("b", "z", "f2"),
        ),
        ERROR,
    )  # fmt: skip
    instance_id = walk(world, diagram, "dentro")

    assert world.names() == ["z"]
    world.do("z")
    assert world.instance(instance_id).state == "completed"


@pytest.mark.parametrize("interrupting", [True, False])
def test_an_escalation_leaves_the_subprocess_by_its_border(world: World, interrupting: bool) -> None:
    diagram = declared(
        process(
            "p", start(), inside(event("escalation", "x")),
            boundary("b", "grupo", event("escalation", "x"), interrupting=interrupting), user("z"), user("bien"),
            end("f1"), end("f2"), chain("inicio", "grupo", "bien", "f1"), chain("b", "z", "f2"),
        ),
        ESCALATION,
    )  # fmt: skip
    instance_id = walk(world, diagram, "dentro")

    assert world.names() == (["z"] if interrupting else ["bien", "z"])
    for name in world.names():
        world.do(name)
    assert world.instance(instance_id).state == "completed"


def test_a_terminate_end_stops_everything_else(world: World) -> None:
    diagram = process(
        "p", start(), gateway("g", "parallel"), user("a"), user("b"), end("f1", event("terminate")), end("f2"),
        chain("inicio", "g", "a", "f1"), chain("g", "b", "f2"),
    )  # fmt: skip
    instance_id = walk(world, diagram, "a")

    assert world.names() == []
    assert world.instance(instance_id).state == "completed"
    assert "task_cancelled" in world.kinds(instance_id)


def test_a_link_goes_on_where_it_is_caught(world: World) -> None:
    link = '<bpmn:linkEventDefinition name="sigue"/>'
    diagram = process(
        "p", start(), user("a"), throw("sale", link), catch("entra", link), user("b"), end(),
        chain("inicio", "a", "sale"), chain("entra", "b", "fin"),
    )  # fmt: skip
    walk(world, diagram, "a")

    assert world.names() == ["b"]


def test_a_condition_wakes_the_case_when_it_begins_to_hold(world: World) -> None:
    condition = event("conditional", inside="<bpmn:condition>${total &gt; 5}</bpmn:condition>")
    diagram = process(
        "p", start(), user("a"), catch("espera", condition), user("b"), end(),
        chain("inicio", "a", "espera", "b", "fin"),
    )  # fmt: skip
    world.publish(diagram)
    world.start(total=1)

    world.do("a", total=7)

    assert world.names() == ["b"]


def test_an_inclusive_gateway_opens_what_holds_and_waits_for_it(world: World) -> None:
    diagram = process(
        "p", start(), gateway("g", "inclusive", default="nada"), user("a"), user("b"), user("c"),
        gateway("j", "inclusive"), user("z"), end(), chain("inicio", "g"), flow("g", "a", "x > 0"),
        flow("g", "b", "x > 1"), flow("g", "c", id="nada"), chain("a", "j"), chain("b", "j"),
        chain("c", "j", "z", "fin"),
    )  # fmt: skip
    walk(world, diagram, x=2)

    assert world.names() == ["a", "b"]
    world.do("b")
    assert world.names() == ["a"]
    world.do("a")
    assert world.names() == ["z"]
    healthy(world)


@pytest.mark.parametrize(
    "outside",
    [
        node("scriptTask", "raro"),
        node("businessRuleTask", "raro"),
        node("transaction", "raro", start("si") + end("sf") + chain("si", "sf")),
        node("adHocSubProcess", "raro", user("x")),
        node("complexGateway", "raro"),
        throw("raro", event("compensate")),
    ],
)
def test_what_is_outside_the_catalogue_is_refused_by_name_at_publication(world: World, outside: str) -> None:
    with pytest.raises(InvalidDiagram) as refused:
        world.publish(process("p", start(), outside, user("a"), end(), chain("inicio", "raro", "a", "fin")))

    assert "raro" in str(refused.value) or any("raro" in f.message for f in refused.value.findings)
    with pytest.raises(Exception, match="publicado"):
        world.start()
