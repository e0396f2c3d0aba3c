"""What a stored file holds, to look at beside the work: pictures of pages, tables, paragraphs. Nothing in it is run.

Everything here reads a stranger's file: callers run it with `engine.confinement.confined`.
"""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

import docx
import openpyxl
import pypdfium2 as pdfium

from engine.confinement import reading_strangers
from workflows.documents import delimited
from workflows.spanish import number

MOST_ROWS, MOST_COLUMNS, MOST_SHEETS = 200, 20, 5
MOST_PARAGRAPHS, LONGEST = 400, 2_000
MOST_PAGES = 20
PAGE_WIDTH = 900
"""So many pixels are enough to read a page beside the work."""
MOST_PIXELS = 4_000_000

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PICTURES = frozenset({"image/png", "image/jpeg"})


@dataclass(frozen=True, slots=True)
class Table:
    """The first rows of a sheet, as text; `is_cut`: there are more."""

    name: str
    rows: Sequence[Sequence[str]]
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What can be shown of a file: `pages` (how many pictures there are to ask for), tables, or paragraphs.

    `names` are the files that an archive holds; `is_cut`: there is more than what is shown.
    """

    pages: int = 0
    tables: Sequence[Table] = ()
    paragraphs: Sequence[str] = ()
    names: Sequence[str] = ()
    is_cut: bool = False


class Unshowable(ValueError):
    """The file cannot be shown; it may still be taken along."""


def preview(content: bytes, media_type: str) -> Preview:
    """What is shown of a file of this type; raises `Unshowable`."""
    readers = {
        "application/pdf": _of_pdf,
        SHEET: _of_sheets,
        WORD: _of_word,
        "text/csv": _of_csv,
        "text/plain": _of_text,
        "application/zip": _of_archive,
    }
    if media_type not in readers:
        raise Unshowable
    with reading_strangers(Unshowable):
        return readers[media_type](content)


def page_picture(content: bytes, number: int) -> bytes:
    """The page of a PDF, from 1, as PNG; raises `Unshowable`."""
    with reading_strangers(Unshowable):
        document = pdfium.PdfDocument(content)
        if not 1 <= number <= min(len(document), MOST_PAGES):
            raise Unshowable
        page = document[number - 1]
        width, height = page.get_size()
        scale = min(PAGE_WIDTH / width, (MOST_PIXELS / (width * height)) ** 0.5)
        bitmap = page.render(scale=scale, rev_byteorder=True, may_draw_forms=False)
        return _png(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride, bitmap.n_channels)


def _of_pdf(content: bytes) -> Preview:
    count = len(pdfium.PdfDocument(content))
    return Preview(pages=min(count, MOST_PAGES), is_cut=count > MOST_PAGES)


def _of_sheets(content: bytes) -> Preview:
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    sheets = book.worksheets
    tables = [_table(sheet.title, sheet.iter_rows(values_only=True)) for sheet in sheets[:MOST_SHEETS]]
    return Preview(tables=tables, is_cut=len(sheets) > MOST_SHEETS)


def _of_csv(content: bytes) -> Preview:
    return Preview(tables=[_table("", delimited.rows(content))])


def _of_word(content: bytes) -> Preview:
    document = docx.Document(io.BytesIO(content))
    told = [one.text.strip() for one in islice(document.paragraphs, MOST_PARAGRAPHS * 2)]
    tables = [
        _table("", ([cell.text for cell in row.cells] for row in one.rows)) for one in document.tables[:MOST_SHEETS]
    ]
    paragraphs = [text[:LONGEST] for text in told if text]
    return Preview(tables=tables, paragraphs=paragraphs[:MOST_PARAGRAPHS], is_cut=len(paragraphs) > MOST_PARAGRAPHS)


def _of_text(content: bytes) -> Preview:
    lines = [line[:LONGEST] for line in delimited.decoded(content).splitlines() if line.strip()]
    return Preview(paragraphs=lines[:MOST_PARAGRAPHS], is_cut=len(lines) > MOST_PARAGRAPHS)


def _of_archive(content: bytes) -> Preview:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [one.filename for one in archive.infolist() if not one.is_dir()]
    return Preview(names=names[:MOST_ROWS], is_cut=len(names) > MOST_ROWS)


def _table(name: str, rows: Iterable[Sequence[Any]]) -> Table:
    read = [[_cell(cell) for cell in row[:MOST_COLUMNS]] for row in islice(rows, MOST_ROWS + 1)]
    kept = [row for row in read if any(row)]
    width = max((place + 1 for row in kept for place, cell in enumerate(row) if cell), default=0)
    return Table(name, [row[:width] for row in kept[:MOST_ROWS]], len(read) > MOST_ROWS)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "Sí" if value else "No"
    if isinstance(value, int | float | Decimal):
        return number(round(Decimal(str(value)), 6).normalize() + 0)
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    return str(value)[:LONGEST]


def _png(pixels: bytes, width: int, height: int, stride: int, channels: int) -> bytes:
    """The pixels of a page as PNG: RGB or RGBA, without a filter."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    kinds = {1: 0, 3: 2, 4: 6}
    if channels not in kinds:
        raise Unshowable
    rows = b"".join(b"\x00" + pixels[at * stride : at * stride + width * channels] for at in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, kinds[channels], 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 6)) + chunk(b"IEND", b"")
