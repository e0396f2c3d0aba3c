"""Which modules are tried, with which tests, and the mutants that change nothing anybody could notice."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

EQUIVALENT = Path(__file__).with_name("equivalent.toml")
LEAST_KILLED = 95
"""Percent of the mutants that are not equivalent."""


@dataclass(frozen=True)
class Core:
    """Modules that are tried together, and the unit tests that tell their rules.

    `without` (for `-k`) are tests that measure time or memory: here many run at once, and are traced.
    """

    modules: tuple[str, ...]
    tests: tuple[str, ...]
    without: str = ""

    @property
    def arguments(self) -> tuple[str, ...]:
        """What pytest is told to run."""
        return (*self.tests, "-k", f"not ({self.without})") if self.without else self.tests


_INDICATORS = ("alerts", "bottlenecks", "formulas", "rollup", "sheets", "traffic_light")
_EXPRESSIONS = ("compiling", "functions", "values")

CORES = (
    Core(tuple(f"workflows.indicators.{name}" for name in _INDICATORS), ("tests/unit/indicators",)),
    Core(("workflows.calendar",), ("tests/unit/calendar",)),
    Core(("workflows.cycles.cadence",), ("tests/unit/month/test_cadence.py",)),
    Core(
        tuple(f"engine.expressions.{name}" for name in _EXPRESSIONS),
        ("tests/unit/language/test_expressions.py",),
        "hangs or is_short or little_memory",
    ),
    Core(("workflows.forms.notation",), ("tests/unit/forms/test_notation.py",)),
)


def equivalent() -> Mapping[str, str]:
    """The mutants that are no fault, by name, each with the reason."""
    table: dict[str, str] = tomllib.loads(EQUIVALENT.read_text())
    return table


def chosen(names: list[str]) -> list[Core]:
    """The cores with only the modules that `names` begin; all of them without names."""
    wanted = [
        replace(core, modules=tuple(one for one in core.modules if not names or one.startswith(tuple(names))))
        for core in CORES
    ]
    return [core for core in wanted if core.modules]
