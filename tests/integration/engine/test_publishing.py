"""Versions, bundles and what keeps running on the old ones."""

from __future__ import annotations

import pytest

from engine.definitions import catalogue
from engine.errors import InvalidDiagram, UnknownDefinition
from tests.support.diagrams import FORM, call, chain, end, message, process, start, user
from tests.support.engine import World

PARENT = process("madre", start(), call("c", "hija"), end(), chain("inicio", "c", "fin"))


def child(*steps: str) -> bytes:
    return process("hija", start(), *[user(step) for step in steps], end(), chain("inicio", *steps, "fin"))


def test_only_what_changed_gets_a_version(world: World) -> None:
    first = world.publish(PARENT, child("x"))
    again = world.publish(PARENT, child("x").replace(b"' ", b"'  "))
    changed = world.publish(PARENT, child("x", "y"))

    assert {(v.process_key, v.version) for v in first} == {("madre", 1), ("hija", 1)}
    assert again == []
    assert [(v.process_key, v.version) for v in changed] == [("hija", 2)]


def test_a_running_case_keeps_its_version_and_a_new_one_of_the_caller_takes_the_new(world: World) -> None:
    world.publish(PARENT, child("x"))
    old = world.start("madre", business_key="1")

    world.publish(child("nuevo"))
    new = world.start("madre", business_key="2")

    assert [task.element_id for task in world.open_tasks(old)] == ["x"]
    assert [task.element_id for task in world.open_tasks(new)] == ["nuevo"]


def test_publishing_the_text_of_an_older_version_makes_it_the_newest(world: World) -> None:
    world.publish(PARENT, child("x"))
    world.publish(child("y"))

    (back,) = world.publish(child("x"))

    assert back.version == 3
    with world.database.reading() as session:
        bundle = catalogue.current(session, "madre")
        assert bundle.versions == {"madre": 1, "hija": 3}
        assert bundle.xml("hija") == child("x")
        assert [version.version for version in catalogue.versions(session, "hija")] == [3, 2, 1]


def test_a_case_sees_the_form_as_it_was_when_it_began(world: World) -> None:
    diagram = process("p", start(), user("a"), end(), chain("inicio", "a", "fin"))
    world.publish(diagram, forms={FORM: {"components": [{"key": "uno"}]}})
    old = world.instance(world.start(business_key="1")).bundle_sha256

    world.publish(diagram, forms={FORM: {"components": [{"key": "uno"}, {"key": "dos"}]}})
    new = world.instance(world.start(business_key="2")).bundle_sha256

    with world.database.reading() as session:
        forms = [len(catalogue.by_sha(session, sha).form(FORM)["components"]) for sha in (old, new)]
    assert forms == [1, 2]


def test_a_refused_diagram_publishes_nothing_and_says_what_is_wrong(world: World) -> None:
    broken = process("malo", start(), user("a", role="nadie"), end(), chain("inicio", "a", "fin"))

    with pytest.raises(InvalidDiagram) as refused:
        world.publish(child("x"), broken)

    assert refused.value.findings
    with world.database.reading() as session, pytest.raises(UnknownDefinition):
        catalogue.current(session, "hija")


@pytest.mark.parametrize(
    "diagrams",
    [
        [process("a", start(), call("c", "a"), end(), chain("inicio", "c", "fin"))],
        [
            process("a", start(), call("c", "b"), end(), chain("inicio", "c", "fin")),
            process("b", start(), call("c", "a"), end(), chain("inicio", "c", "fin")),
        ],
        [PARENT],
        [child("x"), child("y")],
    ],
    ids=["calls itself", "in a circle", "calls nobody", "twice"],
)
def test_calls_that_lead_nowhere_or_in_circles_are_refused(world: World, diagrams: list[bytes]) -> None:
    with pytest.raises(InvalidDiagram):
        world.publish(*diagrams)


def test_the_catalogue_lists_every_way_a_case_may_begin(world: World) -> None:
    world.publish(
        child("x"),
        process("m", start("ini", message("q")), user("a"), end(), chain("ini", "a", "fin"), messages={"q": "pedido"}),
    )

    with world.database.reading() as session:
        starts = catalogue.start_events(session)

    assert [(key, element.id, element.message) for key, element in starts] == [
        ("hija", "inicio", ""),
        ("m", "ini", "pedido"),
    ]
