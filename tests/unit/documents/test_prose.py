"""A section's text says its structure with its lines, goes to Word and comes back the same."""

from __future__ import annotations

import dataclasses
import io
import zipfile

import docx
import pikepdf
import pytest
from PIL import Image

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
        "Nació en 2006^[Acuerdo 257 de 2006.] y creció.",
        "![Un mapa del sector](mapa.png)",
    )
)
LIVE = [{"caption": "Objetivos", "head": ["Código", "Objetivo"], "rows": [["O1.1", "Cuidar la noche"]]}]


def test_lines_say_subheadings_lists_and_tables_and_the_rest_are_paragraphs() -> None:
    found = prose.blocks(TEXT)

    assert [one["kind"] for one in found] == [
        "parrafo", "titulo", "lista", "titulo", "lista", "tabla", "parrafo", "parrafo", "imagen",
    ]  # fmt: skip
    assert [one["level"] for one in found if one["kind"] == "titulo"] == [1, 2]
    assert found[5]["rows"] == [["Año", "Meta"], ["2017", "12"]]
    assert prose.written(found) == TEXT


@pytest.mark.parametrize("text", ["", "#", "##", "|", "||", "|---|", "- ", "1.", "### sin padre", "2018. Un año",
                                  "![]()", "![sin nombre]", "^[]", "^[sin fin"])  # fmt: skip
def test_no_text_is_wrong(text: str) -> None:
    found = prose.blocks(text)

    assert all(one["kind"] in ("parrafo", "titulo") for one in found if "---" not in text)
    assert prose.blocks(prose.written(found)) == found


def picture(size: tuple[int, int] = (60, 30)) -> bytes:
    """A PNG."""
    target = io.BytesIO()
    Image.new("RGB", size, "#7a1f4e").save(target, "PNG")
    return target.getvalue()


PICTURES = {"mapa.png": picture()}


def test_a_text_is_parted_at_its_notes_and_says_them_in_parentheses_where_there_is_no_foot() -> None:
    text = "Uno^[a] y dos^[ b ]"

    assert prose.parts(text) == [{"text": "Uno", "note": "a"}, {"text": " y dos", "note": "b"}]
    assert prose.without_notes(text) == "Uno (a) y dos (b)"
    assert prose.note("con [corchetes]\n y renglones") == "^[con (corchetes) y renglones]"


def test_a_picture_put_in_word_comes_back_with_a_name_of_its_own() -> None:
    document = docx.Document(io.BytesIO(section_file.write("1.1 Marco", "Hola.", [])))
    document.add_picture(io.BytesIO(picture((10, 10))))
    document.add_picture(io.BytesIO(picture((10, 10))))
    changed = io.BytesIO()
    document.save(changed)

    back = section_file.read(changed.getvalue())
    (name,) = back.pictures

    assert name.startswith("imagen-") and name.endswith(".png")
    assert back.text.count(f"]({name})") == 2


def test_a_section_goes_to_word_and_comes_back_without_the_tables_of_the_plan() -> None:
    back = section_file.read(section_file.write("1.1 Marco", TEXT, LIVE, PICTURES))

    assert back == section_file.Brought(TEXT, PICTURES)


def test_what_is_typed_into_a_table_of_the_plan_does_not_come_back() -> None:
    document = docx.Document(io.BytesIO(section_file.write("1.1 Marco", TEXT, LIVE, PICTURES)))
    document.tables[-1].rows[1].cells[1].text = "Otra cosa"
    document.add_paragraph("Una frase nueva.")
    changed = io.BytesIO()
    document.save(changed)

    back = section_file.read(changed.getvalue()).text

    assert "Otra cosa" not in back and "Cuidar la noche" not in back
    assert back == f"{TEXT}\n\nUna frase nueva."


def test_what_is_no_word_file_is_refused_in_a_sentence() -> None:
    with pytest.raises(Refused, match=r"\.docx"):
        section_file.read(b"no es un documento")


def test_every_format_shows_the_structure() -> None:
    digest = "d" * 64
    section = {"code": "1.1", "title": "Marco", "text": TEXT, "is_prose": True, "pictures": {"mapa.png": digest}}
    laid = rendering.laid_out("Plan", "Sector", [], [section], 1_500_000_000, Letterhead("Cielo", ""))
    page = dataclasses.replace(laid, pictures={digest: picture()})

    html, pdf = rendering.render_html(page).decode(), rendering.render_pdf(page)
    word_file = rendering.render_docx(page)
    written = docx.Document(io.BytesIO(word_file))

    assert "<li>Dos acuerdos</li>" in html and '<td class="n">12</td>' in html and "&lt; &amp; *" in html
    assert 'alt="Un mapa del sector"' in html and '<li id="n1">Acuerdo 257 de 2006.' in html
    assert pdf.startswith(b"%PDF")
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert [len(one.get_images()) for one in opened.pages] == [1]
    styles = {one.text: one.style.name for one in written.paragraphs if one.style is not None}
    assert styles["Antecedentes"] == "Heading 3" and styles["Después"] == "List Number"
    assert styles["Figura 1. Un mapa del sector"] == "Caption"
    assert written.tables[0].cell(1, 1).text == "12"
    assert len(written.inline_shapes) == 1
    with zipfile.ZipFile(io.BytesIO(word_file)) as parts:
        assert "Acuerdo 257 de 2006." in parts.read("word/footnotes.xml").decode()


def test_a_picture_that_the_section_does_not_keep_is_left_out_and_not_counted() -> None:
    section = {"code": "1", "title": "A", "text": "![Uno](no-esta.png)\n![Dos](mapa.png)", "is_prose": True,
               "pictures": {"mapa.png": "d"}}  # fmt: skip
    laid = rendering.laid_out("Plan", "Sector", [], [section], 1, Letterhead("Cielo", ""))

    blocks = dataclasses.replace(laid, pictures={"d": picture()}).as_dict()["sections"][0]["blocks"]

    assert [one["caption"] for one in blocks] == ["Figura 1. Dos"]
