"""A case from its start to its end: tasks, gateways, automatic steps, variables and history."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import (
    Conflict,
    DuplicateBusinessKey,
    FourEyes,
    InvalidVariables,
    NotAllowed,
    TaskAlreadyCompleted,
    TaskHeldByAnother,
)
from engine.events import InstanceEnded, InstanceStarted, TaskCompleted, TaskCreated
from engine.identity import Actor
from engine.instances import locking, turning
from engine.tasks import commands as tasks
from tests.support.diagrams import call, chain, each, end, flow, gateway, process, service, start, sub, user
from tests.support.engine import ANA, BEA, BOSS, World

TWO_STEPS = process("p", start(), user("a", plazo="5d"), user("b"), end(), chain("inicio", "a", "b", "fin"))


def test_a_case_runs_from_its_start_to_its_end(world: World) -> None:
    world.publish(TWO_STEPS)

    instance_id = world.start(saludo="hola")
    world.do("a", nota="bien")
    world.do("b")

    assert world.instance(instance_id).state == "completed"
    assert world.variables(instance_id) == {"plan": "PLAN", "saludo": "hola", "nota": "bien"}
    assert world.kinds(instance_id) == [
        "instance_started",
        "task_created",
        "task_completed",
        "task_created",
        "task_completed",
        "instance_completed",
    ]
    assert [type(event) for event in world.heard] == [
        InstanceStarted, TaskCreated, TaskCompleted, TaskCreated, TaskCompleted, InstanceEnded,
    ]  # fmt: skip


def test_a_task_knows_its_deadline_its_form_and_its_groups(world: World) -> None:
    world.publish(TWO_STEPS)

    world.start()
    task = world.task("a")

    assert (task.due_at - task.created_at).days == 5  # type: ignore[operator]
    assert (task.form_key, task.name, task.properties) == ("formulario", "a", {"plazo": "5d"})


def test_the_loser_of_two_completions_is_told_who_won_and_when(world: World) -> None:
    world.publish(TWO_STEPS)
    world.start()
    task = world.do("a", ANA)

    with pytest.raises(TaskAlreadyCompleted) as refused:
        world.complete(task.id, BEA)

    assert refused.value.completed_by == "ana"
    assert refused.value.completed_at == world.clock.now()


def test_only_the_group_may_do_a_group_task_and_only_the_holder_once_it_is_taken(world: World) -> None:
    world.publish(TWO_STEPS)
    world.start()
    task_id = world.task("a").id

    with pytest.raises(NotAllowed):
        world.complete(task_id, Actor("otro", frozenset({"otros"})))
    with pytest.raises(NotAllowed):
        world.complete(task_id, BOSS)
    with world.database.unit_of_work() as session:
        tasks.claim(session, world.engine, task_id, actor=ANA)
    with pytest.raises(TaskHeldByAnother):
        world.complete(task_id, BEA)
    with world.database.unit_of_work() as session:
        tasks.reassign(session, world.engine, task_id, actor=BOSS, to="bea", reason="vacaciones")
    world.complete(task_id, BEA)

    assert world.names() == ["b"]


def test_who_did_a_step_may_not_check_it_for_the_same_entity(world: World) -> None:
    body = process(
        "hija",
        start(),
        user("hacer"),
        user("revisar", cuatro_ojos="hacer"),
        end(),
        chain("inicio", "hacer", "revisar", "fin"),
    )
    caller = process(
        "p",
        start(),
        call("c", "hija", each("entidades", "entidad"), ins=("entidad",)),
        end(),
        chain("inicio", "c", "fin"),
    )
    world.publish(body, caller)
    world.start(entidades=["SDG", "IDPAC"])
    mine, other = world.open_tasks()

    world.complete(mine.id, ANA)
    world.complete(other.id, BEA)
    check = next(task for task in world.open_tasks() if task.context == {"entidad": "SDG"})

    with pytest.raises(FourEyes):
        world.complete(check.id, ANA)
    world.complete(check.id, BEA)


def test_a_task_is_not_handed_to_whoever_did_what_it_checks(world: World) -> None:
    world.publish(process("p", start(), user("a"), user("b", cuatro_ojos="a"), end(), chain("inicio", "a", "b", "fin")))
    world.start()
    world.do("a", ANA)
    check = world.task("b")

    with pytest.raises(FourEyes), world.database.unit_of_work() as session:
        tasks.reassign(session, world.engine, check.id, actor=BOSS, to="ana", reason="vacaciones")
    with world.database.unit_of_work() as session:
        tasks.reassign(session, world.engine, check.id, actor=BOSS, to="bea", reason="vacaciones")

    world.complete(check.id, BEA)


def test_a_decision_is_taken_by_its_conditions_and_written_down(world: World) -> None:
    world.publish(
        process(
            "p",
            start(), user("a"), gateway("g", default="no"), user("b"), user("c"), end(),
            chain("inicio", "a", "g"), flow("g", "b", "${monto > 10}", "Sí", "si"), flow("g", "c", name="No", id="no"),
            chain("b", "fin"), chain("c", "fin"),
        )
    )  # fmt: skip

    instance_id = world.start()
    world.do("a", monto=11)

    assert world.names() == ["b"]
    decision = next(entry for entry in world.history(instance_id) if entry.kind == "decision")
    assert decision.element_id == "g"
    assert decision.data == {"flujos": ["si"], "respuestas": ["Sí"]}


def test_an_automatic_step_sets_variables_and_the_case_goes_on(world: World) -> None:
    world.handlers["contar"] = lambda step: {"total": len(step.variables["lista"])}
    world.publish(
        process("p", start(), service("paso", "contar"), user("a"), end(), chain("inicio", "paso", "a", "fin"))
    )

    instance_id = world.start(lista=["x", "y"])

    assert world.task("a").variables["total"] == 2
    assert "step_completed" in world.kinds(instance_id)


def test_a_list_is_replaced_and_never_merged(world: World) -> None:
    world.publish(
        process(
            "p",
            start(), gateway("abre", "parallel"), user("a"), user("b"), gateway("une", "parallel"), user("z"), end(),
            chain("inicio", "abre", "a", "une", "z", "fin"), chain("abre", "b", "une"),
        )
    )  # fmt: skip
    world.start(lista=["uno", "dos", "tres"])

    world.do("b")
    world.do("a", lista=["cuatro"])

    assert world.task("z").variables["lista"] == ["cuatro"]


@pytest.mark.parametrize("sequential", [False, True])
def test_a_step_repeats_for_each_value_of_a_list(world: World, sequential: bool) -> None:
    world.publish(
        process(
            "p",
            start(), user("a", each("${entidades}", "entidad", sequential=sequential), role="enlace"), user("z"), end(),
            chain("inicio", "a", "z", "fin"),
        )
    )  # fmt: skip
    instance_id = world.start(entidades=["SDG", "IDPAC", "DADEP"])

    done = []
    while world.names() != ["z"]:
        task = world.open_tasks()[0]
        done.append(task.variables["entidad"])
        world.complete(task.id, Actor("x", frozenset({f"enlace@{task.variables['entidad']}"})))

    assert done == ["SDG", "IDPAC", "DADEP"]
    assert "entidad" not in world.task("z").variables
    assert world.instance(instance_id).state == "active"


def test_a_step_over_an_empty_list_is_skipped(world: World) -> None:
    world.publish(
        process("p", start(), user("a", each("lista", "x")), user("z"), end(), chain("inicio", "a", "z", "fin"))
    )

    world.start(lista=[])

    assert world.names() == ["z"]


def test_what_one_repetition_wrote_is_not_undone_by_a_later_one(world: World) -> None:
    world.publish(
        process("p", start(), user("a", each("lista", "x")), user("z"), end(), chain("inicio", "a", "z", "fin"))
    )
    world.start(lista=["1", "2"], veredicto="ninguno")
    first, second = world.open_tasks()

    world.complete(first.id, veredicto="bien")
    world.complete(second.id)

    assert world.task("z").variables["veredicto"] == "bien"


def test_a_called_process_gets_what_the_call_names_and_gives_back_what_it_names(world: World) -> None:
    world.publish(
        process("hija", start(), user("x"), end(), chain("inicio", "x", "fin")),
        process(
            "p",
            start(), call("c", "hija", ins=("uno:dos", "${tres}:cuatro"), outs=("res:resultado",)), user("z"), end(),
            chain("inicio", "c", "z", "fin"),
        ),
    )  # fmt: skip
    world.start(uno="A", tres=3, secreto="s")
    inner = world.task("x")

    world.do("x", res="ok", otro="no sale")

    assert (inner.process_key, inner.variables) == ("hija", {"dos": "A", "cuatro": 3})
    assert world.task("z").variables == {"plan": "PLAN", "uno": "A", "tres": 3, "secreto": "s", "resultado": "ok"}


def test_two_diagrams_may_use_the_same_element_ids(world: World) -> None:
    inside = sub("grupo", start("s"), user("x"), end("e"), chain("s", "x", "e"))
    world.publish(
        process("hija", start(), inside, end(), chain("inicio", "grupo", "fin")),
        process("p", start(), inside, call("c", "hija"), end(), chain("inicio", "grupo", "c", "fin")),
    )
    instance_id = world.start()

    world.do("x")
    world.do("x")

    assert world.instance(instance_id).state == "completed"


def test_the_role_and_the_person_of_a_task_may_be_variables(world: World) -> None:
    world.publish(
        process(
            "p",
            start(),
            user("a", role="${rol}"),
            user("b", assignee="${quien}"),
            end(),
            chain("inicio", "a", "b", "fin"),
        )
    )
    world.start(rol="jefatura", quien="bea")

    with pytest.raises(NotAllowed):
        world.do("a", ANA)
    world.do("a", BOSS)

    assert world.task("b").assignee == "bea"


def test_a_process_without_lanes_takes_the_role_of_its_caller(world: World) -> None:
    child = process("hija", start(), user("x", role=""), end(), chain("inicio", "x", "fin"))
    parent = process(
        "p",
        '<bpmn:laneSet id="ls"><bpmn:lane id="l"><bpmn:extensionElements><camunda:properties>'
        '<camunda:property name="pes.rol" value="jefatura"/></camunda:properties></bpmn:extensionElements>'
        "<bpmn:flowNodeRef>c</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>",
        start(), call("c", "hija"), end(), chain("inicio", "c", "fin"),
    )  # fmt: skip
    world.publish(child, parent)
    world.start()

    with pytest.raises(NotAllowed):
        world.do("x", ANA)
    world.do("x", BOSS)


def test_a_case_begins_at_exactly_one_of_several_starts(world: World) -> None:
    world.publish(
        process(
            "p", start("uno"), start("dos", "<bpmn:timerEventDefinition/>", cadencia="anual", apertura="inicio-1m"),
            user("a"), user("b"), end(), chain("uno", "a", "fin"), chain("dos", "b", "fin"),
        )
    )  # fmt: skip

    world.start(business_key="1")
    world.start(business_key="2", start_element="dos")

    assert world.names() == ["a", "b"]


def test_a_business_key_is_used_once(world: World) -> None:
    world.publish(TWO_STEPS)
    world.start(business_key="K")

    with pytest.raises(DuplicateBusinessKey):
        world.start(business_key="K")

    assert len(world.open_tasks()) == 1


@pytest.mark.parametrize("value", [{"a": 1}, [[1]], object(), float("nan"), "x" * 70_000, 2**70])
def test_a_variable_is_small_and_plain(world: World, value: Any) -> None:
    world.publish(TWO_STEPS)
    world.start()

    with pytest.raises(InvalidVariables):
        world.do("a", dato=value)

    assert world.names() == ["a"]


def test_a_completion_needs_few_statements(world: World) -> None:
    import sqlalchemy as sa

    world.publish(TWO_STEPS)
    world.start()
    task_id = world.task("a").id
    said: list[str] = []
    sa.event.listen(world.database.engine, "before_cursor_execute", lambda *a: said.append(a[2]))

    world.complete(task_id)

    assert len(said) < 15, said


def test_a_turn_whose_body_fails_writes_nothing_and_leaves_the_case_free(world: World) -> None:
    world.publish(TWO_STEPS)
    instance_id = world.start()
    told = len(world.heard)

    with world.database.unit_of_work() as session:
        instance = locking.lock(session, instance_id)
        assert instance is not None
        with pytest.raises(ZeroDivisionError), turning.turn(session, world.engine, instance, ANA) as turn:
            turn.record("instance_completed")
            raise ZeroDivisionError
        with turning.turn(session, world.engine, instance, ANA), pytest.raises(Conflict):
            turning.refuse_nested(session, instance_id)

    assert "instance_completed" not in world.kinds(instance_id)
    assert len(world.heard) == told
    world.do("a")
