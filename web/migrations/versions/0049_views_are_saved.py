"""Filters of the inbox are saved under a name; deadlines are subscribed to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "saved_view",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("sector_code", sa.String(20), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("query", sa.String(1000), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.ForeignKeyConstraint(["username"], ["person.username"], name=op.f("fk_saved_view_username_person")),
    )
    op.create_table(
        "calendar_feed",
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("username", name=op.f("pk_calendar_feed")),
        sa.ForeignKeyConstraint(["username"], ["person.username"], name=op.f("fk_calendar_feed_username_person")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_calendar_feed_token_sha256")),
    )
    op.create_index(op.f("ix_saved_view_username"), "saved_view", ["username"])
    op.create_index(op.f("ix_saved_view_sector_code"), "saved_view", ["sector_code"])
