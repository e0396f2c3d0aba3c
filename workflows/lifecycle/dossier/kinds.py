"""A kind of record: its columns, and the statement that reads those of a plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

import sqlalchemy as sa


class Shown(StrEnum):
    """How people read a cell."""

    TEXT = "text"
    WORDS = "words"
    """A value of a list, as `acogida_parcialmente`."""
    PERSON = "person"
    DAY = "day"
    YES = "yes"
    NUMBER = "number"
    FILE = "file"
    """The id of a file."""
    CASE = "case"
    """The id of the case in which it was written."""
    ROWS = "rows"
    """A list of texts, or of rows of a form."""
    PEOPLE = "people"
    """Rows of a form that name somebody, and their entity."""


@dataclass(frozen=True, slots=True)
class Told:
    """A column: its title, and how people read what is under it. `words` say a value that people call otherwise."""

    title: str
    how: Shown = Shown.TEXT
    words: Callable[[Any], str] | None = None


Statement: TypeAlias = sa.Select[*tuple[Any, ...]]

Read = Callable[[str], Statement]
"""The statement that reads the records of a plan, a column each of `Kind.columns`."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record. `phase` of the guide; `asked` says where it is written, to who finds none.

    `dated` and `sorted_by` are the places of the columns by whose day and value a page filters; none where it does not.
    """

    key: str
    title: str
    phase: int
    asked: str
    columns: Sequence[Told]
    read: Read
    dated: int | None = None
    sorted_by: int | None = None
    of_entity: int | None = None
