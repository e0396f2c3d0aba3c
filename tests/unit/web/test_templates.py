"""What holds for the markup of every page, before any script has come."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).parents[3] / "web" / "templates"
SCROLLS = [
    (template.relative_to(TEMPLATES).as_posix(), tag)
    for template in sorted(TEMPLATES.rglob("*.html"))
    for tag in re.findall(r'<\w+[^>]*\bclass="scroll"[^>]*>', template.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("template", "tag"), SCROLLS)
def test_what_scrolls_sideways_is_reached_by_keyboard_and_has_a_name(template: str, tag: str) -> None:
    assert 'tabindex="0"' in tag and 'role="region"' in tag and 'aria-label="' in tag, f"{template}: {tag}"


def test_no_form_stands_in_a_paragraph_which_would_end_before_it() -> None:
    # What a paragraph lays out (buttons in a row, with air between them) would then stand outside of it.
    found = [
        template.relative_to(TEMPLATES).as_posix()
        for template in sorted(TEMPLATES.rglob("*.html"))
        for paragraph in re.findall(r"<p\b[^>]*>.*?(?=</p>)", template.read_text(encoding="utf-8"), re.DOTALL)
        if "<form" in paragraph
    ]

    assert found == []
