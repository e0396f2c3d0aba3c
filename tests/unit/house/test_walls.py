"""No file and no room needs one that needs it, for types neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.source import Graph, between, circle, imports, trees

ONE_ROOM = {f"engine.{part}": "engine.cases" for part in ("incidents", "instances", "tasks", "timers")}
"""What a case consists of may know each other (setup.cfg says it to import-linter too), without a circle of files."""


@pytest.fixture(scope="module")
def graph() -> Graph:
    return imports(trees())


def test_no_file_needs_one_that_needs_it(graph: Graph) -> None:
    assert len(graph) > 500

    assert circle(graph) == []


def test_no_room_needs_one_that_needs_it(graph: Graph) -> None:
    rooms = between(graph, {name: _room(name) for name in graph})

    assert {"engine.cases", "workflows.handlers.month", "web.auth", "notifications.digest"} <= rooms.keys()
    assert circle(rooms) == []


def test_an_import_for_types_or_inside_a_function_counts(tmp_path: Path) -> None:
    package = tmp_path / "shop"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "till.py").write_text("from shop import stock\n")
    (package / "stock.py").write_text("if TYPE_CHECKING:\n    from shop.prices import Price\n")
    (package / "prices.py").write_text("def price():\n    import shop.till\n")

    found = imports(trees(tmp_path, ("shop",)))

    assert set(circle(found)) == {"shop.till", "shop.stock", "shop.prices"}
    assert circle({**found, "shop.prices": frozenset()}) == []


def _room(name: str) -> str:
    parts = name.split(".")
    depth = 3 if name.startswith("workflows.handlers.") else 2
    room = ".".join(parts[:depth])
    return ONE_ROOM.get(room, room)
