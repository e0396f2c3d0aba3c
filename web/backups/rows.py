"""The rows of a database as lines of text that either system reads back to the last digit."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.types import NullType

from engine.database import FULL_TEXT


def tables(connection: sa.Connection) -> list[sa.Table]:
    """Every table as it stands in this database, those that others refer to first; a full-text index fills itself."""
    found = sa.MetaData()

    @sa.event.listens_for(found, "column_reflect")
    def as_written(_inspector: Any, _table: sa.Table, column: Any) -> None:
        # A JSON null and no value at all are two things, and a number keeps its digits: the text goes along as it is.
        if isinstance(column["type"], sa.JSON):
            column["type"] = _Document()

    found.reflect(connection, only=lambda name, _found: not name.startswith(FULL_TEXT))
    return found.sorted_tables


class _Document(NullType):
    """The text of a JSON column."""


def reading(table: sa.Table) -> sa.Select[Any]:
    """Every row of a table, by primary key."""
    columns = [
        sa.cast(column, sa.Text).label(column.name) if isinstance(column.type, _Document) else column
        for column in table.columns
    ]
    return sa.select(*columns).order_by(*table.primary_key.columns)


def to_line(row: Mapping[str, Any]) -> bytes:
    """A row as a line of JSON."""
    return orjson.dumps({str(name): _plain(value) for name, value in row.items()}) + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(bytes(value)).decode("ascii")
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, dt.datetime):
        return (value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)).isoformat()
    return value.isoformat() if isinstance(value, dt.date) else value


def from_line(table: sa.Table, *, naive: bool) -> Callable[[bytes], dict[str, Any]]:
    """What reads the lines of a table; `naive`: moments are written without a zone, as SQLite keeps them."""
    readers = {column.name: _reader(column.type, naive=naive) for column in table.columns}

    def read(line: bytes) -> dict[str, Any]:
        row = orjson.loads(line)
        return {name: None if (value := row.get(name)) is None else read(value) for name, read in readers.items()}

    return read


def _reader(kind: Any, *, naive: bool) -> Callable[[Any], Any]:
    if isinstance(kind, sa.LargeBinary):
        return base64.b64decode
    if isinstance(kind, sa.DateTime):
        return lambda text: _moment(text, naive=naive)
    if isinstance(kind, sa.Date):
        return dt.date.fromisoformat
    if isinstance(kind, sa.Numeric):
        return Decimal
    return _as_it_is


def _moment(text: str, *, naive: bool) -> dt.datetime:
    moment = dt.datetime.fromisoformat(text)
    return moment.replace(tzinfo=None) if naive else moment


def _as_it_is(value: Any) -> Any:
    return value
