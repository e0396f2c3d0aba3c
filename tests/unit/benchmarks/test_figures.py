"""The benchmarks measure what they promise, at any size."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from benchmarks.harness import SMALL, Place, Sizes
from benchmarks.pages import BOARDS
from benchmarks.report import BOUNDS, MEASURES, figures, flat, table
from tests.support import postgresql

PAGES = (
    "inbox", "task", "board", "plan", "plan_open", "lifecycle", "case", "indicator", "portal", "send", "sent",
)  # fmt: skip
KEYS = {
    "completion.per_s.2", "completion.per_s.4", "completion.per_s.6", "completion.growth", "completion.statements",
    "completion.bare_per_s", "completion.ratio_to_bare", "http.linear3_ms", "start_ms", "inbox.ms.20", "inbox.ms.60",
    "inbox.growth", "sweep.ms_20_waiting", "state_bytes.after_6", "parallel20.max_ms", "parallel20.failed",
    "completion.cpu_ratio", "completion.round_trips",
    *(f"drawing.{name}" for name in ("lint_ms", "lint_growth", "compare_ms", "compare_to_lint")),
    *(f"parallel300.{name}" for name in ("ratio", "few_ms", "many_ms")),
    *(f"fire.{part}.{name}" for part in ("full", "offered1") for name in
      ("p95_ms", "lost", "failed", "people_per_s", "cpu_ms", "worst_ms")),
    *(f"fire.{part}.steps.{step}" for part in ("full", "offered1") for step in
      ("sign_in", "inbox", "task", "draft", "send", "sent")),
    *(f"pages.{page}.{what}" for page in PAGES for what in ("ms", "statements", "kb")),
    *(f"sectors.{page}_{how}.{what}" for page, _path in BOARDS for how in ("one", "all")
      for what in ("ms", "statements", "kb")),
}  # fmt: skip


@pytest.mark.slow  # every run of .ci/run measures the short sizes, and fails where a figure fails
def test_every_figure_is_measured_and_nothing_fails() -> None:
    found = figures(Place(), SMALL)

    measured = dict(flat(found))
    elsewhere = set() if postgresql.binaries() else {"completion.round_trips"}
    assert measured.keys() == KEYS - elsewhere
    nothing = {name for name in KEYS if name.endswith((".failed", ".lost"))}
    assert {name: measured[name] for name in nothing} == dict.fromkeys(nothing, 0)
    assert measured["completion.statements"] <= 15
    assert {name: value for name, value in measured.items() if name not in nothing and value <= 0} == {}
    assert all(name in table(found) for name in KEYS - elsewhere)


def test_the_published_sizes_are_the_ones_that_bounds_name() -> None:
    published = Sizes()
    sizes = {
        *(f"completion.per_s.{past}" for past in published.past),
        *(f"inbox.ms.{size}" for size in published.inbox),
        f"http.linear{published.linear}_ms",
        f"sweep.ms_{published.waiting}_waiting",
        f"state_bytes.after_{published.past[-1]}",
        f"parallel{published.people}.max_ms",
    }

    of_a_size = {name for name in BOUNDS if any(digit.isdigit() for digit in name) and not name.startswith("fire.")}
    assert of_a_size - {"parallel20.failed", "parallel300.ratio"} <= sizes


def test_an_unknown_measurement_is_refused_with_the_names_there_are() -> None:
    command = [sys.executable, "-m", "benchmarks", "--only", "nada"]

    said = subprocess.run(command, capture_output=True, text=True, check=False)

    assert said.returncode == 2
    assert all(name in said.stderr for name in MEASURES)


@pytest.mark.slow
def test_the_figures_are_reached() -> None:
    command = [sys.executable, "-m", "benchmarks", "--json"]

    said = subprocess.run(command, capture_output=True, text=True, check=True)

    found = json.loads(said.stdout)
    assert "✗" not in table(found), table(found)
