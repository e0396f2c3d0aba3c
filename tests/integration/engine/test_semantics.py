"""What BPMN says of errors, repetitions and events, where the engine once went another way."""

from __future__ import annotations

import datetime as dt

import pytest

from engine import doctor, resolutions, sweep
from engine.states import IncidentKind
from tests.integration.engine.test_paths import ERROR, ESCALATION, SIGNAL, catch, declared, event, throw
from tests.support.diagrams import (
    TIMER,
    boundary,
    call,
    chain,
    each,
    end,
    flow,
    gateway,
    node,
    process,
    service,
    start,
    sub,
    user,
)
from tests.support.engine import BOSS, World

OTHER = '<bpmn:error id="o" name="otra" errorCode="otra"/>'
KINDS = pytest.mark.parametrize(
    ("kind", "reference", "declaration"), [("error", "e", ERROR), ("escalation", "x", ESCALATION)]
)


def healthy(world: World) -> None:
    with world.database.reading() as session:
        assert doctor.examine(session, world.engine) == []


def skip(world: World, incident_id: int) -> None:
    with world.database.unit_of_work() as session:
        resolutions.skip(session, world.engine, incident_id, actor=BOSS, reason="Es el fin previsto.")


def retry(world: World, incident_id: int) -> None:
    with world.database.unit_of_work() as session:
        resolutions.resolve_by_retry(session, world.engine, incident_id, actor=BOSS)


def pass_days(world: World, days: int) -> int:
    """Let days go by, one tick of the worker each; how many timers came."""
    fired = 0
    for _ in range(days):
        world.clock.advance(dt.timedelta(days=1))
        with world.database.unit_of_work() as session:
            fired += sweep.fire_due_timers(session, world.engine)
    return fired


@KINDS
def test_an_end_that_nobody_catches_is_an_incident_and_no_completion(
    world: World, kind: str, reference: str, declaration: str
) -> None:
    xml = process("p", start(), user("a"), end("mal", event(kind, reference)), chain("inicio", "a", "mal"))
    world.publish(declared(xml, declaration))
    instance_id = world.start()

    world.do("a")

    (incident,) = world.incidents()
    assert (incident.kind, incident.element_id) == (IncidentKind.UNCAUGHT, "mal")
    assert "que nadie atiende" in incident.message
    assert world.instance(instance_id).state == "active"
    healthy(world)
    skip(world, incident.id)
    assert world.instance(instance_id).state == "completed"
    healthy(world)


@KINDS
def test_a_caller_does_not_go_on_when_what_it_called_ended_in_an_error(
    world: World, kind: str, reference: str, declaration: str
) -> None:
    called = process("q", start("qi"), user("qa"), end("mal", event(kind, reference)), chain("qi", "qa", "mal"))
    calls = process("p", start(), call("c", "q"), user("sigue"), end(), chain("inicio", "c", "sigue", "fin"))
    world.publish(declared(called, declaration), calls)
    instance_id = world.start()

    world.do("qa")

    (incident,) = world.incidents()
    assert (incident.kind, incident.element_id, world.names()) == (IncidentKind.UNCAUGHT, "c", [])
    assert incident.message.startswith("«q», al que llama «c», terminó en «mal»")
    healthy(world)
    retry(world, incident.id)
    assert (world.names(), world.incidents()) == (["qa"], [])
    healthy(world)
    world.do("qa")
    skip(world, world.incidents()[0].id)
    assert world.names() == ["sigue"]
    world.do("sigue")
    assert world.instance(instance_id).state == "completed"
    healthy(world)


@KINDS
def test_what_is_around_a_subprocess_does_not_go_on_when_it_ended_in_an_error(
    world: World, kind: str, reference: str, declaration: str
) -> None:
    inside = sub("grupo", start("si"), user("a"), end("mal", event(kind, reference)), chain("si", "a", "mal"))
    xml = process("p", start(), inside, user("sigue"), end(), chain("inicio", "grupo", "sigue", "fin"))
    world.publish(declared(xml, declaration))
    world.start()

    world.do("a")

    assert world.names() == []
    (incident,) = world.incidents()
    assert incident.element_id == "mal"
    skip(world, incident.id)
    assert world.names() == ["sigue"]


