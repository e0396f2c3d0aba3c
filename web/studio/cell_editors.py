"""How a cell of a decision table is typed, by the type of its column, and what it then says in the file."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from engine.definitions.tabling import Column

_OPTION: Final = re.compile(r'\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?)\s*(?:,|\Z)')
_DATE: Final = re.compile(r'date\("(\d{4}-\d\d-\d\d)"\)')
_TYPED_DATE: Final = re.compile(r"\b(?:(\d{4})-(\d\d)-(\d\d)|(\d{1,2})/(\d{1,2})/(\d{4}))\b")
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
_COMMA: Final = re.compile(r"(-?\d+),(\d+)")
_TRUTH: Final = (("true", "sí"), ("false", "no"))
_SAYS: Final = {"sí": "true", "si": "true", "verdadero": "true", "no": "false", "falso": "false"}


@dataclass(frozen=True, slots=True)
class Editor:
    """The control of a cell: `texto`, `numero`, `fecha` or `lista`, what stands in it, and what a list offers."""

    kind: str
    value: str
    options: tuple[tuple[str, str], ...] = ()


def editor(column: Column, cell: str, *, gives: bool) -> Editor:
    """The control for what stands in a cell: one of its type, or plain text where it says more than a value.

    A test says more than a value as a rule: it is a text, with what `suggested` offers.
    """
    options = _options(column)
    if gives and options and (not cell or cell in dict(options)):
        return Editor("lista", cell, (("", "—"), *options))
    if gives and column.type == "date" and (not cell or _DATE.fullmatch(cell)):
        found = _DATE.fullmatch(cell)
        return Editor("fecha", found[1] if found else "")
    if gives and column.type == "number" and (not cell or _NUMBER.fullmatch(cell)):
        return Editor("numero", cell)
    return Editor("texto", cell)


def suggested(column: Column) -> tuple[tuple[str, str], ...]:
    """What a test of a column is offered, and how that is read."""
    options = _options(column)
    if not options:
        return ()
    others = [(f"not({value})", f"no es {label}") for value, label in options] if column.type != "boolean" else []
    return (*options, *others, ("-", "da igual"))


def said(column: Column, typed: str, *, gives: bool) -> str:
    """What was typed, as the file says it: `sí`, `Rojo`, `31/07/2026` or `3,5` become values of the column's type."""
    typed = typed.strip()
    if column.type == "boolean":
        return _SAYS.get(typed.casefold(), typed)
    if column.type == "date" and '"' not in typed:
        return _TYPED_DATE.sub(_as_date, typed)
    if column.type == "number" and gives:
        return _COMMA.sub(r"\1.\2", typed) if _COMMA.fullmatch(typed) else typed
    return _quoted(column, typed)


def _quoted(column: Column, typed: str) -> str:
    """Words of the list of a column without their quotes, with them; anything else as it is."""
    known = {label.casefold(): value for value, label in _options(column)}
    words = [one.strip().casefold() for one in typed.split(",")]
    return ", ".join(known[one] for one in words) if all(one in known for one in words) else typed


def _options(column: Column) -> tuple[tuple[str, str], ...]:
    """The values that a column may have, as they are written and read; none where they are not a plain list."""
    if column.type == "boolean":
        return _TRUTH
    found, place = [], 0
    while place < len(column.allowed):
        one = _OPTION.match(column.allowed, place)
        if one is None:
            return ()
        found.append((one[1], one[1].strip('"').replace('\\"', '"')))
        place = one.end()
    return tuple(found)


def _as_date(found: re.Match[str]) -> str:
    year, month, day = (found[1], found[2], found[3]) if found[1] else (found[6], found[5], found[4])
    try:
        return f'date("{dt.date(int(year), int(month), int(day)).isoformat()}")'
    except ValueError:
        return found[0]
