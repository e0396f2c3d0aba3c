"""What the database's own failures mean: a lost race, a full disk, a database that is gone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from engine.errors import DatabaseDown, EngineError, LostRace, OtherDatabase, StorageFull

LOST_RACES = frozenset({"40001", "40P01"})
"""PostgreSQL's codes for a serialization failure and a deadlock."""
DISK_FULL = "53100"
POSTGRESQL_DOWN = ("08", "53", "57", "58", "25P03", "25006", "28", "3D", "42501")
"""Connection, resources, an operator's command, the system, a transaction that idled too long.

And a database that nobody may write to (a standby) or that lets us in no more: no sign-in, no such database, no rights.
"""
POSTGRESQL_OTHER = frozenset({"42P01", "42703"})
SQLITE_OTHER = ("no such table", "no such column")
"""A table or a column that is not there: our statements name only what the migrations made."""
SQLITE_DOWN = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)


def meaning(failure: BaseException) -> EngineError | None:
    """The error to show for a failure of the database itself, also where it caused another; None for any other."""
    return next((error for one in _chain(failure) if (error := _meaning(one)) is not None), None)


def given_up(failure: BaseException) -> bool:
    """Whether the database gave up this transaction: no fault of what was done in it, and nothing of it is kept.

    Nobody may go on in such a transaction: SQLite would write each further statement for good, on its own.
    """
    return meaning(failure) is not None


def _chain(failure: BaseException | None) -> Iterator[BaseException]:
    """The root first: what follows from a full disk is told as a full disk."""
    if failure is not None:
        yield from _chain(failure.__cause__ or failure.__context__)
        yield failure


def _meaning(failure: BaseException) -> EngineError | None:
    if isinstance(failure, StorageFull | DatabaseDown):
        return failure
    if isinstance(failure, sa.exc.TimeoutError):
        return DatabaseDown()  # every connection is taken, and none came back in time
    if not isinstance(failure, sa.exc.DBAPIError):
        return None
    if isinstance(failure.orig, sqlite3.Error):
        return _of_sqlite(failure.orig)
    return _of_postgresql(failure, getattr(failure.orig, "sqlstate", ""))


def _of_sqlite(failure: sqlite3.Error) -> EngineError | None:
    code = getattr(failure, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_ERROR and str(failure).startswith(SQLITE_OTHER):
        return OtherDatabase()
    if code == sqlite3.SQLITE_FULL:
        return StorageFull()
    return DatabaseDown() if code in SQLITE_DOWN else None


def _of_postgresql(failure: sa.exc.DBAPIError, state: Any) -> EngineError | None:
    if state in LOST_RACES:
        return LostRace()
    if state == DISK_FULL:
        return StorageFull()
    if state in POSTGRESQL_OTHER:
        return OtherDatabase()
    # A connection that broke brings no code.
    broken = state is None and isinstance(failure, sa.exc.OperationalError)
    return DatabaseDown() if broken or str(state).startswith(POSTGRESQL_DOWN) else None
