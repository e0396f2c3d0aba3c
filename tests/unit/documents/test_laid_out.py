"""How documents are laid out: dates, widths, tables that stay whole, and what is said where there is nothing."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import subprocess
from typing import Any

import docx
import pytest
from docx.enum.section import WD_ORIENT

from workflows.documents import rendering, widths, word
from workflows.documents.models import DocumentVersion, PlanDocument
from workflows.documents.rendering import page_of
from workflows.sectors.identity import NO_LETTERHEAD

MADE = dt.datetime(2019, 2, 3, 14, tzinfo=dt.UTC)
APPROVED = dt.datetime(2019, 1, 22, 14, tzinfo=dt.UTC)
WIDE = {
    "caption": "Matriz",
    "head": [f"Columna {place}" for place in range(14)],
    "rows": [[f"{place},0 %" for place in range(14)]],
}


def _page(sections: list[dict[str, Any]], **content: Any) -> rendering.Page:
    version = DocumentVersion(
        number="1.0", content={"sections": sections, **content}, sha256="a" * 64, made_at=MADE, made_by="x"
    )
    return page_of(PlanDocument(title="Informe"), version, "Plan", NO_LETTERHEAD)


def test_what_was_approved_has_the_date_of_that_and_not_of_its_making() -> None:
    made, approved = _page([]), _page([], **{rendering.APPROVED_AT: APPROVED.isoformat()})

    assert ("Hecha el", "3 de febrero de 2019, 09:00") in made.facts
    assert "Hecha el" not in dict(approved.facts)
    assert (made.made_at, approved.made_at) == (MADE.timestamp(), APPROVED.timestamp())


def test_a_table_without_rows_is_said_in_a_sentence_and_not_drawn() -> None:
    page = _page([{"code": "1", "title": "A", "tables": [{"caption": "Compromisos", "head": ["Estado"], "rows": []}]}])

    (section,) = page.as_dict()["sections"]

    assert (section["paragraphs"], section["tables"]) == (["Compromisos: sin registros."], [])


@pytest.mark.parametrize("cells", [["82,6 %", "100,0 %"], ["9.180", "—"], ["sin dato", "7,0"]])
def test_a_column_of_figures_stands_to_the_right_with_their_signs(cells: list[str]) -> None:
    found = widths.of_table({"caption": "", "head": ["Línea", "Va"], "rows": [["Una", cell] for cell in cells]})

    assert [column["figure"] for column in found["columns"]] == [False, True]


def test_no_word_of_a_crowded_table_is_broken_while_its_longest_words_fit() -> None:
    head = ["Código", "Indicador", "Entidad", "Programado", "Ejecutado", "Cumple", "Semáforo"]
    row = ["IR-1.1", "Hogares que dicen dormir mal por ruido o por luz " * 3, "INSOMB", "36,0", "38,0", "66,7 %",
           "▲ Sobreejecución"]  # fmt: skip
    found = widths.of_table({"caption": "", "head": head, "rows": [row]})

    across = word.centimetres(found["columns"], 16.0)

    assert sum(across) == pytest.approx(16.0)
    assert all(
        width >= column["least"] * word.EM - 0.001 for width, column in zip(across, found["columns"], strict=True)
    )


def test_a_heading_turns_with_its_wide_table_in_word() -> None:
    page = _page([{"code": "1", "title": "Prioridades", "text": "Lo que se priorizó.", "tables": [WIDE]}])

    document = docx.Document(io.BytesIO(rendering.render_docx(page)))
    upright, turned, *_rest = document.sections

    assert (upright.orientation, turned.orientation) == (WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE)
    assert [one.text for one in turned.iter_inner_content() if hasattr(one, "text")][:2] == [
        "1 Prioridades", "Lo que se priorizó.",
    ]  # fmt: skip


def test_a_short_table_stands_whole_and_a_long_one_may_be_parted() -> None:
    short = widths.of_table({"caption": "", "head": ["A", "B"], "rows": [["a", "b"]] * 5})
    long = widths.of_table({"caption": "", "head": ["A", "B"], "rows": [["a", "b"]] * 50})

    assert (short["whole"], long["whole"]) == (True, False)


def signed(filler: int) -> rendering.Page:
    """An act with so many lines before its last article."""
    articles = [*(f"Considerando {place}." for place in range(filler)), "Artículo final. Este acto rige desde hoy."]
    sections = (
        {"heading": "Resuelve", "level": 1, "paragraphs": articles, "tables": []},
        {"heading": "Publíquese y cúmplase", "level": 1, "paragraphs": ["Dada hoy."], "tables": []},
    )
    who = (rendering.Signature("Ana Martínez", "Secretaría"),)
    return rendering.Page("Resolución", "Secretaría", (), sections, 0, NO_LETTERHEAD, signatures=who)


def test_who_signs_stands_on_the_page_of_the_last_article() -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("needs pdftotext (apt-get install poppler-utils)")
    for filler in range(18, 34):  # the end of a page falls on every line of the closing
        made = rendering.render_pdf(signed(filler))
        told = subprocess.run(["pdftotext", "-layout", "-", "-"], input=made, capture_output=True, check=True).stdout

        (page,) = [one for one in told.decode().split("\f") if "Ana Martínez" in one]

        assert "Artículo final" in page and "Dada hoy" in page, filler


def test_in_word_who_signs_is_kept_with_the_last_article() -> None:
    made = docx.Document(io.BytesIO(rendering.render_docx(signed(2))))

    kept = [one.text for one in made.paragraphs if one.paragraph_format.keep_with_next]

    assert kept == ["Artículo final. Este acto rige desde hoy.", "Publíquese y cúmplase", "Dada hoy."]
    assert all(row._tr.xpath("w:trPr/w:cantSplit") for row in made.tables[-1].rows)
