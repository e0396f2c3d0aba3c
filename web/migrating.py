"""Bringing a database up to the tables that the code expects."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from engine.database import Database
from web import schema

FOLDER = Path(__file__).parent / "migrations"
LOCK = 0x0CA0CE
"""The advisory lock on PostgreSQL: of several processes that start together, one migrates and the rest wait."""


def migrate(database: Database) -> None:
    """Apply every pending revision. Nothing happens where there is none; may run in many processes at once."""
    with database.engine.connect().execution_options(sqlite_begin="IMMEDIATE") as connection, connection.begin():
        if not database.is_sqlite:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        if _current(connection) != _scripts().get_current_head():
            command.upgrade(_config(connection), "head")


def is_current(database: Database) -> bool:
    """Whether nothing is pending."""
    with database.engine.connect() as connection:
        return _current(connection) == _scripts().get_current_head()


def differences(database: Database) -> list[Any]:
    """What the migrated tables and the models disagree on, as Alembic names it; empty is right."""
    with database.engine.connect() as connection:
        return list(compare_metadata(_context(connection), schema.load()))


def write_revision(database: Database, message: str) -> None:
    """Write the next revision from the difference between the models and a migrated database (for developers)."""
    number = len(list(_scripts().walk_revisions())) + 1
    with database.engine.connect() as connection:
        command.revision(_config(connection), message, autogenerate=True, rev_id=f"{number:04}")


def _current(connection: sa.Connection) -> str | None:
    return _context(connection).get_current_revision()


def _context(connection: sa.Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"target_metadata": schema.load()})


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(FOLDER))


def _config(connection: sa.Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
