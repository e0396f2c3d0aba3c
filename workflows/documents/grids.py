"""Cells of a spreadsheet or CSV that somebody brings, row by row as they stand.

Everything here reads a stranger's file: callers go through `read_strangers`.
"""

from __future__ import annotations

import datetime as dt
import io
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

import openpyxl

from engine.confinement import confined, reading_strangers
from workflows.documents import delimited
from workflows.errors import Refused

MOST_ROWS, MOST_COLUMNS, MOST_SHEETS = 20_000, 60, 10
MOST_BYTES = 10_000_000
LONGEST = 500
SECONDS = 30.0

Cell = str | Decimal
"""Text, or a number that the file keeps as one; an empty cell is empty text."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet; a CSV is one without a name. `is_cut`: it has more rows than are read."""

    name: str
    rows: Sequence[Sequence[Cell]]
    is_cut: bool = False


def read_strangers(name: str, content: bytes) -> list[Grid]:
    """The sheets that hold anything, read in a process of its own. Raises `Refused`."""
    if len(content) > MOST_BYTES:
        raise Refused(f"El archivo pesa más de {MOST_BYTES // 1_000_000} MB.")
    return confined(_read, name, content, seconds=SECONDS, too_much=_too_much)


def _too_much() -> Exception:
    return Refused("Leer el archivo tarda o pesa más de lo permitido. Deje solo la hoja con los datos.")


def _unreadable() -> Exception:
    return Refused("No se pudo leer ninguna hoja. Se reciben libros de Excel (.xlsx) y archivos .csv con datos.")


def _read(name: str, content: bytes) -> list[Grid]:
    with reading_strangers(_unreadable):
        found = [grid for grid in _sheets(name, content) if any(any(row) for row in grid.rows)]
    if not found:
        raise _unreadable()
    return found


def _sheets(name: str, content: bytes) -> list[Grid]:
    if not content.startswith(b"PK"):
        return [_grid("", delimited.rows(content))] if name.lower().endswith((".csv", ".txt")) else []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of decorations, and of dates that are none
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        return [_grid(one.title, one.iter_rows(values_only=True)) for one in book.worksheets[:MOST_SHEETS]]


def _grid(name: str, rows: Iterable[Sequence[Any]]) -> Grid:
    read = [[_cell(one) for one in row[:MOST_COLUMNS]] for row in islice(rows, MOST_ROWS + 1)]
    return Grid(name, read[:MOST_ROWS], len(read) > MOST_ROWS)


def _cell(value: Any) -> Cell:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Sí" if value else "No"
    if isinstance(value, int | float | Decimal) and Decimal(str(value)).is_finite():
        return Decimal(str(value))
    return f"{value:%d/%m/%Y}" if isinstance(value, dt.date) else str(value).replace("\x00", "").strip()[:LONGEST]
