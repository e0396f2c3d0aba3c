"""What goes wrong between a process and its database, at a statement that is counted."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from engine.database import Database
from engine.errors import DatabaseDown, StorageFull
from web.faults.turns import Turns

NO_LIMIT = 1_000_000_000
"""Pages; far more than a disk has."""


class Fault(StrEnum):
    """What may go wrong, as the command tells it."""

    WORKER_KILLED = "un trabajador muere a mitad de su trabajo"
    SERVER_KILLED = "el servidor muere mientras alguien envía"
    ANSWER_LOST = "el servidor muere después de guardar y antes de responder"
    DATABASE_LOST = "la base de datos deja de responder"
    DATABASE_BUSY = "otro programa tiene tomada la base de datos"
    DISK_FULL = "el disco se llena"
    MAIL_DOWN = "el servidor de correo no responde"
    MAIL_BUSY = "el servidor de correo no recibe por ahora"
    MAIL_ANSWER_LOST = "el servidor de correo recibe y no responde"
    MAIL_REFUSED = "el servidor de correo rechaza una dirección"
    SYSTEM_DOWN = "otro sistema no responde"
    SYSTEM_REFUSES = "otro sistema responde que no"
    SYSTEM_ANSWER_LOST = "otro sistema recibe y no responde"
    CLOCK_FORWARD = "el reloj salta hacia adelante"
    CLOCK_BACK = "el reloj salta hacia atrás"
    WORKERS_ASLEEP = "los trabajadores no corren durante días"


class Killed(BaseException):
    """The process ended between two statements: no code of ours gets to say anything about it."""


@dataclass
class Troubles:
    """What is about to go wrong in one process. What is at 0 does not.

    `dies_in` and `gone_in` count statements, `forgets_in` commits; then the database refuses `gone_for` statements
    or, being `busy_for`, so many beginnings; `full_for` counts transactions without room for a page.
    """

    tally: Counter[Fault]
    kills: Fault
    lives: int = 0
    dies_in: int = 0
    forgets_in: int = 0
    gone_in: int = 0
    gone_for: int = 0
    busy_for: int = 0
    full_for: int = 0
    _full_now: bool = field(default=False, init=False)

    def heal(self) -> None:
        """Let nothing more go wrong."""
        self.dies_in = self.forgets_in = self.gone_in = self.gone_for = self.busy_for = self.full_for = 0

    def die(self, how: Fault) -> None:
        """End the process: whatever it was doing for anybody goes no further."""
        self.tally[how] += 1
        self.lives += 1
        self.heal()
        raise Killed

    def at_statement(self) -> bool:
        """Count a statement; whether the database refuses it. Raises `Killed`."""
        if self.dies_in:
            self.dies_in -= 1
            if not self.dies_in:
                self.die(self.kills)
        if self.gone_in:
            self.gone_in -= 1
            if self.gone_in:
                return False
            self.tally[Fault.DATABASE_LOST] += 1
        elif not self.gone_for:
            return False
        self.gone_for = max(self.gone_for - 1, 0)
        return True

    def at_commit(self) -> None:
        """Count what was kept. Raises `Killed` where nobody is told of it any more."""
        if self.forgets_in:
            self.forgets_in -= 1
            if not self.forgets_in:
                self.die(Fault.ANSWER_LOST)


class FaultyDatabase(Database):
    """A database as one process has it, and between whose transactions others go on."""

    def __init__(self, url: str | URL, troubles: Troubles, turns: Turns, instant: Callable[[], None]) -> None:
        """`instant` is called at each transaction: no two are of one moment."""
        super().__init__(url, durable=False)
        self._troubles, self._turns, self._instant = troubles, turns, instant
        self._life = troubles.lives
        sa.event.listen(self.engine, "before_cursor_execute", self._at_statement)
        if self.is_sqlite:
            sa.event.listen(self.engine, "begin", self._at_begin)

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """The same, with its troubles."""
        self._edge()
        if self._troubles.busy_for:
            self._troubles.busy_for -= 1
            self._troubles.tally[Fault.DATABASE_BUSY] += 1
            raise DatabaseDown
        full, self._troubles.full_for = bool(self._troubles.full_for), max(self._troubles.full_for - 1, 0)
        self._full = full
        try:
            with self._turns.writing(), super().unit_of_work() as session:
                yield session
        except StorageFull:
            self._troubles.tally[Fault.DISK_FULL] += 1
            raise
        finally:
            self._full = False
        self._troubles.at_commit()
        self._edge()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """The same, with its troubles."""
        self._edge()
        with super().reading() as session:
            yield session

    _full = False

    def _edge(self) -> None:
        self._instant()
        self._turns.pass_on()
        self._ensure_alive()

    def _ensure_alive(self) -> None:
        if self._life != self._troubles.lives:
            raise Killed

    def _at_begin(self, connection: sa.Connection) -> None:
        driver: Any = connection.connection.driver_connection
        driver.execute(f"PRAGMA max_page_count={1 if self._full else NO_LIMIT}")

    def _at_statement(self, _connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        self._ensure_alive()
        if not self._troubles.at_statement():
            return
        if not self.is_sqlite:
            cursor.connection.close()  # what it says next finds nobody
            return
        failure = sqlite3.OperationalError("disk I/O error")
        failure.sqlite_errorcode = sqlite3.SQLITE_IOERR
        raise sa.exc.OperationalError(statement, None, failure)
