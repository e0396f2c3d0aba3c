"""The tables of the index. What it holds can be made again from what it is about."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, states
from workflows.searching.states import Kind
from workflows.sectors.models import SECTOR_CODE


class SearchEntry(Base):
    """Something that can be found, in one sector.

    `ref` names it among its kind: an id, a username, a code. `case_id` is the case of a task, `link` what its address
    is made of where `ref` does not say it all. `words` are those of title and text as the index keeps them.
    """

    __tablename__ = "search_entry"
    __table_args__ = (sa.UniqueConstraint("kind", "ref", "sector_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(states(Kind))
    ref: Mapped[str] = mapped_column(sa.String(120))
    sector_code: Mapped[str] = mapped_column(sa.String(SECTOR_CODE))
    title: Mapped[str] = mapped_column(sa.Text)
    text: Mapped[str] = mapped_column(sa.Text, default="")
    words: Mapped[str] = mapped_column(sa.Text)
    link: Mapped[str] = mapped_column(sa.String(200), default="")
    case_id: Mapped[int | None]


class SearchMark(Base):
    """How far the index has read what only grows (`newest` id of a kind), and when it looked at what also changes."""

    __tablename__ = "search_mark"

    kind: Mapped[Kind] = mapped_column(states(Kind), primary_key=True)
    newest: Mapped[int] = mapped_column(default=0)
    looked_at: Mapped[dt.datetime | None]


INDEXES = {
    "sqlite": (
        "CREATE VIRTUAL TABLE fts_words USING fts5("
        "words, content='search_entry', content_rowid='id', tokenize='ascii', prefix='2 3 4')",
        "CREATE TRIGGER fts_added AFTER INSERT ON search_entry BEGIN "
        "INSERT INTO fts_words(rowid, words) VALUES (new.id, new.words); END",
        "CREATE TRIGGER fts_gone AFTER DELETE ON search_entry BEGIN "
        "INSERT INTO fts_words(fts_words, rowid, words) VALUES ('delete', old.id, old.words); END",
        "CREATE TRIGGER fts_changed AFTER UPDATE OF words ON search_entry BEGIN "
        "INSERT INTO fts_words(fts_words, rowid, words) VALUES ('delete', old.id, old.words); "
        "INSERT INTO fts_words(rowid, words) VALUES (new.id, new.words); END",
    ),
    "postgresql": ("CREATE INDEX fts_words ON search_entry USING gin (to_tsvector('simple'::regconfig, words))",),
}
"""What no model can say: the full-text index of each system, named by `FULL_TEXT`.

Triggers keep SQLite's, in the same transaction.
"""

for _system, _statements in INDEXES.items():
    for _statement in _statements:
        _made = sa.DDL(_statement).execute_if(dialect=_system)  # type: ignore[no-untyped-call]
        sa.event.listen(SearchEntry.__table__, "after_create", _made)
