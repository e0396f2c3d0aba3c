"""A process that is no longer begun."""

from __future__ import annotations

import pytest

from engine.definitions import catalogue, retiring
from engine.errors import Conflict, Invalid, RetiredProcess
from engine.identity import Actor
from engine.states import InstanceState
from tests.support.diagrams import chain, end, process, start, user
from tests.support.engine import World

ANA = Actor("ana")


def drawn() -> bytes:
    return process("p", start(), user("a"), end(), chain("inicio", "a", "fin"))


def retire(world: World, reason: str = "Ya no se hace.") -> None:
    with world.database.unit_of_work() as session:
        retiring.retire(session, world.engine, "p", actor=ANA, reason=reason)


def test_no_case_begins_of_a_retired_process_and_running_ones_go_on(world: World) -> None:
    world.publish(drawn())
    case = world.start("p")

    retire(world)

    with pytest.raises(RetiredProcess):
        world.start("p", business_key="otro")
    world.do("a")

    assert world.instance(case).state is InstanceState.COMPLETED


def test_nothing_opens_it_by_the_calendar_a_message_or_a_signal(world: World) -> None:
    world.publish(drawn())
    retire(world)

    with world.database.reading() as session:
        begins = {key for key, _start in catalogue.start_events(session)}

    assert begins == set()


def test_it_comes_back_when_it_is_reactivated(world: World) -> None:
    world.publish(drawn())
    retire(world)

    with world.database.unit_of_work() as session:
        retiring.reactivate(session, "p")

    assert world.start("p")
    with pytest.raises(Conflict, match="no está retirado"), world.database.unit_of_work() as session:
        retiring.reactivate(session, "p")


def test_it_is_retired_once_and_with_a_reason(world: World) -> None:
    world.publish(drawn())

    with pytest.raises(Invalid):
        retire(world, reason=" ")
    retire(world)
    with pytest.raises(Conflict, match="ya está retirado"):
        retire(world)
