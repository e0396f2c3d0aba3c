"""The report of a month as ten slides for the committee: the same figures, one thing to say on each."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Cm, Pt

from workflows.documents import widths, word
from workflows.reports.charts import Charts
from workflows.reports.contents import Report
from workflows.reports.presenting import present

BRAND, SOFT, LINE = RGBColor(0x0B, 0x4A, 0x8F), RGBColor(0x4A, 0x5A, 0x6E), RGBColor(0xEE, 0xF3, 0xF8)
INK = {
    "rojo": RGBColor(0xB3, 0x26, 0x1E),
    "amarillo": RGBColor(0x7A, 0x52, 0x00),
    "verde": RGBColor(0x14, 0x6C, 0x43),
    "naranja": RGBColor(0x9A, 0x3D, 0x00),
    "gris": RGBColor(0x55, 0x60, 0x6C),
    "blanco": RGBColor(0x55, 0x60, 0x6C),
}
WIDTH, HEIGHT, MARGIN, TOP = 33.87, 19.05, 1.5, 3.4
"""Of a slide of 16:9 and of what stands on it, in centimetres."""

LETTERS, EM = 12, 0.47
"""The letters of a table in points, and what an em of its columns takes in centimetres."""

MOST_ROWS = 11
"""Of a table on a slide; the document has the rest, and the slide says so."""


def render_pptx(report: Report, charts: Charts) -> bytes:
    """The slides; every figure is the text that the document says."""
    said, deck = present(report), _Deck(report)
    deck.cover(said)
    changed, red, silent, known = said["summary"]
    deck.lines(changed["title"], changed["lines"])
    deck.lines(red["title"], red["lines"])
    deck.lines("Quién no reportó y cuánto se sabe", [*silent["lines"], *known["lines"]])
    deck.picture("Cumplimiento por línea y objetivo", charts.png("lines"), "Las cifras están en la tabla que sigue.")
    deck.table("Líneas y objetivos", said["levels"])
    deck.table("Entidades", said["entities"])
    deck.picture("El plan en los últimos cortes", charts.png("history"), said["headline"])
    deck.lines("Cuellos de botella, medidas y compromisos", _measures(said))
    deck.table("Todos los años del plan", said["years"])
    return deck.content()


def _measures(said: Mapping[str, Any]) -> list[str]:
    measures = [
        f"{one['indicator']} {one['name']} ({one['entity']}): {one['measure'].lower()}."
        + (f" {one['action']} Hasta el {one['due']}." if one["action"] else "")
        for one in said["bottlenecks"]
        if one["state"] == "Cuello de botella"
    ]
    promised = [" · ".join(cell["whole"] for cell in row) for row in said["commitments"]["rows"]]
    return [*(measures or ["No hubo cuellos de botella en este corte."]), *(f"Compromiso: {one}" for one in promised)]


class _Deck:
    """Slides of one design, numbered."""

    def __init__(self, report: Report) -> None:
        self._deck = Presentation()
        self._deck.slide_width, self._deck.slide_height = Cm(WIDTH), Cm(HEIGHT)
        self._deck.core_properties.title, self._deck.core_properties.language = report.title[:255], "es-CO"
        self._report = report

    def content(self) -> bytes:
        """The file."""
        target = io.BytesIO()
        self._deck.save(target)
        return target.getvalue()

    def cover(self, said: Mapping[str, Any]) -> None:
        """Of which plan and month, and the month in three sentences."""
        slide = self._slide(said["title"])
        facts = f"{said['plan_name']} · corte: {said['cutoff']} · {said['status']}"
        self._write(slide, [facts], TOP, 1.6, 16, SOFT)
        self._write(slide, [said["headline"]], TOP + 2.2, 8, 24)
        self._write(slide, [said["approval"]], HEIGHT - 3.2, 1.2, 14, SOFT)

    def lines(self, title: str, lines: Sequence[str]) -> None:
        """A list, as small as it must be to fit."""
        shown = [*lines[:MOST_ROWS], *([f"Y {len(lines) - MOST_ROWS} más, en el informe."] * (len(lines) > MOST_ROWS))]
        letters = sum(map(len, shown))
        size = next((size for most, size in ((500, 20), (1100, 16), (2000, 13)) if letters <= most), 11)
        self._write(self._slide(title), shown, TOP, HEIGHT - TOP - 2, size)

    def picture(self, title: str, png: bytes, told: str) -> None:
        """A chart as large as it goes, and what it shows in words."""
        slide = self._slide(title)
        picture = slide.shapes.add_picture(io.BytesIO(png), Cm(MARGIN), Cm(TOP), height=Cm(HEIGHT - TOP - 4))
        most = Cm(WIDTH - 2 * MARGIN)
        if picture.width > most:
            picture.height, picture.width = int(picture.height * most / picture.width), most
        picture._element.nvPicPr.cNvPr.set("descr", f"{title}. {told}")
        self._write(slide, [told], HEIGHT - 3.4, 1.8, 13, SOFT)

    def table(self, title: str, listed: Mapping[str, Any]) -> None:
        """A table of the document, its first rows."""
        slide, rows = self._slide(title), listed["rows"][:MOST_ROWS]
        if not rows:
            self._write(slide, ["En este corte no hay nada que mostrar."], TOP, 2, 20)
            return
        frame = slide.shapes.add_table(
            len(rows) + 1, len(listed["head"]), Cm(MARGIN), Cm(TOP), Cm(WIDTH - 2 * MARGIN), Cm(1)
        )
        grid = frame.table
        fitted = widths.of_table(
            {
                "head": [head["title"] for head in listed["head"]],
                "rows": [[told["whole"] for told in row] for row in rows],
            }
        )
        for column, width in zip(
            grid.columns, word.centimetres(fitted["columns"], WIDTH - 2 * MARGIN, EM), strict=True
        ):
            column.width = Cm(width)
        for cell, head in zip(grid.rows[0].cells, listed["head"], strict=True):
            self._cell(cell, head["title"], head["figure"], RGBColor(0xFF, 0xFF, 0xFF), bold=True)
            cell.fill.solid()
            cell.fill.fore_color.rgb = BRAND
        for line, row in zip(list(grid.rows)[1:], rows, strict=True):
            for cell, told in zip(line.cells, row, strict=True):
                self._cell(cell, told["whole"], told["figure"], INK.get(told["color"]), bold=bool(told["color"]))
                cell.fill.solid()
                cell.fill.fore_color.rgb = LINE
        if len(listed["rows"]) > MOST_ROWS:
            self._write(slide, [f"Y {len(listed['rows']) - MOST_ROWS} más, en el informe."], HEIGHT - 2.2, 1, 12, SOFT)

    def _slide(self, title: str) -> Any:
        slide = self._deck.slides.add_slide(self._deck.slide_layouts[5])
        shape = slide.shapes.title
        shape.left, shape.top, shape.width, shape.height = Cm(MARGIN), Cm(0.9), Cm(WIDTH - 2 * MARGIN), Cm(2)
        shape.text_frame.text, shape.text_frame.word_wrap = title, True
        paragraph = shape.text_frame.paragraphs[0]
        paragraph.alignment, paragraph.font.size, paragraph.font.bold = PP_ALIGN.LEFT, Pt(30), True
        paragraph.font.name = word.FONT
        paragraph.font.color.rgb = BRAND
        foot = f"{self._report.plan_name} · {self._report.month} · {len(self._deck.slides)}"
        self._write(slide, [foot], HEIGHT - 1.3, 0.9, 10, SOFT)
        return slide

    @staticmethod
    def _write(
        slide: Any, lines: Sequence[str], top: float, height: float, size: int, ink: RGBColor | None = None
    ) -> None:
        box = slide.shapes.add_textbox(Cm(MARGIN), Cm(top), Cm(WIDTH - 2 * MARGIN), Cm(height))
        box.text_frame.word_wrap = True
        for place, line in enumerate(lines):
            paragraph = box.text_frame.paragraphs[0] if place == 0 else box.text_frame.add_paragraph()
            paragraph.text, paragraph.font.size, paragraph.space_after = line, Pt(size), Pt(size / 2)
            paragraph.font.name = word.FONT
            if ink is not None:
                paragraph.font.color.rgb = ink

    @staticmethod
    def _cell(cell: Any, text: str, figure: bool, ink: RGBColor | None, *, bold: bool) -> None:
        cell.text, cell.vertical_anchor = text, MSO_ANCHOR.MIDDLE
        cell.margin_top = cell.margin_bottom = Cm(0.08)
        for paragraph in cell.text_frame.paragraphs:
            paragraph.font.size, paragraph.font.bold, paragraph.font.name = Pt(LETTERS), bold, word.FONT
            paragraph.font.color.rgb = ink or RGBColor(0x16, 0x20, 0x2E)
            if figure:
                paragraph.alignment = PP_ALIGN.RIGHT
