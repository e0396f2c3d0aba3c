"""Where a page of a list ended, as text that programs hand back and need not read."""

from __future__ import annotations

import datetime as dt
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from collections.abc import Callable, Sequence
from typing import NoReturn, TypeVar

import orjson

from web.errors import InvalidRequest, WrongPart
from web.numbers import LARGEST_ID

Row = TypeVar("Row")
NO_CURSOR = "No es un cursor de los que da una página."


def cut(found: Sequence[Row], limit: int, after: Callable[[Row], str]) -> tuple[Sequence[Row], str | None]:
    """The rows of a page, and the cursor of the next one, of rows read with one more than `limit`."""
    shown = found[:limit]
    return shown, after(shown[-1]) if len(found) > limit else None


def of_id(number: int) -> str:
    """After a row, by its id."""
    return _written([number])


def of_moment(moment: dt.datetime | None, number: int) -> str:
    """After a row, by a moment and its id."""
    return _written([moment.isoformat() if moment else None, number])


def of_text(text: str) -> str:
    """After a row, by its key."""
    return _written([text])


def read_id(cursor: str) -> int:
    """The id; 0 for the beginning. Raises `InvalidRequest`."""
    if not cursor:
        return 0
    parts = _read(cursor)
    return _number(parts[0]) if len(parts) == 1 else _wrong()


def read_moment(cursor: str) -> tuple[dt.datetime | None, int] | None:
    """The moment with the id; None for the beginning. Raises `InvalidRequest`."""
    if not cursor:
        return None
    parts = _read(cursor)
    if len(parts) != 2:
        return _wrong()
    try:
        moment = dt.datetime.fromisoformat(str(parts[0])) if parts[0] is not None else None
    except ValueError:
        return _wrong()
    return _wrong() if moment is not None and moment.tzinfo is None else (moment, _number(parts[1]))


def read_text(cursor: str) -> str:
    """The key; empty for the beginning. Raises `InvalidRequest`."""
    if not cursor:
        return ""
    parts = _read(cursor)
    return parts[0] if len(parts) == 1 and isinstance(parts[0], str) and "\x00" not in parts[0] else _wrong()


def _written(parts: list[object]) -> str:
    return urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def _read(cursor: str) -> list[object]:
    try:
        parts = orjson.loads(urlsafe_b64decode(f"{cursor}{'=' * (-len(cursor) % 4)}"))
    except (ValueError, BadBase64):
        return _wrong()
    return parts if isinstance(parts, list) else _wrong()


def _number(part: object) -> int:
    is_id = isinstance(part, int) and not isinstance(part, bool) and 0 <= part <= LARGEST_ID
    return part if is_id and isinstance(part, int) else _wrong()


def _wrong() -> NoReturn:
    raise InvalidRequest(errors=[WrongPart("cursor", NO_CURSOR, "This is no cursor that a page gave.")])
