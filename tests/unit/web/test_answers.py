from __future__ import annotations

from pathlib import Path

import pytest
from werkzeug.http import parse_options_header
from werkzeug.wrappers import Response

from web.answers import named

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("acta.pdf", "acta.pdf"),
        ("Acta – junio 2026.pdf", "Acta _ junio 2026.pdf"),
        ("Informe “final”.pdf", "Informe _final_.pdf"),
        ("Plan d’action.pdf", "Plan d_action.pdf"),
        ("Meta 5 € ≥ 80%.pdf", "Meta 5 _ _ 80%.pdf"),
        ("informe 😀.pdf", "informe _.pdf"),
        ("reunión ñandú.pdf", "reunion nandu.pdf"),
        ("漢字.pdf", "__.pdf"),
    ],
)
def test_a_file_is_called_by_its_whole_name_and_by_one_in_ascii(name: str, plain: str) -> None:
    answer = named(Response(b""), name)

    header = answer.headers["Content-Disposition"]
    assert header.encode("ascii").decode().startswith(f'attachment; filename="{plain}"')
    assert parse_options_header(header)[1]["filename"] == name


@pytest.mark.parametrize(
    "name", ['a";x="b.pdf', "a\r\nSet-Cookie: x=1.pdf", "a\\b.pdf", "../../etc/passwd", "", "a\x00.pdf"]
)
def test_no_name_adds_to_the_header(name: str) -> None:
    answer = named(Response(b""), name, attached=False)

    header = answer.headers["Content-Disposition"]
    assert header.startswith('inline; filename="') and header.count('"') == 2
    assert not set("\r\n\\\0/") & set(header)


def test_one_place_writes_the_header() -> None:
    sources = [path for path in (ROOT / "web").rglob("*.py") if "node_modules" not in path.parts]

    writing = [
        path.name for path in sources if "Content-Disposition" in path.read_text() or "send_file" in path.read_text()
    ]

    assert writing == ["answers.py"]
