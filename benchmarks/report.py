"""The figures as one object, and as a table for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from benchmarks import completion, crowded, drawing, fire, http, inbox, pages, parallel, starting, state, sweep
from benchmarks.harness import Figures, Place, Sizes

MEASURES: Mapping[str, Callable[[Place, Sizes], object]] = {
    "completion": completion.measure,
    "http": http.measure,
    "start_ms": starting.measure,
    "inbox": inbox.measure,
    "sweep": sweep.measure,
    "state_bytes": state.measure,
    "parallel20": parallel.measure,
    "parallel300": crowded.measure,
    "drawing": drawing.measure,
    "pages": pages.measure,
    "sectors": pages.measure_sectors,
    "fire": fire.measure,
}
"""Every measurement by the first part of its keys."""

BOUNDS: Mapping[str, tuple[str, float]] = {
    "completion.growth": ("≤", 1.3),
    "completion.statements": ("≤", 15),
    "completion.cpu_ratio": ("≤", 3),
    "completion.round_trips": ("≤", 5),
    "completion.ratio_to_bare": ("≥", 0.25),
    "http.linear30_ms": ("≤", 5),
    "inbox.ms.1000000": ("≤", 50),
    "inbox.growth": ("≤", 3),
    "sweep.ms_10000_waiting": ("≤", 20),
    "state_bytes.after_3000": ("≤", 4096),
    "parallel20.max_ms": ("≤", 1000),
    "parallel20.failed": ("≤", 0),
    "parallel300.ratio": ("≤", 2),
    "drawing.lint_ms": ("≤", 300),
    "drawing.compare_ms": ("≤", 1000),
    "fire.full.lost": ("≤", 0),
    "fire.full.failed": ("≤", 0),
    "fire.full.p95_ms": ("≤", 500),
    "fire.full.people_per_s": ("≥", 15),
    "fire.offered1.lost": ("≤", 0),
    "fire.offered1.failed": ("≤", 0),
    "fire.offered1.p95_ms": ("≤", 300),
    **{f"sectors.{name}_{how}.ms": ("≤", 60.0) for name, _path in pages.BOARDS for how in ("one", "all")},
}
"""What is to be reached."""


def figures(place: Place, sizes: Sizes, only: str = "") -> Figures:
    """Every figure, or those of one measurement."""
    return {name: measure(place, sizes) for name, measure in MEASURES.items() if only in ("", name)}


def table(found: Figures) -> str:
    """One line per figure, with what is to be reached and whether it is."""
    lines = [f"{'figure':<28}{'measured':>12}   to reach"]
    for name, value in flat(found):
        wanted = ""
        if name in BOUNDS:
            sign, bound = BOUNDS[name]
            reached = value <= bound if sign == "≤" else value >= bound
            wanted = f"{sign} {bound:g} {'✓' if reached else '✗'}"
        lines.append(f"{name:<28}{value:>12,.10g}   {wanted}".rstrip())
    return "\n".join(lines)


def flat(found: Mapping[str, object], before: str = "") -> Iterator[tuple[str, float]]:
    """The figures with their dotted names."""
    for name, value in found.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", float(str(value))
