"""The source code as data: its files, and which file names which, wherever in the file it does."""

from __future__ import annotations

import ast
import functools
import graphlib
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("engine", "workflows", "notifications", "web", "bpmn")

Graph = Mapping[str, frozenset[str]]
"""Who names whom."""


@functools.cache
def trees(root: Path = ROOT, packages: tuple[str, ...] = PACKAGES) -> Mapping[str, ast.Module]:
    """Every module of `packages` by its dotted name."""
    files = (path for package in packages for path in (root / package).rglob("*.py"))
    return {_name(path.relative_to(root)): ast.parse(path.read_text(encoding="utf-8")) for path in sorted(files)}


def imports(modules: Mapping[str, ast.Module]) -> Graph:
    """Which of `modules` each one names: at its top, for types only, or inside a function."""
    return {name: frozenset(_named(tree, modules) - {name}) for name, tree in modules.items()}


def between(graph: Graph, room_of: Mapping[str, str]) -> Graph:
    """The same graph, a room a node."""
    rooms: dict[str, set[str]] = {room: set() for room in room_of.values()}
    for name, named in graph.items():
        rooms[room_of[name]] |= {room_of[other] for other in named} - {room_of[name]}
    return {room: frozenset(known) for room, known in rooms.items()}


def circle(graph: Graph) -> list[str]:
    """A way that comes back to where it began, each naming the next; empty if there is none."""
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as found:
        return list(reversed(found.args[1]))
    return []


def _name(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def _named(tree: ast.Module, modules: Mapping[str, ast.Module]) -> set[str]:
    return {name for node in ast.walk(tree) for name in _targets(node, modules)}


def _targets(node: ast.AST, modules: Mapping[str, ast.Module]) -> Iterator[str]:
    """What one import names; of `from a import b` the module `a.b` where there is one, else `a`."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names if alias.name in modules)
    elif isinstance(node, ast.ImportFrom) and node.module is not None:
        assert node.level == 0, "imports are absolute here"
        for alias in node.names:
            inner = f"{node.module}.{alias.name}"
            if inner in modules or node.module in modules:
                yield inner if inner in modules else node.module
