"""What an expression compares with what, for who checks it before it runs."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from lark import Lark, Token, Tree, UnexpectedInput

from engine.errors import InvalidExpression
from engine.expressions import values
from engine.expressions.compiling import MAX_LENGTH, unquoted, unwrapped

Literal = str | float | int | bool | None
_CONSTANTS: dict[str, Literal] = {"yes": True, "no": False, "nothing": None}
_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A variable beside a fixed value. `sign` is `==`, `!=`, `<`, `<=`, `>`, `>=`, or `in` (the value in the variable).

    `text` is the value as it is written, quotes and all.
    """

    name: str
    sign: str
    value: Literal
    text: str


def comparisons(expression: str) -> list[Comparison]:
    """Every comparison of a plain variable with a fixed value; none of an expression that is not understood.

    What a quantifier asks of an item is one with its list.
    """
    if len(expression) > MAX_LENGTH:
        return []
    return list(_comparisons(expression))


@functools.lru_cache(4096)
def _comparisons(expression: str) -> tuple[Comparison, ...]:
    tree = tree_of(expression)
    if tree is None:
        return ()
    found = (comparison for node in tree.iter_subtrees() for comparison in _of(node))
    lists = loops(tree)
    return tuple(_of_item(one, lists[one.name]) if one.name in lists else one for one in found)


def loops(tree: Tree[Token]) -> dict[str, str]:
    """The list that each quantifier looks through, by what it calls an item; empty of one that is no variable."""
    quantifiers = (node for node in tree.iter_subtrees() if node.data in ("some", "every"))
    return {str(node.children[0]): name_of(node.children[1]) for node in quantifiers}


def _of_item(comparison: Comparison, collection: str) -> Comparison:
    """That an item is a value asks of the list whether it has it; that it is less than one asks nothing of the list."""
    sign = "in" if comparison.sign in ("==", "!=", "in") else comparison.sign
    return Comparison(collection, sign, comparison.value, comparison.text)


def only_compares(expression: str, name: str) -> bool:
    """Whether all that is done with a variable is to compare it with fixed values: nothing is reckoned with it."""
    tree = tree_of(expression)
    if tree is None:
        return False
    read = [node for node in tree.find_data("name") if str(node.children[0]) == name]
    compared = [node for node in tree.iter_subtrees() if any(one.name == name for one in _of(node))]
    return len(read) == len(compared)


def tree_of(expression: str) -> Tree[Token] | None:
    """An expression as it is read; None of one that is not understood."""
    try:
        inner, _offset = unwrapped(expression)
        return _parser().parse(inner)
    except (UnexpectedInput, InvalidExpression):
        return None


def mirrored(sign: str) -> str:
    """The sign that says the same with both sides changed."""
    return _MIRRORED.get(sign, sign)


def name_of(node: object) -> str:
    """The variable that a node is; empty of anything else."""
    return str(node.children[0]) if isinstance(node, Tree) and node.data == "name" and len(node.children) == 1 else ""


def literal_of(node: object) -> tuple[Literal, str] | None:
    """The fixed value that a node is, with how it is written (a negative number too); None of anything else."""
    if isinstance(node, Tree) and node.data == "negative":
        value = literal_of(node.children[0])
        is_number = value is not None and isinstance(value[0], int | float) and not isinstance(value[0], bool)
        return (-value[0], f"-{value[1]}") if value is not None and is_number else None  # type: ignore[operator]
    return _value(node) if _is_literal(node) else None


def _of(node: Tree[Token]) -> Iterator[Comparison]:
    if node.data == "comparison":
        left, sign, right = node.children
        yield from _pair(left, values.sign(str(sign)), right)
    elif node.data == "between":
        item, least, most = node.children
        yield from _pair(item, ">=", least)
        yield from _pair(item, "<=", most)
    elif node.data in ("member", "stranger"):
        item, collection = node.children
        yield from _within(item, collection)


def _pair(left: object, sign: str, right: object) -> Iterator[Comparison]:
    if name_of(left) and _is_literal(right):
        yield Comparison(name_of(left), sign, *_value(right))
    elif name_of(right) and _is_literal(left):
        yield Comparison(name_of(right), mirrored(sign), *_value(left))


def _within(item: object, collection: object) -> Iterator[Comparison]:
    if _is_literal(item) and name_of(collection):
        yield Comparison(name_of(collection), "in", *_value(item))
    elif name_of(item) and isinstance(collection, Tree) and collection.data == "sequence":
        for literal in collection.iter_subtrees():
            if _is_literal(literal):
                yield Comparison(name_of(item), "==", *_value(literal))


def _is_literal(node: object) -> bool:
    return isinstance(node, Tree) and node.data in ("number", "string", *_CONSTANTS)


def _value(node: object) -> tuple[Literal, str]:
    if not isinstance(node, Tree):
        return None, ""
    if node.data in _CONSTANTS:
        return _CONSTANTS[str(node.data)], {"yes": "true", "no": "false", "nothing": "null"}[str(node.data)]
    written = str(node.children[0])
    if node.data == "string":
        return unquoted(written), written
    return (float(written) if "." in written else int(written)), written


@functools.cache
def _parser() -> Lark:
    return Lark.open("grammar.lark", rel_to=__file__, parser="lalr")
