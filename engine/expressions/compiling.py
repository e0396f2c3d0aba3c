"""Turns the text of an expression into something that can be evaluated any number of times."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken, v_args

from engine.errors import InvalidExpression
from engine.expressions import functions, values

MAX_LENGTH = 500
MAX_DEPTH = 30

Evaluation = Callable[[Mapping[str, Any]], Any]


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression.

    `names` are the variables it reads (the first part of dotted names).
    """

    text: str
    names: frozenset[str]
    _run: Evaluation

    def evaluate(self, variables: Mapping[str, Any]) -> Any:
        """Its value: null, boolean, number, text, list or object of `variables`. Never raises, changes nothing."""
        return self._run(variables)

    def holds(self, variables: Mapping[str, Any]) -> bool:
        """Whether its value is `true`; a missing variable makes a comparison with anything but null false."""
        return values.holds(self._run(variables))


def compile_expression(text: str) -> Expression:
    """Compile `${…}`, `= …` (FEEL) or a bare expression; compiled ones are kept.

    Raises `InvalidExpression` with `position` (from 1, in `text`) and `suggestion` (a known name, or empty).
    """
    if len(text) > MAX_LENGTH:
        raise _invalid(f"La expresión tiene más de {MAX_LENGTH} caracteres. Acórtela.", MAX_LENGTH + 1)
    return _compile(text)


@functools.lru_cache(4096)
def _compile(text: str) -> Expression:
    inner, offset = unwrapped(text)
    if not inner.strip():
        raise _invalid("La expresión está vacía. Escriba por ejemplo «${avance >= 50}».", 1)
    try:
        node = cast("_Node", _parser().parse(inner))
    except UnexpectedInput as exc:
        raise _misread(inner, exc, offset) from exc
    except _Refusal as exc:
        raise _invalid(exc.message, offset + exc.place, exc.suggestion) from exc
    return Expression(text, node.names, node.run)


def unwrapped(text: str) -> tuple[str, int]:
    """The expression without `${…}` or FEEL's `=`, and how many characters were before it."""
    stripped = text.strip()
    offset = len(text) - len(text.lstrip())
    if stripped.startswith(("${", "#{")):
        if not stripped.endswith("}"):
            raise _invalid("A la expresión le falta la llave que cierra: «}».", len(text))
        return stripped[2:-1], offset + 2
    if stripped.startswith("=") and not stripped.startswith("=="):
        return stripped[1:], offset + 1
    return stripped, offset


@functools.cache
def _parser() -> Lark:
    return Lark.open("grammar.lark", rel_to=__file__, parser="lalr", transformer=_Compiler())


class _Refusal(Exception):
    """Found while compiling: what is wrong, at which place of the inner text, and what was meant."""

    def __init__(self, message: str, place: int, suggestion: str = "") -> None:
        self.message, self.place, self.suggestion = message, place, suggestion


@dataclass(frozen=True, slots=True)
class _Node:
    run: Evaluation
    names: frozenset[str] = frozenset()
    depth: int = 1
    repeats: bool = False
    """Whether it looks at every item of a list: one such never stands in another, so that time stays linear."""


def _above(run: Evaluation, *below: _Node) -> _Node:
    """A node over others; refused when the nesting is deeper than evaluation may recurse."""
    depth = 1 + max((node.depth for node in below), default=0)
    if depth > MAX_DEPTH:
        raise _Refusal("La expresión anida demasiadas operaciones. Divídala.", 1)
    names = frozenset[str]().union(*(node.names for node in below))
    return _Node(run, names, depth, any(node.repeats for node in below))


