"""What is thrown inside a case: which border it leaves by, who hears it, and what it brings."""

from __future__ import annotations

import pytest
from SpiffWorkflow.task import Task as Node

from engine.instances.case import depth_first
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
    start,
    sub,
    user,
)
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


def named(case: Driven, name: str) -> Node:
    return next(node for node in depth_first(case.case) if node.task_spec.name == name)


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
    case.fire(named(case, "m"))

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


def repeated_inside(definition: str, thrown: str) -> bytes:
    """A subprocess in which something is repeated that may be `thrown`; `z` follows its border."""
    turns = sub(
        "turnos", each("lista", "x"), start("s2"), user("u"), end("e2", thrown), chain("s2", "u", "e2")
    )  # fmt: skip
    return process(
        "p", start(), sub("grupo", start("s1"), turns, end("e1"), chain("s1", "turnos", "e1")),
        boundary("b", "grupo", definition), user("z"), end("f1"), end("f2"), chain("inicio", "grupo", "f1"),
        chain("b", "z", "f2"),
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["error", "escalation", "timer"])
def test_what_leaves_a_repetition_brings_what_was_done_there_and_not_the_loop_variable(kind: str) -> None:
    definition = TIMER if kind == "timer" else reference(kind)
    diagram = declared(repeated_inside(definition, "" if kind == "timer" else definition), kind)
    case = Driven(diagram, lista=["a", "b"], x="de antes")

    case.complete("u", hecho="si")
    if kind == "timer":
        case.fire(named(case, "b"))

    assert case.ready() == ["z"]
    assert case.nodes()[0].data == {"lista": ("a", "b"), "x": "de antes", "hecho": "si"}


def test_a_signal_from_one_turn_leaves_the_loop_variable_of_another_turn_alone() -> None:
    signal = reference("signal")
    turns = sub(
        "turnos", each("lista", "x"), start("s2"), gateway("g", "parallel"), user("u"), end("e2", signal),
        node("intermediateCatchEvent", "oye", signal), user("w"), end("e3"), chain("s2", "g", "u", "e2"),
        chain("g", "oye", "w", "e3"),
    )  # fmt: skip
    diagram = process("p", start(), turns, end(), chain("inicio", "turnos", "fin"))
    case = Driven(declared(diagram, "signal"), lista=["a", "b"])

    case.complete("u", hecho="si")

    heard = [node.data for node in case.nodes() if node.task_spec.name == "w"]
    assert sorted(data["x"] for data in heard) == ["a", "b"]
    assert {data["hecho"] for data in heard} == {"si"}


@pytest.mark.parametrize("kind", ["error", "signal"])
def test_what_leaves_a_called_process_brings_only_what_the_call_names(kind: str) -> None:
    """A border gets what the call gives out; a signal, which passes by the call, brings nothing through it."""
    called = process("q", start("s1"), user("u"), end("e1", reference(kind)), chain("s1", "u", "e1"))
    diagram = process(
        "p", start(), call("llama", "q", outs=("dentro:fuera",)), boundary("b", "llama", reference(kind)), user("z"),
        end("f1"), end("f2"), chain("inicio", "llama", "f1"), chain("b", "z", "f2"),
    )  # fmt: skip
    case = Driven(declared(diagram, kind), declared(called, kind))

    case.complete("u", dentro=1, secreto=2)

    assert case.ready() == ["z"]
    assert case.nodes()[0].data == ({"fuera": 1} if kind == "error" else {})
