"""Statements of the hot path: compiled once for each database, then handed to the driver as they are.

What SQLAlchemy does for each execution costs several times what the driver does. That is nothing beside a page, and
most of what a completion costs; so what every completion sends is prepared, and nothing else. Whoever listens to a
connection (`before_cursor_execute`) hears of it as of any other statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Session, make_transient_to_detached
from sqlalchemy.orm.attributes import instance_dict, set_committed_value
from sqlalchemy.types import TypeEngine

Values = Mapping[str, Any]
"""What a statement's parameters are, by their names."""
_Model = TypeVar("_Model", bound=DeclarativeBase)
_Process = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the rows that were read or returned, and how many were changed."""

    rows: list[tuple[Any, ...]]
    changed: int


class Prepared:
    """A Core statement whose parameters are all named."""

    def __init__(self, statement: sa.Executable, *filled: str) -> None:
        """Nothing is compiled before it is first sent. `filled` are the columns that an INSERT gives values to."""
        self._statement, self._filled = statement, filled
        self._compiled: dict[str, _Compiled] = {}

    def of(self, *rows: Values) -> Order:
        """The statement with its values; of several rows, once for each."""
        return Order(self, rows)

    def compiled(self, dialect: Dialect) -> _Compiled:
        """As this database reads it."""
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = _Compiled(self._statement, self._filled, dialect)
        return compiled


@dataclass(frozen=True, slots=True)
class Order:
    """A statement that is to be sent, once for each of `rows`."""

    statement: Prepared
    rows: Sequence[Values]


def send(connection: sa.Connection, *orders: Order) -> list[Answer]:
    """Send statements in this order and hand out what each answers; PostgreSQL is asked once for all of them.

    Raises what SQLAlchemy raises for the same failure.
    """
    driver: Any = connection.connection.driver_connection
    with _as_sqlalchemy(connection, driver):
        with _in_one_go(driver, len(orders)):
            asked = [_execute(connection, driver, order) for order in orders]
        return [_answer(compiled, cursors) for compiled, cursors in asked]


def adopt(session: Session, model: type[_Model], values: Values) -> _Model:
    """The session's object of a row that was read by a prepared statement, with these values whatever it had before."""
    mapper = sa.inspect(model)
    identity = mapper.identity_key_from_primary_key(tuple(values[column.name] for column in mapper.primary_key))
    found: Any = session.identity_map.get(identity)
    if found is None:
        found = mapper.class_manager.new_instance()
        instance_dict(found).update(values)
        make_transient_to_detached(found)
        session.add(found)
    else:
        for name, value in values.items():
            set_committed_value(found, name, value)
    return cast(_Model, found)


class _Compiled:
    """A statement in the words of one database, and what turns values into the driver's and back."""

    def __init__(self, statement: Any, filled: Sequence[str], dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect, column_keys=filled or None)
        self.sql: str = compiled.string
        names = compiled.positiontup if compiled.positional else tuple(compiled.params)
        self._in = [(name, _binder(compiled.binds[name].type, dialect)) for name in names]
        self._own = {name: value for name, value in compiled.params.items() if name not in filled and value is not None}
        self._positional: bool = compiled.positional
        columns = list(getattr(statement, "exported_columns", ()))
        self._out = [_reader(column.type, dialect) for column in columns]
        self.reads = bool(columns)

    def bound(self, row: Values) -> Any:
        """The values as the driver takes them. Raises `KeyError` where one is missing."""
        if self._own:
            row = {**self._own, **row}
        if self._positional:
            return [row[name] if bind is None else bind(row[name]) for name, bind in self._in]
        return {name: row[name] if bind is None else bind(row[name]) for name, bind in self._in}

    def read(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """A row of the driver as the columns' types mean it."""
        return tuple(v if read is None else read(v) for v, read in zip(row, self._out, strict=True))


def _binder(kind: TypeEngine[Any], dialect: Dialect) -> _Process:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> _Process:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _in_one_go(driver: Any, orders: int) -> AbstractContextManager[object]:
    """What goes to PostgreSQL in one envelope: several statements, or the first with the BEGIN in front of it."""
    if not isinstance(driver, psycopg.Connection):
        return nullcontext()
    begun = driver.info.transaction_status != psycopg.pq.TransactionStatus.IDLE
    return nullcontext() if begun and orders == 1 else driver.pipeline()


def _execute(connection: sa.Connection, driver: Any, order: Order) -> tuple[_Compiled, list[Any]]:
    """Hand a statement to the driver; what answers with rows is sent one at a time, each with a cursor of its own."""
    compiled = order.statement.compiled(connection.dialect)
    rows = [compiled.bound(row) for row in order.rows]
    if len(rows) > 1 and not compiled.reads:
        cursor = driver.cursor()
        _tell(connection, cursor, compiled.sql, rows, many=True)
        cursor.executemany(compiled.sql, rows)
        return compiled, [cursor]
    cursors = []
    for row in rows:
        cursors.append(cursor := driver.cursor())
        _tell(connection, cursor, compiled.sql, row, many=False)
        cursor.execute(compiled.sql, row)
    return compiled, cursors


def _tell(connection: sa.Connection, cursor: Any, sql: str, values: Any, *, many: bool) -> None:
    for listen in connection.dispatch.before_cursor_execute:
        listen(connection, cursor, sql, values, None, many)


def _answer(compiled: _Compiled, cursors: list[Any]) -> Answer:
    rows = [compiled.read(row) for cursor in cursors for row in cursor.fetchall()] if compiled.reads else []
    return Answer(rows, sum(cursor.rowcount for cursor in cursors))


@contextmanager
def _as_sqlalchemy(connection: sa.Connection, driver: Any) -> Iterator[None]:
    """Say a failure of the driver as SQLAlchemy does; a connection that is gone does not come back to the pool."""
    base: Any = connection.dialect.loaded_dbapi.Error
    try:
        yield
    except base as failure:
        gone = connection.dialect.is_disconnect(failure, driver, None)
        said = sa.exc.DBAPIError.instance(None, None, failure, base, connection_invalidated=gone)
        if gone:
            connection.invalidate(failure)
        raise said from failure
