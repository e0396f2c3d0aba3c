"""A section of a document as a Word file, and back: its text is read, what the plan itself shows in it is not."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.table import Table
from docx.text.paragraph import Paragraph

from engine.confinement import confined
from workflows.documents import footnotes, prose, word
from workflows.documents.footnotes import Footnotes
from workflows.documents.prose import HEADING, LIST, PARAGRAPH, PICTURE, TABLE, Block
from workflows.errors import Refused

MOST_BYTES = 20_000_000
SECONDS = 20
LONGEST = 100_000
"""Of a section's text, in letters."""
MOST_PICTURES = 20
SUFFIXES = {b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg"}
"""How the pictures that a section takes begin, and how their files end."""

LIVE = "cauce:tabla-del-plan"
"""How a table is marked that the plan keeps: nothing typed into it comes back."""
NOTE = "Cauce nota"
"""The style of what only explains the file."""


@dataclass(frozen=True, slots=True)
class Brought:
    """What comes back from Word: the text, and the pictures that stand in it, by name."""

    text: str
    pictures: Mapping[str, bytes]


def write(
    title: str, text: str, live: Sequence[Mapping[str, Any]], pictures: Mapping[str, bytes] | None = None
) -> bytes:
    """The section in Word: its text to go on writing, then the plan's tables, to be seen only.

    `pictures` are those of the text, by name.
    """
    document = docx.Document()
    document.core_properties.title, document.core_properties.language = title[:255], "es-CO"
    document.styles.add_style(NOTE, 1).font.italic = True
    document.add_paragraph(title, style="Title")
    document.add_paragraph("Escriba debajo y tráigalo de vuelta en la misma tarea.", style=NOTE)
    notes = Footnotes(document)
    for block in prose.blocks(text):
        _put(document, block, notes, pictures or {})
    notes.finish()
    for table in live:
        document.add_paragraph(f"{table['caption']} (la pone el plan: lo que cambie aquí no vuelve)", style=NOTE)
        grid = _grid(document, [table["head"], *table["rows"]])
        mark = OxmlElement("w:tblDescription")
        mark.set(qn("w:val"), LIVE)
        grid._tbl.tblPr.append(mark)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def read(content: bytes) -> Brought:
    """What a section brings back from Word, read in a process of its own. Raises `Refused`."""
    if len(content) > MOST_BYTES:
        raise Refused(f"El archivo pesa más de {MOST_BYTES // 1_000_000} MB.")
    brought = confined(_read, content, seconds=SECONDS, too_much=_too_much)
    if brought is None:
        raise Refused("No es un documento de Word (.docx). Descargue la sección, escriba en ella y tráigala.")
    if len(brought.text) > LONGEST:
        raise Refused(f"El texto pasa de {LONGEST:,} letras: una sección es más corta.".replace(",", "."))
    return brought


def _too_much() -> Exception:
    return Refused("Leer el archivo tarda o pesa más de lo permitido. Deje en él solo el texto de la sección.")


def _read(content: bytes) -> Brought | None:
    try:
        document = docx.Document(io.BytesIO(content))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError):
        return None
    found: list[Block] = []
    notes, pictures = footnotes.read(document), dict[str, bytes]()
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            found += _of_table(part)
        else:
            _join(found, part, notes)
            found += _pictures(part, pictures)
    return Brought(prose.written(found), pictures)


def _pictures(paragraph: Paragraph, kept: dict[str, bytes]) -> Iterator[Block]:
    """The PNG and JPEG pictures of a paragraph; each is kept once, by its name or, without one, its digest."""
    for drawing in paragraph._p.iter(qn("w:drawing")):
        told, blip = drawing.find(f".//{qn('wp:docPr')}"), drawing.find(f".//{qn('a:blip')}")
        of = blip.get(qn("r:embed")) if blip is not None else None
        content = paragraph.part.rels[of].target_part.blob if of in paragraph.part.rels else b""
        suffix = next((ending for begins, ending in SUFFIXES.items() if content.startswith(begins)), "")
        if suffix and len(kept) < MOST_PICTURES:
            given = told.get("name", "") if told is not None else ""
            known = given if given.endswith(tuple(SUFFIXES.values())) and kept.get(given, content) == content else ""
            name = known or f"imagen-{hashlib.sha256(content).hexdigest()[:8]}{suffix}"
            kept[name] = content
            words = " ".join(((told.get("descr") or "") if told is not None else "").split())
            yield {"kind": PICTURE, "text": words.replace("[", "(").replace("]", ")"), "name": name}


def _of_table(table: Table) -> Iterator[Block]:
    marks = table._tbl.tblPr.findall(qn("w:tblDescription"))
    if any(mark.get(qn("w:val")) == LIVE for mark in marks):
        return
    rows = [[" ".join(cell.text.split()) for cell in row.cells] for row in table.rows]
    if any(any(row) for row in rows):
        yield {"kind": TABLE, "rows": rows}


def _words(paragraph: Paragraph, notes: Mapping[str, str]) -> str:
    """The text of a paragraph with its notes where they are marked."""
    said = []
    for part in paragraph._p.iter(qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:footnoteReference")):
        if part.tag == qn("w:t"):
            said.append(part.text or "")
        elif part.tag != qn("w:footnoteReference"):
            said.append(" ")
        elif told := notes.get(str(part.get(qn("w:id")))):
            said.append(prose.note(told))
    return " ".join("".join(said).split())


def _join(found: list[Block], paragraph: Paragraph, notes: Mapping[str, str]) -> None:
    text, style = _words(paragraph, notes), (paragraph.style.name or "") if paragraph.style else ""
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


def _put(document: Any, block: Block, notes: Footnotes, pictures: Mapping[str, bytes]) -> None:
    if block["kind"] == HEADING:
        _tell(document.add_heading(level=block["level"]), block["text"], notes)
    elif block["kind"] == LIST:
        for item in block["items"]:
            style = "List Number" if block["is_numbered"] else "List Bullet"
            _tell(document.add_paragraph(style=style), item, notes)
    elif block["kind"] == PICTURE and block["name"] in pictures:
        word.show(document, pictures[block["name"]], block["name"], block["text"])
    elif block["kind"] == PICTURE:
        document.add_paragraph(next(iter(prose.written([block]).splitlines())))
    elif block["kind"] == TABLE:
        _grid(document, block["rows"])
        document.add_paragraph()
    else:
        _tell(document.add_paragraph(), block["text"], notes)


def _tell(paragraph: Paragraph, text: str, notes: Footnotes) -> None:
    for part in prose.parts(text):
        paragraph.add_run(part["text"])
        if part["note"]:
            notes.add(paragraph, part["note"])


def _grid(document: Any, rows: Sequence[Sequence[str]]) -> Table:
    width = max(len(row) for row in rows)
    grid: Table = document.add_table(rows=len(rows), cols=width, style="Table Grid")
    for cells, row in zip(grid.rows, rows, strict=True):
        for cell, text in zip(cells.cells, row, strict=False):
            cell.text = str(text)
    return grid
