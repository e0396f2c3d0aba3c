"""What completing a task costs as a case grows old, beside what the bare database needs for one small change.

The bare figure is the same unit of work on the same file (same connection, same durability): one row selected, one
row updated, a commit; no engine.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import count
from typing import cast

import sqlalchemy as sa

from benchmarks.harness import Act, Figures, Place, Sizes, in_turns
from benchmarks.house import LOOP, House, house
from engine.instances.models import Instance


def measure(place: Place, sizes: Sizes) -> Figures:
    """The figures of `completion`."""
    with house(place, LOOP) as built:
        cases = [_aged(built, past) for past in sizes.past]
        statements = _statements(built, cases[0])
        bare = _bare(built)
        makers: list[Callable[[], Act]] = [*(partial(_next, built, case) for case in cases), lambda: bare]
        *completions, alone = in_turns(makers, sizes.samples)
    return {
        "per_s": {str(past): round(1 / taken, 1) for past, taken in zip(sizes.past, completions, strict=True)},
        "growth": round(completions[-1] / completions[0], 3),
        "statements": statements,
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
