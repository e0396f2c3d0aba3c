"""How every package reaches the database: one metadata, one way to begin a transaction."""

from __future__ import annotations

import datetime as dt
import decimal
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from enum import StrEnum
from typing import Any

import psycopg
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Dialect, make_url
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from engine import outages
from engine.errors import DatabaseDown
from engine.queueing import Queue

BUSY_TIMEOUT_S = 30
GONE_AFTER = {
    "tcp_keepalives_idle": "15",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "4",
    "tcp_user_timeout": "35s",
    "idle_in_transaction_session_timeout": "45s",
}
"""When PostgreSQL gives up on whoever holds its locks: a machine without power or network, a process that is frozen.

Without them it waits two hours for the first and for ever for the second. Less than a minute, with the next tick.
"""
_ANSWERS_WITHIN = {"connect_timeout": 10, "keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 4}
"""The same, seen from here: a database that is gone is an error, not a wait."""

Identifier = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""Primary keys: 64 bits on PostgreSQL, the row id on SQLite."""

FULL_TEXT = "fts_"
"""How the names of full-text indexes begin: SQLite keeps each as tables of its own, of which no model knows."""

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[dt.datetime]):
    """An aware moment, kept in UTC on both databases."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        """Refuse naive moments; SQLite keeps no zone, so UTC is written there."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime handed to the database")
        value = value.astimezone(dt.UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Hand out aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class ExactDecimal(TypeDecorator[decimal.Decimal]):
    """A decimal kept to the last digit: NUMERIC on PostgreSQL, text on SQLite (which would make it a float)."""

    impl = sa.Numeric(28, 9)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Text on SQLite."""
        return dialect.type_descriptor(sa.String(40) if dialect.name == "sqlite" else sa.Numeric(28, 9))

    def process_bind_param(self, value: decimal.Decimal | None, dialect: Dialect) -> Any:
        """Write it without exponent."""
        if value is None:
            return None
        return format(value, "f") if dialect.name == "sqlite" else value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], decimal.Decimal | None]:
        """Hand out a decimal without trailing zeros, equal on both databases.

        In one call for each value, where `process_result_value` would take two: a page reads ten thousand.
        """
        return _exact_decimal


def _exact_decimal(value: Any) -> decimal.Decimal | None:
    if value is None:
        return None
    number = decimal.Decimal(value)
    if isinstance(value, str) and "." not in value:
        return number  # a whole one as it was written here: most of them are
    return number.quantize(decimal.Decimal(1)) if number == number.to_integral_value() else number.normalize()


class _States(TypeDecorator[StrEnum]):
    """One of the values of a `StrEnum`, kept as text."""

    impl = sa.String
    cache_ok = True

    def __init__(self, enum: type[StrEnum], length: int) -> None:
        super().__init__(length)
        self.enum, self.length = enum, length

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Refuse what the column cannot mean."""
        return None if value is None else self.enum(value).value

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], StrEnum | None]:
        """Raise for what somebody else wrote there."""
        known = {state.value: state for state in self.enum}

        def state_of(value: str | None) -> StrEnum | None:
            return None if value is None else known.get(value) or self.enum(value)

        return state_of


def states(enum: type[StrEnum], length: int = 20) -> TypeDecorator[Any]:
    """The type of a column that holds one of `enum`: VARCHAR; an unknown value raises where it is read."""
    return _States(enum, length)


def insert_once(session: Session, table: type[DeclarativeBase], values: Mapping[str, Any], key: Sequence[str]) -> bool:
    """Insert a row unless there is one with the same `key` (columns that are unique together); whether it did.

    Two that try at once wait for each other: one inserts.
    """
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table).values(dict(values)).on_conflict_do_nothing(index_elements=list(key))
    return session.execute(statement.returning(*sa.inspect(table).primary_key)).first() is not None


_TURN = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(sa.bindparam("what"), 0)))


