"""How often a connection to PostgreSQL waits for an answer."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
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
    """Listen to what the one pooled connection says: begin and commit, and the question whether it is still alive."""
    said = Conversation()
    with tempfile.TemporaryFile("w+") as told:
        held = engine.raw_connection()
        driver = held.driver_connection
        driver.pgconn.trace(told.fileno())
        driver.pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
        held.close()
        try:
            yield said
        finally:
            driver.pgconn.untrace()
        told.seek(0)
        lines = [line.rstrip("\n").split("\t") for line in told]
        said.round_trips = sum(line[0] == "F" and line[2] in _ASKING for line in lines if len(line) > 2)
