"""A section of a document as a Word file, and back: its text is read, what the plan itself shows in it is not."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from engine.confinement import confined
from workflows.documents import prose
from workflows.documents.prose import HEADING, LIST, PARAGRAPH, TABLE, Block
from workflows.errors import Refused

MOST_BYTES = 10_000_000
SECONDS = 20
LONGEST = 100_000
"""Of a section's text, in letters."""

LIVE = "cauce:tabla-del-plan"
"""How a table is marked that the plan keeps: nothing typed into it comes back."""
NOTE = "Cauce nota"
"""The style of what only explains the file."""


def write(title: str, text: str, live: Sequence[Mapping[str, Any]]) -> bytes:
    """The section in Word: its text to go on writing, then the plan's tables, to be seen only."""
    document = docx.Document()
    document.core_properties.title, document.core_properties.language = title[:255], "es-CO"
    document.styles.add_style(NOTE, 1).font.italic = True
    document.add_paragraph(title, style="Title")
    document.add_paragraph("Escriba debajo y tráigalo de vuelta en la misma tarea.", style=NOTE)
    for block in prose.blocks(text):
        _put(document, block)
    for table in live:
        document.add_paragraph(f"{table['caption']} (la pone el plan: lo que cambie aquí no vuelve)", style=NOTE)
        grid = _grid(document, [table["head"], *table["rows"]])
        mark = OxmlElement("w:tblDescription")
        mark.set(qn("w:val"), LIVE)
        grid._tbl.tblPr.append(mark)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def read(content: bytes) -> str:
    """The text of a section that comes back from Word, read in a process of its own. Raises `Refused`."""
    if len(content) > MOST_BYTES:
        raise Refused(f"El archivo pesa más de {MOST_BYTES // 1_000_000} MB.")
    text = confined(_read, content, seconds=SECONDS, too_much=_too_much)
    if text is None:
        raise Refused("No es un documento de Word (.docx). Descargue la sección, escriba en ella y tráigala.")
    if len(text) > LONGEST:
        raise Refused(f"El texto pasa de {LONGEST:,} letras: una sección es más corta.".replace(",", "."))
    return text


def _too_much() -> Exception:
    return Refused("Leer el archivo tarda o pesa más de lo permitido. Deje en él solo el texto de la sección.")


def _read(content: bytes) -> str | None:
    try:
        document = docx.Document(io.BytesIO(content))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError):
        return None
    found: list[Block] = []
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            found += _of_table(part)
        else:
            _join(found, part)
    return prose.written(found)


def _of_table(table: Table) -> Iterator[Block]:
    marks = table._tbl.tblPr.findall(qn("w:tblDescription"))
    if any(mark.get(qn("w:val")) == LIVE for mark in marks):
        return
    rows = [[" ".join(cell.text.split()) for cell in row.cells] for row in table.rows]
    if any(any(row) for row in rows):
        yield {"kind": TABLE, "rows": rows}


def _join(found: list[Block], paragraph: Paragraph) -> None:
    text, style = " ".join(paragraph.text.split()), (paragraph.style.name or "") if paragraph.style else ""
    if not text or style in ("Title", NOTE):
        return
    numbered = _list_kind(paragraph, style)
    if style.startswith("Heading"):
        depth = int(style[-1]) if style[-1].isdigit() else 1
        found.append({"kind": HEADING, "text": text, "level": min(depth, prose.DEEPEST)})
    elif numbered is None:
        found.append({"kind": PARAGRAPH, "text": text})
    elif found and found[-1]["kind"] == LIST and found[-1]["is_numbered"] == numbered:
        found[-1]["items"].append(text)
    else:
        found.append({"kind": LIST, "is_numbered": numbered, "items": [text]})


def _list_kind(paragraph: Paragraph, style: str) -> bool | None:
    """Whether the paragraph is an item of a numbered list; None where it is of none."""
    if style.startswith("List"):
        return "Number" in style
    properties: Any = paragraph._p.pPr
    if properties is None or properties.numPr is None or properties.numPr.numId is None:
        return None
    return _format_of(paragraph, properties.numPr) not in ("bullet", "none", "")


def _format_of(paragraph: Paragraph, numbering: Any) -> str:
    """How the file says that the items of the list are numbered: `bullet`, `decimal` and others."""
    level = numbering.ilvl.val if numbering.ilvl is not None else 0
    try:
        part: Any = paragraph.part
        root = part.numbering_part.element
    except (KeyError, NotImplementedError):
        return "bullet"
    of = root.xpath(f"./w:num[@w:numId='{numbering.numId.val}']/w:abstractNumId/@w:val")
    found = (
        root.xpath(f"./w:abstractNum[@w:abstractNumId='{of[0]}']/w:lvl[@w:ilvl='{level}']/w:numFmt/@w:val")
        if of
        else []
    )
    return str(found[0]) if found else "bullet"


def _put(document: Any, block: Block) -> None:
    if block["kind"] == HEADING:
        document.add_heading(block["text"], block["level"])
    elif block["kind"] == LIST:
        for item in block["items"]:
            document.add_paragraph(item, style="List Number" if block["is_numbered"] else "List Bullet")
    elif block["kind"] == TABLE:
        _grid(document, block["rows"])
        document.add_paragraph()
    else:
        document.add_paragraph(block["text"])


def _grid(document: Any, rows: Sequence[Sequence[str]]) -> Table:
    width = max(len(row) for row in rows)
    grid: Table = document.add_table(rows=len(rows), cols=width, style="Table Grid")
    for cells, row in zip(grid.rows, rows, strict=True):
        for cell, text in zip(cells.cells, row, strict=False):
            cell.text = str(text)
    return grid
