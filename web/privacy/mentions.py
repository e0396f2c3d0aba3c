"""Where the username of somebody stands, in whatever table there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.database import Base

NAMING = re.compile(
    r"(.*_by|username|actor_id|recipient|assignee|responsible|reports|reviews|substitute|lead|holder|author|person|giver|receiver)"
)
"""How a column is called that names a person."""


@dataclass(frozen=True, slots=True)
class Mention:
    """How many rows of a table name somebody in a column."""

    table: str
    column: str
    times: int


def of(session: Session, username: str) -> list[Mention]:
    """Every column that names a person, where it names this one; in one statement."""
    counts = [
        sa.select(sa.literal(column.table.name), sa.literal(column.name), sa.func.count())
        .select_from(column.table)
        .where(column == username)
        for column in columns()
    ]
    return [Mention(*row) for row in session.execute(sa.union_all(*counts)) if row[2]]


def columns() -> Iterator[sa.Column[str]]:
    """The columns that name a person, of all tables."""
    for table in sorted(Base.metadata.tables.values(), key=lambda one: str(one.name)):
        for column in table.columns:
            if isinstance(column.type, sa.String) and NAMING.fullmatch(column.name):
                yield column
