"""What the operators mean. Every one is defined for every value: nothing here raises.

Values are what JSON has: null, booleans, numbers, texts, lists and objects. What makes no sense (a text times
three, a division by zero, a number beyond 10¹⁸) is null, null is never smaller or greater than anything, and only
`true` holds.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

LARGEST = Decimal(10) ** 18
_LARGEST_INT = 10**18
LONGEST_TEXT = 10_000
LONGEST_LIST = 500
"""As many as a multi-instance may repeat."""
_DEEPEST = 4


def holds(value: Any) -> bool:
    """Whether a condition with this value is met."""
    return value is True


def is_empty(value: Any) -> bool:
    """Whether it is null, or a text, list or object with nothing in it."""
    return value is None or (isinstance(value, str | list | Mapping) and not value)


def number(value: Any) -> Decimal | None:
    """The exact number, or null for anything else (booleans are not numbers)."""
    kind = type(value)  # the exact type: True is an int to isinstance, and a long list asks this often
    if kind is int:
        return Decimal(value) if -_LARGEST_INT <= value <= _LARGEST_INT else None
    if kind is float:
        return Decimal(repr(value)) if -_LARGEST_INT <= value <= _LARGEST_INT else None  # no for NaN and infinity
    if kind is Decimal:
        return value if value.is_finite() and abs(value) <= LARGEST else None
    return None


def plain(exact: Decimal) -> int | float | None:
    """A result as JSON can keep it: whole numbers as int."""
    if not exact.is_finite() or abs(exact) > LARGEST:
        return None
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def look_up(variables: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    """The value at a dotted name: only ever into the data's own objects. A date is its ISO text."""
    value: Any = variables
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value.isoformat() if isinstance(value, dt.date) else value


def equal(left: Any, right: Any, depth: int = _DEEPEST) -> bool:
    """Whether two values are the same; values of different types never are, nor lists of more than 500."""
    if isinstance(left, bool) or isinstance(right, bool) or left is None or right is None:
        return left is right
    if isinstance(left, str):
        return bool(left == right)
    if isinstance(left, list) and isinstance(right, list):
        if depth == 0 or len(left) != len(right) or len(left) > LONGEST_LIST:
            return False
        return all(equal(a, b, depth - 1) for a, b in zip(left, right, strict=True))
    exact = number(left)
    return exact is not None and exact == number(right)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def ordering(left: Any, right: Any) -> bool:
        if isinstance(left, str) and isinstance(right, str):
            return compare(left, right)
        a, b = number(left), number(right)
        return a is not None and b is not None and compare(a, b)

    return ordering


COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
}
"""Texts are ordered as they are written, so that ISO dates and periods (`2018-06`) compare as moments."""

SIGNS: Mapping[str, str] = {
    "=": "==", "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=",
}  # fmt: skip
"""The signs of FEEL and JUEL for the same."""


def sign(written: str) -> str:
    """The sign of `COMPARISONS` for one as it is written: `eq` → `==`."""
    return SIGNS.get(written, written)


def contains(collection: Any, value: Any) -> bool:
    """Whether a list (of at most 500) has the value."""
    if not isinstance(collection, list) or len(collection) > LONGEST_LIST:
        return False
    exact = number(value)
    if exact is not None:  # read once, not for each item
        return any(number(item) == exact for item in collection)
    return any(equal(item, value) for item in collection)


def add(left: Any, right: Any) -> Any:
    """The sum of two numbers, or two texts one after the other."""
    if isinstance(left, str) and isinstance(right, str):
        return left + right if len(left) + len(right) <= LONGEST_TEXT else None
    return _arithmetic(operator.add, left, right)


def subtract(left: Any, right: Any) -> Any:
    """The difference of two numbers."""
    return _arithmetic(operator.sub, left, right)


def multiply(left: Any, right: Any) -> Any:
    """The product of two numbers."""
    return _arithmetic(operator.mul, left, right)


def divide(left: Any, right: Any) -> Any:
    """The quotient of two numbers; null when dividing by zero."""
    return _arithmetic(operator.truediv, left, right)


def remainder(left: Any, right: Any) -> Any:
    """What is left of a division, with the sign of what is divided; null when dividing by zero."""
    return _arithmetic(operator.mod, left, right)


def _arithmetic(operation: Callable[[Decimal, Decimal], Decimal], left: Any, right: Any) -> int | float | None:
    a, b = number(left), number(right)
    if a is None or b is None:
        return None
    try:
        return plain(operation(a, b))
    except (InvalidOperation, ZeroDivisionError):
        return None


ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": add, "-": subtract, "*": multiply, "/": divide, "div": divide, "%": remainder, "mod": remainder,
}  # fmt: skip
