"""A laid-out page as a Word document that an office may go on writing in: styles, contents, tables that fit."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor

from workflows.documents import prose

LONGEST_PROPERTY = 255
"""Of the title that Word keeps in a document's properties."""

EM = 0.3175
"""Of a table's letters (9 points), in centimetres."""

ACROSS, TURNED = 17.2, 23.5
"""The width between the margins in centimetres, of a page upright and turned."""

LOGO = 1.5
"""How high a logo is, in centimetres."""

SOFT = RGBColor(0x4A, 0x5A, 0x6E)


def write(
    content: Mapping[str, Any], warning: str = "", logo: bytes | None = None, picture: bytes | None = None
) -> bytes:
    """The document; `content` is what every format is handed, `warning` a note on letters that cannot be shown.

    `logo` is a PNG, and so is the `picture` that stands before the sections.
    """
    document = docx.Document()
    document.core_properties.title = content["title"][:LONGEST_PROPERTY]
    document.core_properties.language = "es-CO"
    _style(document, content)
    if logo:
        document.add_picture(io.BytesIO(logo), height=Cm(LOGO))
    if content["sector"]:
        document.add_paragraph().add_run(content["sector"]).bold = True
    document.add_heading(content["title"], 0)
    document.add_paragraph(content["subtitle"])
    for term, text in content["facts"]:
        document.add_paragraph(f"{term}: {text}")
    for part in content["summary"]:
        document.add_paragraph(style="Normal").add_run(part["title"]).bold = True
        for line in part["lines"]:
            document.add_paragraph(line)
    if content["contents"]:
        _contents(document, content["sections"])
    if picture:
        document.add_picture(io.BytesIO(picture), width=Cm(ACROSS))
        document.add_paragraph(content["picture_told"], style="Caption")
    for section in content["sections"]:
        _section(document, section)
    if content["signatures"]:
        _signatures(document, content["signatures"])
    if warning:
        document.add_paragraph(warning, style="Quote")
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _section(document: Any, section: Mapping[str, Any]) -> None:
    document.add_heading(section["heading"], section["level"])
    for paragraph in section["paragraphs"]:
        document.add_paragraph(paragraph)
    for block in section["blocks"]:
        _block(document, section["level"], block)
    for table in section["tables"]:
        _table(document, table)


def _block(document: Any, level: int, block: Mapping[str, Any]) -> None:
    """A part of a text that says its structure: a subheading, a list, a table, a paragraph."""
    if block["kind"] == prose.HEADING:
        document.add_heading(block["text"], level + block["level"])
    elif block["kind"] == prose.LIST:
        for item in block["items"]:
            document.add_paragraph(item, style="List Number" if block["is_numbered"] else "List Bullet")
    elif block["kind"] == prose.TABLE:
        _table(document, block["table"])
    else:
        document.add_paragraph(block["text"])


def _style(document: Any, content: Mapping[str, Any]) -> None:
    """Letter paper, the type scale, and a foot with the number of the page."""
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21.59), Cm(27.94)
    page.left_margin = page.right_margin = Cm(2.2)
    page.top_margin = page.bottom_margin = Cm(2.4)
    for name, size in (("Title", 24), ("Heading 1", 15), ("Heading 2", 12.5), ("Heading 3", 11)):
        style = document.styles[name]
        style.font.size, style.font.color.rgb = Pt(size), RGBColor.from_string(content["colour"][1:].upper())
    document.styles["Caption"].font.size, document.styles["Caption"].font.color.rgb = Pt(9.5), RGBColor(0, 0, 0)
    document.styles["Caption"].paragraph_format.keep_with_next = True
    foot = page.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    said = foot.add_run(f"{content['foot']} · " if content["foot"] else "")
    said.font.size, said.font.color.rgb = Pt(8), SOFT
    _field(foot, "PAGE", "1")


