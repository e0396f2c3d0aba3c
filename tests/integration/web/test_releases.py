"""Code and tables of two releases meet: nothing is touched, and it is said what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from engine.database import Database
from web import migrating
from web.bootstrap import assemble
from web.cli import main
from web.config import Config
from web.errors import NewerDatabase
from web.examining import examine
from web.health import reading

SECRET = "0123456789abcdef-una-clave-de-prueba"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> dict[str, str]:
    return {"CAUCE_HOME": str(tmp_path), "CAUCE_SECRET_KEY": SECRET, "CAUCE_DATABASE_URL": database_url}


def _stand_at(settings: dict[str, str], revision: str) -> None:
    database = _database(settings)
    with database.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :one"), {"one": revision})
    database.dispose()


def _database(settings: dict[str, str]) -> Database:
    return Database(settings["CAUCE_DATABASE_URL"])


@pytest.mark.parametrize("command", [["migrate"], ["worker"], ["doctor"], ["audit", "verify"]])
def test_an_older_release_leaves_a_newer_database_alone_and_says_so(
    settings: dict[str, str], command: list[str]
) -> None:
    assert CliRunner().invoke(main, ["migrate"], env=settings).exit_code == 0
    _stand_at(settings, "9999")

    done = CliRunner().invoke(main, command, env=settings)

    assert done.exit_code == 1 and "versión más nueva" in done.output, done.output
    assert "Traceback" not in done.output
    database = _database(settings)
    with database.engine.connect() as connection:
        assert migrating.current(connection) == "9999"
    database.dispose()


def test_a_newer_release_asks_for_the_migration_before_it_does_anything(settings: dict[str, str]) -> None:
    assert CliRunner().invoke(main, ["migrate"], env=settings).exit_code == 0
    _stand_at(settings, "0014")

    done = CliRunner().invoke(main, ["audit", "verify"], env=settings)

    assert done.exit_code == 1 and "cauce migrate" in done.output and "cauce backup" in done.output


def test_a_process_that_the_upgrade_overtook_says_so(settings: dict[str, str]) -> None:
    assert CliRunner().invoke(main, ["migrate"], env=settings).exit_code == 0
    application = assemble(Config.from_environment(settings))
    with application.database.reading() as session:
        before = list(reading.read(session, application.clock.now()).warnings())
    _stand_at(settings, "9999")

    with application.database.reading() as session:
        after = list(reading.read(session, application.clock.now()).warnings())
    found = examine(application)

    assert [one for one in after if one not in before] == [
        "La base ya es de una versión más nueva que la de este proceso: instálela aquí y reinícielo."
    ]
    assert [finding.message for finding in found] == [NewerDatabase.sentence]
    application.database.dispose()
