"""Two cases that write to each other at the same moment."""

from __future__ import annotations

import threading
from typing import Any

from engine import doctor
from engine.errors import Conflict
from tests.support.diagrams import chain, end, gateway, message, node, process, service, start, user
from tests.support.engine import World

MESSAGES = {"a": "a_uno", "b": "a_otro"}


def _case(key: str, hears: str, says: str) -> bytes:
    """A case that waits for one message, and on the other side does a step and sends the other message."""
    return process(
        key, start(), gateway("g", "parallel"), node("intermediateCatchEvent", "espera", message(hears)), user("oido"),
        user("decir"), service("paso", "paso"), end("f1"), end("f2", message(says)),
        chain("inicio", "g", "espera", "oido", "f1"), chain("g", "decir", "paso", "f2"), messages=MESSAGES,
    )  # fmt: skip


def test_two_cases_that_write_to_each_other_at_once_both_get_through(world: World) -> None:
    # On SQLite only one transaction writes at a time: nobody to meet.
    meeting = threading.Barrier(1 if world.database.is_sqlite else 2)
    met: list[Any] = []

    def meet(_: Any) -> None:
        if len(met) < 2:
            met.append(True)
            meeting.wait(timeout=30)

    world.handlers["paso"] = meet
    world.publish(_case("uno", "a", "b"), _case("otro", "b", "a"))
    cases = [world.start(key, business_key=key) for key in ("uno", "otro")]
    refused: list[Exception] = []

    def say(task_id: int) -> None:
        while True:
            try:
                world.complete(task_id)
            except Conflict as conflict:
                refused.append(conflict)
            else:
                return

    threads = [
        threading.Thread(target=say, args=(task.id,)) for task in world.open_tasks() if task.element_id == "decir"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert world.names() == ["oido", "oido"]
    # On PostgreSQL one of the two is refused; when it tries again at once, it may meet the other once more.
    assert bool(refused) != world.database.is_sqlite, refused
    assert world.incidents() == []
    assert [world.kinds(case).count("message_received") for case in cases] == [1, 1]
    with world.database.reading() as session:
        assert doctor.examine(session, world.engine) == []
