"""What is published as PDF can be archived and read aloud: PDF/A-2a and PDF/UA-1, by the rules that a file can show."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pikepdf
import pytest

from tests.support.reports import report
from workflows.documents import rendering
from workflows.documents.rendering import Page
from workflows.reports.charts import draw
from workflows.reports.pdf import render_pdf
from workflows.sectors.identity import Letterhead

TABLE = {"caption": "Pesos", "head": ["Código", "Peso"], "rows": [["IP-1", "50"], ["IP-2", "50"]]}


def written(*levels: int) -> bytes:
    """A document with a heading of each of these levels."""
    sections = tuple(
        {"heading": f"Título {place}", "level": level, "paragraphs": ["Dice algo."], "tables": [TABLE]}
        for place, level in enumerate(levels)
    )
    head = Letterhead("Gobierno", "Secretaría", "#7a1f4e", None)
    return rendering.render_pdf(
        Page(title="Acta", subtitle="Plan", facts=(), sections=sections, made_at=0, letterhead=head)
    )


def monthly() -> bytes:
    month = report("Uno dos")
    return render_pdf(month, draw(month))


def elements(node: pikepdf.Object) -> Iterator[pikepdf.Dictionary]:
    """Every element of the tree of tags, in the order in which it is read."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


@pytest.mark.parametrize("content", [written(1, 2), monthly()], ids=["document", "report"])
def test_a_published_pdf_says_that_it_is_tagged_archivable_and_in_spanish(content: bytes) -> None:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        said = pdf.open_metadata()
        assert (said["pdfaid:part"], said["pdfaid:conformance"], said["pdfuaid:part"]) == ("2", "A", "1")
        assert said["dc:title"]
        assert pdf.Root.MarkInfo.Marked
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        assert str(pdf.Root.Lang).lower().startswith("es")
        assert all(one.get("/Tabs") == "/S" for one in pdf.pages if "/Annots" in one)


@pytest.mark.parametrize("content", [written(1, 2), monthly()], ids=["document", "report"])
def test_pictures_are_told_in_words_and_tables_have_headings(content: bytes) -> None:
    with pikepdf.open(io.BytesIO(content)) as pdf:
        tags = list(elements(pdf.Root.StructTreeRoot))
        pictures = [one for one in tags if one.S == "/Figure"]
        tables = [one for one in tags if one.S == "/Table"]

        assert all(str(one.get("/Alt", "")) for one in pictures)
        assert tables
        assert all(any(cell.S == "/TH" for cell in elements(table)) for table in tables)


def test_no_heading_is_skipped_whatever_the_levels_of_the_sections() -> None:
    with pikepdf.open(io.BytesIO(written(2, 3, 1, 3))) as pdf:
        headings = [int(str(one.S)[2:]) for one in elements(pdf.Root.StructTreeRoot) if str(one.S)[1:2] == "H"]

    assert headings == [1, 2, 1, 2]


def test_a_heading_that_no_one_can_hear_stays_as_text() -> None:
    head = Letterhead("Gobierno", "Secretaría", "#7a1f4e", None)
    sections = tuple({"heading": one, "level": 1, "paragraphs": [], "tables": []} for one in ("", "\u200d", "Uno"))

    content = rendering.render_pdf(Page(title="", subtitle="", facts=(), sections=sections, made_at=0, letterhead=head))

    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert [str(one.S) for one in elements(pdf.Root.StructTreeRoot)].count("/H1") == 1
