"""What is shipped is of no sector: only the demo, the guide's own words, and the history of the tables name one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NAMES = re.compile(r"\b(Gobierno|SDG|IDPAC|DADEP)\b|[Ee]spacio público|[Gg]rupos étnicos")
SHIPPED = ("engine", "workflows", "notifications", "web", "bpmn")
WRITTEN = {".py", ".html", ".txt", ".form", ".bpmn", ".dmn", ".yaml", ".typ", ".js", ".css", ".md", ".json"}
ALLOWED = (
    "workflows/loading/demo/",
    "web/demo/",
    "workflows/guide.yaml",  # quotes the guide
    "web/migrations/versions/0012_",  # what a released migration did
)


@pytest.mark.parametrize("room", SHIPPED)
def test_diagrams_forms_templates_and_code_name_no_sector(room: str) -> None:
    files = [
        path
        for path in (ROOT / room).rglob("*")
        if path.suffix in WRITTEN and not {"node_modules", "__pycache__", "dist"} & set(path.parts)
    ]

    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in files
        if not str(path.relative_to(ROOT)).startswith(ALLOWED)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if NAMES.search(line)
    ]

    assert files
    assert found == []
