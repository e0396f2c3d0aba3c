"""How often a connection to PostgreSQL waits for an answer."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from psycopg.pq import Trace

_ASKING = ("Query", "Sync", "Flush")
"""What makes the server answer; everything else is only put into the envelope."""


@dataclass
class Conversation:
    """What was said; `round_trips` is known when the block is over."""

    round_trips: int = 0


@contextmanager
def listening(engine: sa.Engine) -> Iterator[Conversation]:
    """Listen to what the one pooled connection says: its first word, its last, and all between."""
    said = Conversation()
    with tempfile.TemporaryFile("w+") as told:
        held = engine.raw_connection()
        driver = held.driver_connection
        driver.rollback()  # it was begun when it was taken
        driver.pgconn.trace(told.fileno())
        driver.pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
        held.close()
        try:
            yield said
        finally:
            driver.pgconn.untrace()
        told.seek(0)
        said.round_trips = _answered(line.rstrip("\n").split("\t") for line in told)


def _answered(lines: Iterable[list[str]]) -> int:
    """How often an answer came after something was asked; a value with a line break goes on in lines of no side."""
    answered, asked = 0, False
    for side, *said in lines:
        if side == "F" and len(said) > 1 and said[1] in _ASKING:
            asked = True
        elif side == "B":
            answered, asked = answered + asked, False
    return answered
