"""What completing a task costs where many others of the same case are open, beside a case with few."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from benchmarks.harness import Act, Figures, Place, Sizes, in_turns
from benchmarks.house import AT_ONCE, House, house

FEW, MANY, WARM = 3, 300, 10


def measure(place: Place, sizes: Sizes) -> Figures:
    """`parallel300`: the processor's time of a completion beside 300 open tasks, to that beside three.

    `few` and `many` are the milliseconds; while many are measured there are never fewer than 300.
    """
    with house(place, AT_ONCE) as built:
        crowd = iter(_opened(built, MANY + sizes.compared + WARM))
        makers: list[Callable[[], Act]] = [
            lambda: partial(built.complete, _opened(built, FEW)[0]),
            lambda: partial(built.complete, next(crowd)),
        ]
        in_turns(makers, WARM)
        few, many = in_turns(makers, sizes.compared, time.process_time)
    return {"ratio": round(many / few, 2), "few_ms": round(few * 1000, 2), "many_ms": round(many * 1000, 2)}


def _opened(built: House, tasks: int) -> list[int]:
    """The open tasks of a fresh case with so many."""
    return built.open_tasks(built.start("juntos", lista=[str(number) for number in range(tasks)]))
