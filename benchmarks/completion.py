"""What completing a task costs as a case grows old, and beside what the driver alone needs.

The bare figure is the smallest unit of work on the same file (same connection, same durability): one row selected, one
row updated, a commit; no engine. `cpu_ratio` is the processor's time of a completion to that of the recorded statements
(`benchmarks.recorded`) sent straight through the driver: it is ours alone, whatever the disk does.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import cast

import sqlalchemy as sa

from benchmarks.conversation import listening
from benchmarks.harness import Act, Figures, Place, Sizes, in_turns
from benchmarks.house import LOOP, House, house
from benchmarks.recorded import Replay
from engine.instances.models import Instance
from tests.support import postgresql

WARM = 20
"""Completions before anything is counted: by then the driver has prepared what it sends again and again."""


def measure(place: Place, sizes: Sizes) -> Figures:
    """The figures of `completion`."""
    with house(place, LOOP) as built:
        cases = [_aged(built, past) for past in sizes.past]
        statements = _statements(built, cases[0])
        bare = _bare(built)
        makers: list[Callable[[], Act]] = [*(partial(_next, built, case) for case in cases), lambda: bare]
        *completions, alone = in_turns(makers, sizes.samples)
        ratio = _cpu_ratio(built, cases[0], sizes.compared)
    return {
        "per_s": {str(past): round(1 / taken, 1) for past, taken in zip(sizes.past, completions, strict=True)},
        "growth": round(completions[-1] / completions[0], 3),
        "statements": statements,
        "cpu_ratio": ratio,
        **_round_trips(place),
        "bare_per_s": round(1 / alone, 1),
        "ratio_to_bare": round(alone / completions[-1], 3),
    }


def _aged(built: House, past: int) -> int:
    """A case in which so many tasks were completed."""
    case = built.start("vueltas")
    for _ in range(past):
        _next(built, case)()
    return case


def _next(built: House, case: int) -> Act:
    """The completion of the task that waits."""
    return partial(built.complete, built.open_tasks(case)[0])


def _bare(built: House) -> Act:
    """A select, an update and a commit. The text changes each time: SQLite writes nothing where nothing changes."""
    case, numbers = built.start("vueltas"), count()
    table = cast(sa.Table, Instance.__table__)
    select = sa.select(table.c.id, table.c.name).where(table.c.id == case)
    update = sa.update(table).where(table.c.id == case).values(name=sa.bindparam("fresh"))

    def act() -> None:
        with built.application.database.unit_of_work() as session:
            session.execute(select).one()
            session.execute(update, {"fresh": f"{next(numbers):06}"})

    return act


def _cpu_ratio(built: House, case: int, samples: int) -> float:
    """How many times the processor's time of the recorded statements a completion takes."""
    replay = Replay(built)
    makers: list[Callable[[], Act]] = [partial(_next, built, case), replay.next]
    in_turns(makers, WARM)
    ours, recorded = in_turns(makers, samples, time.process_time)
    replay.close()
    return round(ours / recorded, 2)


def _statements(built: House, case: int) -> int:
    """How many statements one completion sends, BEGIN included."""
    task = built.open_tasks(case)[0]
    said: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    engine = built.application.database.engine
    sa.event.listen(engine, "before_cursor_execute", listen)
    built.complete(task)
    sa.event.remove(engine, "before_cursor_execute", listen)
    return len(said)


def _round_trips(place: Place) -> Figures:
    """How often a completion waits for PostgreSQL: for one of our own where another database is measured.

    Nothing where there is no PostgreSQL.
    """
    if place.url and not place.url.startswith("sqlite"):
        return {"round_trips": _trips(place)}
    if postgresql.binaries() is None:
        return {}
    with postgresql.cluster() as url:
        return {"round_trips": _trips(Place(url))}


def _trips(place: Place) -> int:
    with house(place, LOOP) as built:
        case = _aged(built, WARM)
        task = built.open_tasks(case)[0]
        with listening(built.application.database.engine) as said:
            built.complete(task)
    return said.round_trips
