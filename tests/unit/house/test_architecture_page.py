"""docs/architecture.md names what there is, in lines one can read."""

from __future__ import annotations

import ast
import re

from tests.support.source import ROOT, trees

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
NAMED = re.compile(r"(?<![/.\w])((?:engine|workflows|notifications|web)(?:\.[a-z_]+)+(?:\.[A-Za-z_]+)?)")


def test_every_module_that_the_page_names_exists() -> None:
    known = {name: _defined(tree) for name, tree in trees().items()}

    named = sorted(set(NAMED.findall(PAGE)))

    assert len(named) > 40
    assert [name for name in named if not _is_known(name, known)] == []


def test_every_room_stands_on_the_page() -> None:
    rooms = {".".join(name.split(".")[:2]) for name in trees() if name.startswith("workflows.")}

    words = set(re.findall(r"[a-z_]+", PAGE))

    assert {room for room in rooms if room.split(".")[1] not in words} == set()


def test_its_lines_can_be_read() -> None:
    assert [line for line in PAGE.splitlines() if len(line) > 125] == []


def _is_known(name: str, known: dict[str, set[str]]) -> bool:
    above, _, last = name.rpartition(".")
    return name in known or last in known.get(above, ())


def _defined(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
        elif isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
    return names
