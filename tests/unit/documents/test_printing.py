from __future__ import annotations

import csv
import datetime as dt
import io
import re
import subprocess
import unicodedata
import zipfile
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import docx
import pikepdf
import pytest
from docx.shared import RGBColor
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree, html
from openpyxl import Workbook, load_workbook
from PIL import Image

from notifications.rendering import render
from tests.support.reports import report
from workflows.documents import fonts, letters, rendering
from workflows.documents.fonts import warning_about
from workflows.documents.letters import UnwritableText, received
from workflows.documents.rendering import Page
from workflows.documents.tables import Column, as_csv, put, write_sheet
from workflows.reports import storing
from workflows.reports.charts import Charts, draw
from workflows.sectors.identity import Letterhead
from workflows.sectors.pictures import NoLogo, logo_from

GOLDEN = (
    "✓ → • ☐ ✅", "é ñ", "中文 漢字 한국어", "עברית العربية", "😀", "ภาษาไทย", "हिन्दी", "አማርኛ",
    "#let $x$ *b* @z <l> `c`", "{{ 7*7 }} {% if %}",
)  # fmt: skip
ASKEW = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from(
            "\uf0b7\uf0fc\u0301\u0338\u3099\u20e3\u200d\ufe0f\u00ad\u0600\u0e31\u05b0🏽🇨🏴\U000e0067👩한ᄀ中אع<&#$*@{%"
        ),
        st.sampled_from(" \n\tab{}"),
    ),
    max_size=60,
)


def page(words: str, tables: list[dict[str, Any]] | None = None) -> Page:
    """A document in which everything says `words`."""
    table = {"caption": words, "head": [words, "B"], "rows": [[words, words], [words]]}
    section = {"heading": words, "level": 1, "paragraphs": [words], "tables": [table] if tables is None else tables}
    head = Letterhead(words, words, "#7a1f4e", logo())
    return Page(
        title=words, subtitle=words, facts=((words, words),), sections=(section,), made_at=0, letterhead=head
    )  # fmt: skip


def logo(size: tuple[int, int] = (900, 450), file_format: str = "PNG", **more: Any) -> bytes:
    """A picture as somebody hands it in, made into a logo."""
    target = io.BytesIO()
    Image.new("RGB", size, "#7a1f4e").save(target, file_format, **more)
    return logo_from(target.getvalue())


def printed(content: bytes) -> str:
    """The words of a PDF, as somebody who searches in it finds them."""
    found = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
    return found.stdout.decode().replace("\u200b", "")


def whole(name: str, content: bytes) -> str:
    """All the text of a document that is no PDF."""
    if name.endswith("html"):
        return str(html.document_fromstring(content.decode()).text_content())
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        files = [
            part
            for part in parts.namelist()
            if part == "word/document.xml" or part.startswith(("xl/worksheets/sheet", "ppt/slides/slide"))
        ]
        return "\n".join("".join(etree.fromstring(parts.read(part)).itertext()) for part in files)


def all_formats(words: str, charts: Charts | None = None) -> dict[str, bytes]:
    """A written document and a monthly report that say `words`, in every format."""
    month = report(words)
    pictures = charts or draw(month)
    written: Mapping[str, Any] = rendering.RENDERERS
    return {
        **{f"página.{suffix}": render(page(words)) for suffix, render in written.items()},
        **{f"informe.{suffix}": render(month, pictures) for suffix, render in storing.RENDERERS.items()},
    }


@pytest.mark.parametrize("words", GOLDEN)
def test_what_was_typed_can_be_found_in_the_documents(words: str) -> None:
    documents = all_formats(words)

    found = {name: printed(content) for name, content in documents.items() if name.endswith("pdf")}

    for letter in re.sub(r"\s", "", words):
        assert all(letter in text for text in found.values()), letter
    for name, content in documents.items():
        assert name.endswith("pdf") or words in whole(name, content), name
    assert not any("no puede mostrar" in text for text in found.values())


def test_a_letter_that_no_font_has_is_a_sign_and_listed_at_the_end() -> None:
    words = "Saludo: កខ, y sigue"

    text = printed(rendering.render_pdf(page(words)))

    assert "Saludo: ▯▯, y sigue" in text
    assert "no puede mostrar (U+1780, U+1781)" in text.replace("\n", " ")


def test_a_letter_that_no_font_has_is_told_in_word_and_on_the_page_too() -> None:
    words, told = "Saludo: កខ, y sigue", "El PDF no podrá mostrar algunas letras de este texto (U+1780, U+1781)"

    documents = {suffix: rendering.RENDERERS[suffix](page(words)) for suffix in ("html", "docx")}

    for suffix, content in documents.items():
        text = whole(f"página.{suffix}", content)
        assert words in text and text.count(told) == 1
    assert told in warning_about({"avances": [{"nota": words}]})
    assert warning_about({"nota": "Año «2018» – sí; 50 € → 中文 😀"}) == ""
    assert "El PDF" not in whole("página.html", rendering.render_html(page("Añil")))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ASKEW)
def test_whatever_a_form_accepts_comes_out_in_every_format(typed: str) -> None:
    try:
        words = received(typed)
    except UnwritableText:
        words = typed.encode("utf-8", "replace").decode()  # kept before there was the rule

    documents = all_formats(words)

    for name, content in documents.items():
        if name.endswith("pdf"):
            with pikepdf.open(io.BytesIO(content)) as pdf:
                assert len(pdf.pages) >= 1
        elif name.endswith(("docx", "xlsx", "pptx")):
            assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
        else:
            assert content.decode()


