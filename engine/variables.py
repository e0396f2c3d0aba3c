"""Process variables: what may be one, how they are kept inside a case, and how a diagram's texts read them.

Inside a case a list is a tuple, because SpiffWorkflow merges lists item by item instead of replacing them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

from engine import limits
from engine.errors import InvalidVariables
from engine.expressions import compile_expression

MAX_BYTES = 64 * 1024
"""Of all the variables that one point of a case sees."""
_PART = re.compile(r"\$\{[^{}]*\}")


def checked(variables: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of `variables` as they are kept in a case. Raises `InvalidVariables`, naming the first wrong one."""
    return {_name(name): _kept(name, value) for name, value in variables.items()}


def check_size(data: Mapping[str, Any]) -> None:
    """Raise `InvalidVariables` if a point of a case would carry more than 64 KiB."""
    if len(orjson.dumps(data)) > MAX_BYTES:
        raise InvalidVariables("Las variables del proceso ocupan más de 64 KiB. Guarde los datos largos en registros.")


def plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """The variables as everybody outside a case sees them: JSON values."""
    return {name: list(value) if type(value) is tuple else value for name, value in data.items()}


def kept(data: Mapping[str, Any]) -> dict[str, Any]:
    """The variables as a case keeps them; the other direction of `plain`."""
    return {name: tuple(value) if type(value) is list else value for name, value in data.items()}


def value_of(expression: str, data: Mapping[str, Any]) -> Any:
    """The JSON value of an expression for the variables of a case."""
    return _json(compile_expression(expression).evaluate(plain(data)))


def holds(expression: str, data: Mapping[str, Any]) -> bool:
    """Whether a condition holds for the variables of a case."""
    return compile_expression(expression).holds(plain(data))


def fill(text: str, data: Mapping[str, Any]) -> str | None:
    """`text` with each `${…}` replaced by its value; None if one of them has none."""
    parts = [(part, value_of(part, data)) for part in _PART.findall(text)]
    if any(value is None or value == "" for _, value in parts):
        return None
    for part, value in parts:
        text = text.replace(part, str(value))
    return text


def _name(name: Any) -> str:
    if not isinstance(name, str) or not name.isidentifier() or len(name) > limits.ID:
        raise InvalidVariables(f"«{name}» no sirve como nombre de variable: use letras, números y guion bajo.")
    return name


def _kept(name: str, value: Any) -> Any:
    if isinstance(value, list | tuple):
        return tuple(_scalar(name, item) for item in value)
    return _scalar(name, value)


def _scalar(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _writable(name, value)
    if isinstance(value, int) and abs(value) < 2**63:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise InvalidVariables(f"La variable «{name}» debe ser un texto, un número, sí o no, o una lista de ellos.")


def _writable(name: str, text: str) -> str:
    if not limits.is_kept(text):
        raise InvalidVariables(f"La variable «{name}» trae una letra que no se puede guardar. Escríbala de nuevo.")
    return text


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return [_json(item) for item in value] if isinstance(value, list | tuple) else value
