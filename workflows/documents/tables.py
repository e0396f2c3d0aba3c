"""A table: one list of columns, title and value together, written to a worksheet, as CSV and on paper."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Generic, TypeVar

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from workflows.documents.letters import shown

Row = TypeVar("Row")

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\n")
LARGEST_CELL = 32_767
CUT = " […] (sigue en Cauce)"
HEADER = PatternFill("solid", fgColor="0B4A8F")


@dataclass(frozen=True, slots=True)
class Said:
    """A cell for people: a bold beginning, a text, a smaller note; a traffic light's colour and sign.

    `key` names what the row is about, where a page may link to it.
    """

    text: str = ""
    strong: str = ""
    note: str = ""
    color: str = ""
    icon: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """A column: its title, and what a row has under it. Numbers and days stay what they are.

    With `printed` it also stands in pages, PDF and Word: how people read the value there, under the title `short`
    where the long one has no room. `figure`: on the right; `share`: of the width that the narrow columns leave.
    """

    title: str
    value: Callable[[Row], Any]
    printed: Callable[[Row], Said | str] | None = None
    short: str = ""
    figure: bool = False
    share: float = 0


@dataclass(frozen=True, slots=True)
class Painted:
    """A text in a cell with a colour of its own (RRGGBB)."""

    text: str
    fill: str


def write_sheet(sheet: Worksheet, columns: Sequence[Column[Row]], rows: Iterable[Row]) -> None:
    """Write the titles and a line for each row; the first two columns and the titles stay in sight."""
    for place, column in enumerate(columns, start=1):
        head = put(sheet, 1, place, column.title)
        head.font, head.fill = Font(bold=True, color="FFFFFF"), HEADER
        head.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(place)].width = min(48, max(12, len(column.title) + 2))
    for line, row in enumerate(rows, start=2):
        for place, column in enumerate(columns, start=1):
            value = column.value(row)
            cell = put(sheet, line, place, value.text if isinstance(value, Painted) else value)
            cell.alignment = Alignment(wrap_text=isinstance(value, str), vertical="top")
            if isinstance(value, Painted):
                cell.fill = PatternFill("solid", fgColor=value.fill)
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = sheet.dimensions


def on_paper(columns: Sequence[Column[Row]], rows: Iterable[Row]) -> dict[str, Any]:
    """The columns that are printed, as templates read them: `head`, and `rows` of cells (`whole`: all in one text)."""
    printed = [column for column in columns if column.printed is not None]
    head = [{"title": one.short or one.title, "figure": one.figure, "share": one.share} for one in printed]
    return {"head": head, "rows": [[_cell(column, row) for column in printed] for row in rows]}


def _cell(column: Column[Row], row: Row) -> dict[str, Any]:
    assert column.printed is not None  # noqa: S101
    said = column.printed(row)
    said = Said(said) if isinstance(said, str) else said
    whole = " ".join(part for part in (said.strong, said.icon, said.text, f"({said.note})" * bool(said.note)) if part)
    return {**asdict(said), "figure": column.figure, "whole": whole}


def put(sheet: Worksheet, line: int, place: int, value: Any) -> Cell | MergedCell:
    """Write a cell; a text stays the text it is, also where a spreadsheet would read a formula.

    What no cell has room for is cut, and says so.
    """
    if isinstance(value, str):
        value = _held(shown(value))
    cell: Cell | MergedCell = sheet.cell(line, place, value)
    if isinstance(cell, Cell) and isinstance(value, str) and value.startswith(FORMULA_STARTS):
        # The mark of a text, as an apostrophe typed before it: it stays one also after somebody edits the cell.
        cell.data_type, cell.quotePrefix = "s", True
    return cell


def _held(text: str) -> str:
    """Text for a cell: spreadsheets count letters outside the basic plane as two."""
    if len(text.encode("utf-16-le")) // 2 <= LARGEST_CELL:
        return text
    kept = text.encode("utf-16-le")[: 2 * (LARGEST_CELL - len(CUT))].decode("utf-16-le", "ignore")
    return kept + CUT


def as_csv(
    columns: Sequence[Column[Row]],
    rows: Iterable[Row],
    *,
    delimiter: str = ",",
    number: Callable[[Decimal], str] = str,
) -> bytes:
    """The table as CSV in UTF-8, exact numbers as `number` writes them: with a decimal point, unless it is told."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=delimiter)
    writer.writerow([_told(column.title, number) for column in columns])
    writer.writerows([[_told(column.value(row), number) for column in columns] for row in rows])
    return target.getvalue().encode()


def _told(value: Any, number: Callable[[Decimal], str]) -> str:
    """Nothing as an empty cell. CSV has no types: a text that would be run as a formula is marked as text."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return number(value)
    text = str(shown(str(value)))
    return "'" + text if isinstance(value, str) and text.startswith(FORMULA_STARTS) else text
