"""`cauce doctor` reads every file, and repairs only when told to."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from engine.tasks.models import UserTask
from tests.support.web import Site
from web.cli.database import waits_in_words
from web.examining import examine_content
from workflows.documents import files
from workflows.documents.models import FileContent, StoredFile

ACT, SHEET = b"%PDF-1.7 acta", b"a;b\n1;2\n"


@pytest.fixture
def kept(site: Site) -> list[StoredFile]:
    """Two files."""
    with site.application.database.unit_of_work() as session:
        clock = site.application.clock
        return [files.store(session, clock, "ana", name, c) for name, c in (("acta.pdf", ACT), ("datos.csv", SHEET))]


def sentences(site: Site, repair: bool = False) -> list[tuple[str, bool]]:
    return [(one.message, bool(one.repaired)) for one in examine_content(site.application, repair=repair)]


def change(site: Site, statement: sa.Executable) -> None:
    with site.application.database.unit_of_work() as session:
        session.execute(statement)


def test_it_tells_what_each_running_case_waits_for(site: Site) -> None:
    lines = list(waits_in_words(site.application))

    assert "· Seguimiento de junio de 2018 (PES-GOB/f5/2018-06)" in lines
    assert (
        "    Espera que Sandra Ruiz haga «Reportar avance» (IDPAC), dentro de «Reporte de la entidad», "
        "desde el 3 de julio de 2018, hasta el 9 de julio de 2018."
    ) in lines
    assert all(line.startswith(("·", "    ")) and line.endswith((".", ")")) for line in lines)


def test_files_that_are_whole_are_no_problem(site: Site, kept: list[StoredFile]) -> None:
    assert len(kept) == 2
    assert sentences(site) == []


def test_one_changed_byte_is_found_and_not_repaired(site: Site, kept: list[StoredFile]) -> None:
    altered = sa.update(FileContent).where(FileContent.sha256 == kept[0].sha256)
    change(site, altered.values(content=ACT[:-1] + b"A"))

    for repair in (False, True):
        ((message, repaired),) = sentences(site, repair)
        assert "«acta.pdf»" in message and "cambió" in message and not repaired


def test_half_a_file_is_found(site: Site, kept: list[StoredFile]) -> None:
    change(site, sa.update(FileContent).where(FileContent.sha256 == kept[1].sha256).values(content=SHEET[:4]))

    ((message, repaired),) = sentences(site)

    assert "«datos.csv»" in message and not repaired


def test_bytes_of_no_file_go_with_repair_only(site: Site, kept: list[StoredFile]) -> None:
    change(site, sa.delete(StoredFile).where(StoredFile.id == kept[1].id))

    assert sentences(site) == [(f"Hay {len(SHEET)} bytes que no son de ningún archivo.", False)]
    assert sentences(site, repair=True) == [(f"Hay {len(SHEET)} bytes que no son de ningún archivo.", True)]
    assert sentences(site) == []
    with site.application.database.reading() as session:
        assert session.scalars(sa.select(FileContent.sha256)).all() == [kept[0].sha256]


def test_a_task_that_its_case_waits_for_comes_back_with_repair_only(site: Site) -> None:
    change(site, sa.update(UserTask).where(UserTask.element_id == "reportar_avance").values(state="cancelled"))

    found = sentences(site)
    assert found and not any(repaired for _, repaired in found)
    assert all(message.startswith("Caso ") for message, _ in found)
    assert all(repaired for _, repaired in sentences(site, repair=True))
    assert sentences(site) == []
