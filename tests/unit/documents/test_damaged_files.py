"""A damaged or hostile file is told of in a sentence, whatever the library that reads it makes of it."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import Any

import docx
import openpyxl
import pytest
from PIL import Image

from engine.errors import SpokenError
from workflows.approvals import act_files
from workflows.documents import grids, previews
from workflows.loading import reading, sector_book
from workflows.sectors import pictures

SEED = 20181130


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return target.getvalue()


def flipped(content: bytes, chance: random.Random) -> bytes:
    made = bytearray(content)
    for _ in range(5):
        made[chance.randrange(len(made))] = chance.randrange(256)
    return bytes(made)


def damaged(content: bytes) -> Iterator[bytes]:
    """A package with each part empty, gone, cut, another or no XML; with bytes changed within, and without."""
    chance, parts = random.Random(SEED), parts_of(content)
    for name, part in parts.items():
        for other in (b"", part[: len(part) // 2], b"<?xml version='1.0'?><x/>", b"\xff\xfe\x00"):
            yield packed({**parts, name: other})
        yield packed({kept: told for kept, told in parts.items() if kept != name})
    for _ in range(8):
        yield packed({name: flipped(part, chance) if part else part for name, part in parts.items()})
        yield flipped(content, chance)
    yield content[: len(content) // 2]


def workbook(*rows: list[Any]) -> bytes:
    book, target = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.worksheets[0].append(row)
    book.save(target)
    return target.getvalue()


def letter(edit: Callable[[Any], object] = lambda _: None) -> bytes:
    document, target = docx.Document(io.BytesIO(act_files.example())), io.BytesIO()
    edit(document)
    document.save(target)
    return target.getvalue()


def picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (30, 30), "red").save(target, "PNG")
    return target.getvalue()


SHEETS = workbook(["Código", "Valor"], ["1065", 4242])
READERS: dict[str, tuple[Callable[[bytes], object], bytes]] = {
    "rows of a file": (partial(grids._read, "a.xlsx"), SHEETS),
    "plan": (partial(reading._read, "a.xlsx"), SHEETS),
    "sector": (sector_book._read, SHEETS),
    "preview of a workbook": (partial(previews.preview, media_type=previews.SHEET), SHEETS),
    "preview of a document": (partial(previews.preview, media_type=previews.WORD), act_files.example()),
    "template of acts": (act_files._check, act_files.example()),
}


@pytest.mark.parametrize("reader", READERS)
def test_no_damage_goes_untold(reader: str) -> None:
    read, whole = READERS[reader]

    untold = []
    for content in islice(damaged(whole), 0, None, 4 if read is act_files._check else 1):  # it opens slowly
        try:
            read(content)
        except (SpokenError, previews.Unshowable):
            continue
        except Exception as exc:
            untold.append(repr(exc))

    assert untold == []


def test_no_damaged_picture_goes_untold() -> None:
    chance, whole, told = random.Random(SEED), picture(), 0

    for _ in range(60):
        try:
            pictures.logo_from(flipped(whole, chance))
        except pictures.NoLogo:
            told += 1

    assert told > 20


@pytest.mark.parametrize(
    "content",
    [
        b"codigo;valor\r1065;2\r", b"codigo;valor\n1065;2\n", "codigo\tvalor\n1065\t2\n".encode("utf-16"),
        "código;valor\r\n1065;2".encode("cp1252"),
    ],
    ids=["old Mac", "Unix", "Unicode of Excel", "Windows"],
)  # fmt: skip
def test_text_is_read_however_its_lines_end_and_letters_are_kept(content: bytes) -> None:
    (found,) = grids._read("datos.csv", content)

    assert [row[-1] for row in found.rows] == ["valor", "2"]


def test_a_cell_longer_than_any_is_told() -> None:
    with pytest.raises(SpokenError, match="No se pudo leer ninguna hoja"):
        grids._read("datos.csv", b"codigo;valor\n1;" + b"a" * 200_000)


@pytest.mark.parametrize("written", [b"1e400", b"-1e400"])
def test_what_is_no_finite_number_is_text(written: bytes) -> None:
    parts = parts_of(SHEETS)
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(b"4242", written)

    (found,) = grids._read("a.xlsx", packed(parts))

    assert not isinstance(found.rows[1][1], Decimal)


def _linked(kind: str, target: str) -> Callable[[Any], object]:
    return lambda document: document.part.relate_to(target, f"http://x/relationships/{kind}", is_external=True)


def _with_field(instruction: str) -> Callable[[Any], object]:
    def edit(document: Any) -> None:
        run = document.paragraphs[0].add_run()._r
        run.append(run.makeelement("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}instrText", {}))
        run[-1].text = instruction

    return edit


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (_linked("attachedTemplate", "https://otra.example/x.dotm"), "vinculado de otro lugar"),
        (_linked("image", "https://otra.example/x.png"), "vinculado de otro lugar"),
        (_linked("hyperlink", "file://servidor/x"), "vinculado de otro lugar"),
        (_with_field(" DDEAUTO c:\\\\windows\\\\cmd.exe "), "un campo que abre otro archivo"),
        (_with_field('INCLUDEPICTURE "https://otra.example/x.png"'), "un campo que abre otro archivo"),
    ],
)
def test_no_template_of_acts_leads_out_of_the_document(edit: Callable[[Any], object], told: str) -> None:
    assert told in " ".join(act_files._check(letter(edit)))


def test_a_template_with_macros_is_refused_and_one_with_a_link_and_a_page_number_is_not() -> None:
    parts = parts_of(act_files.example())
    kinds = parts["[Content_Types].xml"].replace(
        b"</Types>",
        b'<Override PartName="/word/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/></Types>',
    )
    relations = parts["word/_rels/document.xml.rels"].replace(
        b"</Relationships>",
        b'<Relationship Id="rIdV" Type="http://x/vbaProject" Target="vbaProject.bin"/></Relationships>',
    )
    macros = {"[Content_Types].xml": kinds, "word/_rels/document.xml.rels": relations, "word/vbaProject.bin": b"x"}

    assert "macros" in " ".join(act_files._check(packed({**parts, **macros})))
    assert act_files._check(letter(_linked("hyperlink", "https://www.bogota.gov.co"))) == []
    assert act_files._check(letter(_with_field(" PAGE "))) == []
