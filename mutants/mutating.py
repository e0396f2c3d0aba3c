"""Every small fault that can be put into a module, by name."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

ROOT = Path(__file__).parent.parent

COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip
CALCULATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
NAMED = {"min": "max", "max": "min", "any": "all", "all": "any"}
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
LONGEST_NAME = 110


@dataclass(frozen=True)
class Mutant:
    """A fault: where it is, what it does, and the module with it.

    `function` is the outermost function or method that holds it, by its dotted name; empty where it takes effect while
    the module is imported (constants, default arguments, class bodies). `lines` are those of its statement up to it.
    """

    module: str
    name: str
    lines: range
    function: str
    tree: ast.Module
    old: ast.AST
    new: ast.AST

    def code(self) -> CodeType:
        """The module with the fault in it, compiled."""
        tree = ast.fix_missing_locations(_replaced(self.tree, self.old, self.new))
        return compile(tree, path_of(self.module), "exec")  # type: ignore[arg-type]


@dataclass(frozen=True)
class _Place:
    """A node with what is around it: its parents, outermost first, and where in the last one it stands."""

    node: ast.AST
    parents: tuple[ast.AST, ...]
    scopes: tuple[str, ...]
    function: tuple[str, ...]


def path_of(module: str) -> Path:
    """The file of a module."""
    return ROOT / (module.replace(".", "/") + ".py")


def mutants_of(module: str) -> list[Mutant]:
    """The mutants of a module, in the order of its text; the same text gives the same names."""
    tree = ast.parse(path_of(module).read_text())
    seen: Counter[str] = Counter()
    found = []
    for place in _places(tree, (), (), ()):
        for new in _faults(place):
            name = _name(module, place, new)
            seen[name] += 1
            numbered = name if seen[name] == 1 else f"{name} ({seen[name]})"
            found.append(Mutant(module, numbered, _lines(place), ".".join(place.function), tree, place.node, new))
    return found


def _lines(place: _Place) -> range:
    around = (*place.parents, place.node)
    statement = next(node for node in reversed(around) if isinstance(node, ast.stmt | ast.Module))
    if isinstance(statement, ast.Module):
        return range(1, 2)
    last = statement.end_lineno
    if hasattr(statement, "body"):  # only its head
        last = getattr(place.node, "end_lineno", None) or statement.lineno
    return range(statement.lineno, (last or statement.lineno) + 1)


def _places(
    node: ast.AST, parents: tuple[ast.AST, ...], scopes: tuple[str, ...], function: tuple[str, ...]
) -> Iterator[_Place]:
    yield _Place(node, parents, scopes, function)
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "type_params"):
            continue
        inside, inside_function = scopes, function
        if isinstance(node, SCOPES) and field in ("body", "args"):
            inside = (*scopes, node.name)
            if field == "body" and not function and isinstance(node, ast.FunctionDef):
                inside_function = inside
        children = value if isinstance(value, list) else [value]
        for child in children:
            if isinstance(child, ast.AST) and not _is_prose(child, node, parents):
                yield from _places(child, (*parents, node), inside, inside_function)


def _is_prose(node: ast.AST, parent: ast.AST, above: tuple[ast.AST, ...]) -> bool:
    """A docstring, the text under a constant, a list of names for the language, or a type in quotes."""
    if isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and parent.func.id == "cast":
        return node is parent.args[0]
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return True
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("__slots__", "__all__")


def _faults(place: _Place) -> Iterator[ast.AST]:
    node = place.node
    if isinstance(node, ast.Compare):
        for position, operator in enumerate(node.ops):
            for other in COMPARED[type(operator)]:
                yield _with(node, ops=[*node.ops[:position], other(), *node.ops[position + 1 :]])
    elif isinstance(node, ast.BoolOp):
        yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    elif isinstance(node, ast.BinOp | ast.AugAssign):
        if type(node.op) in CALCULATED:
            yield _with(node, op=CALCULATED[type(node.op)]())
    elif isinstance(node, ast.UnaryOp):
        yield node.operand
    elif isinstance(node, ast.Constant):
        yield from _other_constants(node)
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in NAMED:
            yield _with(node, func=ast.Name(NAMED[node.func.id], ast.Load()))
    else:
        yield from _other_statements(node)


def _other_constants(node: ast.Constant) -> Iterator[ast.AST]:
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        yield ast.Constant(value + 1)
    elif isinstance(value, str):
        yield ast.Constant(value + "XX")


def _other_statements(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield ast.Return(ast.Constant(None))
    elif isinstance(node, ast.If | ast.IfExp | ast.While) and _is_plain(node.test):
        yield _with(node, test=ast.UnaryOp(ast.Not(), node.test))
    elif isinstance(node, ast.comprehension):
        for position in range(len(node.ifs)):
            yield _with(node, ifs=[*node.ifs[:position], *node.ifs[position + 1 :]])
    elif isinstance(node, ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        yield ast.Pass()
    elif isinstance(node, ast.Continue):
        yield ast.Break()
    elif isinstance(node, ast.Break):
        yield ast.Continue()


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_plain(test: ast.AST) -> bool:
    """A condition that no other fault turns round."""
    return not isinstance(test, ast.Compare | ast.BoolOp | ast.UnaryOp)


def _with(node: ast.AST, **fields: Any) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _replaced(tree: ast.AST, old: ast.AST, new: ast.AST) -> ast.AST:
    """The tree with one node in the place of another; what is on no way to it is shared."""

    def rebuilt(node: ast.AST) -> ast.AST:
        if node is old:
            return ast.copy_location(new, old) if hasattr(old, "lineno") else new
        changes: dict[str, Any] = {}
        for field, value in ast.iter_fields(node):
            if isinstance(value, list):
                items = [rebuilt(item) if isinstance(item, ast.AST) else item for item in value]
                if any(a is not b for a, b in zip(items, value, strict=True)):
                    changes[field] = items
            elif isinstance(value, ast.AST) and (item := rebuilt(value)) is not value:
                changes[field] = item
        return _with(node, **changes) if changes else node

    return rebuilt(tree)


def _name(module: str, place: _Place, new: ast.AST) -> str:
    """`workflows.indicators.formulas.progress: whole > 0 → whole >= 0`."""
    scope = ".".join((module, *place.scopes))
    old, shown = place.node, new
    if isinstance(old, ast.Constant) and not isinstance(old.value, str) and place.parents:
        parent = place.parents[-1]
        if isinstance(parent, ast.expr | ast.keyword | ast.Assign | ast.Return):  # «1 → 2» alone says nothing
            old, shown = parent, _replaced(parent, place.node, new)
    return f"{scope}: {_text(old)} → {_text(shown)}"


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.comprehension):
        conditions = " ".join(f"if {ast.unparse(condition)}" for condition in node.ifs)
        return f"for {ast.unparse(node.target)} {conditions}".strip()
    if isinstance(node, ast.If | ast.While):
        return f"if {ast.unparse(node.test)}"
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…"
