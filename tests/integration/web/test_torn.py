"""A SQLite file that was copied with `cp` while Cauce used it is recognised; one that is whole is not suspected."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from engine.database import Database
from web import torn
from web.bootstrap import assemble
from web.cli import main
from web.config import Config
from web.health import reading
from workflows.sectors.models import Entity

SECRET = "0123456789abcdef-una-clave-de-prueba"
LOST = "cp"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An installation that was used before."""
    for _ in range(2):
        assert _run(tmp_path, "migrate").exit_code == 0
    return tmp_path


def _run(home: Path, *command: str) -> Result:
    settings = {"CAUCE_HOME": str(home), "CAUCE_SECRET_KEY": SECRET}
    return CliRunner().invoke(main, list(command), env=settings)


@contextmanager
def _in_use(home: Path) -> Iterator[Database]:
    """A process that has just written something."""
    database = Database(f"sqlite:///{home / 'cauce.sqlite'}")
    with torn.watched(database):
        with database.unit_of_work() as session:
            session.add(Entity(code="NUEVA", name="La que se acaba de guardar"))
        yield database


def _entities(home: Path) -> int:
    with closing(sqlite3.connect(home / "cauce.sqlite")) as connection:
        return int(connection.execute("SELECT count(*) FROM entity WHERE code = 'NUEVA'").fetchone()[0])


def _copied(home: Path, *names: str) -> Path:
    target = home / LOST
    target.mkdir()
    for name in names:
        shutil.copy(home / name, target)
    return target


def test_a_copy_without_its_log_is_recognised_until_somebody_says_it_is_all_right(home: Path) -> None:
    with _in_use(home):
        copy = _copied(home, "cauce.sqlite")

    first, again, accepted, after = (_run(copy, "doctor", *how) for how in ((), (), ("--repair",), ()))

    assert [first.exit_code, again.exit_code, accepted.exit_code, after.exit_code] == [1, 1, 0, 0], first.output
    assert torn.SENTENCE in first.output and torn.SENTENCE in again.output
    assert "se dio por buena" in accepted.output
    assert _entities(copy) == 0  # and this is what it lacks


def test_who_serves_such_a_copy_reads_it_on_the_page_of_health(home: Path) -> None:
    with _in_use(home):
        copy = _copied(home, "cauce.sqlite")
    settings = {"CAUCE_HOME": str(copy), "CAUCE_SECRET_KEY": SECRET}
    application = assemble(Config.from_environment(settings))

    with torn.watched(application.database), application.database.reading() as session:
        told = list(reading.read(session, application.clock.now()).warnings())

    assert any("faltarle lo último" in sentence for sentence in told)


def test_a_copy_with_its_log_or_of_a_closed_file_is_whole(home: Path) -> None:
    with _in_use(home):
        both = _copied(home, "cauce.sqlite", "cauce.sqlite-wal")
    assert _run(both, "doctor").exit_code == 0
    assert _entities(both) == 1
    shutil.rmtree(both)

    closed = _copied(home, "cauce.sqlite")

    assert _run(closed, "doctor").exit_code == 0
    assert _entities(closed) == 1


def test_a_file_whose_process_died_is_whole_with_the_log_that_it_left(home: Path) -> None:
    with _in_use(home):
        left = _copied(home, "cauce.sqlite", "cauce.sqlite-wal")

    assert [_run(left, "doctor").exit_code for _ in range(2)] == [0, 0]


def test_of_two_processes_the_last_takes_the_log_into_the_file(home: Path) -> None:
    with _in_use(home) as first:
        other = Database(first.url)
        with torn.watched(other), other.reading() as session:
            session.execute(sa.text("SELECT 1"))
        copy = _copied(home, "cauce.sqlite")

    assert torn.is_torn(copy / "cauce.sqlite")
    assert not torn.is_torn(home / "cauce.sqlite")
    assert not (home / "cauce.sqlite-wal").exists()


def test_a_file_of_an_older_release_is_not_suspected(home: Path) -> None:
    with closing(sqlite3.connect(home / "cauce.sqlite")) as connection:
        connection.execute("PRAGMA user_version=0")
        connection.execute("PRAGMA journal_mode=WAL")

    assert _run(home, "doctor").exit_code == 0


def test_a_damaged_file_is_told_in_a_sentence(home: Path) -> None:
    path = home / "cauce.sqlite"
    content = bytearray(path.read_bytes())
    content[4096 * 3 : 4096 * 6] = b"\xff" * 4096 * 3
    path.write_bytes(content)

    done = _run(home, "doctor")

    assert done.exit_code == 1 and "dañado" in done.output
    assert "Traceback" not in done.output
