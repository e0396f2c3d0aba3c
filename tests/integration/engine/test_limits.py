"""Texts that are too long, letters nobody keeps, dates nobody reaches: a sentence, the same on both databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest

from engine import doctor, limits, resolutions
from engine.errors import Invalid, InvalidDiagram, InvalidVariables
from engine.instances import commands, messages
from engine.states import IncidentKind
from engine.tasks import commands as tasks
from tests.support.diagrams import chain, end, message, node, process, service, start, user
from tests.support.engine import BOSS, World

LONG = "una frase muy larga " * 20
UNKEPT = pytest.mark.parametrize("letter", ["\x00", "\ud800"])


def healthy(world: World) -> None:
    with world.database.reading() as session:
        assert doctor.examine(session, world.engine) == []


def then(*parts: str, after: str, **named: Any) -> bytes:
    """A task, then what is told, then the end."""
    return process("p", start(), user("t"), *parts, end(), chain("inicio", "t", after, "fin"), **named)


def catch(**properties: str) -> str:
    return node("intermediateCatchEvent", "c", message("m"), properties=properties)


def stopped(world: World, kind: IncidentKind, sentence: str, **variables: Any) -> int:
    """The task is finished, and what it leads to is an incident with a sentence."""
    world.start()
    world.do("t", **variables)
    (incident,) = world.incidents()
    assert incident.kind == kind
    assert sentence in incident.message
    healthy(world)
    return incident.id


def corrected(world: World, incident_id: int, name: str, value: Any) -> None:
    with world.database.unit_of_work() as session:
        resolutions.correct_variable(session, world.engine, incident_id, name, value, actor=BOSS, reason="Era otro.")
    assert world.incidents() == []
    healthy(world)


def test_a_message_key_made_of_a_long_text_is_an_incident_that_can_be_corrected(world: World) -> None:
    world.publish(then(catch(clave="${plan}/${tema}"), after="c", messages={"m": "listo"}))

    incident_id = stopped(world, IncidentKind.WAIT, "una clave de máximo 200", tema=LONG)

    corrected(world, incident_id, "tema", "corto")


def test_a_message_thrown_with_a_long_key_is_an_incident_that_can_be_corrected(world: World) -> None:
    thrown = node("intermediateThrowEvent", "c", message("m"), properties={"clave": "${plan}/${tema}"})
    world.publish(then(thrown, after="c", messages={"m": "listo"}))

    incident_id = stopped(world, IncidentKind.STEP, "una clave de máximo 200", tema=LONG)

    corrected(world, incident_id, "tema", "corto")


def test_a_handler_that_sends_a_message_with_a_long_name_is_an_incident(world: World) -> None:
    world.handlers["avisar"] = lambda call: {"mensajes": [{"nombre": LONG, "clave": "x"}]}
    world.publish(then(service("c", "avisar", tag="sendTask"), after="c"))

    stopped(world, IncidentKind.STEP, "un nombre de máximo 100")


def test_a_person_with_a_long_name_is_an_incident_that_can_be_corrected(world: World) -> None:
    world.publish(then(user("c", role="", assignee="${quien}"), after="c"))

    incident_id = stopped(world, IncidentKind.ASSIGNMENT, "no existe", quien=LONG)

    corrected(world, incident_id, "quien", "ana")
    assert world.task("c").assignee == "ana"


def test_a_group_with_a_long_name_is_an_incident_that_can_be_corrected(world: World) -> None:
    world.publish(then(user("c", role="enlace"), after="c"))

    incident_id = stopped(world, IncidentKind.ASSIGNMENT, "no existe", entidad=LONG)

    corrected(world, incident_id, "entidad", "SDG")


@pytest.mark.parametrize("date", ["9999-12-31", "0001-01-01"])
def test_a_deadline_that_nobody_reaches_is_an_incident_that_can_be_corrected(world: World, date: str) -> None:
    world.publish(then(user("c", plazo="fecha:dia"), after="c"))

    incident_id = stopped(world, IncidentKind.DEADLINE, "a más de 100 años", dia=date)

    corrected(world, incident_id, "dia", "2018-03-01")


def test_a_calendar_that_overflows_is_an_incident_with_a_sentence(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deadline(*arguments: Any, **named: Any) -> dt.datetime:
        raise OverflowError("date value out of range")

    world.publish(then(user("c"), after="c"))
    world.start()
    monkeypatch.setattr(type(world.engine.calendar), "deadline", deadline)

    world.do("t")

    assert "a más de 100 años" in world.incidents()[0].message
    healthy(world)


@UNKEPT
def test_a_letter_that_nobody_keeps_is_refused_at_every_door(world: World, letter: str) -> None:
    world.publish(then(catch(), after="c", messages={"m": "listo"}))
    bad: Mapping[str, Any] = {"dato": f"a{letter}b"}
    world.start()

    with pytest.raises(InvalidVariables, match="no se puede guardar"):
        world.start(business_key="C-2", **bad)
    with pytest.raises(InvalidVariables, match="no se puede guardar"):
        world.do("t", **bad)
    with pytest.raises(InvalidVariables, match="no se puede guardar"):
        world.do("t", lista=[f"{letter}"])
    world.do("t")
    for name, key in ((f"listo{letter}", "PLAN"), ("listo", f"PLAN{letter}")):
        with pytest.raises(InvalidVariables), world.database.unit_of_work() as session:
            messages.send(session, world.engine, name, key, {}, actor=BOSS)
    with pytest.raises(InvalidVariables), world.database.unit_of_work() as session:
        messages.send(session, world.engine, "listo", "PLAN", bad, actor=BOSS)
    healthy(world)


@UNKEPT
def test_a_failure_that_says_what_nobody_keeps_is_still_an_incident(world: World, letter: str) -> None:
    def fail(call: object) -> None:
        raise RuntimeError(f"el sistema dijo «{letter}»" + LONG * 20)

    world.handlers["fallar"] = fail
    world.publish(then(service("c", "fallar"), after="c"))

    stopped(world, IncidentKind.STEP, "el sistema dijo «\N{REPLACEMENT CHARACTER}»")

    assert len(world.incidents()[0].message) <= limits.FAILURE


@UNKEPT
def test_a_handler_that_gives_what_nobody_keeps_is_an_incident(world: World, letter: str) -> None:
    world.handlers["dar"] = lambda call: {"dato": letter}
    world.publish(then(service("c", "dar"), after="c"))

    stopped(world, IncidentKind.STEP, "no se puede guardar")


def open_case(world: World, business_key: str, name: str) -> int:
    with world.database.unit_of_work() as session:
        return commands.start(
            session, world.engine, "p", business_key=business_key, name=name, scope=None, variables={}, actor=BOSS
        ).id


def test_a_key_that_does_not_fit_is_refused_and_a_name_is_cut(world: World) -> None:
    world.publish(process("p", start(), user("t"), end(), chain("inicio", "t", "fin")))

    for wrong in (LONG, "a\x00", "a\ud800"):
        with pytest.raises(Invalid, match="máximo 200"):
            open_case(world, wrong, "Caso")

    name = world.instance(open_case(world, "C-1", LONG + "\x00")).name
    assert len(name) == limits.NAME and name.endswith("…")


def test_a_task_is_not_handed_to_a_name_that_nobody_can_have(world: World) -> None:
    world.publish(process("p", start(), user("t"), end(), chain("inicio", "t", "fin")))
    world.start()

    for wrong in (LONG, "a\x00"):
        with pytest.raises(Invalid), world.database.unit_of_work() as session:
            tasks.reassign(session, world.engine, world.task("t").id, actor=BOSS, to=wrong, reason="vacaciones")


@pytest.mark.parametrize(
    ("xml", "what"),
    [
        (then(catch(), after="c", messages={"m": LONG[:250]}), "el nombre de su mensaje tiene"),
        (then(catch(clave=LONG), after="c", messages={"m": "listo"}), "la clave de su mensaje tiene"),
        (then(user("c", form="f" * 150), after="c"), "su formulario tiene"),
        (then(user("c", assignee="p" * 150), after="c"), "su persona tiene"),
        (then(user("c", role="r" * 250), after="c"), "su rol tiene"),
    ],
)
def test_what_would_not_fit_is_refused_at_publication(world: World, xml: bytes, what: str) -> None:
    with pytest.raises(InvalidDiagram) as refused:
        world.publish(xml)

    assert any(what in finding.message for finding in refused.value.findings)
