"""Files of decision tables are published beside diagrams and forms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "decision_version",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("decision_key", sa.String(100), nullable=False),
        sa.Column("version", Identifier, nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("decisions", sa.JSON(), nullable=False),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.Column("published_by", sa.String(100), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_version")),
        sa.UniqueConstraint("decision_key", "version", name=op.f("uq_decision_version_decision_key")),
    )
    op.create_index(op.f("ix_decision_version_decision_key"), "decision_version", ["decision_key"])
