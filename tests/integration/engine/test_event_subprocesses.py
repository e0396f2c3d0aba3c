"""Event subprocesses, and what happens at the border of a subprocess."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from engine import doctor, sweep
from engine.errors import InvalidDiagram, NoMessageReceiver
from engine.instances import messages
from tests.integration.engine.test_paths import ERROR, SIGNAL, declared, event, throw
from tests.support.diagrams import (
    TIMER,
    boundary,
    call,
    chain,
    each,
    end,
    event_sub,
    flow,
    gateway,
    message,
    process,
    service,
    start,
    sub,
    user,
)
from tests.support.engine import ANA, World

ESCALATION = '<bpmn:escalation id="esc" name="aviso" escalationCode="aviso"/>'
ASKED = {"m": "pregunta"}
CONDITION = event("conditional", inside="<bpmn:condition>${total &gt; 5}</bpmn:condition>")


def raised(definition: str, *, interrupting: bool = True, **properties: str) -> str:
    """An event subprocess with one task."""
    return event_sub(
        "aparte", start("si", definition, interrupting=interrupting, **properties), user("x"), end("sf"),
        chain("si", "x", "sf"),
    )  # fmt: skip


def straight(*parts: str, **named: Any) -> bytes:
    """Two tasks one after the other, and something beside them."""
    return process("p", start(), user("a"), user("b"), end(), chain("inicio", "a", "b", "fin"), *parts, **named)


def send(world: World, name: str = "pregunta", **variables: Any) -> list[int]:
    with world.database.unit_of_work() as session:
        return messages.send(session, world.engine, name, "PLAN", variables, actor=ANA)


def healthy(world: World) -> None:
    with world.database.reading() as session:
        assert doctor.examine(session, world.engine) == []


def finish(world: World, instance_id: int) -> None:
    """Do all that is left, one after the other."""
    while world.names():
        healthy(world)
        world.do(world.names()[0])
    assert world.instance(instance_id).state == "completed"
    healthy(world)


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_message_begins_an_event_subprocess(world: World, interrupting: bool) -> None:
    world.publish(straight(raised(message("m"), interrupting=interrupting), messages=ASKED))
    instance_id = world.start()
    world.do("a")

    assert send(world) == [instance_id]

    assert world.names() == (["x"] if interrupting else ["b", "x"])
    finish(world, instance_id)


def test_the_case_ends_as_if_the_event_subprocess_were_not_there(world: World) -> None:
    world.publish(straight(raised(message("m")), messages=ASKED))
    instance_id = world.start()

    world.do("a")
    world.do("b", ultimo="sí")

    assert world.instance(instance_id).state == "completed"
    assert world.variables(instance_id)["ultimo"] == "sí"
    with pytest.raises(NoMessageReceiver):
        send(world)


def test_what_does_not_interrupt_happens_as_often_as_its_message_comes(world: World) -> None:
    world.publish(straight(raised(message("m"), interrupting=False), messages=ASKED))
    instance_id = world.start()

    for _ in range(3):
        send(world)
        healthy(world)

    assert world.names() == ["a", "x", "x", "x"]
    world.do("a")
    world.do("b")
    assert world.instance(instance_id).state == "active"
    finish(world, instance_id)


def test_an_interrupting_event_subprocess_also_stops_the_others_of_its_level(world: World) -> None:
    second = event_sub("otro", start("oi", TIMER, plazo="3d"), user("y"), end("of"), chain("oi", "y", "of"))
    world.publish(straight(raised(message("m"), interrupting=False), second, messages=ASKED))
    instance_id = world.start()
    send(world)

    world.clock.advance(dt.timedelta(days=4))
    with world.database.unit_of_work() as session:
        assert sweep.fire_due_timers(session, world.engine, limit=10) == 1

    assert world.names() == ["y"]
    finish(world, instance_id)


def test_a_deadline_begins_an_event_subprocess_once(world: World) -> None:
    world.publish(straight(raised(TIMER, interrupting=False, plazo="3d")))
    instance_id = world.start()
    for _ in range(2):
        world.clock.advance(dt.timedelta(days=4))
        with world.database.unit_of_work() as session:
            sweep.fire_due_timers(session, world.engine, limit=10)

    assert world.names() == ["a", "x"]
    finish(world, instance_id)


def test_it_sees_what_the_case_has_done_so_far_and_what_the_message_brings(world: World) -> None:
    world.publish(straight(raised(message("m")), messages=ASKED))
    instance_id = world.start(antes=1)
    world.do("a", durante=2, ambos="del caso")
    assert world.variables(instance_id)["durante"] == 2

    send(world, ambos="del mensaje")

    seen = world.task("x").variables
    assert (seen["antes"], seen["durante"], seen["ambos"]) == (1, 2, "del mensaje")


def test_the_path_from_the_border_of_a_subprocess_sees_what_was_done_inside(world: World) -> None:
    inside = sub("grupo", start("si"), user("d1"), user("d2"), end("sf"), chain("si", "d1", "d2", "sf"))
    world.publish(
        process(
            "p", start(), inside, boundary("b", "grupo", message("m")), user("z"), end("f1"), end("f2"),
            chain("inicio", "grupo", "f1"), chain("b", "z", "f2"), messages=ASKED,
        )
    )  # fmt: skip
    world.start()
    world.do("d1", hecho="dentro")

    send(world)

    assert world.task("z").variables["hecho"] == "dentro"


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_condition_begins_an_event_subprocess_when_it_comes_to_hold(world: World, interrupting: bool) -> None:
    world.publish(straight(raised(CONDITION, interrupting=interrupting)))
    instance_id = world.start(total=1)
    assert world.names() == ["a"]

    world.do("a", total=7)

    assert world.names() == (["x"] if interrupting else ["b", "x"])
    finish(world, instance_id)


def test_an_error_inside_is_caught_by_the_event_subprocess(world: World) -> None:
    body = sub(
        "grupo", start("gi"), user("dentro"), end("gf", event("error", "e")), chain("gi", "dentro", "gf")
    )  # fmt: skip
    diagram = process(
        "p", start(), body, user("b"), end(), chain("inicio", "grupo", "b", "fin"), raised(event("error", "e"))
    )  # fmt: skip
    world.publish(declared(diagram, ERROR))
    instance_id = world.start()

    world.do("dentro")

    assert world.names() == ["x"]
    finish(world, instance_id)


@pytest.mark.parametrize("interrupting", [True, False])
def test_an_escalation_inside_is_caught_by_the_event_subprocess(world: World, interrupting: bool) -> None:
    diagram = process(
        "p", start(), user("a"), throw("avisa", event("escalation", "esc")), user("b"), end(),
        chain("inicio", "a", "avisa", "b", "fin"), raised(event("escalation", "esc"), interrupting=interrupting),
    )  # fmt: skip
    world.publish(declared(diagram, ESCALATION))
    instance_id = world.start()

    world.do("a")

    assert world.names() == (["x"] if interrupting else ["b", "x"])
    finish(world, instance_id)


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_signal_of_the_case_begins_an_event_subprocess(world: World, interrupting: bool) -> None:
    diagram = process(
        "p", start(), user("a"), throw("dice", event("signal", "s")), user("b"), end(),
        chain("inicio", "a", "dice", "b", "fin"), raised(event("signal", "s"), interrupting=interrupting),
    )  # fmt: skip
    world.publish(declared(diagram, SIGNAL))
    instance_id = world.start()

    world.do("a")

    assert world.names() == (["x"] if interrupting else ["b", "x"])
    finish(world, instance_id)


def test_a_terminate_end_also_ends_what_event_subprocesses_began(world: World) -> None:
    stop = straight(raised(message("m"), interrupting=False), messages=ASKED)
    stop = stop.replace(
        b'<bpmn:endEvent id="fin" name="fin">', b'<bpmn:endEvent id="fin" name="fin"><bpmn:terminateEventDefinition/>'
    )
    world.publish(stop)
    instance_id = world.start()
    send(world)
    world.do("a")

    world.do("b")

    assert world.names() == []
    assert world.instance(instance_id).state == "completed"


def test_an_event_subprocess_inside_a_subprocess_that_is_repeated(world: World) -> None:
    asked = event_sub(
        "aparte", start("ai", message("m"), clave="${plan}/${e}"), user("x"), end("af"), chain("ai", "x", "af")
    )  # fmt: skip
    body = sub(
        "grupo", each("lista", "e"), start("gi"), user("dentro"), end("gf"), chain("gi", "dentro", "gf"), asked
    )  # fmt: skip
    world.publish(process("p", start(), body, user("b"), end(), chain("inicio", "grupo", "b", "fin"), messages=ASKED))
    instance_id = world.start(lista=["uno", "dos"])

    with world.database.unit_of_work() as session:
        messages.send(session, world.engine, "pregunta", "PLAN/dos", {}, actor=ANA)

    assert [(t.element_id, t.context) for t in world.open_tasks()] == [("dentro", {"e": "uno"}), ("x", {"e": "dos"})]
    finish(world, instance_id)


def test_an_event_subprocess_of_a_called_process(world: World) -> None:
    child = straight(raised(message("m"), interrupting=False), messages=ASKED).replace(b'id="p"', b'id="hija"')
    world.publish(
        child, process("p", start(), call("c", "hija", ins=("*",), outs=("*",)), end(), chain("inicio", "c", "fin"))
    )
    instance_id = world.start("p")

    send(world)

    assert world.names() == ["a", "x"]
    finish(world, instance_id)


def test_a_process_that_may_begin_in_two_ways_has_one_event_subprocess_for_both(world: World) -> None:
    diagram = process(
        "p", start("uno"), start("dos", message("n")), user("a"), user("b"), end("f1"), end("f2"),
        chain("uno", "a", "f1"), chain("dos", "b", "f2"), raised(message("m")), messages={**ASKED, "n": "empieza"},
    )  # fmt: skip
    world.publish(diagram)
    first = world.start(business_key="C-1", start_element="uno")
    with world.database.unit_of_work() as session:
        (second,) = messages.send(session, world.engine, "empieza", "PLAN", {"plan": "PLAN"}, actor=ANA)

    assert [(task.instance_id, task.element_id) for task in world.open_tasks()] == [(first, "a"), (second, "b")]
    assert send(world) == [first, second]
    assert world.names() == ["x", "x"]


def test_a_case_that_asks_a_hundred_times_stays_small(world: World) -> None:
    world.publish(straight(raised(message("m"), interrupting=False), messages=ASKED))
    instance_id = world.start()
    sizes = []
    for _ in range(100):
        send(world)
        world.do("x")
        sizes.append(len(world.status(instance_id)))

    assert max(sizes[10:]) <= sizes[10] + 64


@pytest.mark.parametrize(
    ("drawn", "told"),
    [
        (raised(""), "no dice qué lo hace comenzar"),
        (raised(TIMER), "cuánto espera"),
        (raised(event("error", "e"), interrupting=False), "siempre interrumpe"),
        (
            event_sub(
                "aparte", start("si", message("m")), start("so", message("m")), user("x"), end("sf"),
                chain("si", "x", "sf"), flow("so", "x"),
            ),
            "varios inicios",
        ),
        (raised(message("m")) + flow("a", "aparte", id="mal"), "no puede llegar una flecha"),
        (
            raised(message("m")) + boundary("b1", "aparte", TIMER, plazo="3d") + end("b2") + flow("b1", "b2"),
            "no está pegado",
        ),
    ],
)  # fmt: skip
def test_one_drawn_wrongly_is_refused_with_a_sentence(world: World, drawn: str, told: str) -> None:
    with pytest.raises(InvalidDiagram) as refused:
        world.publish(declared(straight(drawn, messages=ASKED), ERROR))

    assert any(told in finding.message for finding in refused.value.findings)


def test_a_process_does_not_begin_with_an_error(world: World) -> None:
    diagram = declared(
        process("p", start("inicio", event("error", "e")), user("a"), end(), chain("inicio", "a", "fin")), ERROR
    )

    with pytest.raises(InvalidDiagram, match="no comienza con"):
        world.publish(diagram)


def test_a_gateway_and_a_step_inside_go_on_as_ever(world: World) -> None:
    world.handlers["anota"] = lambda made: {"anotado": made.variables["sigue"]}
    diagram = process(
        "p", start(), user("a"), gateway("g", default="no"), service("anota"), user("b"), end("f1"), end("f2"),
        chain("inicio", "a", "g"), flow("g", "anota", "sigue == 1"), flow("g", "f2", id="no"),
        chain("anota", "b", "f1"), raised(message("m")), messages=ASKED,
    )  # fmt: skip
    world.publish(diagram)
    world.start()

    world.do("a", sigue=1)

    assert world.names() == ["b"]
    assert world.task("b").variables["anotado"] == 1
