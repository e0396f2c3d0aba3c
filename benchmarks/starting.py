"""What opening a case costs."""

from __future__ import annotations

from functools import partial

from benchmarks.harness import Place, Sizes, in_turns, milliseconds
from benchmarks.house import LOOP, house


def measure(place: Place, sizes: Sizes) -> float:
    """`start_ms`: one case opened, its first task offered, committed."""
    with house(place, LOOP) as built:
        built.start("vueltas")
        (taken,) = in_turns([lambda: partial(built.start, "vueltas")], sizes.starts)
    return milliseconds(taken)
