"""Twenty people who complete twenty tasks of one case at the same moment."""

from __future__ import annotations

import threading

from benchmarks.harness import Figures, Place, Sizes, milliseconds, seconds
from benchmarks.house import AT_ONCE, House, house


def measure(place: Place, sizes: Sizes) -> Figures:
    """`parallel20`: the longest that one of them waited, and how many were refused, over several meetings."""
    slowest, failed = 0.0, 0
    with house(place, AT_ONCE) as built:
        for _ in range(sizes.meetings):
            took, refused = _meeting(built, sizes.people)
            slowest, failed = max(slowest, *took), failed + refused
    return {"max_ms": milliseconds(slowest), "failed": failed}


def _meeting(built: House, people: int) -> tuple[list[float], int]:
    tasks = built.open_tasks(built.start("juntos", lista=[str(number) for number in range(people)]))
    gate, took, failures = threading.Barrier(people), [], []

    def work(task_id: int) -> None:
        gate.wait()
        try:
            took.append(seconds(lambda: built.complete(task_id)))
        except Exception as failure:  # whatever it is, it is what is counted
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(task_id,)) for task_id in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took or [0.0], len(failures)
