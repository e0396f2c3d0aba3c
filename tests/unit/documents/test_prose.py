"""A section's text says its structure with its lines, goes to Word and comes back the same."""

from __future__ import annotations

import io

import docx
import pytest

from workflows.documents import prose, rendering, section_file
from workflows.errors import Refused
from workflows.sectors.identity import Letterhead

TEXT = "\n\n".join(
    (
        "El sector nace en 2006.",
        "## Antecedentes",
        "- Una norma\n- Dos acuerdos",
        "### Lo que sigue",
        "1. Primero\n2. Después",
        "| Año | Meta |\n|---|---|\n| 2017 | 12 |",
        "Y nada más: < & *",
    )
)
LIVE = [{"caption": "Objetivos", "head": ["Código", "Objetivo"], "rows": [["O1.1", "Cuidar la noche"]]}]


def test_lines_say_subheadings_lists_and_tables_and_the_rest_are_paragraphs() -> None:
    found = prose.blocks(TEXT)

    assert [one["kind"] for one in found] == ["parrafo", "titulo", "lista", "titulo", "lista", "tabla", "parrafo"]
    assert [one["level"] for one in found if one["kind"] == "titulo"] == [1, 2]
    assert found[5]["rows"] == [["Año", "Meta"], ["2017", "12"]]
    assert prose.written(found) == TEXT


@pytest.mark.parametrize("text", ["", "#", "##", "|", "||", "|---|", "- ", "1.", "### sin padre", "2018. Un año"])
def test_no_text_is_wrong(text: str) -> None:
    found = prose.blocks(text)

    assert all(one["kind"] in ("parrafo", "titulo") for one in found if "---" not in text)
    assert prose.blocks(prose.written(found)) == found


def test_a_section_goes_to_word_and_comes_back_without_the_tables_of_the_plan() -> None:
    back = section_file.read(section_file.write("1.1 Marco", TEXT, LIVE))

    assert back == TEXT


def test_what_is_typed_into_a_table_of_the_plan_does_not_come_back() -> None:
    document = docx.Document(io.BytesIO(section_file.write("1.1 Marco", TEXT, LIVE)))
    document.tables[-1].rows[1].cells[1].text = "Otra cosa"
    document.add_paragraph("Una frase nueva.")
    changed = io.BytesIO()
    document.save(changed)

    back = section_file.read(changed.getvalue())

    assert "Otra cosa" not in back and "Cuidar la noche" not in back
    assert back == f"{TEXT}\n\nUna frase nueva."


def test_what_is_no_word_file_is_refused_in_a_sentence() -> None:
    with pytest.raises(Refused, match=r"\.docx"):
        section_file.read(b"no es un documento")


def test_every_format_shows_the_structure() -> None:
    sections = [{"code": "1.1", "title": "Marco", "text": TEXT, "is_prose": True}]
    page = rendering.laid_out("Plan", "Sector", [], sections, 1_500_000_000, Letterhead("Cielo", ""))

    html, pdf = rendering.render_html(page).decode(), rendering.render_pdf(page)
    written = docx.Document(io.BytesIO(rendering.render_docx(page)))

    assert "<li>Dos acuerdos</li>" in html and '<td class="n">12</td>' in html and "&lt; &amp; *" in html
    assert pdf.startswith(b"%PDF")
    styles = {one.text: one.style.name for one in written.paragraphs if one.style is not None}
    assert styles["Antecedentes"] == "Heading 3" and styles["Después"] == "List Number"
    assert written.tables[0].cell(1, 1).text == "12"
