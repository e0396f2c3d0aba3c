"""Budgets hold counts, bytes and ratios; passing one, or not measuring it, is told by its name."""

from __future__ import annotations

import subprocess
import sys

from benchmarks import budgets
from tests.unit.benchmarks.test_figures import KEYS

OF_THE_SHORT_FORM = {"state_bytes.after_100"}
"""Figures whose name tells the size."""


def test_a_budget_is_of_a_figure_that_is_measured_and_never_of_time() -> None:
    names = budgets.budgets().keys()

    assert names <= KEYS | OF_THE_SHORT_FORM
    assert not [name for name in names if name.endswith("ms") or "per_s" in name]


def test_a_figure_over_its_budget_is_told_and_one_at_it_is_not() -> None:
    most = budgets.budgets()
    found = {name: value for name, value in most.items() if name.startswith("pages.")}

    assert budgets.passed(found, "pages") == []
    found["pages.board.statements"] += 1
    assert budgets.passed(found, "pages") == [
        f"pages.board.statements is {most['pages.board.statements'] + 1:g},"
        f" over its budget of {most['pages.board.statements']:g}"
    ]


def test_a_figure_that_was_not_measured_is_told() -> None:
    assert budgets.passed({}, "parallel20") == ["parallel20.failed was not measured, and has a budget of 0"]


def test_only_the_short_form_is_judged() -> None:
    said = subprocess.run([sys.executable, "-m", "benchmarks", "--check"], capture_output=True, text=True, check=False)

    assert said.returncode == 2
    assert "--short" in said.stderr
