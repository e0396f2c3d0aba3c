"""Copies of the whole database: everything comes back, on either system, and what was damaged is found."""

from __future__ import annotations

import datetime as dt
import lzma
import re
import stat
import threading
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from alembic import command
from click.testing import CliRunner, Result
from sqlalchemy.engine import URL, make_url

from engine.clock import SystemClock
from engine.database import Database
from engine.identity import SYSTEM, Actor
from tests.support import databases
from tests.support.web import Site
from tests.upgrades.keeping import KEPT
from web import migrating
from web.backups import rows
from web.backups.bringing_back import bring_back
from web.backups.nightly import back_up
from web.backups.taking import take
from web.backups.verifying import verify
from web.cli import main
from web.errors import DamagedBackup, NotEmpty
from web.examining import of_rows
from web.health.beats import BACKUP
from web.health.models import Heartbeat
from workflows.auditing import chain, recording
from workflows.auditing.models import AuditEntry, AuditLink
from workflows.documents import files
from workflows.people.models import Person

LATE_BYTES = b"%PDF-1.7\n" + bytes(range(256)) * 40


@pytest.fixture
def migrated(site: Site) -> Site:
    """The demo plan in a database that stands at the newest migration, with a file in it."""
    with site.application.database.engine.begin() as connection:
        command.stamp(migrating._config(connection), "head")
    with site.application.database.unit_of_work() as session:
        files.keep(session, site.clock, "sruiz", "acta.pdf", LATE_BYTES, "application/pdf")
    return site


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with nothing in it, of each system."""
    if request.param == "sqlite":
        place = make_url(f"sqlite:///{tmp_path / 'otra.sqlite'}")
    else:
        cluster: URL = make_url(request.getfixturevalue("postgresql_url"))
        place = cluster.set(database=f"t_{uuid.uuid4().hex}")
        databases.create(place)
    database = Database(place)
    yield database
    database.dispose()
    if request.param == "postgresql":
        databases.drop(place)


def _everything(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table; the order of columns, and the zeros that end a number, are each database's own."""
    with database.engine.connect() as connection:
        return {
            str(table.name): [_plain(dict(row)) for row in connection.execute(rows.reading(table)).mappings()]
            for table in rows.tables(connection)
        }


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    told = orjson.loads(rows.to_line(row))
    numbers = {name: value for name, value in told.items() if re.fullmatch(r"-?\d+\.\d*0", str(value))}
    return told | {name: value.rstrip("0").rstrip(".") for name, value in numbers.items()}


def test_every_row_comes_back_on_either_system(migrated: Site, empty: Database, tmp_path: Path) -> None:
    # Given a copy of an office
    application = migrated.application
    manifest = take(application.database, migrated.clock, tmp_path / "copia.zip")

    # When it is brought back into an empty database
    brought = bring_back(tmp_path / "copia.zip", empty)

    # Then every row is there to the last digit, nothing disagrees, and the office goes on
    assert brought == manifest and manifest.total > 1000
    there, here = _everything(empty), _everything(application.database)
    assert {name for name in here if there[name] != here[name]} == set()
    with empty.reading() as session:
        assert list(of_rows(session, replace(application, database=empty))) == []
    with empty.unit_of_work() as session:
        recording.record(session, migrated.clock, Actor("sruiz"), "seguir", ("plan", "PES-GOB"))

    # And a copy of that one can be taken, from this system too, and is of one moment
    again = take(empty, migrated.clock, tmp_path / "de-vuelta.zip")
    assert again.total == manifest.total + 1


def test_a_copy_is_of_one_moment_while_people_work(migrated: Site, tmp_path: Path) -> None:
    # Given somebody who adds to two tables at once, again and again
    database, stop = migrated.application.database, threading.Event()
    with database.reading() as session:
        before = session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))

    def work() -> None:
        while not stop.is_set():
            with database.unit_of_work() as session:
                recording.record(session, migrated.clock, Actor("a"), "uno", ("x", "1"))
                session.get_one(Person, "sruiz").name += "."

    worker = threading.Thread(target=work)
    worker.start()

    # When a copy is taken meanwhile
    take(database, migrated.clock, tmp_path / "copia.zip")
    stop.set()
    worker.join()

    # Then both tables are of the same moment
    restored = Database(f"sqlite:///{tmp_path / 'otra.sqlite'}")
    bring_back(tmp_path / "copia.zip", restored)
    with restored.reading() as session:
        written = session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
        name = session.get_one(Person, "sruiz").name
    restored.dispose()
    assert written is not None and before is not None and written - before == name.count(".")


