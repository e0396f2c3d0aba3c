"""Decisions are cited by their numbers."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

DECISIONS = Path(__file__).parents[3] / "docs" / "decisions"


def test_a_number_is_that_of_one_decision() -> None:
    numbers = Counter(path.name.partition("-")[0] for path in DECISIONS.glob("[0-9]*.md"))

    assert [number for number, count in numbers.items() if count > 1] == []
    assert sorted(numbers) == [f"{one:04}" for one in range(1, len(numbers) + 1)]
