"""What goes wrong inside a case waits for a retry or a person, and never drags others along."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from engine import doctor, resolutions, sweep
from engine.definitions import publishing
from engine.definitions.reading import read_diagram
from engine.definitions.surroundings import published_diagrams
from engine.errors import CannotResolve, CorruptState, ExecutionFailed, InvalidDiagram, NotAllowed
from engine.events import IncidentOpened
from engine.history import HistoryEntry
from engine.identity import Actor
from engine.incidents import Incident
from engine.instances.models import Instance
from tests.support.diagrams import TIMER, boundary, chain, each, end, flow, gateway, process, service, start, user
from tests.support.engine import ANA, BOSS, World


class Fragile:
    """A step that writes something, then fails as often as it is told to."""

    def __init__(self, failures: int) -> None:
        self.left = failures
        self.runs = 0

    def __call__(self, step: Any) -> dict[str, Any]:
        self.runs += 1
        step.session.add(
            HistoryEntry(
                instance_id=step.instance_id, at=step.now, actor_id="paso", kind="message_sent", data={"n": self.runs}
            )
        )
        step.session.flush()
        if self.left:
            self.left -= 1
            raise RuntimeError("se cayó")
        return {"hecho": True}


BESIDE = process(
    "p",
    start(), gateway("g", "parallel"), service("paso", "fragil"), user("a"), gateway("une", "parallel"), user("z"),
    end(),
    chain("inicio", "g", "paso", "une", "z", "fin"), chain("g", "a", "une"),
)  # fmt: skip


def retry_due(world: World, **later: int) -> int:
    world.clock.advance(dt.timedelta(**later))
    with world.database.unit_of_work() as session:
        return sweep.retry_due_incidents(session, world.engine, limit=10)


def notes(world: World, instance_id: int) -> list[int]:
    return [entry.data["n"] for entry in world.history(instance_id) if entry.kind == "message_sent"]


def test_a_failing_step_is_undone_and_opens_an_incident_while_the_rest_goes_on(world: World) -> None:
    step = world.handlers["fragil"] = Fragile(1)
    world.publish(BESIDE)

    instance_id = world.start()
    world.do("a")

    (incident,) = world.incidents()
    assert (incident.element_id, incident.kind, incident.attempts) == ("paso", "step", 1)
    assert "se cayó" in incident.message and "Traceback" in incident.trace
    assert step.runs == 1
    assert notes(world, instance_id) == []
    assert any(isinstance(event, IncidentOpened) for event in world.heard)


def test_a_failing_step_is_tried_again_after_one_five_and_thirty_minutes_and_then_by_a_person(world: World) -> None:
    step = world.handlers["fragil"] = Fragile(4)
    world.publish(BESIDE)
    instance_id = world.start()

    tried = [retry_due(world, minutes=m) for m in (0, 1, 1, 5, 30, 60, 600)]

    assert tried == [0, 1, 0, 1, 1, 0, 0]
    (incident,) = world.incidents()
    assert (incident.attempts, incident.retry_at) == (4, None)
    with pytest.raises(NotAllowed), world.database.unit_of_work() as session:
        resolutions.resolve_by_retry(session, world.engine, incident.id, actor=ANA)
    with world.database.unit_of_work() as session:
        resolutions.resolve_by_retry(session, world.engine, incident.id, actor=BOSS)
    assert (world.incidents(), step.runs) == ([], 5)
    assert notes(world, instance_id) == [5]
    world.do("a")
    assert world.task("z").variables["hecho"] is True


def test_a_retry_that_works_by_itself_resolves_the_incident(world: World) -> None:
    world.handlers["fragil"] = Fragile(1)
    world.publish(BESIDE)
    instance_id = world.start()

    assert retry_due(world, minutes=2) == 1

    assert world.incidents() == []
    resolved = next(entry for entry in world.history(instance_id) if entry.kind == "incident_resolved")
    assert resolved.data["resolucion"] == "retried"


def test_a_person_may_skip_a_failing_step_and_must_say_why(world: World) -> None:
    world.handlers["fragil"] = Fragile(99)
    world.publish(BESIDE)
    instance_id = world.start()
    world.do("a")
    (incident,) = world.incidents()

    with world.database.unit_of_work() as session:
        resolutions.skip(session, world.engine, incident.id, actor=BOSS, reason="se hizo a mano")

    assert world.names() == ["z"]
    assert world.incidents() == []
    assert "incident_resolved" in world.kinds(instance_id)


def test_a_person_may_correct_the_variable_that_a_decision_needs(world: World) -> None:
    decision = process(
        "p", start(), gateway("g", default="c_no"), gateway("h"), user("b"), user("c"), end(),
        chain("inicio", "g"), flow("g", "h", "ir == 'si'"), flow("g", "c", id="c_no"),
        flow("h", "b", "quien == 'b'"), flow("h", "c", "quien == 'c'"), chain("b", "fin"), chain("c", "fin"),
    )  # fmt: skip
    publish_unchecked(world, decision)  # the linter asks for a default flow everywhere
    world.start(ir="si")
    (incident,) = world.incidents()

    with pytest.raises(CannotResolve), world.database.unit_of_work() as session:
        resolutions.skip(session, world.engine, incident.id, actor=BOSS, reason="x")
    with world.database.unit_of_work() as session:
        resolutions.correct_variable(session, world.engine, incident.id, "quien", "b", actor=BOSS, reason="faltaba")

    assert world.names() == ["b"]
    assert world.incidents() == []


def publish_unchecked(world: World, diagram: bytes) -> None:
    """As if an older linter had let it pass."""
    with world.database.unit_of_work() as session:
        press = publishing._Press(session, world.engine, BOSS, "prueba")
        model = read_diagram(diagram)
        press.process(diagram, model)
        press.bundle_everything({**published_diagrams(session), model.process_key: model})


def test_a_repetition_over_what_is_no_list_waits_for_a_correction(world: World) -> None:
    world.publish(
        process("p", start(), user("a"), user("b", each("lista", "x")), end(), chain("inicio", "a", "b", "fin"))
    )
    world.start()
    world.do("a", lista="no es una lista")
    (incident,) = world.incidents()
    assert (incident.kind, incident.element_id) == ("entry", "b")

    with world.database.unit_of_work() as session:
        resolutions.correct_variable(session, world.engine, incident.id, "lista", ["1", "2"], actor=BOSS, reason="era")

    assert world.names() == ["b", "b"]
    assert world.incidents() == []


def test_a_role_that_nobody_knows_leaves_the_task_open_with_an_incident(world: World) -> None:
    world.publish(process("p", start(), user("a", role="fantasma"), user("z"), end(), chain("inicio", "a", "z", "fin")))

    world.start()

    (incident,) = world.incidents()
    assert incident.kind == "assignment"
    assert world.names() == ["a"]
    with world.database.unit_of_work() as session:
        resolutions.correct_variable(session, world.engine, incident.id, "conocido", True, actor=BOSS, reason="era")
    assert world.incidents() == []
    world.do("a", Actor("f", frozenset({"fantasma"})))
    assert world.names() == ["z"]


def test_a_timer_without_a_moment_waits_for_a_correction(world: World) -> None:
    world.publish(
        process(
            "p", start(), user("a"), boundary("b", "a", TIMER, plazo="fecha:dia"), user("z"), end(),
            chain("inicio", "a", "fin"), chain("b", "z", "fin"),
        )
    )  # fmt: skip
    world.start()
    (incident,) = world.incidents()
    assert incident.kind == "wait"

    with world.database.unit_of_work() as session:
        resolutions.correct_variable(session, world.engine, incident.id, "dia", "2018-07-03", actor=BOSS, reason="era")
    world.clock.advance(dt.timedelta(days=2))
    with world.database.unit_of_work() as session:
        sweep.fire_due_timers(session, world.engine, limit=10)

    assert world.names() == ["z"]


def test_a_person_may_cancel_the_case_of_an_incident(world: World) -> None:
    world.handlers["fragil"] = Fragile(99)
    world.publish(BESIDE)
    instance_id = world.start()
    (incident,) = world.incidents()

    with world.database.unit_of_work() as session:
        resolutions.cancel(session, world.engine, incident.id, actor=BOSS, reason="no va más")

    assert world.instance(instance_id).state == "cancelled"
    assert (world.open_tasks(), world.incidents()) == ([], [])


def test_a_corrupt_state_is_one_incident_and_the_other_cases_go_on(world: World) -> None:
    world.publish(
        process(
            "p", start(), user("a"), boundary("b", "a", TIMER, plazo="1d"), user("z"), end(),
            chain("inicio", "a", "fin"), chain("b", "z", "fin"),
        )
    )  # fmt: skip
    broken, healthy = world.start(business_key="1"), world.start(business_key="2")
    with world.database.unit_of_work() as session:
        session.execute(sa.update(Instance).where(Instance.id == broken).values(status=b"\x00garbage"))

    world.clock.advance(dt.timedelta(days=2))
    for _ in range(3):
        with world.database.unit_of_work() as session:
            sweep.fire_due_timers(session, world.engine, limit=10)

    assert [task.element_id for task in world.open_tasks(healthy)] == ["z"]
    (incident,) = world.incidents()
    assert (incident.instance_id, incident.kind, incident.attempts) == (broken, "state", 1)
    with pytest.raises(CorruptState):
        world.complete(world.open_tasks(broken)[0].id)
    with world.database.unit_of_work() as session:
        assert {problem.instance_id for problem in doctor.examine(session, world.engine)} == {broken}


def test_a_loop_that_waits_for_nobody_is_stopped(world: World) -> None:
    turning = process(
        "p", start(), gateway("m"), service("paso", "nada"), gateway("g", default="otra"), end(),
        chain("inicio", "m", "paso", "g"), flow("g", "m", id="otra"), flow("g", "fin", "listo == true"),
    )  # fmt: skip
    world.handlers["nada"] = lambda step: {}

    with pytest.raises((InvalidDiagram, ExecutionFailed)):
        world.publish(turning)
        world.start()

    with world.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Incident)) == 0
