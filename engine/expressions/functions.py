"""The fixed table of functions, in Spanish, and FEEL's names for the same."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.expressions.values import LONGEST_LIST, contains, holds, is_empty, number, plain


@dataclass(frozen=True, slots=True)
class Function:
    """A function: how many arguments it takes, and what it does. It never raises."""

    run: Callable[..., Any]
    least: int
    most: int


def _items(arguments: tuple[Any, ...]) -> list[Any]:
    """The items of the one list given, or the arguments themselves: `max(lista)`, `max(a, b)`."""
    items = arguments[0] if len(arguments) == 1 and isinstance(arguments[0], list) else list(arguments)
    return items if len(items) <= LONGEST_LIST else []


def _numbers(arguments: tuple[Any, ...]) -> list[Decimal]:
    """The numbers among the items; one that is no number makes it empty, as FEEL makes it null."""
    found: list[Decimal] = []
    for item in _items(arguments):
        exact = number(item)
        if exact is None:
            return []
        found.append(exact)
    return found


def _count(value: Any) -> int | None:
    return len(value) if isinstance(value, list | str | Mapping) else None


def _sum(*arguments: Any) -> Any:
    numbers = _numbers(arguments)
    return plain(sum(numbers, Decimal(0))) if numbers else (0 if arguments == ([],) else None)


def _mean(*arguments: Any) -> Any:
    numbers = _numbers(arguments)
    return plain(sum(numbers, Decimal(0)) / len(numbers)) if numbers else None


def _least(*arguments: Any) -> Any:
    return _extreme(min, arguments)


def _greatest(*arguments: Any) -> Any:
    return _extreme(max, arguments)


def _extreme(choose: Callable[[list[Any]], Any], arguments: tuple[Any, ...]) -> Any:
    items = _items(arguments)
    if items and all(isinstance(item, str) for item in items):
        return choose(items)
    numbers = _numbers(arguments)
    return plain(choose(numbers)) if numbers else None


def _contains(whole: Any, part: Any) -> bool:
    if isinstance(whole, str):
        return isinstance(part, str) and part in whole
    return contains(whole, part)


def _starts(whole: Any, part: Any) -> bool:
    return isinstance(whole, str) and isinstance(part, str) and whole.startswith(part)


def _any(*arguments: Any) -> bool:
    return any(holds(item) for item in _items(arguments))


def _all(*arguments: Any) -> bool:
    return all(holds(item) for item in _items(arguments))


def _round(value: Any, places: Any = 0) -> Any:
    exact = number(value)
    if exact is None or isinstance(places, bool) or places not in range(10):
        return None
    return plain(round(exact, int(places)))  # 2.0 is in the range too


def _absolute(value: Any) -> Any:
    exact = number(value)
    return None if exact is None else plain(abs(exact))


_MANY = 20
FUNCTIONS: Mapping[str, Function] = {
    "cuenta": Function(_count, 1, 1),
    "suma": Function(_sum, 1, _MANY),
    "promedio": Function(_mean, 1, _MANY),
    "minimo": Function(_least, 1, _MANY),
    "maximo": Function(_greatest, 1, _MANY),
    "contiene": Function(_contains, 2, 2),
    "empieza": Function(_starts, 2, 2),
    "vacio": Function(is_empty, 1, 1),
    "alguno": Function(_any, 1, _MANY),
    "todos": Function(_all, 1, _MANY),
    "redondear": Function(_round, 1, 2),
    "absoluto": Function(_absolute, 1, 1),
}
"""What may be called, by its Spanish name (accents are optional)."""

ENGLISH: Mapping[str, str] = {
    "count": "cuenta",
    "sum": "suma",
    "mean": "promedio",
    "min": "minimo",
    "max": "maximo",
    "contains": "contiene",
    "any": "alguno",
    "all": "todos",
    "round": "redondear",
    "abs": "absoluto",
}
"""FEEL's names."""


def find(name: str) -> Function | None:
    """The function of that name, in either language, with or without accents."""
    return FUNCTIONS.get(spanish(name))


def spanish(name: str) -> str:
    """The name in the table for one in either language, with or without accents."""
    plain_name = "".join(c for c in unicodedata.normalize("NFD", name.lower()) if not unicodedata.combining(c))
    return ENGLISH.get(plain_name, plain_name)
