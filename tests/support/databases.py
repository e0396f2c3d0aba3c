"""Databases of the tests: what many of them begin with is written once per process, and copied for each.

So are the statements that are sent to them: an installation has one database and words each statement once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Hashable
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL

from engine.database import Database
from tests.support import postgresql

_kept: dict[tuple[URL, Hashable], bytes | str] = {}
"""By system and content: the bytes of a SQLite file, or the name of a PostgreSQL database."""


class _Compiled(dict[Any, Any]):
    """What SQLAlchemy compiled for one database, for all of the same kind: its keys begin with the dialect."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get((type(key[0]), *key[1:]), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__((type(key[0]), *key[1:]), compiled)


_compiled = _Compiled()


def compile_statements_once() -> None:
    """From now on the databases of this process share what SQLAlchemy compiles; each would do it anew, by thousands."""
    create_engine = sa.create_engine

    def sharing(url: str | URL, **options: Any) -> sa.Engine:
        engine = create_engine(url, **options)
        engine.update_execution_options(compiled_cache=_compiled)
        return engine

    sa.create_engine = sharing


def create(url: URL) -> None:
    """Make an empty database where there is none."""
    if url.get_backend_name() == "postgresql":
        postgresql.create(url)


def drop(url: URL) -> None:
    """Take a database away, if it is there; whose folder goes, goes with it."""
    if url.get_backend_name() == "postgresql":
        postgresql.drop(url)


def with_tables(url: URL) -> Database:
    """A database with every table and nothing in them, where there is none."""
    database = Database(url, durable=False)

    def write() -> None:
        create(url)
        database.create_all()

    begin_with(database, "tables", write)
    return database


def begin_with(database: Database, content: Hashable, write: Callable[[], object]) -> None:
    """Give `database` what `write` leaves in it: written the first time, from then on the very same copied.

    `content` names what `write` leaves, with all that it depends on. Whatever the database held is gone then: call it
    first.
    """
    key = (database.url.set(database=""), content)
    if key in _kept:
        database.dispose()
        _put(database.url, _kept[key])
        return
    write()
    database.dispose()  # PostgreSQL copies a database that nobody uses; SQLite joins its log to the file
    _kept[key] = _copy_of(database.url)


def _copy_of(url: URL) -> bytes | str:
    if url.get_backend_name() == "postgresql":
        name = f"kept_{len(_kept)}"
        postgresql.create(url.set(database=name), like=str(url.database))
        return name
    with closing(sqlite3.connect(str(url.database))) as connection:
        return connection.serialize()


def _put(url: URL, kept: bytes | str) -> None:
    if isinstance(kept, str):
        postgresql.drop(url)
        postgresql.create(url, like=kept)
    else:
        file = Path(str(url.database))
        file.touch(mode=0o600)  # as Cauce makes it, whichever test came first
        file.write_bytes(kept)