def test_what_was_open_in_a_called_process_that_failed_is_withdrawn(world: World) -> None:
    called = process(
        "q", start("qi"), gateway("g", "parallel"), user("qa"), user("qb"), end("mal", event("error", "e")),
        end("bien"), chain("qi", "g", "qa", "mal"), chain("g", "qb", "bien"),
    )  # fmt: skip
    calls = process("p", start(), call("c", "q"), end(), chain("inicio", "c", "fin"))
    world.publish(declared(called, ERROR), calls)
    instance_id = world.start()

    world.do("qa")

    assert world.names() == []
    assert "task_cancelled" in world.kinds(instance_id)
    healthy(world)


@pytest.mark.parametrize("ends", ["e", "o"])
@pytest.mark.parametrize("all_first", [True, False])
def test_a_border_with_the_code_of_the_error_goes_before_one_that_catches_all(
    world: World, ends: str, all_first: bool
) -> None:
    inside = sub("grupo", start("si"), user("a"), end("mal", event("error", ends)), chain("si", "a", "mal"))
    borders = [boundary("cualquiera", "grupo", event("error")), boundary("propio", "grupo", event("error", "e"))]
    xml = process(
        "p", start(), inside, *(borders if all_first else borders[::-1]), user("x"), user("y"), end(), end("f1"),
        end("f2"), chain("inicio", "grupo", "fin"), chain("cualquiera", "x", "f1"), chain("propio", "y", "f2"),
    )  # fmt: skip
    world.publish(declared(xml, ERROR, OTHER))
    world.start()

    world.do("a")

    assert world.names() == (["y"] if ends == "e" else ["x"])
    healthy(world)


@pytest.mark.parametrize("kind", ["escalation", "signal"])
def test_what_is_interrupted_by_a_throw_ends_before_the_step_behind_it_runs(world: World, kind: str) -> None:
    charged = []
    world.handlers["cobrar"] = lambda call: charged.append(call.element_id)
    reference = {"escalation": "x", "signal": "s"}[kind]
    inside = sub(
        "grupo", start("si"), user("a"), throw("avisa", event(kind, reference)), service("cobra", "cobrar"), end("sf"),
        chain("si", "a", "avisa", "cobra", "sf"),
    )  # fmt: skip
    xml = process(
        "p", start(), inside, boundary("b", "grupo", event(kind, reference)), user("z"), end(), end("f2"),
        chain("inicio", "grupo", "fin"), chain("b", "z", "f2"),
    )  # fmt: skip
    world.publish(declared(xml, ESCALATION, SIGNAL))
    world.start()

    world.do("a")

    assert (charged, world.names()) == ([], ["z"])
    healthy(world)


def until(condition: str) -> str:
    """A repetition over `lista` that ends by a condition."""
    return each("lista", "uno").replace(
        "/>",
        f"><bpmn:completionCondition>{condition}</bpmn:completionCondition></bpmn:multiInstanceLoopCharacteristics>",
    )


def voted(repetition: str) -> bytes:
    return process("p", start(), user("v", repetition), user("z"), end(), chain("inicio", "v", "z", "fin"))


def test_a_repetition_ends_when_its_counters_say_so(world: World) -> None:
    world.publish(voted(until("${nrOfCompletedInstances/nrOfInstances &gt;= 0.6}")))
    world.start(lista=list("abcde"))

    for left in (5, 4, 3):
        assert world.names() == ["v"] * left
        world.complete(world.open_tasks()[-1].id)

    assert world.names() == ["z"]
    healthy(world)


@pytest.mark.parametrize(
    ("condition", "turns"),
    [
        ("nrOfActiveInstances == 1", 4),
        ("loopCounter == 2", 3),
        ("nrOfCompletedInstances == nrOfInstances - 3", 2),
    ],
)
@pytest.mark.parametrize("sequential", [False, True])
def test_every_standard_counter_is_known(world: World, condition: str, turns: int, sequential: bool) -> None:
    repetition = until(condition)
    if sequential:
        repetition = repetition.replace('isSequential="false"', 'isSequential="true"')
        turns = 5 if "Active" in condition else turns
    world.publish(voted(repetition))
    world.start(lista=list("abcde"))

    done = 0
    while "v" in world.names():
        world.do("v")
        done += 1

    assert (done, world.names()) == (turns, ["z"])
    healthy(world)


