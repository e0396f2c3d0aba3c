"""Reading one value as its field asks: the type, then the rules. Every refusal is a Spanish sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from decimal import Decimal
from typing import Any

from workflows.documents.letters import received
from workflows.forms.fields import Field
from workflows.forms.notation import (
    DAY_WRONG,
    NUMBER_WRONG,
    bounded_number,
    decimals_of,
    format_day,
    format_number,
    parse_day,
    parse_moment,
    parse_number,
    parse_time,
)

MAX_FILES = 20
TRUE = {"true", "on", "1", "si", "sí"}
FALSE = {"", "false", "off", "0", "no"}

REQUIRED = {
    "number": "Escriba el número.",
    "datetime": "Escriba la fecha.",
    "checkbox": "Marque la casilla para continuar.",
    "radio": "Elija una opción.",
    "select": "Elija una opción.",
    "checklist": "Elija al menos una opción.",
    "filepicker": "Cargue al menos un archivo.",
    "dynamiclist": "Agregue al menos una fila.",
}


def blank(field: Field) -> Any:
    """What an empty field of this type holds."""
    if field.type == "checkbox":
        return False
    return [] if field.type in {"checklist", "filepicker", "dynamiclist"} else None


def is_blank(value: Any) -> bool:
    """Whether nothing was answered, raw or typed."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or value is False or value == []


def parse(field: Field, raw: Any, allowed: Container[Any]) -> Any:
    """Type a raw value. `allowed` are the choices, or the ids of files that may be attached.

    Raises `ValueError` with a sentence.
    """
    if field.type == "checkbox":
        return _boolean(raw)
    if field.type in {"checklist", "filepicker"}:
        return _several(field, raw, allowed)
    return None if is_blank(raw) else _single(field, raw, allowed)


def broken_rule(field: Field, value: Any) -> str | None:
    """The first rule of the field that a typed value breaks, as a sentence."""
    if is_blank(value):
        return REQUIRED.get(field.type, "Escriba la respuesta.") if field.rules.required else None
    if isinstance(value, Decimal):
        return _broken_number(field, value)
    if isinstance(value, str) and not field.has_choices:
        return _broken_text(field, value)
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return _broken_day(field, value)
    return None


def _single(field: Field, raw: Any, allowed: Container[Any]) -> Any:
    if field.type == "number":
        return _number(raw)
    if field.type == "datetime":
        return _moment(field, raw)
    if field.has_choices:
        return _choice(raw, allowed)
    return _clean_text(raw, lines=field.type == "textarea")


def _boolean(raw: Any) -> bool:
    if raw is None or isinstance(raw, bool):
        return bool(raw)
    word = raw.strip().lower() if isinstance(raw, str) else None
    if word in TRUE or word in FALSE:
        return word in TRUE
    raise ValueError("Marque o deje sin marcar la casilla.")


def _several(field: Field, raw: Any, allowed: Container[Any]) -> list[Any]:
    listed = raw if isinstance(raw, list | tuple) else [] if is_blank(raw) else [raw]
    if len(listed) > 1000:
        raise ValueError("Son demasiadas opciones.")
    present = [one for one in listed if not is_blank(one)]
    if field.type == "checklist":
        return list(dict.fromkeys(_choice(one, allowed) for one in present))
    files = list(dict.fromkeys(_file(one, allowed) for one in present))
    most = MAX_FILES if field.multiple else 1
    if len(files) > most:
        raise ValueError(f"Deje a lo sumo {most} archivo{'s' if most > 1 else ''}.")
    return files


def _choice(raw: Any, allowed: Container[Any]) -> str:
    value = str(raw) if isinstance(raw, str | int) and not isinstance(raw, bool) else None
    if value is None or value not in allowed:
        raise ValueError("Elija una de las opciones de la lista.")
    return value


def file_id(raw: Any) -> int | None:
    """The id of a file as a page sends it or as JSON has it; None of anything else."""
    number = int(raw[:18]) if isinstance(raw, str) and raw.isdecimal() and raw.isascii() else raw
    return number if isinstance(number, int) and not isinstance(number, bool) else None


def _file(raw: Any, allowed: Container[Any]) -> int:
    number = file_id(raw)
    if number is None or number not in allowed:
        raise ValueError("El archivo no está cargado en este formulario. Cárguelo de nuevo.")
    return number


def _number(raw: Any) -> Decimal:
    if isinstance(raw, str):
        return parse_number(raw)
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        raise ValueError(NUMBER_WRONG)
    return bounded_number(raw)


def _moment(field: Field, raw: Any) -> dt.date | dt.time:
    if isinstance(raw, dt.date | dt.time):
        raw = raw.isoformat()
    if not isinstance(raw, str):
        raise ValueError(DAY_WRONG)
    if field.moment == "time":
        return parse_time(raw)
    return parse_moment(raw) if field.moment == "datetime" else parse_day(raw)


def _clean_text(raw: Any, *, lines: bool) -> str:
    if isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
        raw = str(raw)
    if not isinstance(raw, str):
        raise ValueError("Escriba un texto.")
    if len(raw) > 100_000:
        raise ValueError("El texto es demasiado largo.")
    text = received(raw).strip()
    if not lines:
        text = " ".join(text.split())
    return text


def _broken_number(field: Field, value: Decimal) -> str | None:
    rules = field.rules
    if rules.integer and value != value.to_integral_value():
        return "Escriba un número entero, sin decimales."
    if decimals_of(value) > rules.decimals:
        return f"Escriba a lo sumo {rules.decimals} decimales."
    if isinstance(rules.minimum, Decimal) and value < rules.minimum:
        return f"Debe ser {format_number(rules.minimum)} o más."
    if isinstance(rules.maximum, Decimal) and value > rules.maximum:
        return f"Debe ser {format_number(rules.maximum)} o menos."
    return None


def _broken_text(field: Field, value: str) -> str | None:
    rules = field.rules
    if len(value) > rules.max_length:
        return f"Tiene {format_number(len(value))} caracteres; el máximo es {format_number(rules.max_length)}."
    if len(value) < rules.min_length:
        return f"Escriba al menos {rules.min_length} caracteres."
    if rules.pattern is not None and not rules.pattern.accepts(value):
        return rules.pattern.message
    return None


def _broken_day(field: Field, value: dt.date) -> str | None:
    rules = field.rules
    if isinstance(rules.minimum, dt.date) and value < rules.minimum:
        return f"Debe ser el {format_day(rules.minimum)} o después."
    if isinstance(rules.maximum, dt.date) and value > rules.maximum:
        return f"Debe ser el {format_day(rules.maximum)} o antes."
    return None
