"""A plan from an Excel workbook: what its sheets hold, with the row of each cell. Nothing in it is run."""

from __future__ import annotations

import datetime as dt
import difflib
import io
import itertools
import re
import warnings
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook

from engine.confinement import reading_strangers
from workflows.loading.cells import Formula, plain
from workflows.loading.tables import Row, Tables, first_year
from workflows.records import columns
from workflows.records.columns import SHEETS, Column, Sheet
from workflows.records.problems import WARNING, InvalidPlan, Problem
from workflows.spanish import MONTHS

TAKEN_AT = "cauce"
"""The property of a workbook in which Cauce writes when it was exported."""
MAX_UNPACKED = 60 * 1024 * 1024
MAX_PARTS = 400
MAX_ROWS = 5000
MAX_COLUMNS = 60
MOST_SEEN = 3 * MAX_ROWS
"""So far down a sheet is looked at: what was once formatted keeps empty rows."""

TITLE_ROWS = 8
"""So far down the headings are looked for: offices put a title and a logo above them."""

ALIKE = 0.82
"""From so much likeness a name is taken for the one of the format, and the person told."""

ALIKE_MONTH, SHORTEST_MONTH = 0.75, 3
"""The same of a month, and so many letters stand for one."""

READ_ME, ROLES = "Léame", "Roles"
"""Sheets of the format that only tell."""

MOST_MERGED = 5000
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_SUM = re.compile(r"(sub)?total(es)?\b.*|suma\b.*|gran total\b.*")
NOT_ACCEPTED = "El libro tiene un contenido que no se acepta."
NOT_A_WORKBOOK = "El archivo no es un libro de Excel (.xlsx) que se pueda leer."


@dataclass(frozen=True, slots=True)
class Merged:
    """A cell that covers several rows: its name, the place of its first column, and its rows."""

    name: str
    column: int
    top: int
    bottom: int


def read_xlsx(
    content: bytes, sheets: Sequence[Sheet] = SHEETS, *, optional: Collection[str] = columns.OPTIONAL
) -> tuple[Tables, dt.datetime | None, list[Problem]]:
    """The tables of a workbook, when it left Cauce, else was last saved, and what was left out or taken for something.

    Raises `InvalidPlan` if it is none, is too large, or lacks sheets or columns.
    """
    _ensure_harmless(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of decorations it does not keep
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except Exception as error:  # openpyxl raises whatever its XML reader does
        raise InvalidPlan(problems=[Problem(NOT_A_WORKBOOK)]) from error
    try:
        notices: list[Problem] = []
        with reading_strangers(_unreadable):
            return _tables(book, sheets, optional, notices), _taken_at(book), notices
    finally:
        book.close()


def _unreadable() -> Exception:
    return InvalidPlan(problems=[Problem(NOT_A_WORKBOOK)])


def _taken_at(book: Workbook) -> dt.datetime | None:
    """The moment that Cauce wrote into the workbook, else the one that the spreadsheet did; both are UTC."""
    said = {prop.name: str(prop.value) for prop in book.custom_doc_props.props}  # type: ignore[attr-defined]
    try:
        found = dt.datetime.fromisoformat(said[TAKEN_AT]) if TAKEN_AT in said else book.properties.modified
    except ValueError:
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=dt.UTC)


def _ensure_harmless(content: bytes) -> None:
    """Refuse what would unfold beyond measure: many parts, huge parts, documents with entity declarations."""
    with reading_strangers(_unreadable), zipfile.ZipFile(io.BytesIO(content)) as package:
        parts = package.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise InvalidPlan(problems=[Problem("El libro es demasiado grande. Deje solo las hojas del formato.")])
        unpacked = 0
        for part in parts:
            if is_xml := part.filename.lower().endswith((".xml", ".rels", ".vml")):
                _ensure_plain(package, part)
            with package.open(part) as stream:
                while chunk := stream.read(1 << 20):
                    unpacked += len(chunk)
                    if unpacked > MAX_UNPACKED or (is_xml and _declares(chunk)):
                        raise InvalidPlan(problems=[Problem(NOT_ACCEPTED)])


