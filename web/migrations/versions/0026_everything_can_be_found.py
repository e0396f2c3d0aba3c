"""Everything can be found by its words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

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


def upgrade() -> None:
    """Make the tables, and the full-text index of this system; the worker fills them."""
    op.create_table(
        "search_entry",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("ref", sa.String(120), nullable=False),
        sa.Column("sector_code", sa.String(20), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("link", sa.String(200), nullable=False),
        sa.Column("case_id", Identifier, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
        sa.UniqueConstraint("kind", "ref", "sector_code", name=op.f("uq_search_entry_kind_ref_sector_code")),
    )
    op.create_table(
        "search_mark",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("newest", Identifier, nullable=False),
        sa.Column("looked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_search_mark")),
    )
    for statement in INDEXES[op.get_bind().dialect.name]:
        op.execute(sa.text(statement.replace("::", "\\:\\:")))
