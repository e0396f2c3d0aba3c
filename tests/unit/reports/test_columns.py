"""A column of the report is said in one place and stands in all its formats."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal as D
from importlib import resources

import docx
import openpyxl
import pytest
from lxml import html

from tests.unit.reports import test_tables
from workflows.documents.tables import Column
from workflows.reports import columns
from workflows.reports.charts import draw
from workflows.reports.contents import CommitmentLine, GoalLine
from workflows.reports.docx import render_docx
from workflows.reports.html import render_html
from workflows.reports.pdf import render_pdf
from workflows.reports.xlsx import render_xlsx

GOAL = GoalLine(
    "1094", "1094-1", "Prestar asistencias", "asistencias", 0, D(25), D(5), D(20), "", "01: 5", D(9), D(8), D(7)
)
REPORT = replace(test_tables.REPORT, commitments=(CommitmentLine("Entregar", "Ana", None, "abierto"),), goals=(GOAL,))
TABLES = ("LEVELS", "INDICATORS", "ENTITIES", "GOALS", "COMMITMENTS", "ALERTS")


def _page(content: bytes) -> str:
    return " ".join(" ".join(cell.itertext()) for cell in html.fromstring(content.decode()).iter("th", "td"))


def _word(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    return " ".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)


def _workbook(content: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return " ".join(str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell)


def _pdf(content: bytes) -> str:
    found = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return found.stdout.decode()


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    ("render", "read"),
    [(render_html, _page), (render_docx, _word), (render_xlsx, _workbook), (render_pdf, _pdf)],
    ids=["page", "word", "workbook", "pdf"],
)
def test_a_column_added_in_one_list_stands_in_every_format_with_its_value(
    monkeypatch: pytest.MonkeyPatch, table: str, render: Callable[..., bytes], read: Callable[[bytes], str]
) -> None:
    if read is _pdf and shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext (apt-get install poppler-utils)")
    added = Column("Añadida", lambda _row: "Su<valor>", lambda _row: "Su<valor>")
    monkeypatch.setattr(columns, table, (*getattr(columns, table), added))

    said = read(render(REPORT, draw(REPORT)))

    assert said.count("Añadida") == 1
    assert said.count("Su<valor>") == (3 if table == "LEVELS" else 1)


def test_the_word_template_names_no_column_of_its_own() -> None:
    template = docx.Document(str(resources.files("workflows.reports") / "templates" / "informe.docx"))

    said = [{cell.text for row in table.rows for cell in row.cells} for table in template.tables]

    shared = {"{{ h.title }}", "{%tc endfor %}", "{%tc for c in row %}", "{{ c.whole }}", "{%tr endfor %}", ""}
    names = ("r.levels", "r.entities", "r.goals", "r.silent", "r.years", "o.table", "r.commitments", "r.alerts")
    assert said == [shared | {f"{{%tc for h in {name}.head %}}", f"{{%tr for row in {name}.rows %}}"} for name in names]
