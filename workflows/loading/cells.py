"""Reading one cell: what a spreadsheet or a YAML file holds, as the type its column asks for."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from workflows import spanish
from workflows.documents.letters import UnwritableText, received
from workflows.indicators.sheets import exact
from workflows.records.columns import DATE, INTEGER, LIST, MONTH, NUMBER, TEXT, YES_NO, Column

_SPANISH = re.compile(r"-?\d{1,3}(\.\d{3})+(,\d+)?|-?\d+,\d+")
_PLAIN = re.compile(r"-?\d+(\.\d+)?")
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
LARGEST = Decimal(10) ** 15
"""No figure of a plan is larger; the database keeps 28 digits, 9 of them decimals."""


class Formula(str):
    """A formula of a spreadsheet, which is never computed here."""

    __slots__ = ()


class Unreadable(ValueError):
    """Says in a sentence what the cell should hold."""


def read(column: Column, raw: Any) -> Any:
    """The cell's value, `None` if it is empty. Raises `Unreadable`."""
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        if column.required:
            raise Unreadable("Falta este dato.")
        return None
    if isinstance(raw, Formula):
        raise Unreadable("La celda tiene una fórmula. Péguela como valor (Pegado especial → Valores).")
    value = _READERS[column.kind](_received(raw))
    if column.choices:
        return _choice(column, value)
    if isinstance(value, str) and len(value) > column.longest:
        raise Unreadable(f"El texto tiene {len(value)} caracteres; caben {column.longest}.")
    return value


def plain(text: str) -> str:
    """Lower case without accents or double spaces: how headings and choices are compared."""
    return " ".join(spanish.plain(text).split())


def _received(raw: Any) -> Any:
    """What stands in a cell, its texts as forms keep them too. Raises `Unreadable`."""
    try:
        if isinstance(raw, list):
            return [_received(part) for part in raw]
        return received(raw) if isinstance(raw, str) else raw
    except UnwritableText as error:
        raise Unreadable(str(error)) from error


def _choice(column: Column, value: str) -> str:
    wanted = plain(str(value)).replace(" ", "_")
    for choice in column.choices:
        if plain(choice).replace(" ", "_") == wanted:
            return choice
    raise Unreadable(f"«{value}» no es una de las opciones: {', '.join(column.choices)}.")


def _text(raw: Any) -> str:
    if isinstance(raw, bool):
        raise Unreadable("Se esperaba un texto, y la celda dice verdadero o falso.")
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return str(raw).strip()


def _number(raw: Any) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal | str):
        raise Unreadable(f"Se esperaba un número y dice «{raw}».")
    text = str(raw).strip()
    if isinstance(raw, str):
        if _SPANISH.fullmatch(text):
            text = text.replace(".", "").replace(",", ".")
        elif not _PLAIN.fullmatch(text):
            raise Unreadable(f"«{raw}» no es un número. Escríbalo sin unidades, por ejemplo 1234,5.")
    value = Decimal(text)
    if not value.is_finite() or abs(value) >= LARGEST:
        raise Unreadable(f"«{raw}» no es una cifra posible.")
    return exact(value)


def _integer(raw: Any) -> int:
    value = _number(raw)
    if value != value.to_integral_value():
        raise Unreadable(f"Se esperaba un número entero y dice «{raw}».")
    return int(value)


def _date(raw: Any) -> dt.date:
    if isinstance(raw, dt.datetime):
        return raw.date()
    if isinstance(raw, dt.date):
        return raw
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})|(\d{4})-(\d{1,2})-(\d{1,2})", str(raw).strip())
    if match:
        day, month, year = match.group(1, 2, 3) if match[1] else match.group(6, 5, 4)
        try:
            return dt.date(int(year), int(month), int(day))
        except ValueError:
            pass
    raise Unreadable(f"«{raw}» no es una fecha. Escríbala como DD/MM/AAAA.")


def _month(raw: Any) -> str:
    text = f"{raw:%Y-%m}" if isinstance(raw, dt.date) else str(raw).strip()
    if not _MONTH.fullmatch(text):
        raise Unreadable(f"«{raw}» no es un mes. Escríbalo como AAAA-MM.")
    return text


def _yes_no(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    answer = {"si": True, "no": False}.get(plain(str(raw)))
    if answer is None:
        raise Unreadable(f"Escriba sí o no; dice «{raw}».")
    return answer


def _list(raw: Any) -> tuple[str, ...]:
    parts = raw if isinstance(raw, list) else re.split(r"[;,\n]", str(raw))
    return tuple(text for part in parts if (text := str(part).strip()))


_READERS: dict[str, Callable[[Any], Any]] = {
    TEXT: _text,
    NUMBER: _number,
    INTEGER: _integer,
    DATE: _date,
    MONTH: _month,
    YES_NO: _yes_no,
    LIST: _list,
}
