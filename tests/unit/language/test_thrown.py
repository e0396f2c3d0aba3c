"""What is thrown and not caught, awaited and not thrown, and tasks that nobody would get."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from engine.definitions.linting import Finding, KnownNames, lint
from engine.definitions.reading import read_diagram
from tests.support.diagrams import (
    boundary,
    call,
    chain,
    end,
    event_sub,
    gateway,
    message,
    node,
    process,
    start,
    sub,
    user,
)
from tests.unit.language import drawn

ERROR = '<bpmn:error id="e" name="e" errorCode="E1"/>'
SIGNAL = '<bpmn:signal id="s" name="aviso"/>'


def declared(xml: bytes, declaration: str) -> bytes:
    return xml.replace(b"<bpmn:process ", declaration.encode() + b"<bpmn:process ", 1)


def event(kind: str, reference: str = "") -> str:
    attribute = f' {kind}Ref="{reference}"' if reference else ""
    return f"<bpmn:{kind}EventDefinition{attribute}/>"


def found(xml: bytes, *others: bytes) -> list[Finding]:
    models = [read_diagram(one) for one in (xml, *others)]
    known = KnownNames(diagrams={model.process_key: model for model in models})
    return [finding for finding in lint(xml, known) if finding.rule != "drawn"]


def told(findings: Sequence[Finding]) -> list[tuple[str, str, str]]:
    return [(finding.severity, finding.rule, finding.element) for finding in findings]


def failing(key: str = "q") -> bytes:
    xml = process(key, start("qi"), user("qa"), end("mal", event("error", "e")), chain("qi", "qa", "mal"))
    return declared(xml, ERROR)


def calling(*around: str, key: str = "p", called: str = "q") -> bytes:
    return declared(process(key, start(), call("c", called), end(), chain("inicio", "c", "fin"), *around), ERROR)


CAUGHT = boundary("b", "c", event("error", "e")) + end("f2") + chain("b", "f2")


def test_an_error_that_nobody_catches_is_told_where_it_ends() -> None:
    assert told(found(failing())) == [("warning", "uncaught", "mal")]


def test_a_call_that_may_end_in_an_error_is_told_at_the_call() -> None:
    (finding,) = found(calling(), failing())

    assert told([finding]) == [("warning", "uncaught", "c")]
    assert "«c» puede terminar con el error «E1»" in finding.message


@pytest.mark.parametrize(
    "around",
    [
        CAUGHT,
        boundary("b", "c", event("error")) + end("f2") + chain("b", "f2"),
        event_sub("aparte", start("si", event("error", "e")), end("sf"), chain("si", "sf")),
    ],
)
def test_an_error_that_the_caller_catches_is_fine_on_both_sides(around: str) -> None:
    caller = calling(around)

    assert (found(caller, failing()), found(failing(), caller)) == ([], [])


def test_an_error_may_be_caught_by_the_caller_of_the_caller() -> None:
    middle, outer = calling(key="m"), calling(CAUGHT, called="m")

    assert [found(one, *others) for one, *others in ((middle, failing(), outer), (outer, failing(), middle))] == [
        [],
        [],
    ]


def test_an_error_of_another_code_is_not_caught() -> None:
    border = CAUGHT.replace('errorRef="e"', 'errorRef="otro"')

    assert told(found(calling(border), failing())) == [("warning", "uncaught", "c")]


def signalling(*parts: str, key: str = "p") -> bytes:
    return declared(process(key, *parts), SIGNAL)


def throwing(key: str = "p") -> bytes:
    throw = node("intermediateThrowEvent", "dice", event("signal", "s"))
    return signalling(start(), throw, user("z"), end(), chain("inicio", "dice", "z", "fin"), key=key)


def waiting(key: str = "p") -> bytes:
    catch = node("intermediateCatchEvent", "oye", event("signal", "s"))
    return signalling(start(), user("t"), catch, end(), chain("inicio", "t", "oye", "fin"), key=key)


def test_a_signal_that_nobody_throws_would_be_awaited_for_ever() -> None:
    (finding,) = found(waiting(), throwing("otro"))

    assert told([finding]) == [("error", "signal_never", "oye")]
    assert finding.message.startswith("«oye» espera la señal «aviso», que nadie da")


def test_a_signal_that_nobody_awaits_is_told() -> None:
    assert told(found(throwing(), waiting("otro"))) == [("warning", "signal_unheard", "dice")]


def test_a_signal_of_the_process_that_calls_is_heard() -> None:
    caller = signalling(
        start(), gateway("g", "parallel"), call("c", "q"), node("intermediateThrowEvent", "dice", event("signal", "s")),
        end(), end("f2"), chain("inicio", "g", "c", "fin"), chain("g", "dice", "f2"),
    )  # fmt: skip

    assert (found(caller, waiting("q")), found(waiting("q"), caller)) == ([], [])


def test_a_signal_start_is_for_any_process_that_throws_it() -> None:
    begun = signalling(
        start("arranque", event("signal", "s")), user("y"), end(), chain("arranque", "y", "fin"), key="b"
    )

    assert (found(throwing(), begun), found(begun, throwing())) == ([], [])
    assert told(found(begun)) == [("warning", "signal_never", "arranque")]


def test_a_signal_beside_a_task_is_no_wait() -> None:
    xml = signalling(
        start(), user("t"), boundary("b", "t", event("signal", "s")), end(), end("f2"), chain("inicio", "t", "fin"),
        chain("b", "f2"),
    )  # fmt: skip

    assert told(found(xml)) == [("warning", "signal_never", "b")]


def test_a_message_that_no_process_awaits_is_told() -> None:
    sends = process("p", start(), end("fin", message("m")), chain("inicio", "fin"), messages={"m": "listo"})
    awaits = process("q", start("i", message("m")), end("f"), chain("i", "f"), messages={"m": "listo"})

    assert told(found(sends)) == [("warning", "message_unheard", "fin")]
    assert found(sends, awaits) == []


def nobodys(key: str = "q") -> bytes:
    """A process without lanes whose task names no role."""
    return process(key, start(), user("t", role=""), end(), chain("inicio", "t", "fin"))


def in_lane(xml: bytes) -> bytes:
    return xml.replace(b'<bpmn:startEvent id="inicio"', drawn.lane("c").encode() + b'<bpmn:startEvent id="inicio"', 1)


def test_a_task_that_nobody_would_get_is_an_error() -> None:
    assert told(found(nobodys())) == [("error", "role", "t")]
    assert told(found(nobodys(), calling())) == [("error", "role", "t")]


def test_a_task_takes_the_role_of_the_lane_that_calls() -> None:
    assert told(found(nobodys(), in_lane(calling()))) == [("warning", "role", "t")]
    assert told(found(nobodys(), calling(key="m"), in_lane(calling(called="m")))) == [("warning", "role", "t")]


def test_a_call_outside_any_lane_of_a_task_without_role_is_an_error() -> None:
    (finding,) = found(calling(), nobodys(), in_lane(calling(key="otro")))

    assert told([finding]) == [("error", "role", "c")]
    assert "«t» de «q»" in finding.message


def test_a_task_inside_a_subprocess_that_repeats_its_throw_is_seen() -> None:
    inside = sub("grupo", start("si"), end("mal", event("error", "e")), chain("si", "mal"))
    xml = declared(process("p", start(), inside, end(), chain("inicio", "grupo", "fin")), ERROR)

    assert told(found(xml)) == [("warning", "uncaught", "mal")]


@pytest.mark.parametrize("quantity", ["startQuantity", "completionQuantity"])
def test_several_tokens_at_once_are_refused(quantity: str) -> None:
    xml = process("p", start(), user("t"), end(), chain("inicio", "t", "fin"))
    xml = xml.replace(b'<bpmn:userTask id="t"', f'<bpmn:userTask id="t" {quantity}="2"'.encode())

    assert told(found(xml)) == [("error", "token_quantity", "t")]


@pytest.mark.parametrize(("interrupting", "findings"), [(True, [("warning", "timer_cycle", "b")]), (False, [])])
def test_a_cycle_that_would_come_once_is_told(interrupting: bool, findings: list[tuple[str, str, str]]) -> None:
    timer = "<bpmn:timerEventDefinition><bpmn:timeCycle>R3/P1D</bpmn:timeCycle></bpmn:timerEventDefinition>"
    xml = process(
        "p", start(), user("t"), boundary("b", "t", timer, interrupting=interrupting, plazo="1d"), end(), end("f2"),
        chain("inicio", "t", "fin"), chain("b", "f2"),
    )  # fmt: skip

    assert told(found(xml)) == findings