def test_a_loop_reads_how_often_it_has_turned(world: World) -> None:
    loop = "<bpmn:standardLoopCharacteristics><bpmn:loopCondition>loopCounter &lt; 3</bpmn:loopCondition>"
    world.publish(voted(loop + "</bpmn:standardLoopCharacteristics>"))
    world.start()

    for _ in range(3):
        world.do("v")

    assert world.names() == ["z"]


@pytest.mark.parametrize(("missing", "turns"), [(0, 0), (1, 1)])
def test_a_loop_that_tests_before_may_not_turn_at_all(world: World, missing: int, turns: int) -> None:
    loop = '<bpmn:standardLoopCharacteristics testBefore="true"><bpmn:loopCondition>faltan &gt; loopCounter'
    world.publish(voted(loop + "</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"))
    world.start(faltan=missing)

    for _ in range(turns):
        world.do("v")

    assert world.names() == ["z"]
    healthy(world)


@pytest.mark.parametrize(("written", "times"), [("R3/P1D", 3), ("R/P1D", 5), ("", 1)])
def test_a_moment_that_does_not_interrupt_comes_as_often_as_its_cycle_says(
    world: World, written: str, times: int
) -> None:
    timer = f"<bpmn:timerEventDefinition><bpmn:timeCycle>{written}</bpmn:timeCycle></bpmn:timerEventDefinition>"
    xml = process(
        "p", start(), user("a"), boundary("b", "a", timer if written else TIMER, interrupting=False, plazo="1d"),
        user("recordar"), end(), end("f2"), chain("inicio", "a", "fin"), chain("b", "recordar", "f2"),
    )  # fmt: skip
    world.publish(xml)
    instance_id = world.start()

    assert pass_days(world, 5) == times

    assert world.names().count("recordar") == times
    healthy(world)
    world.do("a")
    assert pass_days(world, 3) == 0
    for _ in range(times):
        world.do("recordar")
    assert world.instance(instance_id).state == "completed"
    healthy(world)


def test_a_condition_comes_each_time_it_begins_to_hold(world: World) -> None:
    condition = event("conditional", inside="<bpmn:condition>${total &gt; 5}</bpmn:condition>")
    inside = sub(
        "grupo", start("si"), gateway("m"), user("a"), gateway("g", default="f_g_sf"), end("sf"),
        chain("si", "m", "a", "g", "sf"), flow("g", "m", "otra"),
    )  # fmt: skip
    xml = process(
        "p", start(), inside, boundary("b", "grupo", condition, interrupting=False), user("x"), end(), end("f2"),
        chain("inicio", "grupo", "fin"), chain("b", "x", "f2"),
    )  # fmt: skip
    world.publish(xml)
    instance_id = world.start(total=0)

    for total, told in ((6, 1), (9, 1), (2, 1), (7, 2), (8, 2)):
        world.do("a", total=total, otra=True)
        assert world.names().count("x") == told
        healthy(world)

    world.do("a", otra=False)
    world.do("x")
    world.do("x")
    assert world.instance(instance_id).state == "completed"


def test_a_fork_and_a_join_inside_a_rework_loop_may_be_published_and_run(world: World) -> None:
    xml = process(
        "p", start(), gateway("m"), gateway("f", "parallel"), user("a"), user("b"), gateway("j", "parallel"),
        user("rev"), gateway("g", default="f_g_fin"), end(), chain("inicio", "m", "f", "a", "j", "rev", "g", "fin"),
        chain("f", "b", "j"), flow("g", "m", "otra"),
    )  # fmt: skip
    world.publish(xml)
    instance_id = world.start()

    for first, then, again in (("a", "b", True), ("b", "a", True), ("a", "b", False)):
        world.do(first)
        assert world.names() == [then]
        world.do(then)
        assert world.names() == ["rev"]
        world.do("rev", otra=again)

    assert world.instance(instance_id).state == "completed"
    healthy(world)


