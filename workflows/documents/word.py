"""A laid-out page as a Word document that an office may go on writing in: styles, contents, tables that fit."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor

from workflows.documents import letters, prose, section_pictures, widths
from workflows.documents.footnotes import Footnotes
from workflows.documents.pictures import png_of

LONGEST_PROPERTY = 255
"""Of the title that Word keeps in a document's properties."""

FONT = "Arial"
"""What Word has and what LibreOffice has a twin of with the same widths: columns are reckoned with its letters."""

LETTERS = 8.5
"""The size of a table's letters, in points."""

EM = 0.345
"""What an em of a column takes, in centimetres: its letters, some bold, and the margins of a cell."""

ACROSS, TURNED = 17.2, 23.5
"""The width between the margins in centimetres, of a page upright and turned."""

SHORT = 5
"""A last section with fewer paragraphs stays with the signatures."""
SAID_WITH_TABLE = 3
"""With fewer paragraphs under a heading it turns with its turned table: neither stands alone on a page."""

LOGO = 1.5
"""How high a logo is, in centimetres."""

SOFT = RGBColor(0x4A, 0x5A, 0x6E)


def write(
    content: Mapping[str, Any],
    warning: str = "",
    logo: bytes | None = None,
    picture: bytes | None = None,
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """The document; `content` is what every format is handed, `warning` a note on letters that cannot be shown.

    `logo` is a PNG, and so is the `picture` that stands before the sections; `pictures` stand in the texts, by digest.
    """
    document = docx.Document()
    document.core_properties.title = content["title"][:LONGEST_PROPERTY]
    document.core_properties.language = "es-CO"
    _style(document, content)
    dress(document)
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
    notes = Footnotes(document)
    for section in content["sections"]:
        _section(document, section, notes, pictures or {})
    notes.finish()
    if content["signatures"]:
        _keep_with_signatures(document, content["sections"][-1:])
        _signatures(document, content["signatures"])
    if warning:
        document.add_paragraph(warning, style="Quote")
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def _section(document: Any, section: Mapping[str, Any], notes: Footnotes, pictures: Mapping[str, bytes]) -> None:
    tables, told = section["tables"], [*section["paragraphs"], *section["blocks"]]
    plain = all(block["kind"] == prose.PARAGRAPH for block in section["blocks"])
    if tables and tables[0]["turned"] and plain and not section["charts"] and len(told) < SAID_WITH_TABLE:
        _turn(document, WD_ORIENT.LANDSCAPE)
    document.add_heading(section["heading"], section["level"])
    for paragraph in section["paragraphs"]:
        document.add_paragraph(paragraph)
    for block in section["blocks"]:
        _block(document, section["level"], block, notes, pictures)
    if told and plain and (tables or section["charts"]):
        document.paragraphs[-1].paragraph_format.keep_with_next = True
    for chart in section["charts"]:
        show(document, png_of(chart["svg"]), chart["name"], chart["told"])
        _caption_below(document, chart["caption"])
    for table in section["tables"]:
        _table(document, table)


def _caption_below(document: Any, caption: str) -> None:
    """The caption of a picture, which ends what stands together."""
    document.add_paragraph(caption, style="Caption").paragraph_format.keep_with_next = False


def _block(
    document: Any, level: int, block: Mapping[str, Any], notes: Footnotes, pictures: Mapping[str, bytes]
) -> None:
    """A part of a text that says its structure: a subheading, a list, a table, a picture, a paragraph."""
    if block["kind"] == prose.HEADING:
        document.add_heading(block["text"], level + block["level"])
    elif block["kind"] == prose.LIST:
        for item in block["items"]:
            _told(document.add_paragraph(style="List Number" if block["is_numbered"] else "List Bullet"), item, notes)
    elif block["kind"] == prose.TABLE:
        _table(document, block["table"])
    elif block["kind"] == prose.PICTURE:
        show(document, pictures[block["digest"]], block["digest"], block["text"])
        _caption_below(document, block["caption"])
    else:
        _told(document.add_paragraph(), block["parts"], notes)


def _told(paragraph: Any, parts: list[Mapping[str, Any]], notes: Footnotes) -> None:
    for part in parts:
        paragraph.add_run(part["text"])
        if part["note"]:
            notes.add(paragraph, part["note"])


def tell(shape: Any, words: str) -> None:
    """Say to who does not see a picture what it shows."""
    shape._inline.docPr.set("descr", letters.shown(words))


def show(document: Any, content: bytes, name: str, told: str) -> None:
    """A picture between the margins, with what it shows in words."""
    shape = document.add_picture(io.BytesIO(content), width=Cm(section_pictures.across(content)))
    shape._inline.docPr.set("name", name)
    tell(shape, told)
    document.paragraphs[-1].paragraph_format.keep_with_next = True


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
    turned = document.sections[-1].orientation == WD_ORIENT.LANDSCAPE
    if table["turned"] and not turned:
        _turn(document, WD_ORIENT.LANDSCAPE)
    if table["caption"]:
        document.add_paragraph(table["caption"], style="Caption")
    grid = document.add_table(rows=1, cols=len(table["head"]), style="Light Grid Accent 1")
    _fill(grid.rows[0], table["head"])
    for row in table["rows"]:
        _fill(grid.add_row(), row)
    _fit(grid, table, TURNED if table["turned"] else ACROSS)
    after = document.add_paragraph().paragraph_format
    after.space_after, after.line_spacing = Pt(0), Pt(8)
    if table["turned"]:
        _turn(document, WD_ORIENT.PORTRAIT)


def _fill(row: Any, texts: list[str]) -> None:
    for cell, text in zip(row.cells, texts, strict=True):
        cell.paragraphs[0].add_run(text)


def dress(document: Any) -> None:
    """The letters that columns are reckoned with, in every style."""
    for style in document.styles:
        if style.type in (WD_STYLE_TYPE.PARAGRAPH, WD_STYLE_TYPE.TABLE):
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for name in list(fonts.attrib):
                del fonts.attrib[name]
            for name in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
                fonts.set(qn(name), FONT)


def fit(grid: Any, room: float) -> None:
    """A table that was written already, with widths by what stands in it, in so many centimetres."""
    head, *rows = ([cell.text for cell in row.cells] for row in grid.rows)
    _fit(grid, widths.of_table({"head": head, "rows": rows}), room)


def _fit(grid: Any, table: Mapping[str, Any], room: float) -> None:
    """No word broken, figures to the right, no row on two pages; a short table stands whole on one."""
    across = centimetres(table["columns"], room)
    grid.autofit = False
    look = grid._tbl.tblPr.find(qn("w:tblLook"))
    if look is not None:
        grid._tbl.tblPr.remove(look)
    look = OxmlElement("w:tblLook")
    look.set(qn("w:val"), "0620")  # titles dressed; neither the first column nor every second row is
    grid._tbl.tblPr.append(look)
    _repeated(grid.rows[0])
    for column, width in zip(grid.columns, across, strict=True):
        column.width = Cm(width)
    last = len(grid.rows) - 1
    for place, row in enumerate(grid.rows):
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, column, width in zip(row.cells, table["columns"], across, strict=True):
            cell.width = Cm(width)
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(1)
                paragraph.paragraph_format.keep_with_next = table["whole"] and place < last
                if column["figure"]:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                for run in paragraph.runs:
                    run.font.size = Pt(LETTERS)


def centimetres(columns: list[Mapping[str, Any]], room: float, em: float = EM) -> list[float]:
    """The columns' widths, which together fill the room: each word stands on its line while that can be."""
    shares = sum(column["share"] for column in columns)
    left = max(room - sum(column["ems"] for column in columns) * em, 0)
    found = [max(left * column["share"] / (shares or 1), column["least"] * em) for column in columns]
    over = sum(found) - room
    spare = [width - column["least"] * em for width, column in zip(found, columns, strict=True)]
    if 0 < over <= sum(spare):
        return [width - over * more / sum(spare) for width, more in zip(found, spare, strict=True)]
    return [width * room / sum(found) for width in found]


def _turn(document: Any, orientation: WD_ORIENT) -> None:
    page = document.add_section()
    long, short = max(page.page_width, page.page_height), min(page.page_width, page.page_height)
    landscape = orientation == WD_ORIENT.LANDSCAPE
    page.orientation = orientation
    page.page_width, page.page_height = Emu(long if landscape else short), Emu(short if landscape else long)


def _repeated(row: Any) -> None:
    """The titles stand on every page, and are what a screen reader says of a cell."""
    if row._tr.trPr is not None and row._tr.trPr.find(qn("w:tblHeader")) is not None:
        return
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _keep_with_signatures(document: Any, last: list[Mapping[str, Any]]) -> None:
    """A short last section stands on the page of who signs, with what was said right before it."""
    short = [one for one in last if not one["tables"] and not one["blocks"] and len(one["paragraphs"]) < SHORT]
    below = len(short[0]["paragraphs"]) + 1 if short else 0
    for paragraph in document.paragraphs[-below - 1 :]:
        paragraph.paragraph_format.keep_with_next = True


def _signatures(document: Any, signatures: list[Mapping[str, str]]) -> None:
    grid = document.add_table(rows=0, cols=2)
    for place, signature in enumerate(signatures):
        cells = grid.add_row().cells if place % 2 == 0 else grid.rows[-1].cells
        grid.rows[-1]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
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
