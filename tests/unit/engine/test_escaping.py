"""Errors and escalations leave by the border of what they happen in; signals are heard by all."""

from __future__ import annotations

import pytest

from engine.instances.case import depth_first
from tests.support.diagrams import boundary, chain, each, end, flow, gateway, node, process, start, sub, user
from tests.support.driving import Driven


def reference(kind: str) -> str:
    return f'<bpmn:{kind}EventDefinition {kind}Ref="x"/>'


def declared(xml: bytes, kind: str) -> bytes:
    written = f'<bpmn:{kind} id="x" name="falla" {kind}Code="falla"/>'
    return xml.replace(b"<bpmn:process ", written.encode() + b"<bpmn:process ", 1)


def group(number: int, kind: str, repeated: str = "") -> str:
    """A subprocess whose only task leads to an error (or escalation), caught at its border."""
    inside = (start(f"s{number}"), user(f"u{number}"), end(f"e{number}", reference(kind)))
    return "".join(
        (
            sub(f"sub{number}", repeated, *inside, chain(f"s{number}", f"u{number}", f"e{number}")),
            boundary(f"b{number}", f"sub{number}", reference(kind)),
            user(f"z{number}"),
            end(f"f{number}"),
            end(f"g{number}"),
            chain(f"b{number}", f"z{number}", f"f{number}"),
            flow(f"sub{number}", f"g{number}"),
        )
    )


@pytest.mark.parametrize("kind", ["error", "escalation"])
def test_it_does_not_touch_the_branch_beside(kind: str) -> None:
    branches = chain("inicio", "g", "sub1") + flow("g", "sub2")
    diagram = process("p", start(), gateway("g", "parallel"), group(1, kind), group(2, kind), branches)
    case = Driven(declared(diagram, kind))

    case.complete("u1")

    assert case.ready() == ["u2", "z1"]


@pytest.mark.parametrize("kind", ["error", "escalation"])
def test_one_that_nobody_catches_ends_its_branch_and_stops_nobody(kind: str) -> None:
    alone = (start("s3"), user("u3"), end("e3", reference(kind)), chain("s3", "u3", "e3"))
    diagram = process(
        "p", start(), gateway("g", "parallel"), group(1, kind), sub("sub3", *alone), user("t"), end(),
        chain("inicio", "g", "sub1"), chain("g", "sub3", "t", "fin"),
    )  # fmt: skip
    case = Driven(declared(diagram, kind))

    case.complete("u3")

    assert case.ready() == ["t", "u1"]


def test_one_turn_of_a_repetition_leaves_by_the_border_of_all_turns() -> None:
    diagram = process("p", start(), group(1, "error", each("lista", "x")), flow("inicio", "sub1"))
    case = Driven(declared(diagram, "error"), lista=["a", "b"])

    case.complete("u1")

    assert case.ready() == ["z1"]


def test_what_fails_after_the_border_is_not_caught_by_the_same_border() -> None:
    """A message opens a second subprocess beside the first; what fails there has left the first one's inside."""
    beside = (start("s3"), user("u3"), end("e3", reference("error")), chain("s3", "u3", "e3"))
    message = "<bpmn:messageEventDefinition/>"
    diagram = process(
        "p", start(), group(1, "error"), boundary("m", "sub1", message, interrupting=False), sub("sub3", *beside),
        end("h"), flow("inicio", "sub1"), chain("m", "sub3", "h"),
    )  # fmt: skip
    case = Driven(declared(diagram, "error"))
    case.fire(next(node for node in depth_first(case.case) if node.task_spec.name == "m"))

    case.complete("u3")

    assert case.ready() == ["u1"]


def test_a_signal_at_an_end_is_heard() -> None:
    diagram = process(
        "p", start(), gateway("g", "parallel"), node("intermediateCatchEvent", "oye", reference("signal")),
        user("b"), user("a"), end("f1"), end("f2", reference("signal")), chain("inicio", "g", "oye", "b", "f1"),
        chain("g", "a", "f2"),
    )  # fmt: skip
    case = Driven(declared(diagram, "signal"))

    case.complete("a")

    assert case.ready() == ["b"]
