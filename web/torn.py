"""Whether a SQLite file was copied away from its log while it was in use: it is whole, and lacks what came last.

While Cauce has a file open its header says that there is a log beside it (`-wal`). Whoever closes it last takes the log
into the file and says in the header that there is none. So a file whose header speaks of a log that is not there was
copied alone, with `cp`; once opened nobody could tell any more, so it is written into the file until somebody says that
it is all right (`cauce doctor --repair`).
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from enum import IntEnum
from pathlib import Path

import sqlalchemy as sa

from engine.database import Database

READS_LOG_AT, LOGGED = 19, 2
"""Where the header says how the file is read, and that it is with a log."""
MARK_AT = slice(60, 64)
"""Where the header has the number that is an application's own (`PRAGMA user_version`)."""
HEADER = 100
WAITS_S = 5
LOOKS_AGAIN_S = 1
"""Another process that begins or ends at this moment has written the header and not yet the log, or the reverse."""

SENTENCE = (
    "A la base le falta su archivo «-wal»: se copió sola (cp) mientras Cauce la usaba, y no tiene lo último que se "
    "guardó. Recupérela de una copia hecha con «cauce backup», o copie de nuevo con Cauce detenido. Si está completa, "
    "«cauce doctor --repair» lo da por bueno."
)


class Mark(IntEnum):
    """What Cauce has written into the file about itself."""

    NEVER = 0
    KEPT = 1
    TORN = 2


@contextmanager
def watched(database: Database) -> Iterator[None]:
    """Look at the file before anybody opens it, and leave it without a log if nobody else has it open at the end."""
    path = _file(database)
    if path is None:
        yield
        return
    torn = _looked_at_twice(path)
    with closing(sqlite3.connect(path, timeout=WAITS_S, isolation_level=None)) as held:
        _mark(held, Mark.TORN if torn else None)
        try:
            yield
        finally:
            database.dispose()
            _take_in(held)


def is_torn(path: Path) -> bool:
    """Whether the header of a file that Cauce has kept speaks of a log that is not there."""
    with path.open("rb") as file:
        header = file.read(HEADER)
    if len(header) < HEADER or int.from_bytes(header[MARK_AT], "big") == Mark.NEVER:
        return False
    return header[READS_LOG_AT] == LOGGED and not path.with_name(f"{path.name}-wal").exists()


def _looked_at_twice(path: Path) -> bool:
    if not is_torn(path):
        return False
    time.sleep(LOOKS_AGAIN_S)
    return is_torn(path)


def was_torn(connection: sa.Connection) -> bool:
    """Whether the file was torn when it was first opened, and nobody has said since that it is all right."""
    if connection.dialect.name != "sqlite":
        return False
    return connection.exec_driver_sql("PRAGMA user_version").scalar() == Mark.TORN


def accept(connection: sa.Connection) -> None:
    """Let the file be all right as it is."""
    connection.exec_driver_sql(f"PRAGMA user_version={Mark.KEPT}")


def _file(database: Database) -> Path | None:
    name = database.url.database or ""
    if not database.is_sqlite or name in ("", ":memory:") or name.startswith("file:"):
        return None
    path = Path(name)
    return path if path.is_file() and path.stat().st_size else None


def _mark(held: sqlite3.Connection, mark: Mark | None) -> None:
    """Write down what was found, or that it is kept from now on; a file that nobody may write says nothing."""
    with suppress(sqlite3.Error):
        held.execute("PRAGMA journal_mode=WAL")  # from here on the log stays, whatever other connection ends
        before = held.execute("PRAGMA user_version").fetchone()[0]
        wanted = mark if mark is not None else Mark.KEPT if before == Mark.NEVER else before
        if wanted != before:
            held.execute(f"PRAGMA user_version={int(wanted)}")


def _take_in(held: sqlite3.Connection) -> None:
    """Take the log into the file; while another process has it open SQLite refuses, and that one does it later."""
    with suppress(sqlite3.Error):
        held.execute("PRAGMA busy_timeout=0")
        held.execute("PRAGMA journal_mode=DELETE")
