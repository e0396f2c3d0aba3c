"""Whoever works in one called process of a case wakes no other, and nothing is lost by it."""

from __future__ import annotations

import datetime as dt

import orjson
import pytest
import sqlalchemy as sa

from engine import doctor, sweep
from engine.definitions import catalogue
from engine.errors import CorruptState, NewerState
from engine.instances import state
from engine.instances.case import Case
from engine.instances.formats import CONVERTERS, FORMAT
from engine.instances.models import Instance
from engine.instances.nodes import asleep_in
from engine.variables import plain
from tests.integration.engine.test_paths import SIGNAL, declared, event, throw
from tests.support.diagrams import TIMER, boundary, call, chain, each, end, process, start, sub, user
from tests.support.engine import World

PLACES = ["A", "B", "C"]
REPORT = process("reporte", start(), user("anota"), user("avala"), end(), chain("inicio", "anota", "avala", "fin"))
TURN = each("lugares", "lugar")
MONTH = process(
    "p",
    start(entradas="lugares"),
    sub(
        "recoger",
        start("abre"), call("informe", "reporte", TURN, ins=("lugar",)), end("junto"),
        chain("abre", "informe", "junto"),
    ),
    boundary("vence", "recoger", TIMER, plazo="5d"),
    user("cierra"), user("tarde"), end(), end("otro"),
    chain("inicio", "recoger", "cierra", "fin"), chain("vence", "tarde", "otro"),
)  # fmt: skip
"""A month: a report of each place, until a date."""


def loaded(world: World, instance_id: int) -> Case:
    """The case as a command finds it."""
    with world.database.reading() as session:
        instance = session.get_one(Instance, instance_id, options=[sa.orm.undefer(Instance.status)])
        return state.sleeping_case_of(instance, catalogue.by_sha(session, instance.bundle_sha256))


def stored_inside(world: World, instance_id: int) -> dict[str, object]:
    return dict(orjson.loads(world.status(instance_id))["p"])


def healthy(world: World) -> None:
    with world.database.reading() as session:
        assert doctor.examine(session, world.engine) == []


@pytest.fixture
def month(world: World) -> int:
    """A case in which three reports are open."""
    world.publish(REPORT, MONTH)
    return world.start(lugares=PLACES)


def test_a_stored_case_sleeps_but_for_what_somebody_looks_at(world: World, month: int) -> None:
    case, task = loaded(world, month), world.task("anota")

    case.node(task.node_id)

    assert len(case.subprocesses) == 4
    assert len(case.subprocesses.awake()) == 2  # the report, and what holds all reports
    assert len(case.subprocesses.asleep) == 2


def test_what_sleeps_is_written_back_as_it_was(world: World, month: int) -> None:
    before = stored_inside(world, month)

    world.do("anota")

    after = stored_inside(world, month)
    assert after.keys() == before.keys()
    assert sum(after[node_id] != before[node_id] for node_id in before) == 1
    assert world.names() == ["anota", "anota", "avala"]
    healthy(world)


def test_reports_that_end_in_any_order_end_the_whole(world: World, month: int) -> None:
    for task in reversed(world.open_tasks()):
        world.complete(task.id)
    for task in world.open_tasks():
        world.complete(task.id)

    world.do("cierra")

    assert world.instance(month).state == "completed"
    healthy(world)


def test_a_date_that_interrupts_ends_also_what_sleeps(world: World, month: int) -> None:
    world.do("anota")
    world.clock.advance(dt.timedelta(days=6))

    with world.database.unit_of_work() as session:
        sweep.fire_due_timers(session, world.engine)

    assert world.names() == ["tarde"]
    assert world.kinds(month).count("task_cancelled") == 3
    assert stored_inside(world, month) == {}
    healthy(world)


def test_a_repetition_that_has_enough_cancels_the_reports_that_sleep(world: World) -> None:
    enough = TURN.replace(
        "/>",
        "><bpmn:completionCondition>${nrOfCompletedInstances == 1}</bpmn:completionCondition>"
        "</bpmn:multiInstanceLoopCharacteristics>",
    )
    world.publish(REPORT, MONTH.replace(TURN.encode(), enough.encode()))
    instance_id = world.start(lugares=PLACES)
    world.do("anota")

    world.do("avala")

    assert world.names() == ["cierra"]
    assert world.kinds(instance_id).count("task_cancelled") == 2
    healthy(world)


def test_a_signal_wakes_whoever_waits_for_it(world: World) -> None:
    hears = process(
        "reporte", start(), user("anota"), throw("avisa", event("signal", "s")), end(),
        boundary("oye", "anota", event("signal", "s"), interrupting=True), user("oido"), end("aparte"),
        chain("inicio", "anota", "avisa", "fin"), chain("oye", "oido", "aparte"),
    )  # fmt: skip
    world.publish(declared(hears, SIGNAL), MONTH)
    world.start(lugares=PLACES)

    world.do("anota")

    assert world.names() == ["oido", "oido"]
    healthy(world)