def _contents(document: Any, sections: list[Mapping[str, Any]]) -> None:
    """The headings as a field that Word fills with the pages; what is read until then are the headings."""
    document.add_page_break()
    document.add_paragraph().add_run("Contenido").bold = True
    listed = [one for one in sections if one["level"] < 3]
    begin = document.add_paragraph()
    _mark(begin, "begin")
    _instruction(begin, 'TOC \\o "1-2" \\h \\z \\u')
    _mark(begin, "separate")
    last = begin
    for section in listed:
        last = document.add_paragraph(section["heading"])
        last.paragraph_format.left_indent = Cm(0.8 * (section["level"] - 1))
        last.paragraph_format.space_after = Pt(2)
    _mark(last, "end")
    document.add_page_break()


def _table(document: Any, table: Mapping[str, Any]) -> None:
    """The table on a page of its own, turned, where it needs more than a page upright has."""
    if table["turned"]:
        _turn(document, WD_ORIENT.LANDSCAPE)
    if table["caption"]:
        document.add_paragraph(table["caption"], style="Caption")
    widths = _centimetres(table["columns"], TURNED if table["turned"] else ACROSS)
    grid = document.add_table(rows=1, cols=len(table["head"]), style="Light Grid Accent 1")
    grid.autofit = False
    _repeated(grid.rows[0])
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = Cm(width)
    _fill(grid.rows[0], table["head"], table["columns"], widths)
    for row in table["rows"]:
        _fill(grid.add_row(), row, table["columns"], widths)
    document.add_paragraph()
    if table["turned"]:
        _turn(document, WD_ORIENT.PORTRAIT)


def _fill(row: Any, texts: list[str], columns: list[Mapping[str, Any]], widths: list[float]) -> None:
    for cell, text, column, width in zip(row.cells, texts, columns, widths, strict=True):
        cell.width = Cm(width)
        paragraph = cell.paragraphs[0]
        paragraph.add_run(text).font.size = Pt(9)
        if column["figure"]:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _centimetres(columns: list[Mapping[str, Any]], room: float) -> list[float]:
    """The columns' widths, which together fill the room."""
    fixed = sum(column["ems"] for column in columns) * EM
    shares = sum(column["share"] for column in columns)
    left = max(room - fixed, room / 4)
    widths = [column["ems"] * EM if column["ems"] else left * column["share"] / shares for column in columns]
    return [width * room / sum(widths) for width in widths]


def _turn(document: Any, orientation: WD_ORIENT) -> None:
    page = document.add_section()
    long, short = max(page.page_width, page.page_height), min(page.page_width, page.page_height)
    landscape = orientation == WD_ORIENT.LANDSCAPE
    page.orientation = orientation
    page.page_width, page.page_height = Emu(long if landscape else short), Emu(short if landscape else long)


def _repeated(row: Any) -> None:
    """The titles stand on every page, and are what a screen reader says of a cell."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _signatures(document: Any, signatures: list[Mapping[str, str]]) -> None:
    grid = document.add_table(rows=0, cols=2)
    for place, signature in enumerate(signatures):
        cells = grid.add_row().cells if place % 2 == 0 else grid.rows[-1].cells
        cell = cells[place % 2]
        cell.paragraphs[0].paragraph_format.space_before = Pt(48)
        cell.paragraphs[0].add_run("_" * 30)
        cell.add_paragraph().add_run(signature["name"]).bold = True
        cell.add_paragraph(signature["office"])
        if signature["note"]:
            cell.add_paragraph().add_run(signature["note"]).font.size = Pt(8.5)


def _field(paragraph: Any, instruction: str, shown: str) -> None:
    _mark(paragraph, "begin")
    _instruction(paragraph, instruction)
    _mark(paragraph, "separate")
    paragraph.add_run(shown).font.size = Pt(8)
    _mark(paragraph, "end")


def _mark(paragraph: Any, kind: str) -> None:
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), kind)
    paragraph.add_run()._r.append(mark)


def _instruction(paragraph: Any, text: str) -> None:
    told = OxmlElement("w:instrText")
    told.set(qn("xml:space"), "preserve")
    told.text = text
    paragraph.add_run()._r.append(told)
