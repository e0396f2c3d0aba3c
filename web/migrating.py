"""Bringing a database up to the tables that the code expects."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from engine.database import FULL_TEXT, Database
from web import schema
from web.errors import NewerDatabase, UnmigratedDatabase

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x0CA0CE
"""The advisory lock on PostgreSQL: of several processes that start together, one migrates and the rest wait."""


class LostReferences(Exception):
    """An upgrade would leave rows of these tables without the row they refer to; nothing of it was kept."""


def migrate(database: Database) -> None:
    """Apply every pending revision, all or none; many processes may do it at once. Raises `NewerDatabase`."""
    with rebuilding(database) as connection:
        if is_newer(connection):
            raise NewerDatabase
        if current(connection) != _scripts().get_current_head():
            upgrade(connection, "head")
            ensure_whole(connection)


@contextmanager
def rebuilding(database: Database) -> Iterator[sa.Connection]:
    """A transaction of one process at a time in which tables may be made anew, whatever refers to them."""
    with (
        database.engine.connect().execution_options(sqlite_begin="IMMEDIATE") as connection,
        _tables_may_be_rebuilt(connection),
        connection.begin(),
    ):
        if not database.is_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        yield connection


def upgrade(connection: sa.Connection, revision: str) -> None:
    """Bring the tables to a revision, within the caller's transaction."""
    command.upgrade(_config(connection), revision)


def is_known(revision: str) -> bool:
    """Whether this release has that revision: none of a newer one."""
    return revision in {script.revision for script in _scripts().walk_revisions()}


@contextmanager
def _tables_may_be_rebuilt(connection: sa.Connection) -> Iterator[None]:
    """Let SQLite replace a table that others refer to: it can alter little in place, so Alembic writes a new one.

    Foreign keys are off meanwhile, or dropping the old table would delete what refers to it; they are counted before
    the commit. The setting can only be changed outside a transaction.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()


def ensure_whole(connection: sa.Connection) -> None:
    """Refuse an upgrade that left a row without the row it refers to (PostgreSQL refuses by itself)."""
    if connection.dialect.name == "sqlite":
        lost = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if lost:
            raise LostReferences(sorted({row[0] for row in lost}))


def is_newer(connection: sa.Connection) -> bool:
    """Whether the tables stand at a revision that this release does not have."""
    revision = current(connection)
    return revision is not None and not is_known(revision)


def ensure_of_this_release(database: Database) -> None:
    """Raise `NewerDatabase` or `UnmigratedDatabase` unless these are the tables that this code expects.

    A database without any, or none that answers, is told by what is then asked of it.
    """
    with suppress(sa.exc.SQLAlchemyError), database.engine.connect() as connection:
        if is_newer(connection):
            raise NewerDatabase
        if current(connection) not in (None, _scripts().get_current_head()):
            raise UnmigratedDatabase


def is_current(database: Database) -> bool:
    """Whether nothing is pending."""
    with database.engine.connect() as connection:
        return current(connection) == _scripts().get_current_head()


def differences(database: Database) -> list[Any]:
    """What the migrated tables and the models disagree on, as Alembic names it; empty is right."""
    with database.engine.connect() as connection:
        return list(compare_metadata(_context(connection), schema.load()))


def write_revision(database: Database, message: str) -> None:
    """Write the next revision from the difference between the models and a migrated database (for developers)."""
    number = len(list(_scripts().walk_revisions())) + 1
    with database.engine.connect() as connection:
        command.revision(_config(connection), message, autogenerate=True, rev_id=f"{number:04}")


def current(connection: sa.Connection) -> str | None:
    """The revision that the tables stand at; None before the first."""
    return _context(connection).get_current_revision()


def _context(connection: sa.Connection) -> MigrationContext:
    opts = {"target_metadata": schema.load(), "include_name": _is_ours}
    return MigrationContext.configure(connection, opts=opts)


def _is_ours(name: str | None, _kind: str, _parents: Any) -> bool:
    """What a system keeps for its full-text index is compared with no model: there is none."""
    return not (name or "").startswith(FULL_TEXT)


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(FOLDER))


def _config(connection: sa.Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
