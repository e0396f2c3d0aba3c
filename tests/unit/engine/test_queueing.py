"""Whoever waits for a turn gets it in the order in which they came."""

from __future__ import annotations

import threading
import time

import pytest

from engine.errors import DatabaseDown
from engine.queueing import Queue

LONG_S = 20


def begin(queue: Queue, number: int, done: list[int], waiting: list[int]) -> threading.Thread:
    """Somebody who comes to the queue, once they stand in it."""

    def come() -> None:
        with queue.turn(within_s=LONG_S):
            done.append(number)

    thread = threading.Thread(target=come)
    thread.start()
    limit = time.monotonic() + LONG_S
    while len(queue._waiting) <= len(waiting) and time.monotonic() < limit:
        time.sleep(0.001)
    waiting.append(number)
    return thread


def test_turns_come_in_the_order_of_arrival() -> None:
    queue = Queue()
    done: list[int] = []
    waiting: list[int] = []

    with queue.turn(within_s=LONG_S):
        threads = [begin(queue, number, done, waiting) for number in range(12)]
    for thread in threads:
        thread.join(LONG_S)

    assert done == list(range(12))


def test_a_turn_that_failed_is_passed_on() -> None:
    queue = Queue()

    with pytest.raises(ZeroDivisionError), queue.turn(within_s=LONG_S):
        raise ZeroDivisionError

    with queue.turn(within_s=0.01):
        pass


def test_a_turn_that_does_not_come_is_an_error_and_leaves_no_gap() -> None:
    queue = Queue()
    done: list[int] = []
    waiting: list[int] = []

    with queue.turn(within_s=LONG_S):
        with pytest.raises(DatabaseDown), queue.turn(within_s=0.01):
            pass
        thread = begin(queue, 1, done, waiting)
    thread.join(LONG_S)

    assert done == [1]
    assert not queue._taken
