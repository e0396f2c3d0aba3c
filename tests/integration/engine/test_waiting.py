"""Moments and messages: boundary timers, catching events, message starts, and what a throw reaches."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from engine import sweep
from engine.errors import NoMessageReceiver
from engine.events import TaskCancelled
from engine.instances import messages
from engine.instances.correlation import Subscription
from engine.timers import Timer
from tests.support.diagrams import (
    TIMER,
    boundary,
    call,
    chain,
    each,
    end,
    gateway,
    message,
    node,
    process,
    service,
    start,
    sub,
    user,
)
from tests.support.engine import BOSS, World


def tick(world: World, days: int = 0) -> int:
    world.clock.advance(dt.timedelta(days=days))
    with world.database.unit_of_work() as session:
        return sweep.fire_due_timers(session, world.engine, limit=100)


def send(world: World, name: str, key: str, **variables: Any) -> list[int]:
    with world.database.unit_of_work() as session:
        return messages.send(session, world.engine, name, key, variables, actor=BOSS)


def rows(world: World, table: Any) -> int:
    with world.database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def deadline_around(inside: str, interrupting: bool = True) -> bytes:
    after = ["v", "z"] if interrupting else ["v", "lado", "fin2"]
    side = "" if interrupting else user("lado") + end("fin2")
    return process(
        "p",
        start(), sub("grupo", start("s"), inside, end("e"), chain("s", "x", "e")),
        boundary("v", "grupo", TIMER, interrupting=interrupting, plazo="7d"),
        user("z"), end(), side, chain("inicio", "grupo", "z", "fin"), chain(*after),
    )  # fmt: skip


CHILD = process("hija", start(), user("y"), end(), chain("inicio", "y", "fin"))
REPEATED_CALL = call("x", "hija", each("entidades", "entidad"), ins=("entidad",))


@pytest.mark.parametrize("inside", [user("x", each("entidades", "entidad")), REPEATED_CALL])
def test_an_interrupting_deadline_cancels_what_is_open_and_the_case_goes_on(world: World, inside: str) -> None:
    world.publish(CHILD, deadline_around(inside))
    instance_id = world.start(entidades=["SDG", "IDPAC", "DADEP"])
    world.complete(world.open_tasks()[0].id)

    early, late, again = tick(world, 6), tick(world, 2), tick(world)

    assert (early, late, again) == (0, 1, 0)
    assert world.names() == ["z"]
    assert sum(isinstance(event, TaskCancelled) for event in world.heard) == 2
    assert world.kinds(instance_id).count("task_cancelled") == 2
    assert "timer_fired" in world.kinds(instance_id)
    assert rows(world, Timer) == 0
    world.do("z")
    assert world.instance(instance_id).state == "completed"


def test_a_deadline_goes_when_the_work_is_done_in_time(world: World) -> None:
    world.publish(CHILD, deadline_around(REPEATED_CALL))
    world.start(entidades=["SDG"])

    world.do("y")

    assert rows(world, Timer) == 0
    assert tick(world, 30) == 0


def test_a_reminder_leaves_the_work_open(world: World) -> None:
    world.publish(deadline_around(user("x"), interrupting=False))
    instance_id = world.start()

    tick(world, 8)

    assert world.names() == ["lado", "x"]
    for element in ("x", "lado", "z"):
        world.do(element)
    assert world.instance(instance_id).state == "completed"


def test_a_deadline_may_be_read_from_a_variable(world: World) -> None:
    wait = node("intermediateCatchEvent", "espera", TIMER, properties={"plazo": "fecha:dia"})
    world.publish(process("p", start(), wait, user("a"), end(), chain("inicio", "espera", "a", "fin")))
    world.start(dia="2018-07-10")

    assert tick(world, 7) == 0
    assert tick(world, 1) == 1
    assert world.names() == ["a"]


def test_a_message_wakes_the_case_whose_key_it_carries_and_no_other(world: World) -> None:
    catch = node("intermediateCatchEvent", "espera", message("m"), properties={"clave": "${plan}/${vigencia}"})
    world.publish(
        process("p", start(), catch, user("a"), end(), chain("inicio", "espera", "a", "fin"), messages={"m": "cerrada"})
    )
    world.start(business_key="1", vigencia=2018)
    second = world.start(business_key="2", vigencia=2019)

    reached = send(world, "cerrada", "PLAN/2019", nota="lista")

    assert reached == [second]
    assert world.variables(second)["nota"] == "lista"
    assert rows(world, Subscription) == 1
    with pytest.raises(NoMessageReceiver):
        send(world, "cerrada", "PLAN/2019")


def test_a_receiving_task_and_a_boundary_message_wait_too(world: World) -> None:
    receive = node("receiveTask", "r", "", {"messageRef": "m"})
    world.publish(
        process(
            "p", start(), receive, user("a"), boundary("b", "a", message("n")), user("z"), end(),
            chain("inicio", "r", "a", "fin"), chain("b", "z", "fin"), messages={"m": "uno", "n": "dos"},
        )
    )  # fmt: skip
    world.start()

    send(world, "uno", "PLAN", dato=1)
    send(world, "dos", "PLAN")

    assert world.names() == ["z"]
    assert world.task("z").variables["dato"] == 1
    assert rows(world, Subscription) == 0


def test_the_first_event_after_an_event_gateway_decides(world: World) -> None:
    diagram = process(
        "p", start(), gateway("g", "eventBased"),
        node("intermediateCatchEvent", "llega", message("m")),
        node("intermediateCatchEvent", "tarde", TIMER, properties={"plazo": "3d"}),
        user("a"), user("b"), end(), chain("inicio", "g", "llega", "a", "fin"), chain("g", "tarde", "b", "fin"),
        messages={"m": "respuesta"},
    )  # fmt: skip
    world.publish(diagram)
    world.start(business_key="1", plan="P1")
    world.start(business_key="2", plan="P2")

    send(world, "respuesta", "P1", dato=5)
    tick(world, 4)

    assert world.names() == ["a", "b"]
    assert world.task("a").variables["dato"] == 5
    assert (rows(world, Subscription), rows(world, Timer)) == (0, 0)


def test_a_message_start_opens_a_case_named_by_whoever_knows(world: World) -> None:
    world.publish(
        process("p", start("ini", message("m")), user("a"), end(), chain("ini", "a", "fin"), messages={"m": "pedido"})
    )

    (instance_id,) = send(world, "pedido", "PLAN", plan="PLAN", que="algo")

    assert world.instance(instance_id).business_key == "p/1"
    assert world.task("a").variables == {"plan": "PLAN", "que": "algo"}


def test_a_send_task_sends_what_its_handler_says_and_an_end_event_its_own_message(world: World) -> None:
    world.handlers["avisar"] = lambda step: {
        "mensajes": [{"nombre": "pedido", "clave": step.variables["plan"], "variables": {"n": n}} for n in (1, 2)]
    }
    catch = node("intermediateCatchEvent", "espera", message("m"))
    world.publish(
        process(
            "otro", start("ini", message("m")), user("o"), end(), chain("ini", "o", "fin"), messages={"m": "pedido"}
        ),
        process(
            "esperar", start(), catch, user("e"), end(), chain("inicio", "espera", "e", "fin"), messages={"m": "fin"}
        ),
        process(
            "p", start(), service("enviar", "avisar", tag="sendTask"), end("fin", message("m")),
            chain("inicio", "enviar", "fin"), messages={"m": "fin"},
        ),
    )  # fmt: skip
    world.start("esperar", business_key="E")

    instance_id = world.start("p", business_key="P")

    assert world.names() == ["e", "o", "o"]
    assert world.kinds(instance_id).count("message_sent") == 3
    assert world.instance(instance_id).state == "completed"


def test_a_message_that_nobody_waits_for_does_not_stop_who_throws_it(world: World) -> None:
    world.publish(process("p", start(), end("fin", message("m")), chain("inicio", "fin"), messages={"m": "nadie"}))

    instance_id = world.start()

    assert world.instance(instance_id).state == "completed"


def test_a_step_may_send_a_message_to_its_own_case(world: World) -> None:
    def notify(step: Any) -> None:
        messages.send(step.session, step.engine, "ven", "PLAN", {"dato": 7}, actor=BOSS)

    world.handlers["avisar"] = notify
    world.publish(
        process(
            "p", start(), gateway("g", "parallel"),
            node("intermediateCatchEvent", "espera", message("m")), user("a"),
            user("antes"), service("paso", "avisar"), gateway("une", "parallel"), end(),
            chain("inicio", "g", "espera", "a", "une", "fin"), chain("g", "antes", "paso", "une"),
            messages={"m": "ven"},
        )
    )  # fmt: skip
    world.start()

    world.do("antes")

    assert world.task("a").variables["dato"] == 7
