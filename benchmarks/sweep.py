"""What a tick of the worker costs when nothing is due."""

from __future__ import annotations

import uuid

import sqlalchemy as sa

from benchmarks.harness import Figures, Place, Sizes, in_turns, milliseconds
from benchmarks.house import LOOP, House, house, in_a_year
from engine import sweep
from engine.timers import Timer


def measure(place: Place, sizes: Sizes) -> Figures:
    """`sweep`: one look at so many waiting timers and at the incidents, nothing being due."""
    with house(place, LOOP) as built:
        _wait(built, sizes.waiting)
        (taken,) = in_turns([lambda: lambda: _tick(built)], sizes.sweeps)
    return {f"ms_{sizes.waiting}_waiting": milliseconds(taken)}


def _tick(built: House) -> None:
    with built.application.database.unit_of_work() as session:
        sweep.fire_due_timers(session, built.application.engine)
    with built.application.database.unit_of_work() as session:
        sweep.retry_due_incidents(session, built.application.engine)


def _wait(built: House, count: int) -> None:
    case, due = built.start("vueltas"), in_a_year()
    rows = [{"instance_id": case, "node_id": uuid.uuid4().hex, "element_id": "v", "due_at": due} for _ in range(count)]
    with built.application.database.unit_of_work() as session:
        session.execute(sa.insert(Timer), rows)
