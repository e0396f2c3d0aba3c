from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
import sqlalchemy as sa

from engine.clock import VirtualClock
from engine.database import Database
from engine.runtime import ProcessEngine
from tests.integration.forms.conftest import ANA, GOOD, stored_files
from workflows.documents import files
from workflows.documents.models import FileContent
from workflows.documents.states import Reserve
from workflows.errors import InvalidFile, NotFound
from workflows.forms.drafts import forget_unused
from workflows.forms.submissions import Forms

PDF = b"%PDF-1.7 contenido"


def zipped(*names: str, mimetype: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


DOCX = zipped("[Content_Types].xml", "word/document.xml")


@pytest.mark.parametrize(
    ("name", "content", "kept_as", "media_type"),
    [
        ("acta.pdf", PDF, "acta.pdf", "application/pdf"),
        ("acta.exe", PDF, "acta.exe.pdf", "application/pdf"),
        ("foto.JPG", b"\xff\xd8\xff\xe0abc", "foto.JPG", "image/jpeg"),
        ("p.png", b"\x89PNG\r\n\x1a\nabc", "p.png", "image/png"),
        ("a.docx", DOCX, "a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.ods", zipped("content.xml", mimetype="application/vnd.oasis.opendocument.spreadsheet"), "a.ods",
         "application/vnd.oasis.opendocument.spreadsheet"),
        ("fotos.zip", zipped("a.jpg"), "fotos.zip", "application/zip"),
        ("datos.csv", "año;valor\n2018;3\n".encode("cp1252"), "datos.csv", "text/csv"),
        ("../../etc/pass\x00wd.pdf", PDF, "passwd.pdf", "application/pdf"),
        ("C:\\Mis documentos\\<script>.pdf", PDF, "_script_.pdf", "application/pdf"),
        ("...", PDF, "archivo.pdf", "application/pdf"),
    ],
)  # fmt: skip
def test_the_content_tells_the_type_and_the_name_is_made_safe(
    database: Database, clock: VirtualClock, name: str, content: bytes, kept_as: str, media_type: str
) -> None:
    with database.unit_of_work() as session:
        stored = files.store(session, clock, "ana", name, content)
        assert (stored.name, stored.media_type, stored.size) == (kept_as, media_type, len(content))
        assert files.read(session, stored.id) == content


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("vacio.pdf", b"", "está vacío"),
        ("a.pdf", b"MZ\x90\x00programa", "no es un archivo que se acepte"),
        ("a.html", b"<html><script>", "no es un archivo que se acepte"),
        ("a.svg", b"<svg onload='x'>", "no es un archivo que se acepte"),
        ("a.txt", b"<svg onload='x'>", "no es un archivo que se acepte"),
        ("a.csv", b"#!/bin/sh\nrm", "no es un archivo que se acepte"),
        ("a.csv", b"a;b\x00c", "no es un archivo que se acepte"),
        ("a.zip", zipped("sub/virus.exe"), "sin programas ni macros"),
        ("a.zip", zipped("../../etc/x.txt"), "no es un archivo que se acepte"),
        ("a.docx", zipped("[Content_Types].xml", "word/vbaProject.bin"), "sin programas ni macros"),
        ("roto.zip", b"PK\x03\x04" + b"basura" * 50, "no es un archivo que se acepte"),
        ("grande.pdf", PDF + b"0" * 200, "pesa más de"),
    ],
)  # fmt: skip
def test_what_is_not_accepted_is_said(
    database: Database, clock: VirtualClock, name: str, content: bytes, sentence: str
) -> None:
    with database.unit_of_work() as session, pytest.raises(InvalidFile, match=sentence):
        files.store(session, clock, "ana", name, content, limit=200 if "pesa" in sentence else files.LIMIT)


def test_the_same_content_is_kept_once(database: Database, clock: VirtualClock) -> None:
    with database.unit_of_work() as session:
        one = files.store(session, clock, "ana", "a.pdf", PDF)
        other = files.store(session, clock, "luis", "b.pdf", PDF)
    with database.reading() as session:
        assert one.id != other.id and one.sha256 == other.sha256
        assert session.scalar(sa.select(sa.func.count()).select_from(FileContent)) == 1


def test_a_file_that_does_not_exist_is_not_found(database: Database) -> None:
    with database.reading() as session, pytest.raises(NotFound):
        files.read(session, 12345)


def test_what_was_never_sent_is_forgotten_and_the_rest_stays(
    database: Database, engine: ProcessEngine, forms: Forms, task_id: int, clock: VirtualClock
) -> None:
    with database.unit_of_work() as session:
        sent, drafted, unused = (
            files.store(session, clock, "ana", f"{n}.pdf", PDF + bytes([n]), task_id=task_id).id for n in (65, 66, 67)
        )
        row = {"valor_periodo": "20", "evidencias": [drafted]}
        forms.save_draft(session, engine, task_id, ANA, {**GOOD, "avances": [row, {"valor_periodo": "20"}]})
        files.keep(session, clock, "ana", "plan.xlsx", b"sin confirmar", files.PUT_ASIDE, reserve=Reserve.RESERVED)
    clock.advance(dt.timedelta(days=31))

    with database.unit_of_work() as session:
        assert forget_unused(session, clock, 40) == 0
        row = {"valor_periodo": "20", "evidencias": [sent, drafted]}
        kept = {**GOOD, "avances": [row, {"valor_periodo": "20"}]}
        forms.save_draft(session, engine, task_id, ANA, kept)
        assert forget_unused(session, clock, 30) == 2
        forms.submit(session, engine, task_id, ANA, kept)
        assert forget_unused(session, clock, 30) == 0

    assert [one.id for one in stored_files(database)] == [sent, drafted]
    assert unused not in {sent, drafted}
    with database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(FileContent)) == 2


@pytest.mark.parametrize(
    ("name", "kept_as"),
    [
        ("", "archivo.pdf"),
        ("......", "archivo.pdf"),
        ("a" * 300 + ".pdf", "a" * 146 + ".pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("lpt1", "_lpt1.pdf"),
        ("carpeta/..\\acta.pdf", "acta.pdf"),
        ("pago\u202efdp.exe", "pagofdp.exe.pdf"),
        ("acta\r\nX-Nada: 1.pdf", "actaX-Nada_ 1.pdf"),
        ("informe 😀.pdf", "informe 😀.pdf"),
    ],
)
def test_a_file_with_an_odd_name_is_kept(database: Database, clock: VirtualClock, name: str, kept_as: str) -> None:
    with database.unit_of_work() as session:
        stored = files.store(session, clock, "ana", name, PDF)

    assert stored.name == kept_as
