"""What the page on security names is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_every_file_that_it_names_is_there() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")

    named = re.findall(r"`((?:tests|web|docs|requirements)/[^`\s]*)`", text)

    assert len(named) > 30
    assert [path for path in named if not (ROOT / path).exists()] == []
