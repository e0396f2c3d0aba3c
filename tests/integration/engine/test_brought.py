"""What other tools drew, brought and played: it does what BPMN 2.0 says it did."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from engine.definitions.importing import import_diagram
from engine.definitions.linting import KnownNames
from engine.incidents import Incident
from tests.support.diagrams import chain, end, flow, gateway, process, start, user
from tests.support.engine import World

KNOWN = KnownNames(roles={"analista": "Analista"}, forms={"formulario": "Formulario"}, processes={}, topics={})


def play(world: World, xml: bytes, **variables: object) -> list[str]:
    """Bring it, publish it and begin a case with these data; the tasks that are open."""
    brought = import_diagram(xml, KNOWN)
    world.publish(brought.xml, forms={"formulario": {"components": []}, **brought.forms})
    world.start(**variables)
    return sorted(world.names())


def ways(*flows: str, kind: str = "") -> bytes:
    """A task, or a gateway of this kind behind the start, with these ways out to a, b and c."""
    middle = gateway("t", kind) if kind else ""
    ends = (part for one in "abc" for part in (user(one), end(f"e{one}"), flow(one, f"e{one}")))
    first = (start(), middle or user("t"), flow("inicio", "t"))
    return process("p", *first, *ends, *flows)


@pytest.mark.parametrize(
    ("much", "urgent", "opened"),
    [(9, True, ["a", "b"]), (9, False, ["a"]), (1, True, ["b"]), (1, False, [])],
)
def test_each_condition_on_the_flows_of_an_inclusive_gateway_counts_and_none_is_an_incident(
    world: World, much: int, urgent: bool, opened: list[str]
) -> None:
    xml = ways(flow("t", "a", "n > 5"), flow("t", "b", "${urgente}"), flow("t", "c", "n > 100"), kind="inclusive")

    assert play(world, xml, n=much, urgente=urgent) == opened

    with world.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Incident)) == (not opened)


def test_a_way_without_condition_of_an_inclusive_gateway_is_taken_beside_the_others(world: World) -> None:
    xml = ways(flow("t", "a", "n > 5"), flow("t", "b", "${urgente}"), flow("t", "c"), kind="inclusive")

    assert play(world, xml, n=9, urgente=False) == ["a", "c"]


@pytest.mark.parametrize(("much", "opened", "incidents"), [(9, ["a"], 0), (3, [], 1)])
def test_the_only_way_out_of_a_task_is_taken_if_its_condition_holds(
    world: World, much: int, opened: list[str], incidents: int
) -> None:
    only = process(
        "p", start(), user("t"), user("a"), end(), chain("inicio", "t"), flow("t", "a", "n > 5"), flow("a", "fin")
    )
    play(world, only, n=much)

    world.do("t")

    assert world.names() == opened
    with world.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Incident)) == incidents


@pytest.mark.parametrize(("p", "q", "times"), [(True, True, 1), (False, True, 1), (True, False, 1), (False, False, 0)])
def test_two_ways_to_one_step_lead_there_if_either_condition_holds(world: World, p: bool, q: bool, times: int) -> None:
    both = flow("t", "a", "${p}", id="uno"), flow("t", "a", "${q}", id="otro")
    xml = process("p", start(), user("t"), user("a"), end(), chain("inicio", "t"), *both, flow("a", "fin"))
    play(world, xml, p=p, q=q)

    world.do("t")

    assert world.names() == ["a"] * times


def test_of_an_inclusive_decision_of_a_person_each_way_that_is_ticked_is_taken_the_last_too(world: World) -> None:
    named = (flow("g", one, name=f"Vía {one}") for one in "abc")
    ends = (part for one in "abc" for part in (user(one), end(f"e{one}"), flow(one, f"e{one}")))
    task = user("t", form="")
    xml = process("p", start(), task, gateway("g", "inclusive"), chain("inicio", "t", "g"), *named, *ends)
    play(world, xml)

    world.do("t", respuesta_g=["via_a", "via_c"])

    assert world.names() == ["a", "c"]