def _ensure_plain(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Refuse XML in another encoding than UTF-8, which spreadsheets write: another one hides what is declared."""
    with package.open(part) as stream:
        beginning = stream.read(200)
    if b"\0" in beginning or not beginning.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise InvalidPlan(problems=[Problem(NOT_ACCEPTED)])
    declared = re.match(rb"\s*(?:\xef\xbb\xbf)?<\?xml[^>]*encoding\s*=\s*[\"']([\w.-]+)", beginning)
    if declared and declared[1].lower() not in (b"utf-8", b"us-ascii"):
        raise InvalidPlan(problems=[Problem(NOT_ACCEPTED)])


def _declares(chunk: bytes) -> bool:
    return b"<!DOCTYPE" in chunk or b"<!ENTITY" in chunk


def _tables(book: Workbook, sheets: Sequence[Sheet], optional: Collection[str], notices: list[Problem]) -> Tables:
    titles = {plain(title): title for title in book.sheetnames}
    tables: dict[str, list[Row]] = {}
    problems: list[Problem] = []
    for sheet in sheets:
        title = titles.pop(plain(sheet.title), None)
        if title is None and (near := _near(sheet.title, set(titles) - {plain(one.title) for one in sheets})):
            title = titles.pop(near)
            notices.append(_notice(f"La hoja «{title}» se leyó como «{sheet.title}».", sheet))
        if title is None:
            if sheet.key not in optional:
                problems.append(Problem(f"Falta la hoja «{sheet.title}». Use el formato.", sheet.title))
            continue
        tables[sheet.key] = list(_rows(book[title], sheet, problems, notices, first_year(tables)))
    notices += [
        Problem("La hoja no es del formato; no se leyó.", page.title, severity=WARNING)
        for page in book.worksheets
        if plain(page.title) in titles and page.title not in (READ_ME, ROLES) and _says_something(page)
    ]
    if problems:
        raise InvalidPlan(problems=[*problems, *notices])
    return tables


def _says_something(page: Any) -> bool:
    page.reset_dimensions()
    rows = itertools.islice(page.iter_rows(max_col=MAX_COLUMNS), MAX_ROWS)
    return any(cell.value is not None for row in rows for cell in row)


def _notice(message: str, sheet: Sheet, row: int | None = None) -> Problem:
    return Problem(message, sheet.title, row, severity=WARNING)


def _near(name: str, others: Collection[str]) -> str:
    """The one of the others (plain) that is spelt almost like a name; empty if none is. Numbers must be the same.

    A month may be shortened, or have one letter wrong.
    """
    digits, written = re.sub(r"\D", "", name), plain(name).rstrip(".")
    months = [month for month in MONTHS if month in others]
    if begun := [month for month in months if len(written) >= SHORTEST_MONTH and month.startswith(written)]:
        return begun[0] if len(begun) == 1 else ""
    alike = difflib.get_close_matches(written, months, n=2, cutoff=ALIKE_MONTH)
    if len(alike) == 1:
        return alike[0]
    alike = [other for other in others if re.sub(r"\D", "", other) == digits]
    return next(iter(difflib.get_close_matches(plain(name), alike, n=1, cutoff=ALIKE)), "")


def _rows(page: Any, sheet: Sheet, problems: list[Problem], notices: list[Problem], first: int | None) -> Iterator[Row]:
    page.reset_dimensions()  # what the file says of its own size is not trusted
    found: Iterator[tuple[int, Any]] = enumerate(page.iter_rows(max_col=MAX_COLUMNS), start=1)
    above, headed, found = _heading_row(found, sheet)
    values = tuple(cell.value for cell in headed)
    if above > 1:
        notices.append(_notice(f"Los encabezados están en la fila {above}; lo de encima no se leyó.", sheet))
    keys = _headings(values, sheet, problems, notices, first)
    texts = {column.key for column in sheet.columns if column.kind == columns.TEXT}
    if merged := _merged(page, above):
        told = f"La celda {merged[0].name} está combinada: su valor se leyó en cada fila que cubre."
        notices.append(_notice(told if len(merged) == 1 else f"{told} Hay {len(merged) - 1} más así.", sheet))
    for number, row in _spread(found, merged):
        cells = {key: _value(cell, is_text=key in texts) for key, cell in zip(keys, row, strict=False) if key}
        if not any(value not in (None, "") for value in cells.values()):
            if number > MOST_SEEN:
                return
            continue
        if number - above > MAX_ROWS:
            problems.append(Problem(f"La hoja tiene más de {MAX_ROWS} filas.", sheet.title, number))
            return
        if _is_sum(cells):
            notices.append(_notice("La fila parece un total; no se leyó.", sheet, number))
            continue
        yield Row(number, cells)


def _merged(page: Any, below: int) -> list[Merged]:
    """The cells that cover several rows below the headings: openpyxl does not tell of them where it streams."""
    with page.parent._archive.open(page._worksheet_path) as stream:
        refs = _MERGED.findall(stream.read())[:MOST_MERGED]
    found = []
    for ref in refs:
        left, top, _right, bottom = range_boundaries(ref.decode())
        if left and top and bottom and bottom > top > below:
            found.append(Merged(ref.decode(), left - 1, top, bottom))
    return found


def _spread(
    found: Iterator[tuple[int, tuple[Any, ...]]], merged: Sequence[Merged]
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The rows with the value of a merged cell in each row that it covers and that says anything else."""
    first = {(one.column, one.top): one for one in merged}
    held: dict[int, tuple[Merged, Any]] = {}
    for number, row in found:
        for place, cell in enumerate(row):
            if (one := first.get((place, number))) is not None:
                held[place] = one, cell
        covering = {place: cell for place, (one, cell) in held.items() if one.top < number <= one.bottom}
        if covering and any(cell.value not in (None, "") for cell in row):
            yield number, tuple(covering.get(place, cell) for place, cell in enumerate(row))
        else:
            yield number, row


def _heading_row(
    found: Iterator[tuple[int, tuple[Any, ...]]], sheet: Sheet
) -> tuple[int, tuple[Any, ...], Iterator[tuple[int, tuple[Any, ...]]]]:
    """The row with the headings, its number, and the rows after it.

    It is the first that has most of the required headings; where none has, the first of all.
    """
    needed = [plain(column.heading) for column in sheet.columns if column.required]
    looked: list[tuple[int, tuple[Any, ...]]] = []
    for number, row in itertools.islice(found, TITLE_ROWS):
        said = {plain(str(cell.value)) for cell in row if cell.value is not None}
        if said and 2 * sum(heading in said for heading in needed) >= len(needed):
            return number, row, found
        looked.append((number, row))
    (number, row), rest = (looked[0], looked[1:]) if looked else ((1, ()), [])
    return number, row, itertools.chain(rest, found)


def _is_sum(cells: Mapping[str, Any]) -> bool:
    """Whether a row only adds up the others: one text that says so, and numbers."""
    texts = [
        value for value in cells.values() if isinstance(value, str) and not isinstance(value, Formula) and value.strip()
    ]
    return len(texts) == 1 and _SUM.fullmatch(plain(texts[0])) is not None


def _value(cell: Any, *, is_text: bool) -> Any:
    """What a cell holds; a text that only looks like a formula is told from one.

    A number is what people see of it: 82 where it is shown as 82 %, though the workbook keeps 0.82; the code 1.10 where
    it is shown with two decimals, though that keeps 1.1.
    """
    if cell.data_type == "f":
        return Formula(str(cell.value))
    if not isinstance(cell.value, (int, float)) or isinstance(cell.value, bool):
        return cell.value
    if is_text and (decimals := re.fullmatch(r"0\.(0+)", cell.number_format or "")):
        return f"{cell.value:.{len(decimals[1])}f}"
    return Decimal(str(cell.value)) * 100 if _is_percentage(cell.number_format) else cell.value


def _is_percentage(number_format: str | None) -> bool:
    """Whether a format multiplies by a hundred: a percent sign in quotation marks, or after a backslash, does not."""
    return "%" in re.sub(r'"[^"]*"|\\.', "", number_format or "")


def _headings(
    values: tuple[Any, ...], sheet: Sheet, problems: list[Problem], notices: list[Problem], first: int | None
) -> list[str | None]:
    known = {plain(column.heading): column for column in sheet.columns}
    if sheet is columns.TARGETS and first:
        # A workbook of an earlier release says «Año 1»; ours say the year itself.
        (headed,) = (one for one in columns.sheets(first) if one.key == sheet.key)
        known |= {plain(column.heading): column for column in headed.columns}
    said = {plain(str(value)) for value in values if value is not None}
    keys: list[str | None] = []
    for value in values:
        column = known.get(plain(str(value))) if value is not None else None
        if column is None and value is not None and (near := _near(str(value), set(known) - said)):
            column = known[near]
            notices.append(_notice(f"La columna «{value}» se leyó como «{column.heading}».", sheet, 1))
        if sheet is columns.TARGETS and first and (wrong := _wrong_year(value, column, keys, first)):
            problems.append(Problem(wrong, sheet.title, 1, str(value)))
        elif column is None and str(value or "").strip():
            notices.append(_notice(f"La columna «{value}» no es del formato; no se leyó.", sheet, 1))
        keys.append(column.key if column and column.key not in keys else None)
    problems += [
        Problem(f"Falta la columna «{column.heading}».", sheet.title, 1, column.heading)
        for column in sheet.columns
        if column.required and column.key not in keys
    ]
    return keys


def _wrong_year(value: Any, column: Column | None, keys: list[str | None], first: int) -> str:
    """What is wrong with a heading of yearly targets; empty if nothing is."""
    if column is None and str(value).isdecimal():
        return f"{value} no es un año del plan, que empieza en {first}. Ponga en cada encabezado un año del plan."
    if column is not None and column.key in keys:
        return "Hay dos columnas para el mismo año. Deje una sola, encabezada por su año."
    return ""
