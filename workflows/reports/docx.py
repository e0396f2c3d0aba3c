"""The report as a Word document, from a template that an office may restyle in Word."""

from __future__ import annotations

import io
from collections.abc import Sequence
from importlib import resources
from typing import Any

import jinja2
from docx.shared import Cm, Pt
from docxtpl import DocxTemplate, InlineImage

from workflows.documents import word
from workflows.reports.charts import Charts
from workflows.reports.contents import Report
from workflows.reports.presenting import present


def render_docx(report: Report, charts: Charts) -> bytes:
    """The document; typed text is escaped, so it can break neither the XML nor the template."""
    content = (resources.files("workflows.reports") / "templates" / "informe.docx").read_bytes()
    template = DocxTemplate(io.BytesIO(content))
    shown = present(report)
    objectives = [objective for line in shown["lines"] for objective in line["objectives"]]
    values = {
        "r": shown,
        "objectives": objectives,
        "reported": [item for objective in objectives for item in objective["indicators"] if item["has_report"]],
        "logo": _logo(template, report.letterhead.logo),
        "images": {name: _picture(template, charts.png(name)) for name in charts.svg},
    }
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    template.render(values, jinja_env=environment, autoescape=True)
    written = template.docx  # get_docx() would read the template anew
    written.core_properties.title = report.title
    word.dress(written)
    _tell(written, list(charts.told.values()))
    page = written.sections[0]
    room = (page.page_width - page.left_margin - page.right_margin) / Cm(1)
    for grid in written.tables:
        word.fit(grid, room)
    target = io.BytesIO()
    template.save(target)
    return target.getvalue()


def _tell(written: Any, told: Sequence[str]) -> None:
    """Say each chart in words, and keep it off the table above it; they stand in the template in their order."""
    for shape, words in zip(list(written.inline_shapes)[-len(told) :], told, strict=True):
        word.tell(shape, words)
    for paragraph in written.paragraphs:
        if paragraph._p.xpath(".//w:drawing"):
            paragraph.paragraph_format.space_before = Pt(8)


def _logo(template: DocxTemplate, png: bytes | None) -> InlineImage | str:
    return InlineImage(template, io.BytesIO(png), height=Cm(word.LOGO)) if png else ""


def _picture(template: DocxTemplate, png: bytes) -> InlineImage:
    return InlineImage(template, io.BytesIO(png), width=Cm(16))
