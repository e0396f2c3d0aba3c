"""A request reads in one transaction, the session of its person included: it sees one state of the data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from engine.database import Database
from engine.errors import OtherDatabase
from tests.integration.web.test_task import task_of, typed
from tests.support.web import Site
from workflows.sectors.models import Entity


@contextmanager
def transactions(database: Database) -> Iterator[list[str]]:
    """How each transaction that begins meanwhile was asked for."""
    begun: list[str] = []

    def note(connection: sa.Connection) -> None:
        begun.append(connection.get_execution_options().get("sqlite_begin", "DEFERRED"))

    sa.event.listen(database.engine, "begin", note)
    try:
        yield begun
    finally:
        sa.event.remove(database.engine, "begin", note)


@pytest.mark.parametrize("page", ["/bandeja", "/plan/", "/seguimiento", "/ciclo", "/casos/", "/procesos/", "/correos/"])
def test_a_page_is_read_in_one_transaction(office: Site, page: str) -> None:
    visitor = office.visitor("amartinez")

    with transactions(office.application.database) as begun:
        visitor.open(page)

    assert begun == ["DEFERRED"]


def test_a_form_that_is_sent_reads_once_and_writes_once(office: Site) -> None:
    sandra, task = office.visitor("sruiz"), task_of(office, "reportar_avance", "IDPAC")
    sandra.open(task)
    fields = typed(sandra, task)

    with transactions(office.application.database) as begun:
        sandra.client.post(f"{task}/borrador", data=fields, headers={"Origin": "http://localhost"})

    assert begun == ["DEFERRED", "IMMEDIATE", "DEFERRED"]  # what follows from a draft is read after it was kept


def test_who_reads_after_writing_sees_what_was_written(site: Site) -> None:
    database = site.application.database

    with database.reading_once():
        with database.reading() as session:
            before = session.get_one(Entity, "IDPAC").name
        with database.unit_of_work() as session:
            session.get_one(Entity, "IDPAC").name = "Otro nombre"
        with database.reading() as session:
            after = session.get_one(Entity, "IDPAC").name

    assert (before != "Otro nombre", after) == (True, "Otro nombre")


def test_what_failed_in_the_middle_is_not_read_further(site: Site) -> None:
    database = site.application.database

    with database.reading_once():
        with pytest.raises(OtherDatabase), database.reading() as session:
            session.execute(sa.text("SELECT nada FROM ninguna"))
        with database.reading() as session:
            found = session.get(Entity, "IDPAC")

    assert found is not None
