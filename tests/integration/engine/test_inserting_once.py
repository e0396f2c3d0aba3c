"""A row that there may be only one of."""

from __future__ import annotations

from engine.database import insert_once
from engine.units import SystemIncident
from tests.support.engine import World


def test_the_second_of_a_key_is_not_inserted_and_says_so(world: World) -> None:
    values = {
        "kind": "mail", "state": "open", "attempts": 1, "retry_at": world.clock.now(),
        "first_failed_at": world.clock.now(), "last_failed_at": world.clock.now(), "error": "", "message": "",
    }  # fmt: skip

    with world.database.unit_of_work() as session:
        done = [insert_once(session, SystemIncident, {**values, "key": key}, ["kind", "key"]) for key in "aab"]

    assert done == [True, False, True]
