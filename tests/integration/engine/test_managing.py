"""Running cases are suspended, moved, taken to another version, corrected and cancelled; each can be undone."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from engine import doctor, managing, sweep
from engine.errors import Conflict, InstanceSuspended, Invalid, NotAllowed, UnknownElement
from engine.identity import Actor
from engine.instances import messages
from engine.managing import acts
from engine.states import Act
from engine.tasks import commands as tasks
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
    node,
    process,
    service,
    start,
    sub,
    user,
)
from tests.support.engine import ANA, BOSS, World

OTHER = Actor("otra", frozenset({"jefatura"}), frozenset({""}))
LINE = process("p", start(), user("a"), user("b"), user("c"), end(), chain("inicio", "a", "b", "c", "fin"))


def do(world: World, case: int, act: Act, actor: Actor = BOSS, **details: Any) -> managing.Outcome:
    with world.database.unit_of_work() as session:
        return acts.execute(session, world.engine, case, act, details, actor=actor, reason="porque sí")


def see(world: World, case: int, act: Act, **details: Any) -> managing.Outcome:
    with world.database.unit_of_work() as session:
        return acts.preview(session, world.engine, case, act, details, actor=BOSS)


def undo(world: World, outcome: managing.Outcome) -> managing.Outcome:
    assert outcome.change_id is not None
    with world.database.unit_of_work() as session:
        return acts.undo(session, world.engine, outcome.change_id, actor=BOSS, reason="me equivoqué")


def healthy(world: World) -> None:
    with world.database.reading() as session:
        assert doctor.examine(session, world.engine) == []


def tick(world: World, days: float = 0) -> None:
    world.clock.advance(dt.timedelta(days=days))
    with world.database.unit_of_work() as session:
        sweep.fire_due_timers(session, world.engine)
        sweep.retry_due_incidents(session, world.engine)


def test_a_token_is_moved_forward_and_back_and_the_case_goes_on_from_there(world: World) -> None:
    world.publish(LINE)
    case = world.start()

    seen = see(world, case, Act.MOVE, to="c")
    assert world.names() == ["a"]
    moved = do(world, case, Act.MOVE, to="c")

    assert (seen.sentence, seen.opens, seen.closes) == ("pasa de «a» a «c»", ("c",), ("a",))
    assert (moved.sentence, moved.opens, moved.closes) == (seen.sentence, seen.opens, seen.closes)
    assert world.names() == ["c"]
    healthy(world)
    do(world, case, Act.MOVE, to="a")
    assert world.names() == ["a"]
    for element in "abc":
        world.do(element, **{element: 1})
    assert world.instance(case).state == "completed"
    healthy(world)


def test_what_was_answered_goes_with_the_token(world: World) -> None:
    world.publish(LINE)
    case = world.start()
    world.do("a", nota="x")

    do(world, case, Act.MOVE, to="c")

    assert world.variables(case)["nota"] == "x"


def test_moving_is_undone_while_nobody_has_acted_since(world: World) -> None:
    world.publish(
        process("p", start(), user("a"), boundary("v", "a", TIMER, plazo="2d"), user("b"), end(), user("z"),
                chain("inicio", "a", "b", "fin"), chain("v", "z", "fin"))
    )  # fmt: skip
    case = world.start()
    before = world.task("a")
    first = do(world, case, Act.MOVE, to="b")

    back = undo(world, first)

    assert back.sentence == "vuelve a donde estaba"
    assert [(one.id, one.node_id, one.due_at) for one in world.open_tasks()] == [
        (before.id, before.node_id, before.due_at)
    ]
    healthy(world)
    tick(world, 3)
    assert world.names() == ["z"]
    healthy(world)
    second = do(world, case, Act.MOVE, to="b")
    world.do("b")
    with pytest.raises(Conflict, match="alguien ya siguió"):
        undo(world, second)


def test_what_ran_by_itself_after_a_move_cannot_be_undone(world: World) -> None:
    world.handlers["anotar"] = lambda _call: {"listo": True}
    world.publish(
        process("p", start(), user("a"), user("b"), service("s", "anotar"), user("c"), end(),
                chain("inicio", "a", "b", "s", "c", "fin"))
    )  # fmt: skip
    case = world.start()

    seen = see(world, case, Act.MOVE, to="s")
    assert "listo" not in world.variables(case)
    moved = do(world, case, Act.MOVE, to="s")

    assert seen.runs == moved.runs == ("corrió el paso automático «s»",)
    with pytest.raises(Conflict, match="ya corrió el paso automático «s»"):
        undo(world, moved)


def test_the_whole_repetition_is_left_with_one_of_its_turns(world: World) -> None:
    world.publish(
        process("p", start(), user("a", each("lista", "x")), user("b"), end(), chain("inicio", "a", "b", "fin"))
    )
    case = world.start(lista=["1", "2", "3"])
    world.do("a")

    with pytest.raises(Conflict, match="varios pasos"):
        do(world, case, Act.MOVE, to="b")
    moved = do(world, case, Act.MOVE, to="b", about="2")

    assert moved.closes == ("a", "a")
    assert "También se cierra" in moved.warnings[0]
    healthy(world)
    world.do("b")
    assert world.instance(case).state == "completed"


def test_a_token_leaves_a_subprocess_and_a_called_process_with_all_that_is_open_inside(world: World) -> None:
    world.publish(
        process("hija", start(), gateway("g", "parallel"), user("x"), user("y"), gateway("h", "parallel"), end(),
                chain("inicio", "g", "x", "h", "fin"), chain("g", "y", "h")),
        process("p", start(), sub("grupo", start("s"), call("c", "hija", ins=("*",)), end("e"), chain("s", "c", "e")),
                boundary("v", "grupo", TIMER, plazo="9d"), user("b"), end(), chain("inicio", "grupo", "b", "fin"),
                chain("v", "fin")),
    )  # fmt: skip
    case = world.start()

    moved = do(world, case, Act.MOVE, to="b", **{"from": "x"})

    assert sorted(moved.closes) == ["x", "y"]
    assert world.names() == ["b"]
    healthy(world)
    do(world, case, Act.MOVE, to="grupo")
    assert world.names() == ["x", "y"]
    healthy(world)


def test_a_token_at_a_join_goes_elsewhere_and_the_join_still_counts_right(world: World) -> None:
    world.publish(
        process("p", start(), gateway("g", "parallel"), user("x"), user("y"), gateway("h", "parallel"), user("z"),
                end(), chain("inicio", "g", "x", "h", "z", "fin"), chain("g", "y", "h"))
    )  # fmt: skip
    case = world.start()
    world.do("x")

    do(world, case, Act.MOVE, to="x", **{"from": "h"})

    assert world.names() == ["x", "y"]
    healthy(world)
    world.do("y")
    assert world.names() == ["x"]
    world.do("x")
    assert world.names() == ["z"]
    healthy(world)


@pytest.mark.parametrize(
    ("to", "words"),
    [
        ("nada", "no tiene un único «nada»"),
        ("inicio", "es un inicio"),
        ("v", "es un borde"),
        ("h", "espera a otros caminos"),
        ("dentro", "está dentro de otro paso"),
    ],
)
def test_where_no_token_can_begin_is_said(world: World, to: str, words: str) -> None:
    world.publish(
        process("p", start(), gateway("g", "parallel"), user("x"), user("y"),
                boundary("v", "x", TIMER, interrupting=False, plazo="2d"), gateway("h", "parallel"),
                sub("grupo", start("s"), user("dentro"), end("e"), chain("s", "dentro", "e")),
                end(), end("otro"), chain("inicio", "g", "x", "h", "grupo", "fin"), chain("g", "y", "h"),
                chain("v", "otro"))
    )  # fmt: skip
    case = world.start()

    seen = see(world, case, Act.MOVE, to=to, **{"from": "x"})

    assert not seen.possible
    assert words in seen.sentence
    with pytest.raises((Invalid, UnknownElement)):
        do(world, case, Act.MOVE, to=to, **{"from": "x"})
    healthy(world)


def test_a_failed_step_is_left_by_moving_and_its_incident_ends(world: World) -> None:
    def fail(_call: Any) -> Any:
        raise ValueError("no hay")

    world.handlers["malo"] = fail
    world.publish(process("p", start(), service("s", "malo"), user("b"), end(), chain("inicio", "s", "b", "fin")))
    case = world.start()
    assert len(world.incidents()) == 1

    do(world, case, Act.MOVE, to="b")

    assert [one for one in world.incidents() if one.state == "open"] == []
    healthy(world)


def test_a_suspended_case_stands_still_and_gets_its_time_back(world: World) -> None:
    world.publish(
        process("p", start(), user("a"), boundary("v", "a", TIMER, interrupting=False, plazo="2d"), user("z"),
                end(), end("otro"), chain("inicio", "a", "fin"), chain("v", "z", "otro"))
    )  # fmt: skip
    case = world.start()
    due = world.task("a").due_at

    do(world, case, Act.SUSPEND)
    tick(world, 10)

    assert world.names() == ["a"]
    with pytest.raises(InstanceSuspended, match=r"suspendido.*Motivo: porque sí"):
        world.do("a")
    with world.database.unit_of_work() as session:  # it may still be taken and handed over
        tasks.claim(session, world.engine, world.task("a").id, actor=ANA)
    healthy(world)
    do(world, case, Act.RESUME)
    assert world.task("a").due_at == due + dt.timedelta(days=10)
    tick(world)
    assert world.names() == ["a"]
    tick(world, 2)
    assert world.names() == ["a", "z"]
    healthy(world)


def test_dates_may_be_kept_when_a_case_is_resumed(world: World) -> None:
    world.publish(LINE)
    case = world.start()
    due = world.task("a").due_at
    do(world, case, Act.SUSPEND)
    world.clock.advance(dt.timedelta(days=3))

    do(world, case, Act.RESUME, keep_dates=True)

    assert world.task("a").due_at == due


def test_messages_that_come_while_a_case_is_suspended_are_not_lost(world: World) -> None:
    world.publish(
        process("p", start(), node("intermediateCatchEvent", "m", message("x")), user("b"), end(),
                chain("inicio", "m", "b", "fin"), messages={"x": "llega"})
    )  # fmt: skip
    case = world.start()
    do(world, case, Act.SUSPEND)

    with world.database.unit_of_work() as session:
        assert messages.send(session, world.engine, "llega", "PLAN", {"dato": 5}, actor=BOSS) == [case]
    healthy(world)
    do(world, case, Act.RESUME)

    assert world.names() == ["b"]
    assert world.variables(case)["dato"] == 5
    healthy(world)


def test_suspending_is_undone_by_resuming_and_twice_is_refused(world: World) -> None:
    world.publish(LINE)
    case = world.start()
    done = do(world, case, Act.SUSPEND)

    assert see(world, case, Act.SUSPEND).sentence == "no puede: ese proceso ya está suspendido."
    undo(world, done)

    world.do("a")
    assert not see(world, case, Act.RESUME).possible
    healthy(world)


def test_a_cancelled_case_is_reopened_within_thirty_days(world: World) -> None:
    world.publish(
        process("p", start(), user("a"), boundary("v", "a", TIMER, plazo="40d"), end(), chain("inicio", "a", "fin"),
                chain("v", "fin"))
    )  # fmt: skip
    case, late = world.start(), world.start(business_key="C-2")
    first, second = do(world, case, Act.CANCEL), do(world, late, Act.CANCEL)
    assert world.names() == []

    undo(world, first)
    world.clock.advance(dt.timedelta(days=31))

    assert world.names() == ["a"]
    assert world.instance(case).state == "active"
    healthy(world)
    with pytest.raises(Conflict, match="30 días"):
        undo(world, second)


def test_more_than_ten_cancellations_need_a_second_person(world: World) -> None:
    world.publish(LINE)
    cases = [world.start(business_key=str(number)) for number in range(12)]
    for case in cases[:10]:
        do(world, case, Act.CANCEL)

    with pytest.raises(NotAllowed, match="otra persona"):
        do(world, cases[10], Act.CANCEL)
    with world.database.unit_of_work() as session:
        asked = acts.propose(session, world.engine, cases[10:], Act.CANCEL, {}, actor=BOSS, reason="sobran")
        ids = [change.id for change in asked]
    with world.database.unit_of_work() as session, pytest.raises(NotAllowed, match="otra persona"):
        acts.approve(session, world.engine, ids[0], actor=BOSS)
    with world.database.unit_of_work() as session:
        acts.approve(session, world.engine, ids[0], actor=OTHER)
        acts.refuse(session, world.engine, ids[1], actor=OTHER, reason="ese no")

    assert [world.instance(case).state for case in cases[10:]] == ["cancelled", "active"]
    with world.database.unit_of_work() as session, pytest.raises(Conflict, match="ya se decidió"):
        acts.approve(session, world.engine, ids[1], actor=OTHER)


def test_only_a_supervisor_executes_and_only_with_a_reason(world: World) -> None:
    world.publish(LINE)
    case = world.start(of="GOB")

    for act, details in ((Act.SUSPEND, {}), (Act.MOVE, {"to": "b"}), (Act.CANCEL, {})):
        with pytest.raises(NotAllowed, match="coordina ese sector"):
            do(world, case, act, BOSS, **details)
    with world.database.unit_of_work() as session, pytest.raises(Invalid, match="razón"):
        acts.execute(session, world.engine, case, Act.SUSPEND, {}, actor=OTHER, reason=" ")

    assert world.names() == ["a"]


def test_a_variable_is_corrected_where_the_case_knows_it(world: World) -> None:
    world.publish(
        process("p", start(), gateway("g", "parallel"), user("x"), user("y"), gateway("h", "parallel"), user("z"),
                end(), chain("inicio", "g", "x", "h", "z", "fin"), chain("g", "y", "h"))
    )  # fmt: skip
    case = world.start(monto=5)
    world.do("x")

    done = do(world, case, Act.CORRECT, name="monto", value=7)
    world.do("y")

    assert done.sentence == "«monto» pasa de «5» a «7»"
    assert world.variables(case)["monto"] == 7
    assert world.task("z").variables["monto"] == 7
    seen = see(world, case, Act.CORRECT, name="mnto", value=7)
    assert "nadie llena «mnto»" in seen.sentence
    assert "monto" in seen.sentence
    healthy(world)


def test_a_case_goes_on_in_the_new_version_where_it_stands(world: World) -> None:
    world.publish(LINE)
    case = world.start()
    world.do("a", nota="x")
    before = world.task("b")
    world.publish(
        process("p", start(), user("a"), user("b", plazo="9dh", form="otro"), user("nueva"), end(),
                chain("inicio", "a", "b", "nueva", "fin")),
        forms={"otro": {"components": []}},
    )  # fmt: skip

    seen = see(world, case, Act.MIGRATE)
    bundle = world.instance(case).bundle_sha256
    done = do(world, case, Act.MIGRATE)

    after = world.task("b")
    assert world.instance(case).bundle_sha256 != bundle
    assert seen.sentence == done.sentence == "sigue en «b»"
    assert (after.id, after.due_at, after.form_key) == (before.id, before.due_at, "otro")
    healthy(world)
    world.do("b")
    assert world.names() == ["nueva"]
    world.do("nueva")
    assert world.instance(case).state == "completed"
    healthy(world)


def test_a_case_takes_the_new_deadline_only_where_that_is_asked(world: World) -> None:
    world.publish(LINE)
    case = world.start()
    before = world.task("a").due_at
    world.publish(process("p", start(), user("a", plazo="9dh"), end(), chain("inicio", "a", "fin")))

    do(world, case, Act.MIGRATE, new_deadlines=True)

    assert world.task("a").due_at == before + dt.timedelta(days=4)


def test_a_step_that_is_gone_needs_a_target(world: World) -> None:
    world.publish(LINE)
    case = world.start()
    world.publish(process("p", start(), user("revisar"), user("c"), end(), chain("inicio", "revisar", "c", "fin")))

    seen = see(world, case, Act.MIGRATE)
    done = do(world, case, Act.MIGRATE, targets={"a": "revisar"})

    assert seen.sentence == "no puede: está en «a», que la versión 2 no tiene. Diga a qué paso pasarlo."
    assert done.sentence == "pasa de «a» a «revisar»"
    assert world.names() == ["revisar"]
    healthy(world)
    world.do("revisar")
    world.do("c")
    assert world.instance(case).state == "completed"


def test_migrating_is_undone_until_the_case_moves_on(world: World) -> None:
    world.publish(LINE)
    case = world.start()
    world.publish(process("p", start(), user("a", plazo="9dh"), end(), chain("inicio", "a", "fin")))
    done = do(world, case, Act.MIGRATE, new_deadlines=True)

    undo(world, done)

    healthy(world)
    for element in "abc":
        world.do(element)
    assert world.instance(case).state == "completed"


def test_borders_come_and_go_with_the_version_and_keep_the_task(world: World) -> None:
    plain = process("p", start(), user("a"), user("z"), end(), chain("inicio", "a", "z", "fin"))
    bordered = process(
        "p", start(), user("a"), boundary("v", "a", TIMER, plazo="2d"), user("z"), end(),
        chain("inicio", "a", "z", "fin"), chain("v", "z"),
    )  # fmt: skip
    world.publish(plain)
    first, second = world.start(), world.start(business_key="C-2")
    task = world.open_tasks(first)[0]
    world.publish(bordered)

    done = do(world, first, Act.MIGRATE)
    do(world, second, Act.MIGRATE)
    healthy(world)
    tick(world, 3)

    assert any("Desde ahora puede ocurrir" in warning for warning in done.warnings)
    assert world.names() == ["z", "z"]
    healthy(world)
    third = world.start(business_key="C-3")
    world.publish(plain)
    do(world, third, Act.MIGRATE)
    healthy(world)
    tick(world, 3)
    assert [one.element_id for one in world.open_tasks(third)] == ["a"]
    world.complete(world.open_tasks(third)[0].id)
    assert [one.element_id for one in world.open_tasks(third)] == ["z"]
    assert task.element_id == "a"
    healthy(world)


def test_repetitions_calls_and_subprocesses_go_on_inside(world: World) -> None:
    def drawn(extra: str = "") -> list[bytes]:
        after = ("b", extra) if extra else ("b",)
        return [
            process("hija", start(), user("x"), *((user("x2"),) if extra else ()), end(),
                    chain("inicio", "x", *(("x2",) if extra else ()), "fin")),
            process("p", start(), sub("grupo", start("s"), call("c", "hija", each("lista", "e"), ins=("*",)), end("t"),
                                      chain("s", "c", "t")),
                    user("b"), *((user(extra),) if extra else ()), end(), chain("inicio", "grupo", *after, "fin")),
        ]  # fmt: skip

    world.publish(*drawn())
    case = world.start(lista=["1", "2"])
    world.do("x")
    world.publish(*drawn("nueva"))

    done = do(world, case, Act.MIGRATE)

    assert done.sentence == "sigue en «x» (2)"
    healthy(world)
    world.do("x")
    assert world.names() == ["x2"]
    for element in ("x2", "b", "nueva"):
        world.do(element)
    assert world.instance(case).state == "completed"
    healthy(world)


@pytest.mark.parametrize(
    ("drawn", "words"),
    [
        (
            process("p", start(), user("a", each("lista", "x")), end(), chain("inicio", "a", "fin")),
            "se repite de otra manera|es otra cosa",
        ),
        (
            process("p", start(), sub("g", start("s"), user("a"), end("e"), chain("s", "a", "e")), end(),
                    chain("inicio", "g", "fin")),
            "no tiene",
        ),
        (
            process("p", start(), user("a"), event_sub("ev", start("t", TIMER, plazo="2d"), end("u"), chain("t", "u")),
                    end(), chain("inicio", "a", "fin")),
            "no tiene",
        ),
    ],
)  # fmt: skip
def test_what_cannot_go_on_is_refused_and_stays_as_it_was(world: World, drawn: bytes, words: str) -> None:
    world.publish(LINE)
    case = world.start(lista=["1"])
    world.publish(drawn)

    seen = see(world, case, Act.MIGRATE)
    with pytest.raises(Conflict, match=words):
        do(world, case, Act.MIGRATE)

    assert seen.sentence.startswith("no puede: está en «a»")
    world.do("a")
    assert world.names() == ["b"]
    healthy(world)


def test_a_join_that_waits_goes_on_and_counts_what_had_arrived(world: World) -> None:
    def drawn(*more: str) -> bytes:
        return process(
            "p", start(), gateway("g", "parallel"), user("x"), user("y"), gateway("h", "parallel"), user("z"),
            *(user(one) for one in more), end(), chain("inicio", "g", "x", "h", *more, "z", "fin"),
            chain("g", "y", "h"),
        )  # fmt: skip

    world.publish(drawn())
    case = world.start()
    world.do("x", uno=1)
    world.publish(drawn("w"))

    do(world, case, Act.MIGRATE)
    world.do("y", dos=2)

    assert world.names() == ["w"]
    assert world.variables(case) == {"plan": "PLAN", "uno": 1, "dos": 2}
    healthy(world)


def test_a_loop_back_is_moved_through_versions_without_end(world: World) -> None:
    def drawn(step: int) -> bytes:
        return process(
            "p", start(), gateway("m"), user("a"), user(f"n{step}"), gateway("g", default="otra"), end(),
            chain("inicio", "m", "a", f"n{step}", "g"), flow("g", "m", id="otra"), flow("g", "fin", "listo == true"),
        )  # fmt: skip

    world.publish(drawn(0))
    case = world.start()
    for step in range(1, 5):
        world.do("a")
        world.do(f"n{step - 1}")
        world.publish(drawn(step))
        do(world, case, Act.MIGRATE)
        healthy(world)

    world.do("a")
    world.do("n4", listo=True)
    assert world.instance(case).state == "completed"
