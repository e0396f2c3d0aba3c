"""What does not fit the description of the API, part by part, in Spanish and in English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from web.errors import WrongPart

SPANISH: Mapping[str, str] = {
    "missing": "Falta.",
    "extra_forbidden": "Aquí no se espera nada con este nombre.",
    "string_type": "Se espera un texto.",
    "string_unicode": "Se espera un texto.",
    "string_too_short": "El texto tiene menos letras que las {min_length} que se esperan.",
    "string_too_long": "El texto tiene más letras que las {max_length} que se admiten.",
    "string_pattern_mismatch": "El texto no tiene la forma {pattern}.",
    "int_type": "Se espera un número entero.",
    "int_parsing": "Se espera un número entero.",
    "int_parsing_size": "El número es demasiado grande.",
    "int_from_float": "Se espera un número entero.",
    "bool_type": "Se espera true o false.",
    "bool_parsing": "Se espera true o false.",
    "list_type": "Se espera una lista.",
    "too_short": "La lista es más corta que lo que se espera: {min_length}.",
    "too_long": "La lista es más larga que lo que se admite: {max_length}.",
    "dict_type": "Se espera un objeto.",
    "model_type": "Se espera un objeto.",
    "model_attributes_type": "Se espera un objeto.",
    "enum": "Se espera uno de: {expected}.",
    "greater_than_equal": "Debe ser {ge} o más.",
    "less_than_equal": "Debe ser {le} o menos.",
}
"""By the library's kind of error; a test holds that none that the description can raise is missing."""
OTHERWISE = "No tiene la forma que dice la descripción de la API."


def parts(errors: Iterable[Mapping[str, Any]]) -> list[WrongPart]:
    """The errors of the library (`ValidationError.errors()`) as parts; English is its own."""
    return [WrongPart(".".join(map(str, one["loc"])), _spanish(one), one["msg"]) for one in errors]


def _spanish(error: Mapping[str, Any]) -> str:
    return SPANISH.get(error["type"], OTHERWISE).format(**error.get("ctx", {}))
