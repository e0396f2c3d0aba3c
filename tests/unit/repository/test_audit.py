"""`python3 dev.py audit` calls clean only what was asked about."""

from __future__ import annotations

from typing import Any

import pytest

import dev

CLEAN: dict[str, Any] = {"name": "flask", "version": "3.1.2", "vulns": []}
WEAK: dict[str, Any] = {
    "name": "lxml",
    "version": "5.0",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["5.1"]}, {"id": "PYSEC-2", "fix_versions": []}],
}
UNASKED: dict[str, Any] = {"name": "waitress", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("asked", "code", "told"),
    [
        ([CLEAN], 0, "No known weakness in 1 packages."),
        ([CLEAN, WEAK], 1, "lxml 5.0: PYSEC-1, mended in 5.1\nlxml 5.0: PYSEC-2, mended in no release yet"),
        ([CLEAN, UNASKED], 2, "NOT AUDITED: nothing could be asked about 1 of 2 packages."),
        ([WEAK, UNASKED], 2, "PYSEC-1"),
        ([], 2, "NOT AUDITED: nothing could be asked about any package."),
    ],
)
def test_what_was_not_asked_about_is_never_clean(asked: list[dict[str, Any]], code: int, told: str) -> None:
    found = dev.judged(asked)

    assert found[0] == code
    assert told in found[1]
