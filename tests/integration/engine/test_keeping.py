"""Messages that come early, signals that begin a case, and the truth told to who sends."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
import sqlalchemy as sa

from engine import doctor, limits
from engine.database import Database
from engine.errors import EngineError, NoMessageReceiver
from engine.instances import keeping, messages
from engine.instances.correlation import Subscription
from engine.instances.models import Instance
from engine.tasks import commands as tasks
from engine.waits.explaining import waits
from tests.integration.engine.test_paths import SIGNAL, declared, event, throw
from tests.support.diagrams import boundary, chain, end, gateway, message, node, process, start, user
from tests.support.engine import ANA, BOSS, World

READY = {"m": "listo"}


def catch(id: str, ref: str = "m", **properties: str) -> str:
    return node("intermediateCatchEvent", id, message(ref), properties=properties)


def waiting(key: str = "espera", **properties: str) -> bytes:
    """A task, then the message, then another task."""
    return process(
        key, start(), user("antes"), catch("oye", **properties), user("despues"), end(),
        chain("inicio", "antes", "oye", "despues", "fin"), messages=READY,
    )  # fmt: skip


def sending(**properties: str) -> bytes:
    return process(
        "envia", start(), user("a"), end("fin", message("m"), **properties), chain("inicio", "a", "fin"), messages=READY
    )


def kept(world: World, instance_id: int) -> list[tuple[str, str, dict[str, Any]]]:
    with world.database.reading() as session:
        return [(one.name, one.key, dict(one.variables)) for one in keeping.of_case(session, instance_id)]


def healthy(world: World) -> None:
    with world.database.reading() as session:
        assert doctor.examine(session, world.engine) == []


def throw_one(world: World, number: int = 1, **variables: Any) -> None:
    world.start("envia", f"E-{number}")
    world.do("a", **variables)


def test_a_message_that_comes_before_its_wait_is_kept_and_then_taken(world: World) -> None:
    world.publish(waiting(), sending(variables="total"))
    instance_id = world.start("espera", "W-1")

    throw_one(world, total=7)

    assert kept(world, instance_id) == [("listo", "PLAN", {"total": 7})]
    world.do("antes")
    assert (world.names(), kept(world, instance_id)) == (["despues"], [])
    assert world.variables(instance_id)["total"] == 7
    kinds = world.kinds(instance_id)
    assert kinds.index("message_kept") < kinds.index("message_received")
    healthy(world)


def test_a_case_that_is_told_twice_in_one_turn_waits_for_the_third(world: World) -> None:
    names = {"m1": "uno", "m2": "dos", "m3": "tres"}
    xml = process(
        "p", start(), *(catch(f"oye_{name}", ref) for ref, name in names.items()), end(),
        chain("inicio", *(f"oye_{name}" for name in names.values()), "fin"), messages=names,
    )  # fmt: skip
    world.publish(xml)
    instance_id = world.start()

    with world.database.unit_of_work() as session:
        messages.send(session, world.engine, "uno", "PLAN", {}, actor=BOSS)
        looked_at = session.scalars(sa.select(Subscription)).all()
        messages.send(session, world.engine, "dos", "PLAN", {}, actor=BOSS)

    assert len(looked_at) == 1
    with world.database.reading() as session:
        assert [one.element_id for one in waits(session, world.engine, instance_id)] == ["oye_tres"]
    healthy(world)


def test_a_message_of_another_key_is_not_taken(world: World) -> None:
    world.publish(waiting(clave="${plan}/B"), sending(clave="${plan}/A"))
    instance_id = world.start("espera", "W-1")

    throw_one(world)
    world.do("antes")

    assert (world.names(), [key for _, key, _ in kept(world, instance_id)]) == ([], ["PLAN/A"])


def test_a_case_that_ends_keeps_nothing(world: World) -> None:
    xml = process(
        "espera", start(), user("antes"), gateway("g", default="f_g_fin"), catch("oye"), end(), end("f2"),
        chain("inicio", "antes", "g", "fin"), chain("oye", "f2"),
        '<bpmn:sequenceFlow id="si" sourceRef="g" targetRef="oye"><bpmn:conditionExpression>${x}'
        "</bpmn:conditionExpression></bpmn:sequenceFlow>", messages=READY,
    )  # fmt: skip
    world.publish(xml, sending())
    instance_id = world.start("espera", "W-1")

    throw_one(world)
    world.do("antes")

    assert (world.instance(instance_id).state, kept(world, instance_id)) == ("completed", [])
    healthy(world)


def test_what_a_case_sends_itself_before_it_waits_is_kept_for_it(world: World) -> None:
    xml = process(
        "p", start(), gateway("g", "parallel"), throw("dice", message("m")), user("antes"), catch("oye"),
        user("despues"), end(), end("f2"), chain("inicio", "g", "dice", "f2"),
        chain("g", "antes", "oye", "despues", "fin"), messages=READY,
    )  # fmt: skip
    world.publish(xml)
    world.start()

    world.do("antes")

    assert world.names() == ["despues"]
    healthy(world)


def test_a_border_takes_every_message_that_came_early(world: World) -> None:
    xml = process(
        "espera", start(), user("antes"), user("t"), boundary("b", "t", message("m"), interrupting=False), user("x"),
        end(), end("f2"), chain("inicio", "antes", "t", "fin"), chain("b", "x", "f2"), messages=READY,
    )  # fmt: skip
    world.publish(xml, sending())
    world.start("espera", "W-1")

    throw_one(world, 1)
    throw_one(world, 2)
    world.do("antes")

    assert world.names() == ["t", "x", "x"]
    healthy(world)


def test_only_so_many_are_kept_and_none_for_ever(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KEPT_MESSAGES", 2)
    world.publish(waiting(), sending(variables="n"))
    instance_id = world.start("espera", "W-1")

    for number in (1, 2, 3):
        throw_one(world, number, n=number)

    assert [variables["n"] for _, _, variables in kept(world, instance_id)] == [2, 3]
    assert world.kinds(instance_id).count("message_dropped") == 1
    world.clock.advance(dt.timedelta(days=limits.KEPT_DAYS + 1))
    world.do("antes")
    assert world.names() == []


def test_a_message_is_kept_only_within_the_scope_of_its_thrower(world: World) -> None:
    world.publish(waiting(), sending())
    elsewhere = world.start("espera", "W-1")
    with world.database.unit_of_work() as session:
        session.get_one(Instance, elsewhere).scope = "OTRO"

    throw_one(world)

    assert kept(world, elsewhere) == []


def send(database: Database, world: World) -> list[int]:
    with database.unit_of_work() as session:
        return messages.send(session, world.engine, "listo", "PLAN", {}, actor=BOSS)


def test_one_message_sent_twice_at_once_is_received_once_and_the_other_sender_is_told(world: World) -> None:
    world.publish(waiting())
    instance_id = world.start("espera", "W-1")
    world.do("antes")
    reached: list[list[int]] = []
    refused: list[EngineError] = []
    together = threading.Barrier(2)

    def one() -> None:
        together.wait()
        try:
            reached.append(send(world.database, world))
        except EngineError as failure:
            refused.append(failure)

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert reached == [[instance_id]]
    assert [type(failure) for failure in refused] == [NoMessageReceiver]
    assert world.kinds(instance_id).count("message_received") == 1
    assert world.names() == ["despues"]


def test_who_sends_after_another_who_has_not_committed_is_told_the_truth(world: World) -> None:
    """The second has seen the wait before the first takes it away, and gets its turn after."""
    if world.database.engine.dialect.name == "sqlite":
        pytest.skip("writers follow each other there")
    world.publish(waiting())
    world.start("espera", "W-1")
    world.do("antes")
    outcome: list[Any] = []

    def second() -> None:
        try:
            outcome.append(send(world.database, world))
        except EngineError as failure:
            outcome.append(type(failure))

    with world.database.unit_of_work() as session:
        messages.send(session, world.engine, "listo", "PLAN", {}, actor=BOSS)
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.5)
        assert outcome == []
    thread.join()

    assert outcome == [NoMessageReceiver]


def signalling() -> tuple[bytes, bytes]:
    thrower = process(
        "a", start(), throw("t", event("signal", "s")), user("z"), end(), chain("inicio", "t", "z", "fin")
    )
    begun = process("b", start("arranque", event("signal", "s")), user("y"), end(), chain("arranque", "y", "fin"))
    return declared(thrower, SIGNAL), declared(begun, SIGNAL)


def test_a_signal_begins_the_process_that_starts_with_it_in_the_scope_of_its_thrower(world: World) -> None:
    world.publish(*signalling())

    thrower = world.start("a", "A-1", dato="sí")

    assert world.names() == ["y", "z"]
    begun = world.task("y").instance_id
    assert (world.instance(begun).process_key, world.instance(begun).scope) == ("b", "PLAN")
    assert world.variables(begun)["dato"] == "sí"
    assert "signal_sent" in world.kinds(thrower)
    healthy(world)


def test_signals_that_go_round_for_ever_are_stopped_with_a_sentence(world: World) -> None:
    xml = process(
        "b", start(), start("arranque", event("signal", "s")), gateway("m"), throw("t", event("signal", "s")), end(),
        chain("inicio", "m", "t", "fin"), chain("arranque", "m"),
    )  # fmt: skip
    world.publish(declared(xml, SIGNAL))

    with pytest.raises(EngineError, match="en círculo"):
        world.start("b", "B-1")


@pytest.mark.parametrize("waits_first", [True, False])
def test_a_message_thrown_while_its_receiver_begins_to_wait_is_not_lost(world: World, waits_first: bool) -> None:
    """Neither sees what the other has not committed; the second waits for the first."""
    if world.database.engine.dialect.name == "sqlite":
        pytest.skip("writers follow each other there")
    world.publish(waiting(), sending())
    world.start("espera", "W-1")
    world.start("envia", "E-1")
    waits, throws = world.task("antes").id, world.task("a").id
    first, second = (waits, throws) if waits_first else (throws, waits)

    with world.database.unit_of_work() as session:
        tasks.complete(session, world.engine, first, actor=ANA, variables={})
        thread = threading.Thread(target=world.complete, args=(second,))
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
    thread.join()

    assert world.names() == ["despues"]
    healthy(world)
