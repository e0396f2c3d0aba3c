"""The *bitácora* is chained, names the request of each entry, and keeps what is personal apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the chain; the worker links what is there."""
    op.add_column("audit_entry", sa.Column("request", sa.String(64), nullable=False, server_default=""))
    op.add_column("audit_entry", sa.Column("personal", sa.JSON(), nullable=True))
    op.add_column("audit_entry", sa.Column("salt", sa.String(64), nullable=True))
    op.add_column("audit_entry", sa.Column("personal_sha256", sa.String(64), nullable=False, server_default=""))
    op.create_table(
        "audit_link",
        sa.Column("position", Identifier, nullable=False, autoincrement=False),
        sa.Column("entry_id", Identifier, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("linked_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_audit_link"),
        sa.UniqueConstraint("entry_id", name="uq_audit_link_entry_id"),
    )