def test_a_copy_from_an_earlier_release_is_brought_up_to_this_one(empty: Database, tmp_path: Path) -> None:
    # Given a copy of a database that an earlier release made
    old = tmp_path / "vieja.sqlite"
    old.write_bytes(lzma.decompress(next(KEPT.glob("*/cauce.sqlite.xz")).read_bytes()))
    database = Database(f"sqlite:///{old}")
    take(database, SystemClock(), tmp_path / "copia.zip")
    database.dispose()

    # When it is brought back by this one
    bring_back(tmp_path / "copia.zip", empty)

    # Then its tables are those of this one
    assert migrating.is_current(empty) and migrating.differences(empty) == []


def test_what_is_there_is_never_written_over(migrated: Site, tmp_path: Path) -> None:
    take(migrated.application.database, migrated.clock, tmp_path / "copia.zip")

    with pytest.raises(NotEmpty):
        bring_back(tmp_path / "copia.zip", migrated.application.database)
    with pytest.raises(FileExistsError):
        take(migrated.application.database, migrated.clock, tmp_path / "copia.zip")

    assert stat.S_IMODE((tmp_path / "copia.zip").stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.parte"))


def _without_a_row(archive: zipfile.ZipFile, name: str) -> bytes:
    lines = archive.read(name).splitlines(keepends=True)
    return b"".join(lines[1:]) if name == "person.jsonl" else archive.read(name)


def _other_revision(archive: zipfile.ZipFile, name: str) -> bytes:
    content = archive.read(name)
    return content.replace(b'"revision": "00', b'"revision": "99') if name == "manifest.json" else content


@pytest.mark.parametrize(
    ("change", "said"),
    [(_without_a_row, "person de la copia no es la que se guardó"), (_other_revision, "versión más nueva")],
)
def test_a_damaged_copy_or_one_of_a_newer_release_leaves_nothing_behind(
    migrated: Site, tmp_path: Path, change: Callable[[zipfile.ZipFile, str], bytes], said: str
) -> None:
    take(migrated.application.database, migrated.clock, tmp_path / "copia.zip")
    with zipfile.ZipFile(tmp_path / "copia.zip") as whole, zipfile.ZipFile(tmp_path / "rota.zip", "w") as made:
        for name in whole.namelist():
            made.writestr(name, change(whole, name))
    target = Database(f"sqlite:///{tmp_path / 'otra.sqlite'}")

    with pytest.raises(DamagedBackup, match=said):
        bring_back(tmp_path / "rota.zip", target)

    assert sa.inspect(target.engine).get_table_names() == []
    target.dispose()


def test_a_file_that_is_no_copy_is_refused_in_a_sentence(tmp_path: Path, migrated: Site) -> None:
    (tmp_path / "foto.zip").write_bytes(b"no")

    with pytest.raises(DamagedBackup, match="no es una copia"):
        verify(tmp_path / "foto.zip", migrated.application)


def test_looking_at_a_copy_finds_what_disagreed_when_it_was_taken(migrated: Site, tmp_path: Path) -> None:
    application = migrated.application
    take(application.database, migrated.clock, tmp_path / "buena.zip")
    with application.database.unit_of_work() as session:
        session.execute(sa.text("UPDATE file_content SET content = x'00'"))
    take(application.database, migrated.clock, tmp_path / "mala.zip")

    assert verify(tmp_path / "buena.zip", application)[1] == []
    assert any("el contenido cambió" in sentence for sentence in verify(tmp_path / "mala.zip", application)[1])


def test_a_copy_a_night_is_kept_for_so_many_nights(migrated: Site, tmp_path: Path) -> None:
    folder = tmp_path / "copias"
    config = replace(migrated.application.config, backups=folder, backups_kept=2)
    application = replace(migrated.application, config=config)

    made = []
    for _ in range(3):
        made += [back_up(application), back_up(application)]
        migrated.clock.advance(dt.timedelta(days=1))

    assert made == [1, 0] * 3
    assert sorted(path.name for path in folder.iterdir()) == ["cauce-2018-07-07.zip", "cauce-2018-07-08.zip"]


def test_a_nightly_copy_that_holds_something_broken_does_not_count_and_is_told(migrated: Site, tmp_path: Path) -> None:
    # Given a file that was altered, and what a killed worker left of an earlier try
    folder = tmp_path / "copias"
    folder.mkdir()
    (folder / "cauce-2018-07-06.zip.parte").touch()
    application = replace(migrated.application, config=replace(migrated.application.config, backups=folder))
    with application.database.unit_of_work() as session:
        session.execute(sa.text("UPDATE file_content SET content = x'00'"))

    # When the copy of the day is taken twice
    for _ in range(2):
        with pytest.raises(DamagedBackup, match="el contenido cambió"):
            back_up(application)

    # Then there is none, and no sign of a verified one
    assert [path.name for path in folder.iterdir()] == ["cauce-2018-07-06.zip.parte"]
    with application.database.reading() as session:
        assert session.get(Heartbeat, BACKUP) is None


def test_the_command_line_takes_verifies_and_brings_back(
    migrated: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    runner, copy = CliRunner(), str(tmp_path / "copia.zip")
    monkeypatch.setenv("CAUCE_HOME", str(migrated.application.config.home))

    taken, again = runner.invoke(main, ["backup", copy]), runner.invoke(main, ["backup", copy])
    verified = runner.invoke(main, ["backup", "verify", copy])
    refused = runner.invoke(main, ["restore", copy])
    monkeypatch.setenv("CAUCE_HOME", str(tmp_path / "nueva"))
    restored = runner.invoke(main, ["restore", copy])
    doctor = runner.invoke(main, ["doctor"])

    assert (taken.exit_code, again.exit_code, verified.exit_code) == (0, 1, 0)
    assert "ya existe" in again.output and "está en orden" in verified.output
    assert refused.exit_code == 1 and "no está vacía" in refused.output
    assert restored.exit_code == 0 and doctor.exit_code == 0, doctor.output


def test_what_is_brought_back_says_whether_its_trail_is_as_it_was_written(
    migrated: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Given heads kept outside before and after a copy, and another copy of a trail that somebody wrote over
    application, runner, heads = migrated.application, CliRunner(), tmp_path / "cabezas.txt"
    monkeypatch.setenv("CAUCE_HOME", str(application.config.home))
    _write_down(migrated, "antes")
    _keep_head(migrated, heads)
    take(application.database, migrated.clock, tmp_path / "buena.zip")
    migrated.clock.move_to(migrated.clock.now() + dt.timedelta(hours=1))
    _write_down(migrated, "después")
    _keep_head(migrated, heads)
    with application.database.unit_of_work() as session:
        session.execute(sa.update(AuditEntry).where(AuditEntry.action == "antes").values(action="otra"))
        session.execute(sa.delete(AuditLink))
        chain.extend(session, migrated.clock)
    take(application.database, migrated.clock, tmp_path / "forjada.zip")

    # When they are brought back
    def restored(copy: str, *anchor: str) -> Result:
        monkeypatch.setenv("CAUCE_HOME", str(tmp_path / f"{copy}{len(anchor)}"))
        return runner.invoke(main, ["restore", str(tmp_path / copy), *anchor])

    good, forged = (restored(copy, "--anchor", str(heads)) for copy in ("buena.zip", "forjada.zip"))

    # Then the good one holds with what was kept until then, and the other one only as long as nothing was kept outside
    assert good.exit_code == 0 and "✓ La bitácora está como se escribió: " in good.output, good.output
    assert forged.exit_code == 1 and "no es el que se guardó fuera" in forged.output, forged.output
    assert "Se recuperó la copia" in forged.output and restored("forjada.zip").exit_code == 0


def _write_down(site: Site, action: str) -> None:
    with site.application.database.unit_of_work() as session:
        recording.record(session, site.clock, SYSTEM, action, ("prueba", "1"))
    with site.application.database.unit_of_work() as session:
        chain.extend(session, site.clock)


def _keep_head(site: Site, path: Path) -> None:
    with site.application.database.reading() as session, path.open("a", encoding="ascii") as file:
        file.write(f"{chain.head(session, site.clock)}\n")


PHRASE = "seis nubes lentas sobre Chapinero frío"


def test_an_encrypted_copy_shows_nothing_and_opens_with_its_phrase_alone(migrated: Site, tmp_path: Path) -> None:
    copy, target = tmp_path / "copia.zip.age", Database(f"sqlite:///{tmp_path / 'otra.sqlite'}")
    taken = take(migrated.application.database, migrated.clock, copy, PHRASE)

    for wrong, said in (("", "CAUCE_BACKUP_PASSPHRASE"), ("otra frase cualquiera", "no es la de esta copia")):
        with pytest.raises(DamagedBackup, match=said):
            bring_back(copy, target, wrong)
    damaged = tmp_path / "rota.zip.age"
    content = copy.read_bytes()
    damaged.write_bytes(content[:-40] + bytes(40))
    with pytest.raises(DamagedBackup, match="dañado"):
        bring_back(damaged, target, PHRASE)

    assert content.startswith(b"age-encryption.org/v1") and b"PK\x03\x04" not in content[:400]
    assert not list(tmp_path.glob("*.parte")) and stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert bring_back(copy, target, PHRASE) == taken
    target.dispose()


def test_with_a_phrase_the_copies_of_the_night_are_encrypted_and_looked_at(migrated: Site, tmp_path: Path) -> None:
    folder = tmp_path / "copias"
    config = replace(migrated.application.config, backups=folder, backups_kept=1, backup_passphrase=PHRASE)
    application = replace(migrated.application, config=config)

    for _ in range(2):
        assert back_up(application) == 1
        migrated.clock.advance(dt.timedelta(days=1))

    assert [path.name for path in folder.iterdir()] == ["cauce-2018-07-07.zip.age"]
    assert verify(folder / "cauce-2018-07-07.zip.age", application)[1] == []