@v_args(inline=True)
class _Compiler(Transformer[Token, _Node]):
    """Builds the evaluation while the parser reduces: no tree, no recursion."""

    def start(self, node: _Node) -> _Node:
        return node

    def choice(self, condition: _Node, then: _Node, otherwise: _Node) -> _Node:
        def run(data: Mapping[str, Any]) -> Any:
            return then.run(data) if values.holds(condition.run(data)) else otherwise.run(data)

        return _above(run, condition, then, otherwise)

    def some(self, variable: Token, collection: _Node, body: _Node) -> _Node:
        return _over_items(any, str(variable), collection, body)

    def every(self, variable: Token, collection: _Node, body: _Node) -> _Node:
        return _over_items(all, str(variable), collection, body)

    def any(self, *nodes: _Node) -> _Node:
        return _above(lambda data: any(values.holds(node.run(data)) for node in nodes), *nodes)

    def all(self, *nodes: _Node) -> _Node:
        return _above(lambda data: all(values.holds(node.run(data)) for node in nodes), *nodes)

    def denial(self, node: _Node) -> _Node:
        return _above(lambda data: not values.holds(node.run(data)), node)

    def comparison(self, left: _Node, sign: Token, right: _Node) -> _Node:
        compare = values.COMPARISONS[values.sign(str(sign))]
        return _above(lambda data: compare(left.run(data), right.run(data)), left, right)

    def member(self, item: _Node, collection: _Node) -> _Node:
        return _above(lambda data: values.contains(collection.run(data), item.run(data)), item, collection)

    def stranger(self, item: _Node, collection: _Node) -> _Node:
        return _above(lambda data: not values.contains(collection.run(data), item.run(data)), item, collection)

    def between(self, item: _Node, least: _Node, most: _Node) -> _Node:
        at_least, at_most = values.COMPARISONS[">="], values.COMPARISONS["<="]

        def run(data: Mapping[str, Any]) -> bool:
            value = item.run(data)
            return at_least(value, least.run(data)) and at_most(value, most.run(data))

        return _above(run, item, least, most)

    def sum(self, *parts: Any) -> _Node:
        return _operations(parts)

    def product(self, *parts: Any) -> _Node:
        return _operations(parts)

    def negative(self, node: _Node) -> _Node:
        return _above(lambda data: values.subtract(0, node.run(data)), node)

    def empty(self, node: _Node) -> _Node:
        return _above(lambda data: values.is_empty(node.run(data)), node)

    def number(self, token: Token) -> _Node:
        value = float(token) if "." in token else int(token)
        return _Node(lambda data: value)

    def string(self, token: Token) -> _Node:
        value = unquoted(str(token))
        return _Node(lambda data: value)

    def yes(self) -> _Node:
        return _Node(lambda data: True)

    def no(self) -> _Node:
        return _Node(lambda data: False)

    def nothing(self) -> _Node:
        return _Node(lambda data: None)

    def name(self, *tokens: Token) -> _Node:
        path = tuple(str(token) for token in tokens)
        return _Node(lambda data: values.look_up(data, path), frozenset({path[0]}))

    def list(self, *nodes: _Node) -> tuple[_Node, ...]:
        return nodes

    def sequence(self, items: tuple[_Node, ...] | None) -> _Node:
        nodes = items or ()
        return _above(lambda data: [node.run(data) for node in nodes], *nodes)

    def call(self, name: Token, items: tuple[_Node, ...] | None) -> _Node:
        nodes = items or ()
        function = _function(name, len(nodes))
        return _above(lambda data: function.run(*(node.run(data) for node in nodes)), *nodes)


def _over_items(decide: Callable[[Iterable[bool]], bool], variable: str, collection: _Node, body: _Node) -> _Node:
    """Whether some, or every, item of a list of at most 500 meets the body; of what is no list none does."""
    if collection.repeats or body.repeats:
        raise _Refusal("Un «some … satisfies» no va dentro de otro. Sepárelos.", 1)

    others = body.names - {variable}

    def run(data: Mapping[str, Any]) -> bool:
        items = collection.run(data)
        if not isinstance(items, list) or len(items) > values.LONGEST_LIST:
            return False
        around = {name: data[name] for name in others if name in data}
        return decide(values.holds(body.run({**around, variable: item})) for item in items)

    above = _above(run, collection, body)
    return _Node(run, collection.names | others, above.depth, repeats=True)


def _operations(parts: tuple[Any, ...]) -> _Node:
    """`a + b - c` from left to right, flat: long sums don't nest."""
    first, rest = parts[0], [(values.ARITHMETIC[str(sign)], node) for sign, node in zip(parts[1::2], parts[2::2])]  # noqa: B905

    def run(data: Mapping[str, Any]) -> Any:
        result = first.run(data)
        for operation, node in rest:
            result = operation(result, node.run(data))
        return result

    return _above(run, first, *(node for _operation, node in rest))


def _function(name: Token, count: int) -> functions.Function:
    function = functions.find(str(name))
    place = (name.start_pos or 0) + 1
    if function is None:
        near = difflib.get_close_matches(str(name).lower(), [*functions.FUNCTIONS, *functions.ENGLISH], 1)
        hint = f"¿Quiso decir «{near[0]}»?" if near else f"Las que hay son: {', '.join(functions.FUNCTIONS)}."
        raise _Refusal(f"No existe la función «{name}». {hint}", place, near[0] if near else "")
    if not function.least <= count <= function.most:
        raise _Refusal(f"La función «{name}» no recibe {count} valores. Revise lo que va entre paréntesis.", place)
    return function


def unquoted(text: str) -> str:
    """The text that a literal stands for."""
    inner = text[1:-1]
    return inner.replace('\\"', '"').replace("\\'", "'").replace("\\\\", "\\") if "\\" in inner else inner


def _misread(inner: str, exc: UnexpectedInput, offset: int) -> InvalidExpression:
    if isinstance(exc, UnexpectedToken) and exc.token.type == "$END":
        return _invalid("La expresión está incompleta: falta algo al final.", offset + len(inner) + 1)
    place = exc.pos_in_stream or 0
    found = inner[place] if isinstance(exc, UnexpectedCharacters) else str(getattr(exc, "token", inner[place]))
    position = offset + place + 1
    return _invalid(f"No se entiende «{found[:30]}» en la posición {position} de la expresión.", position)


def _invalid(message: str, position: int, suggestion: str = "") -> InvalidExpression:
    return InvalidExpression(message, position=position, suggestion=suggestion)