def test_what_is_broken_elsewhere_is_told_and_stops_nobody_here(world: World, month: int) -> None:
    content, task = orjson.loads(world.status(month)), world.task("anota")
    broken = next(inside for _, inside in content["p"] if inside["u"] and task.node_id not in str(inside))
    broken["t"][1][2] = "nada"
    with world.database.unit_of_work() as session:
        session.execute(sa.update(Instance).where(Instance.id == month).values(status=orjson.dumps(content)))

    world.complete(task.id)

    assert "avala" in world.names()
    with world.database.reading() as session:
        assert [problem.kind for problem in doctor.examine(session, world.engine)] == ["state"]
    with pytest.raises(CorruptState):
        world.do("anota")


def test_a_state_from_before_anything_slept_goes_on(world: World, month: int) -> None:
    content = orjson.loads(world.status(month)) | {"v": 1}
    content["p"] = [[at, {k: v for k, v in inside.items() if k not in ("n", "u")}] for at, inside in content["p"]]
    with world.database.unit_of_work() as session:
        session.execute(sa.update(Instance).where(Instance.id == month).values(status=orjson.dumps(content)))

    for element in ("anota", "avala") * len(PLACES):
        world.do(element)
    world.do("cierra")

    assert orjson.loads(world.status(month))["v"] == FORMAT
    assert world.instance(month).state == "completed"
    healthy(world)


def test_every_older_format_has_what_brings_it_to_the_next() -> None:
    assert sorted(CONVERTERS) == list(range(1, FORMAT))


def test_a_state_of_a_newer_release_is_left_alone_and_it_is_said_what_to_do(world: World, month: int) -> None:
    newer = orjson.dumps(orjson.loads(world.status(month)) | {"v": FORMAT + 1})
    with world.database.unit_of_work() as session:
        session.execute(sa.update(Instance).where(Instance.id == month).values(status=newer))

    with pytest.raises(NewerState, match="versión más nueva de Cauce"):
        world.do("anota")

    assert world.status(month) == newer
    with world.database.reading() as session:
        (told,) = doctor.examine(session, world.engine)
        assert "versión más nueva de Cauce" in told.message


MANY = [f"{number:02}" for number in range(30)]
COUNT = process(
    "p", start(entradas="lugares"),
    sub("todos", start("abre"), user("anota", TURN), end("junto"), chain("abre", "anota", "junto")),
    user("cierra"), end(), boundary("vence", "todos", TIMER, plazo="5d"), user("tarde"), end("otro"),
    chain("inicio", "todos", "cierra", "fin"), chain("vence", "tarde", "otro"),
)  # fmt: skip
"""A task of each of many."""


@pytest.fixture
def crowd(world: World) -> int:
    """A case in which thirty tasks are open."""
    world.publish(COUNT)
    return world.start(lugares=MANY)


def rows(world: World, instance_id: int) -> dict[str, list[object]]:
    ((_, inside),) = orjson.loads(world.status(instance_id))["p"]
    return {row[0]: row for row in inside["t"]}


def test_turns_of_a_large_repetition_sleep_but_for_the_one_that_is_done(world: World, crowd: int) -> None:
    before, task = rows(world, crowd), world.open_tasks()[3]

    world.complete(task.id)

    after = rows(world, crowd)
    changed = [node_id for node_id in before if before[node_id] != after[node_id]]
    ((_, inside),) = loaded(world, crowd).subprocesses.items()
    assert len(asleep_in(inside)) == len(MANY) - 1  # all but the one that was done last
    assert task.node_id in changed and len(changed) == 2  # it, and the repetition that counts it
    assert list(before) == list(after)
    healthy(world)


def test_what_one_turn_sets_is_not_known_to_those_that_sleep(world: World, crowd: int) -> None:
    first, second, third = world.open_tasks()[:3]

    world.complete(first.id, visto="uno")
    world.complete(second.id, otro="dos")

    case = loaded(world, crowd)
    assert plain(case.node(third.node_id).data) == {"plan": "PLAN", "lugares": MANY, "lugar": "02"}
    assert case.node(second.node_id).data["otro"] == "dos"
    assert {"visto": "uno", "otro": "dos"}.items() <= case.node(third.node_id).parent.data.items()
    healthy(world)


def test_a_large_repetition_ends_in_any_order(world: World, crowd: int) -> None:
    for task in world.open_tasks()[::-2] + world.open_tasks()[::2][::-1]:
        if task.id in {one.id for one in world.open_tasks()}:
            world.complete(task.id, visto=task.context["lugar"])

    assert world.names() == ["cierra"]
    assert world.variables(crowd)["visto"] in MANY
    world.do("cierra")
    assert world.instance(crowd).state == "completed"
    healthy(world)


def test_a_date_ends_every_turn_that_sleeps(world: World, crowd: int) -> None:
    world.do("anota")
    world.clock.advance(dt.timedelta(days=6))

    with world.database.unit_of_work() as session:
        sweep.fire_due_timers(session, world.engine)

    assert world.names() == ["tarde"]
    assert world.kinds(crowd).count("task_cancelled") == len(MANY) - 1
    healthy(world)