@pytest.mark.parametrize("words", ["x" * 20_000, "palabra corta " * 1400, "עברית " * 3000])
def test_a_very_long_text_runs_over_pages_and_stays_whole(words: str) -> None:
    table = {"caption": "", "head": ["A", "B", "C"], "rows": [["a", words, "c"]]}

    content = rendering.render_pdf(page("Acta", [table]))

    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert 2 < len(pdf.pages) < 60
    assert re.sub(r"\s", "", printed(content)).count(words[0]) >= words.count(words[0])


def test_fifteen_hundred_ragged_rows_come_out_each(tmp_path: Path) -> None:
    rows = [[f"fila {number}", "texto"][: number % 3] for number in range(1, 1501)]
    shown = page("Acta", [{"caption": "", "head": ["A"], "rows": rows}])

    documents = {suffix: render(shown) for suffix, render in rendering.RENDERERS.items()}

    assert printed(documents["pdf"]).count("fila ") == sum(bool(row) for row in rows)
    assert documents["html"].decode().count("fila ") == sum(bool(row) for row in rows)


def test_the_same_words_give_the_same_bytes_with_our_fonts_alone() -> None:
    words = "✓ é 中文 😀"

    first, second = rendering.render_pdf(page(words)), rendering.render_pdf(page(words))

    assert first == second
    with pikepdf.open(io.BytesIO(first)) as pdf:
        fonts = {str(font.BaseFont).split("+")[-1] for font in pdf.pages[0].Resources.Font.values()}
    assert all(name.startswith(("LibertinusSerif", "DejaVuSans", "NotoSans", "NotoEmoji")) for name in fonts), fonts


@settings(max_examples=100, deadline=None)
@given(ASKEW)
def test_a_table_takes_any_text_and_keeps_it(typed: str) -> None:
    words = letters.shown(typed)
    columns: tuple[Column[str], ...] = (Column("texto", lambda row: row),)
    book = Workbook()
    sheet = book.create_sheet("Tabla")

    write_sheet(sheet, columns, [typed])
    book.save(target := io.BytesIO())
    written = as_csv(columns, [typed]).decode()

    cell = load_workbook(target)["Tabla"]["A2"]
    assert (cell.value or "") == words and cell.data_type != "f"
    assert next(csv.reader(io.StringIO(written.partition("\r\n")[2], newline="")), [""]) in ([words], [f"'{words}"])


def test_what_a_cell_has_no_room_for_is_cut_and_says_so() -> None:
    sheet = Workbook().create_sheet("Tabla")

    cell = put(sheet, 1, 1, "😀" * 20_000)

    assert str(cell.value).endswith("[…] (sigue en Cauce)")
    assert len(str(cell.value).encode("utf-16-le")) // 2 <= 32_767


@pytest.mark.parametrize("words", ["aviso\x07\ufffe", "\uf0b7 tarea", "<b>{{ 7*7 }}</b>"])
def test_a_mail_takes_any_text(words: str) -> None:
    meeting = SimpleNamespace(
        topic=words,
        held_on=dt.date(2018, 8, 1),
        starts_at=None,
        mode=words,
        place=words,
        agenda=[{"punto": words}],
    )

    about = {"convener": words, "case_name": words, "reason": words, "withdrawn": False}
    mail = render("invitation", {"name": words, "meeting": meeting, **about})

    assert letters.shown(words) in mail.subject
    assert letters.shown(words) in mail.text
    assert letters.shown(words) in html.document_fromstring(mail.html).text_content()


def test_what_is_not_looked_up_can_be_printed() -> None:
    covered = frozenset().union(*fonts._coverage().values())

    passed_over = [chr(code) for code in range(0x20, 0x10000) if not fonts._BEYOND_LATIN.search(chr(code))]
    missing = [one for one in passed_over if ord(one) not in covered and unicodedata.category(one)[0] != "C"]

    assert "●" in passed_over
    assert missing == []


def test_a_logo_is_kept_small_and_without_what_its_file_said_beside() -> None:
    # Given a photo that says where it was taken
    exif = Image.Exif()
    exif[0x010E] = "Casa de Ana"

    # When it is made a logo
    kept = logo((1_500, 900), "JPEG", exif=exif)

    # Then only its pixels are left, so many as the head of a page needs
    with Image.open(io.BytesIO(kept)) as picture:
        assert (picture.format, picture.size, picture.info) == ("PNG", (333, 200), {})
    assert b"Casa de Ana" not in kept


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"<svg onload='alert(1)'/>", b"\x89PNG\r\n\x1a\n" + b"0" * 50, b"x" * (1024 * 1024 + 1)]
)
def test_what_is_no_picture_is_no_logo(content: bytes) -> None:
    # Given something else than a picture, or one that is too large
    # When it is handed in
    # Then a sentence says so
    with pytest.raises(NoLogo, match=r"imagen|1 MB"):
        logo_from(content)


def test_a_document_shows_the_logo_the_sector_and_its_colour_in_every_format(tmp_path: Path) -> None:
    # Given a document of a sector with a logo
    made = page("Plan")

    # When it is rendered
    as_html = rendering.render_html(made).decode()
    book = docx.Document(io.BytesIO(rendering.render_docx(made)))
    with pikepdf.open(io.BytesIO(rendering.render_pdf(made))) as pdf:
        pictures = [name for one in pdf.pages for name in one.get_images()]

    # Then each has the picture, the words and the colour
    assert "data:image/png;base64," in as_html
    assert "Sector Plan · Plan" in as_html
    assert "#7a1f4e" in as_html
    assert len(book.inline_shapes) == 1
    assert book.styles["Title"].font.color.rgb == RGBColor(0x7A, 0x1F, 0x4E)
    assert pictures
