"""Long lists in pages: how many rows one shows, and where the others are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from flask import request

ROWS = 50
"""How many rows of a list a page shows."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Paged(Generic[T]):
    """One page of a list. `before` and `after` are the addresses of its neighbours; empty at the ends."""

    rows: Sequence[T]
    total: int
    first: int
    before: str
    after: str

    @property
    def is_whole(self) -> bool:
        """Whether the page shows all there is."""
        return len(self.rows) == self.total

    @property
    def last(self) -> int:
        """The place of its last row in the whole list, counted from 1."""
        return self.first + len(self.rows) - 1


def paged(rows: Sequence[T], name: str = "pagina", *, anchor: str = "") -> Paged[T]:
    """The asked page of a list that is all there; `name` is its part of the address, where a page has several lists."""
    number = asked(name)
    start = (number - 1) * ROWS
    return cut(rows[start : start + ROWS], len(rows), name, anchor=anchor)


def cut(rows: Sequence[T], total: int, name: str = "pagina", *, anchor: str = "") -> Paged[T]:
    """A page that was read as one (`offset`, `ROWS`) of a list of so many rows."""
    number = asked(name)
    before = _address(name, number - 1, anchor) if number > 1 else ""
    after = _address(name, number + 1, anchor) if number * ROWS < total else ""
    return Paged(rows, total, (number - 1) * ROWS + 1, before, after)


def offset(name: str = "pagina") -> int:
    """How many rows come before the asked page."""
    return (asked(name) - 1) * ROWS


def asked(name: str = "pagina") -> int:
    """The number of the asked page; whoever mends an address by hand begins at the first."""
    text = request.args.get(name, "")
    return max(int(text), 1) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def _address(name: str, number: int, anchor: str) -> str:
    """The page that is asked for, at another page of this list."""
    asked_for = {**request.args.to_dict(), name: str(number)}
    return f"{request.path}?{urlencode(asked_for)}{f'#{anchor}' if anchor else ''}"