def take_turns(session: Session, what: str) -> bool:
    """Wait for whoever does the same at this moment, of those who name it so; held until the transaction ends.

    False on SQLite, where whoever writes is alone anyway: nothing changed meanwhile. What was read before may be old.
    """
    if session.get_bind().dialect.name != "postgresql":
        return False
    session.execute(_TURN, {"what": what})
    return True


def replace_rows(
    session: Session, table: type[DeclarativeBase], owner: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]
) -> None:
    """Keep `rows` in place of those that had the same owner: the columns, with their values, that they all share."""
    session.execute(sa.delete(table).filter_by(**owner))
    session.add_all([table(**owner, **row) for row in rows])
    session.flush()


class Base(DeclarativeBase):
    """The one metadata of the project; every package adds its tables to it."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy declares it so
        int: Identifier,
        str: sa.String(),
        dt.datetime: UtcDateTime(),
        dt.date: sa.Date(),
        decimal.Decimal: ExactDecimal(),
        dict[str, Any]: sa.JSON(),
        list[Any]: sa.JSON(),
        bytes: sa.LargeBinary(),
    }


class Database:
    """A database and the two ways to use it: a unit of work that writes, and a reading session."""

    def __init__(self, url: str | URL, *, durable: bool = True) -> None:
        """Prepare the connection pool; nothing is opened before the first use.

        `url` is a SQLAlchemy URL; `sqlite:///path` or `postgresql+psycopg://…`. Not `durable`: SQLite does not wait
        for the disk, and a power cut may lose the file; for databases that are thrown away.
        """
        self.url = make_url(url)
        self.engine = _sqlite(self.url, durable=durable) if self.is_sqlite else _postgresql(self.url)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False, autoflush=True)
        self._writers = Queue() if self.is_sqlite else None
        self._of_thread = threading.local()

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """One transaction that commits at the end and rolls back on any exception.

        On SQLite it takes the write lock at once (`BEGIN IMMEDIATE`), so that a command never fails half way
        because somebody else wrote first; those of this process get it in the order in which they came, for SQLite lets
        whoever asks at the right moment pass. On PostgreSQL, of two that wait for each other one is given up: it raises
        `Conflict`, nothing of it is kept, and it works when tried again. Raises `StorageFull` and `DatabaseDown`.
        """
        if (shared := self._shared) is not None:
            shared.end()  # who reads after this sees what was written
        turn = self._writers.turn(within_s=BUSY_TIMEOUT_S) if self._writers else nullcontext()
        with turn, self._sessions() as session, _in_words():
            if self.is_sqlite:
                session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads: nothing is committed, and what was loaded stays readable afterwards."""
        shared = self._shared
        if shared is None:
            with self._sessions() as session, _in_words():
                yield session
            return
        try:
            with _in_words():
                yield shared.session
        except BaseException:
            shared.end()
            raise

    @contextmanager
    def reading_once(self) -> Iterator[None]:
        """Let all that this thread reads in this block be one transaction, until it writes: one state of the data."""
        shared = self._of_thread.shared = _Shared(self._sessions)
        try:
            yield
        finally:
            self._of_thread.shared = None
            shared.end()

    def let_go(self) -> None:
        """End what this thread reads in one transaction: it is about to wait for somebody else. It may read again."""
        if (shared := self._shared) is not None:
            shared.end()

    @property
    def _shared(self) -> _Shared | None:
        return getattr(self._of_thread, "shared", None)

    def create_all(self) -> None:
        """Create every table that the imported packages know (tests and first start)."""
        Base.metadata.create_all(self.engine)

    def dispose(self) -> None:
        """Close the pool."""
        self.engine.dispose()


class _Shared:
    """The session of those who read in one transaction; it begins when the first of them asks."""

    def __init__(self, begin: sessionmaker[Session]) -> None:
        self._begin = begin
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        if self._session is None:
            self._session = self._begin()
        return self._session

    def end(self) -> None:
        """Give the connection back."""
        ended, self._session = self._session, None
        if ended is not None:
            ended.close()


