"""What is shown of a file beside the work: made from it, never run."""

from __future__ import annotations

import io
import zipfile
import zlib

import docx
import openpyxl
import pytest

from workflows.documents import previews

PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R>>endobj
4 0 obj<</Length 24>>stream
0 0 1 rg 0 0 300 100 re f
endstream endobj
trailer<</Root 1 0 R>>
"""


def test_a_pdf_is_shown_as_pictures_of_its_pages() -> None:
    assert previews.preview(PDF, "application/pdf").pages == 1

    picture = previews.page_picture(PDF, 1)

    assert picture.startswith(b"\x89PNG") and picture[16:24] == (900).to_bytes(4, "big") + (600).to_bytes(4, "big")
    data = picture[picture.index(b"IDAT") + 4 :]
    pixels = zlib.decompressobj().decompress(data)
    assert pixels[1:4] == b"\xff\xff\xff" and pixels[599 * 2701 + 1 : 599 * 2701 + 4] == b"\x00\x00\xff"
    with pytest.raises(previews.Unshowable):
        previews.page_picture(PDF, 2)


def test_a_workbook_is_shown_as_a_table_of_what_people_read() -> None:
    book, file = openpyxl.Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Octubre"
    for row in [["Localidad", "m²"], ["Usaquén", 3120.5], [None, None], ["=HYPERLINK(1)", True]]:
        sheet.append(row)
    book.save(file)

    (table,) = previews.preview(file.getvalue(), previews.SHEET).tables

    assert table.name == "Octubre" and not table.is_cut
    assert [list(row) for row in table.rows] == [["Localidad", "m²"], ["Usaquén", "3.120,5"], ["", "Sí"]]


def test_a_word_document_a_csv_and_an_archive_are_shown_as_text() -> None:
    document, file = docx.Document(), io.BytesIO()
    document.add_paragraph("Acta de la reunión")
    document.save(file)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("fotos/uno.jpg", b"")

    assert previews.preview(file.getvalue(), previews.WORD).paragraphs == ["Acta de la reunión"]
    assert previews.preview("mes;año\n6;2018\n".encode("cp1252"), "text/csv").tables[0].rows[0] == ["mes", "año"]
    assert previews.preview(packed.getvalue(), "application/zip").names == ["fotos/uno.jpg"]


@pytest.mark.parametrize("media_type", ["application/pdf", previews.SHEET, previews.WORD, "application/zip", "x/y"])
def test_what_cannot_be_read_is_said_not_raised_otherwise(media_type: str) -> None:
    with pytest.raises(previews.Unshowable):
        previews.preview(b"PK\x03\x04 rubbish", media_type)
