"""A message that came before its wait is kept for the case."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table of kept messages."""
    op.create_table(
        "kept_message",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("instance_id", Identifier, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("variables", sa.JSON(), nullable=False),
        sa.Column("thrown_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_message")),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name=op.f("fk_kept_message_instance_id_instance")),
    )
    op.create_index("ix_kept_message_instance", "kept_message", ["instance_id", "name"])
