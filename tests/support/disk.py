"""A disk that is full, for as long as a test wants."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from engine.database import Database


@contextmanager
def full_disk(database: Database, pages: int = 0) -> Iterator[None]:
    """Leave a SQLite database room for so many more pages of 4 kB."""
    with database.reading() as session:
        largest = (session.scalar(sa.text("PRAGMA page_count")) or 0) + pages

    def limit(connection: Any, *_: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={largest}")

    sa.event.listen(database.engine, "connect", limit)
    database.dispose()
    try:
        yield
    finally:
        sa.event.remove(database.engine, "connect", limit)
        database.dispose()
