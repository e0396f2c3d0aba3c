"""A unit of the worker's that fails is kept, with when it is tried again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table of system incidents."""
    op.create_table(
        "system_incident",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("key", sa.String(300), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("attempts", Identifier, nullable=False),
        sa.Column("retry_at", UtcDateTime(), nullable=False),
        sa.Column("first_failed_at", UtcDateTime(), nullable=False),
        sa.Column("last_failed_at", UtcDateTime(), nullable=False),
        sa.Column("error", sa.String(200), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("resolved_at", UtcDateTime()),
        sa.Column("resolved_by", sa.String(100)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_incident")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_system_incident_kind_key")),
    )
    op.create_index("ix_system_incident_state", "system_incident", ["state", "kind"])