def test_a_reminder_that_does_not_interrupt_may_hang_on_a_task_of_a_rework_loop(world: World) -> None:
    xml = process(
        "p", start(), gateway("m"), user("corregir"), boundary("b", "corregir", TIMER, interrupting=False, plazo="2d"),
        user("recordar"), gateway("g", default="f_g_fin"), end(), end("f2"),
        chain("inicio", "m", "corregir", "g", "fin"), flow("g", "m", "otra"), chain("b", "recordar", "f2"),
    )  # fmt: skip
    world.publish(xml)
    instance_id = world.start()

    for told in (1, 2):
        pass_days(world, 3)
        assert world.names().count("recordar") == told
        world.do("corregir", otra=told == 1)

    world.do("recordar")
    world.do("recordar")
    assert world.instance(instance_id).state == "completed"
    healthy(world)


def test_of_several_calls_only_the_one_that_failed_waits_for_a_person(world: World) -> None:
    called = process("q", start("qi"), user("qa"), gateway("g", default="f_g_bien"), end("bien"),
        end("mal", event("error", "e")), chain("qi", "qa", "g", "bien"), flow("g", "mal", "falla"))  # fmt: skip
    calls = process("p", start(), call("c", "q", each("lista", "uno"), ins=("uno",)), user("sigue"), end(),
        chain("inicio", "c", "sigue", "fin"))  # fmt: skip
    world.publish(declared(called, ERROR), calls)
    instance_id = world.start(lista=["x", "y"])

    world.do("qa", falla=True)

    assert (len(world.incidents()), world.names()) == (1, ["qa"])
    world.do("qa", falla=False)
    assert world.names() == []
    healthy(world)
    retry(world, world.incidents()[0].id)
    world.do("qa", falla=False)
    assert world.names() == ["sigue"]
    world.do("sigue")
    assert world.instance(instance_id).state == "completed"
    healthy(world)


def test_a_step_that_failed_in_what_is_interrupted_in_the_same_turn_leaves_no_incident(world: World) -> None:
    def fail(call: object) -> None:
        raise RuntimeError

    world.handlers["fallar"] = fail
    inside = sub(
        "grupo", start("si"), gateway("g", "parallel"), service("paso", "fallar"), end("e1"), user("a"),
        throw("avisa", event("escalation", "x")), end("e2"), chain("si", "a", "g", "paso", "e1"),
        chain("g", "avisa", "e2"),
    )  # fmt: skip
    xml = process(
        "p", start(), inside, boundary("b", "grupo", event("escalation", "x")), user("z"), end(), end("f2"),
        chain("inicio", "grupo", "fin"), chain("b", "z", "f2"),
    )  # fmt: skip
    world.publish(declared(xml, ESCALATION))
    world.start()

    world.do("a")

    assert (world.names(), world.incidents()) == (["z"], [])
    healthy(world)


CONDITION = event("conditional", inside="<bpmn:condition>${listo}</bpmn:condition>")
BESIDE = {
    "a condition": ("", CONDITION),
    "a condition behind a gateway of events": ("g", CONDITION),
    "a signal behind a gateway of events": ("g", event("signal", "s")),
}


@pytest.mark.parametrize("case", BESIDE)
def test_what_a_branch_says_comes_to_the_wait_of_the_branch_beside_it(world: World, case: str) -> None:
    gateway_of_events, awaited = BESIDE[case]
    wait = catch("w", awaited) + user("z") + end() + chain("w", "z", "fin")
    if gateway_of_events:
        late = node("intermediateCatchEvent", "t", TIMER, properties={"plazo": "9d"}) + end("e3")
        wait += gateway("g", "eventBased") + late + chain("f", "g", "w") + chain("g", "t", "e3")
    else:
        wait += chain("f", "w")
    says = user("a", salida="listo") + user("b", salida="listo") + throw("h", event("signal", "s")) + end("e2")
    xml = process(
        "p", start(), gateway("f", "parallel"), chain("inicio", "f", "a", "b", "h", "e2"), says, wait,
    )  # fmt: skip
    world.publish(declared(xml, '<bpmn:signal id="s" name="listo"/>'))
    world.start()

    world.do("a", listo=False)
    assert world.names() == ["b"]
    world.do("b", listo=True)

    assert world.names() == ["z"]
    pass_days(world, 20)
    assert (world.names(), world.incidents()) == (["z"], [])
    healthy(world)
