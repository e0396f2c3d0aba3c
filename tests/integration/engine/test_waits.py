"""What a case waits for, in a sentence each; the alarm of what can no longer come; what a supervisor does about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from engine import doctor, resolutions
from engine.contracts import TEXT, Contracts
from engine.definitions.models import Bundle, ProcessDefinition
from engine.errors import CannotResolve, Conflict, Invalid, NotAllowed, UnknownInstance
from engine.identity import Actor
from engine.incidents import Incident
from engine.waits import Wait, WaitKind, acting, of_cases, stalls, waits
from engine.waits.acting import Place
from engine.waits.wait import Words, sentence
from tests.support.diagrams import (
    TIMER,
    boundary,
    call,
    chain,
    each,
    end,
    event_sub,
    gateway,
    message,
    node,
    process,
    service,
    start,
    user,
)
from tests.support.engine import ANA, BOSS, World

CATCH = node("intermediateCatchEvent", "espera", message("m"))
WAITING = process("p", start(), CATCH, user("a"), end(), chain("inicio", "espera", "a", "fin"), messages={"m": "aval"})
SENDER = process(
    "q",
    start(),
    user("o"),
    end("fin", message("m")),
    chain("inicio", "o", "fin"),
    messages={"m": "aval"},
    name="Avales",
)
CONDITION = (
    '<bpmn:conditionalEventDefinition><bpmn:condition xsi:type="bpmn:tFormalExpression">${listo}</bpmn:condition>'
    "</bpmn:conditionalEventDefinition>"
)


def known(world: World, *, outside: Mapping[str, Any] | None = None) -> None:
    """From here on the engine knows who sends what."""
    contracts = Contracts(
        steps={}, forms={}, calendar={}, by_hand={"plan": TEXT}, opened={}, messages=outside or {},
        role_needs=lambda role: frozenset(), deadline_needs=lambda text: frozenset(),
        senders=dict.fromkeys(outside or {}, "la Secretaría"),
    )  # fmt: skip
    world.engine = replace(world.engine, contracts=contracts)


def of(world: World, instance_id: int) -> list[Wait]:
    with world.database.reading() as session:
        return waits(session, world.engine, instance_id)


def said(world: World, instance_id: int) -> list[str]:
    return [sentence(wait) for wait in of(world, instance_id)]


def look(world: World) -> list[int]:
    """What the worker does once a day; the cases whose alarm is on."""
    with world.database.unit_of_work() as session:
        return [one for one in stalls.suspects(session) if stalls.look(session, world.engine, one)]


def act(
    world: World,
    which: Callable[..., None],
    wait: Wait,
    *arguments: Any,
    actor: Actor = BOSS,
    reason: str = "llegó por correo",
) -> None:
    place = Place(wait.instance_id, wait.node_id or "", wait.element_id)
    with world.database.unit_of_work() as session:
        which(session, world.engine, place, *arguments, actor=actor, reason=reason)


def alarms(world: World) -> list[Incident]:
    return [incident for incident in world.incidents() if incident.kind == "stalled"]


def test_a_task_tells_with_whom_since_when_and_until_when(world: World) -> None:
    world.publish(
        process("p", start(), user("a"), user("b", assignee="${quien}"), end(), chain("inicio", "a", "b", "fin"))
    )
    instance_id = world.start(quien="bea")

    of_group = said(world, instance_id)
    world.do("a")

    day, five = world.clock.now().strftime("%Y-%m-%d"), (world.clock.now() + dt.timedelta(days=5)).strftime("%Y-%m-%d")
    assert of_group == [
        f"Espera que alguien de analista haga «a», y nadie la ha tomado, desde el {day}, hasta el {five}."
    ]
    assert said(world, instance_id) == [f"Espera que bea haga «b», desde el {day}, hasta el {five}."]


def test_who_did_what_a_task_checks_is_told_with_it_and_when_nobody_else_is_left(world: World) -> None:
    world.publish(process("p", start(), user("a"), user("b", cuatro_ojos="a"), end(), chain("inicio", "a", "b", "fin")))
    instance_id = world.start()
    world.do("a", ANA)

    (wait,) = of(world, instance_id)

    assert "(menos ana, que hizo lo que ahí se revisa)" in sentence(wait)
    alone = Words(members={"analista": frozenset({"ana"})})
    assert "allí no queda nadie más: hay que reasignarla" in sentence(wait, alone)
    assert "menos" not in sentence(wait, Words(members={"analista": frozenset({"bea"})}))


def test_each_thing_is_told_also_inside_a_called_process_and_what_may_come_meanwhile(world: World) -> None:
    child = process("hija", start(), user("y"), end(), chain("inicio", "y", "fin"), name="Reporte")
    late = boundary("tarde", "x", TIMER, interrupting=False, plazo="9d")
    world.publish(
        child,
        process(
            "p", start(), call("x", "hija", each("entidades", "entidad"), ins=("entidad",)), late, user("r"), end("e2"),
            end(), chain("inicio", "x", "fin"), chain("tarde", "r", "e2"),
        ),
    )  # fmt: skip
    instance_id = world.start(entidades=["SDG", "IDPAC"])

    found = of(world, instance_id)

    assert [(w.kind, w.element, w.inside, w.about, w.meanwhile) for w in found] == [
        (WaitKind.TASK, "y", "Reporte", ("SDG",), False),
        (WaitKind.TASK, "y", "Reporte", ("IDPAC",), False),
        (WaitKind.DATE, "tarde", "", (), True),
    ]
    assert found[2].until == world.clock.now() + dt.timedelta(days=9)
    assert sentence(found[2]).startswith("Mientras tanto espera la fecha de «tarde»")


def test_a_race_a_condition_and_an_incident_are_told(world: World) -> None:
    def fails(call: Any) -> None:
        raise ValueError("no hay red")

    world.handlers["falla"] = fails
    world.publish(
        process(
            "p", start(), gateway("y", "parallel"), gateway("g", "eventBased"),
            node("intermediateCatchEvent", "llega", message("m")),
            node("intermediateCatchEvent", "vence", TIMER, properties={"plazo": "3d"}),
            node("intermediateCatchEvent", "lista", CONDITION), service("paso", "falla"),
            end("e1"), end("e2"), end("e3"), end("e4"),
            chain("inicio", "y", "g", "llega", "e1"), chain("g", "vence", "e2"), chain("y", "lista", "e3"),
            chain("y", "paso", "e4"), messages={"m": "aval_de_salida"},
        )
    )  # fmt: skip
    instance_id = world.start()

    found = {wait.element: wait for wait in of(world, instance_id)}

    assert {name: wait.kind.value for name, wait in found.items()} == {
        "llega": "message", "vence": "date", "lista": "condition", "paso": "incident",
    }  # fmt: skip
    assert found["llega"].awaited == "Aval de salida"
    assert found["llega"].key == "PLAN"
    assert found["lista"].awaited == "«Listo» sea sí"
    assert found["paso"].awaited == "ValueError: no hay red"
    assert {wait.since for wait in found.values()} == {world.clock.now()}


def test_a_message_tells_which_other_case_or_process_will_send_it(world: World) -> None:
    world.publish(WAITING, SENDER)
    instance_id = world.start()
    known(world)

    before = of(world, instance_id)[0].source
    world.start("q", "OTRO-1")
    meanwhile = of(world, instance_id)[0].source
    known(world, outside={"aval": {}})

    assert before == "lo envía «Avales», que aún no ha comenzado"
    assert meanwhile == "lo enviará «OTRO-1», que está en curso"
    assert of(world, instance_id)[0].source == "lo envía la Secretaría"


def test_the_alarm_goes_on_when_nobody_sends_what_is_awaited_once_and_ends_when_somebody_can(world: World) -> None:
    world.publish(WAITING)
    instance_id = world.start()
    known(world)

    first, again = look(world), look(world)
    [alarm] = alarms(world)
    world.publish(SENDER)

    assert first == again == [instance_id]
    assert "espera en «espera» el mensaje «Aval», y ningún proceso publicado lo envía" in alarm.message
    assert look(world) == []
    assert alarms(world) == []
    assert world.kinds(instance_id)[-2:] == ["incident_opened", "incident_resolved"]


def test_the_alarm_goes_on_when_the_case_awaited_has_ended_and_no_other_begins(world: World) -> None:
    timer = start("inicio", TIMER, cadencia="unica")
    once = process("q", timer, user("o"), end("fin", message("m")), chain("inicio", "o", "fin"), messages={"m": "aval"})
    world.publish(WAITING, once)
    instance_id, other_id = world.start(), world.start("q", "UNICA")
    known(world)
    world.engine = replace(world.engine, still_opens=lambda session, engine, process_key, scope: False)

    while_it_runs = look(world)
    with world.database.unit_of_work() as session:
        from engine.instances import commands

        commands.cancel(session, world.engine, other_id, actor=BOSS, reason="no va")

    assert while_it_runs == []
    assert look(world) == [instance_id]
    assert "que ya no va a comenzar: nadie lo enviará" in alarms(world)[0].message


def test_a_process_that_cannot_be_read_keeps_no_case_from_telling_its_waits(world: World) -> None:
    world.publish(WAITING, SENDER)
    instance_id = world.start()
    known(world)
    with world.database.unit_of_work() as session:
        broken = Bundle(sha256="f" * 64, process_key="q", content=b"{", created_at=world.clock.now())
        session.add(broken)
        session.flush()
        session.get_one(ProcessDefinition, ("q", "")).bundle_sha256 = broken.sha256

    assert "hay un proceso publicado que no se puede leer" in said(world, instance_id)[0]
    assert look(world) == []


@pytest.mark.parametrize("outside", [{}, {"aval": {}}])
def test_no_alarm_while_a_person_a_date_or_an_incident_holds_the_case(world: World, outside: dict[str, Any]) -> None:
    timed = process(
        "t", start(), gateway("g", "eventBased"), node("intermediateCatchEvent", "llega", message("m")),
        node("intermediateCatchEvent", "vence", TIMER, properties={"plazo": "3d"}), end("e1"), end("e2"),
        chain("inicio", "g", "llega", "e1"), chain("g", "vence", "e2"), messages={"m": "otro"},
    )  # fmt: skip
    world.publish(WAITING, timed, process("u", start(), user("a"), end(), chain("inicio", "a", "fin")))
    known(world, outside=outside)
    waiting = world.start()
    for key in ("t", "u"):
        world.start(key, key)

    on = look(world)

    assert on == ([] if outside else [waiting])


def test_a_condition_that_only_the_case_itself_could_make_true_is_alarmed_and_can_be_skipped(world: World) -> None:
    world.publish(
        process(
            "p", start(), node("intermediateCatchEvent", "lista", CONDITION), user("a"), end(),
            chain("inicio", "lista", "a", "fin"),
        )
    )  # fmt: skip
    instance_id = world.start()

    on = look(world)
    act(world, acting.skip, next(wait for wait in of(world, instance_id) if wait.kind == WaitKind.CONDITION))

    assert on == [instance_id]
    assert world.names() == ["a"]
    assert alarms(world) == []


def test_retrying_the_alarm_changes_nothing_while_nobody_can_go_on(world: World) -> None:
    world.publish(WAITING)
    world.start()
    known(world)
    look(world)
    [alarm] = alarms(world)

    with pytest.raises(CannotResolve, match="ningún proceso publicado"), world.database.unit_of_work() as session:
        resolutions.resolve_by_retry(session, world.engine, alarm.id, actor=BOSS)

    assert len(alarms(world)) == 1


def test_a_supervisor_sends_the_message_with_its_data(world: World) -> None:
    world.publish(WAITING, SENDER)
    instance_id = world.start()

    act(world, acting.send, of(world, instance_id)[0], {"numero": 12})

    assert world.names() == ["a"]
    assert world.variables(instance_id)["numero"] == 12
    entry = next(one for one in world.history(instance_id) if one.kind == "message_given")
    assert (entry.actor_id, entry.data["motivo"], entry.data["mensaje"]) == ("jefa", "llegó por correo", "Aval")


def test_a_supervisor_lets_a_date_come_now(world: World) -> None:
    catch = node("intermediateCatchEvent", "espera", TIMER, properties={"plazo": "30d"})
    world.publish(process("p", start(), catch, user("a"), end(), chain("inicio", "espera", "a", "fin")))
    instance_id = world.start()

    act(world, acting.let_come, of(world, instance_id)[0])

    assert world.names() == ["a"]
    assert "date_brought" in world.kinds(instance_id)


def test_a_supervisor_skips_one_arm_of_a_race(world: World) -> None:
    world.publish(
        process(
            "p", start(), gateway("g", "eventBased"), node("intermediateCatchEvent", "llega", message("m")), user("a"),
            node("intermediateCatchEvent", "vence", TIMER, properties={"plazo": "3d"}), user("b"), end("e1"), end("e2"),
            chain("inicio", "g", "llega", "a", "e1"), chain("g", "vence", "b", "e2"), messages={"m": "aval"},
        )
    )  # fmt: skip
    instance_id = world.start()
    chosen = next(wait for wait in of(world, instance_id) if wait.element == "llega")

    act(world, acting.skip, chosen)

    assert world.names() == ["a"]
    assert [entry.data["motivo"] for entry in world.history(instance_id) if entry.kind == "wait_skipped"]


def test_who_decides_about_a_wait_must_be_a_supervisor_give_a_reason_and_be_in_time(world: World) -> None:
    world.publish(WAITING)
    instance_id = world.start()
    [wait] = of(world, instance_id)

    with pytest.raises(NotAllowed, match="coordinador"):
        act(world, acting.skip, wait, actor=ANA)
    with pytest.raises(Invalid, match="razón"):
        act(world, acting.skip, wait, reason=" ")
    with pytest.raises(UnknownInstance):
        act(world, acting.skip, replace(wait, instance_id=999))
    with pytest.raises(Invalid, match="no es de esa clase"):
        act(world, acting.let_come, wait)
    act(world, acting.skip, wait)
    with pytest.raises(Conflict, match="ya no espera eso"):
        act(world, acting.skip, wait)

    assert world.names() == ["a"]


def test_what_may_come_meanwhile_is_not_skipped(world: World) -> None:
    reminder = boundary("aviso", "a", TIMER, interrupting=False, plazo="2d")
    world.publish(
        process("p", start(), user("a"), reminder, user("r"), end(), end("e2"), chain("inicio", "a", "fin"),
                chain("aviso", "r", "e2"))
    )  # fmt: skip
    instance_id = world.start()

    with pytest.raises(Invalid, match="no se omite"):
        act(world, acting.skip, of(world, instance_id)[1])
    act(world, acting.let_come, of(world, instance_id)[1])

    assert world.names() == ["a", "r"]


def test_an_event_subprocess_is_told_by_its_start(world: World) -> None:
    beside = event_sub("lado", start("queja", message("m")), user("r"), end("e2"), chain("queja", "r", "e2"))
    world.publish(process("p", start(), user("a"), end(), beside, chain("inicio", "a", "fin"), messages={"m": "queja"}))
    instance_id = world.start()

    assert [(wait.element, wait.meanwhile) for wait in of(world, instance_id)] == [("a", False), ("queja", True)]


def test_many_cases_cost_no_more_statements_than_one(world: World) -> None:
    world.publish(WAITING, SENDER, process("u", start(), user("a"), end(), chain("inicio", "a", "fin")))
    known(world)
    ids = [world.start(key, f"{key}-{n}") for n in range(5) for key in ("p", "u")]

    counts = [statements(world, asked) for asked in (ids[:2], ids[:2], ids)]

    assert counts[1] == counts[2] <= 9


def test_the_doctor_finds_a_case_that_nothing_can_take_further(world: World) -> None:
    world.publish(WAITING)
    world.start()
    known(world)

    with world.database.reading() as session:
        problems = doctor.examine(session, world.engine)

    assert [problem.kind for problem in problems] == ["stalled"]
    assert "ningún proceso publicado lo envía" in problems[0].message


def statements(world: World, asked: list[int]) -> int:
    count = 0

    def one_more(*_: Any) -> None:
        nonlocal count
        count += 1

    with world.database.reading() as session:
        engine = session.get_bind()
        sa.event.listen(engine, "before_cursor_execute", one_more)
        try:
            of_cases(session, world.engine, asked)
        finally:
            sa.event.remove(engine, "before_cursor_execute", one_more)
    return count
