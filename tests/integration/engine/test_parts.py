"""Those who work on different parts of a case don't wait for each other, nor for whoever holds the case."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.instances import locking
from tests.support.diagrams import chain, end, process, start, user
from tests.support.engine import World


def impatient(session: Session) -> Session:
    session.execute(sa.text("SET LOCAL lock_timeout = '100ms'"))
    return session


@pytest.fixture
def case(world: World) -> int:
    if world.database.is_sqlite:
        pytest.skip("on SQLite whoever writes is alone")
    world.publish(process("p", start(), user("a"), end(), chain("inicio", "a", "fin")))
    return world.start()


def test_who_works_on_another_part_does_not_wait(world: World, case: int) -> None:
    with world.database.unit_of_work() as one, world.database.unit_of_work() as other:
        locking.lock_part(one, case, "entidad=A")

        locking.lock_part(impatient(other), case, "entidad=B")
        locking.lock_part(other, case + 1, "entidad=A")

        assert locking.lock(other, case) is not None


def test_who_works_on_the_same_part_waits(world: World, case: int) -> None:
    with world.database.unit_of_work() as one:
        locking.lock_part(one, case, "entidad=A")

        with pytest.raises(sa.exc.OperationalError, match="lock timeout"), world.database.unit_of_work() as other:
            locking.lock_part(impatient(other), case, "entidad=A")


def test_a_part_is_free_when_the_work_is_over(world: World, case: int) -> None:
    with world.database.unit_of_work() as one:
        locking.lock_part(one, case, "entidad=A")

    with world.database.unit_of_work() as other:
        locking.lock_part(impatient(other), case, "entidad=A")