@contextmanager
def _in_words() -> Iterator[None]:
    """Say what a failure of the database itself means; any other goes on as it is."""
    try:
        yield
    except Exception as exc:
        said = outages.meaning(exc)
        if said is None or said is exc:
            raise
        raise said from exc


def _sqlite(url: URL, *, durable: bool) -> sa.Engine:
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False})

    @sa.event.listens_for(engine, "do_connect")
    def make_private(_dialect: Dialect, _record: Any, arguments: list[Any], _options: dict[str, Any]) -> None:
        # SQLite gives the files beside it (-wal, -shm) the rights of the file itself.
        _make_private(str(arguments[0]))

    @sa.event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # The driver's own transaction handling is off: SQLAlchemy says BEGIN through the hook below.
        connection.isolation_level = None
        cursor = connection.cursor()
        _keep_a_log(cursor)
        cursor.execute(f"PRAGMA synchronous={'FULL' if durable else 'OFF'}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000}")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        if connection.get_execution_options().get("sqlite_begin") == "IMMEDIATE":
            _begin_to_write(connection)
        else:
            connection.exec_driver_sql("BEGIN DEFERRED")

    @sa.event.listens_for(engine, "before_cursor_execute")
    def stay_in_transaction(_connection: sa.Connection, cursor: Any, statement: str, *_: Any) -> None:
        # A full disk ends the transaction by itself. What came after would be written at once and for good.
        if not cursor.connection.in_transaction and not statement.startswith(("BEGIN", "PRAGMA")):
            raise DatabaseDown

    @sa.event.listens_for(engine, "reset")
    def leave_no_transaction(connection: Any, _record: Any, _state: Any) -> None:
        # A COMMIT that fails may leave the transaction open, with its locks, where SQLAlchemy takes it for ended.
        if connection.in_transaction:
            connection.rollback()

    return engine


def _begin_to_write(connection: sa.Connection) -> None:
    """Take the write lock, asking every millisecond; SQLite waits longer each time, and whoever came later passes."""
    driver: Any = connection.connection.dbapi_connection
    limit = time.monotonic() + BUSY_TIMEOUT_S
    driver.execute("PRAGMA busy_timeout=1")
    try:
        while time.monotonic() < limit:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as refused:
                if refused.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    break
            else:
                return
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # it says what is wrong
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_S * 1000}")


def _keep_a_log(cursor: Any) -> None:
    """Put the file into WAL mode; of several that meet a new one, SQLite refuses all but one without waiting."""
    limit = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as refused:
            if "locked" not in str(refused) or time.monotonic() > limit:
                raise
            time.sleep(0.02)
        else:
            return


def _make_private(path: str) -> None:
    """Create the file of a new database so that only its owner reads it; leave one that exists as it is."""
    if path in ("", ":memory:") or path.startswith("file:"):
        return
    with suppress(OSError):  # SQLite says better than this what is wrong with a path
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _postgresql(url: URL) -> sa.Engine:
    options = " ".join(f"-c {name}={value}" for name, value in GONE_AFTER.items())
    engine = sa.create_engine(url, pool_size=10, max_overflow=20, connect_args={"options": options, **_ANSWERS_WITHIN})

    @sa.event.listens_for(engine, "checkout")
    def begin(connection: psycopg.Connection, _record: Any, _held: Any) -> None:
        # Whether a pooled connection is still there is asked by what is said first anyway: one question, not two.
        # One that was given back in the middle of a transaction, or of an answer, is not taken at all.
        try:
            idle = connection.pgconn.transaction_status == psycopg.pq.TransactionStatus.IDLE
            begun = idle and connection.pgconn.exec_(b"BEGIN").status == psycopg.pq.ExecStatus.COMMAND_OK
        except psycopg.Error:
            begun = False
        if not begun:
            raise sa.exc.InvalidatePoolError

    return engine
