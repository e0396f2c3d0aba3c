"""What the page on security names is there, and it leaves out no chapter of the standard."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
SHORTEST = 200
"""Fewer rows and a table was lost."""


def _page() -> str:
    return (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


@cache
def _source(path: str) -> str:
    return (ROOT / "tests" / path).read_text(encoding="utf-8")


def test_every_file_that_it_names_is_there() -> None:
    named = re.findall(r"`((?:web|docs|requirements|workflows|notifications)/[^`\s]*)`", _page())

    assert len(named) > 20
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_test_that_it_names_is_there() -> None:
    named = re.findall(r"`((?:unit|integration|e2e|browser|support)/[^`:\s]*)(?:::(\w+))?`", _page())

    assert len(named) > 150
    missing = [path for path, _ in named if not (ROOT / "tests" / path).exists()]
    lost = [f"{path}::{name}" for path, name in named if name and f"def {name}(" not in _source(path)]
    assert (missing, lost) == ([], [])


def test_every_test_that_it_names_runs_each_time() -> None:
    named = re.findall(r"`((?:unit|integration|e2e|browser|support)/[^`:\s]*\.py)(?:::(\w+))?`", _page())

    long = [path for path, _ in named if re.search(r"^pytestmark.*(?:slow|skip)", _source(path), re.MULTILINE)]
    marked = r"@pytest\.mark\.(?:slow|skip|xfail)\b[^@]*?\ndef {}\("
    long += [f"{path}::{name}" for path, name in named if name and re.search(marked.format(name), _source(path))]
    assert long == []


def test_every_requirement_is_held_or_says_why_not() -> None:
    rows = [line.strip("|").split("|") for line in _page().splitlines() if re.match(r"\| \d+\.\d+\.\d+", line)]

    numbers = [row[0].strip() for row in rows]
    assert len(numbers) == len(set(numbers)) > SHORTEST
    assert {int(number.split(".")[0]) for number in numbers} == set(range(1, 18))
    assert [row[0] for row in rows if len(row) != 4 or not row[3].strip() or not row[2].strip()] == []
    assert {level.strip() for row in rows for level in row[1].split(",")} == {"1", "2"}
