"""What the short form of the measurements may not pass: counts, bytes and ratios, never time."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

from benchmarks.report import flat

FILE = Path(__file__).with_name("budgets.toml")


def budgets() -> dict[str, float]:
    """The most of each figure, by its dotted name."""
    return dict(flat(tomllib.loads(FILE.read_text(encoding="utf-8"))))


def passed(found: Mapping[str, object], only: str = "") -> list[str]:
    """A line for each budget that is passed or whose figure is missing; of one measurement only, if it is named."""
    measured = dict(flat(found))
    asked = {name: most for name, most in budgets().items() if only in ("", name.partition(".")[0])}
    return [line for name, most in asked.items() if (line := _wrong(name, most, measured.get(name)))]


def _wrong(name: str, most: float, value: float | None) -> str:
    if value is None:
        return f"{name} was not measured, and has a budget of {most:g}"
    return f"{name} is {value:g}, over its budget of {most:g}" if value > most else ""
