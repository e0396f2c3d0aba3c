"""What people send is looked at by the entity's scanner for malware before anything reads it."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.support.clamd import MALWARE, NAME, clamd, program, saying
from tests.support.plan import PLAN
from tests.support.programs import program as program_of
from tests.support.remote import free_port
from tests.support.web import Site, Visitor
from web import scanning
from web.errors import ScannerFailed
from workflows.auditing.models import AuditEntry
from workflows.auditing.states import Outcome
from workflows.documents.models import StoredFile


@pytest.fixture(scope="module")
def scanner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if program() is None:
        pytest.skip("no clamd on this machine")
    with clamd(tmp_path_factory.mktemp("clamd")) as address:
        yield address


def _load(visitor: Visitor, content: bytes, status: int) -> None:
    """Hand in a workbook among other files, of which only one is bad."""
    visitor.open("/plan/cargar")
    token = dict(visitor.fields("/plan/cargar"))["csrf_token"]
    sent = [("archivo", (io.BytesIO(b"bueno"), "a.xlsx")), ("archivo", (io.BytesIO(content), "b.xlsx"))]
    visitor.send("/plan/cargar", [("csrf_token", token), *sent], status)


def _refused(site: Site) -> list[AuditEntry]:
    with site.application.database.reading() as session:
        return list(session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "recibir_archivo")))


def _files(site: Site) -> int:
    with site.application.database.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(StoredFile)) or 0


def test_a_scanner_that_is_there_is_no_warning(make_site: Callable[..., Site], scanner: str) -> None:
    told = make_site(scanner=scanner).visitor().client.get("/salud").json["avisos"]

    assert not any("antivirus" in one for one in told)


def test_malware_is_received_at_no_page_and_stands_in_the_trail(make_site: Callable[..., Site], scanner: str) -> None:
    site = make_site(scanner=scanner)
    before, visitor = _files(site), site.visitor("amartinez")

    _load(visitor, MALWARE, 422)

    assert f"encontró «{NAME}.UNOFFICIAL» en «b.xlsx»" in visitor.text()
    (entry,) = _refused(site)
    assert (entry.actor_id, entry.outcome) == ("amartinez", Outcome.REFUSED)
    assert entry.after == {"hallado": f"{NAME}.UNOFFICIAL"}
    assert _files(site) == before


def test_malware_inside_what_a_program_sends_is_not_received(make_site: Callable[..., Site], scanner: str) -> None:
    site = make_site(demo=False, scanner=scanner)
    file = {"name": "soporte.pdf", "content": base64.b64encode(MALWARE).decode()}
    row = {"indicator": "IR-1.1", "values": {}, "files": [file]}
    before = _files(site)

    answer = program_of(site, "sruiz").ask("POST", f"/plans/{PLAN}/periods/2018-06/measurements", json={"rows": [row]})

    assert answer.status_code == 422 and NAME in answer.text
    assert len(_refused(site)) == 1 and _files(site) == before


def test_what_is_clean_is_read_as_if_nobody_had_looked(make_site: Callable[..., Site], scanner: str) -> None:
    visitor = make_site(scanner=scanner).visitor("amartinez")
    content = visitor.client.get(f"/plan/{PLAN}/libro.xlsx").data
    visitor.open("/plan/cargar")

    visitor.press("/plan/cargar", archivo=(io.BytesIO(content), "plan.xlsx"))

    assert visitor.heading() == "Nada cambiaría"


@pytest.mark.parametrize("answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK", b"basura\0"])
def test_what_a_scanner_did_not_call_clean_is_not_received(make_site: Callable[..., Site], answer: bytes) -> None:
    with saying(answer) as address:
        visitor = make_site(scanner=address).visitor("amartinez")

        if answer == b"stream: OK":
            assert scanning.ask(address, b"x" * 200_000) == ""
            return
        _load(visitor, b"algo", 503)

    assert "El antivirus no respondió y por eso el archivo no se recibió" in visitor.text()


@pytest.mark.parametrize("address", ["127.0.0.1:{port}", "unix:{folder}/nadie"])
def test_a_scanner_that_is_not_there_is_told(make_site: Callable[..., Site], address: str, tmp_path: Path) -> None:
    nobody = address.format(port=free_port(), folder=tmp_path)
    site = make_site(scanner=nobody)

    with pytest.raises(ScannerFailed):
        scanning.ask(nobody, b"algo")

    told = site.visitor().client.get("/salud").json["avisos"]
    assert "El antivirus de CAUCE_CLAMD no responde: no se recibe ningún archivo." in told
