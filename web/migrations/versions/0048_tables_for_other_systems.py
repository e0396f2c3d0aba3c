"""Tables in the layouts of other systems, with every file as it was sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both."""
    op.create_table(
        "export",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("plan_code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("format", sa.String(4), nullable=False),
        sa.Column("separator", sa.String(1), nullable=False),
        sa.Column("decimal", sa.String(1), nullable=False),
        sa.Column("due", sa.String(20), nullable=False),
        sa.Column("target", sa.String(500), nullable=False),
        sa.Column("host_key", sa.String(120), nullable=False),
        sa.Column("salt", sa.String(64), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(60), nullable=False),
        sa.ForeignKeyConstraint(["plan_code"], ["plan.code"], name="fk_export_plan_code"),
        sa.PrimaryKeyConstraint("id", name="pk_export"),
    )
    op.create_index("ix_export_plan_code", "export", ["plan_code"])

    op.create_table(
        "export_delivery",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("export_id", Identifier, nullable=False),
        sa.Column("key", sa.String(40), nullable=False),
        sa.Column("period", sa.String(7), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("titles", sa.JSON(), nullable=False),
        sa.Column("added", Identifier, nullable=True),
        sa.Column("removed", Identifier, nullable=True),
        sa.Column("changed", Identifier, nullable=True),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("attempts", Identifier, nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["export_id"], ["export.id"], name="fk_export_delivery_export_id"),
        sa.PrimaryKeyConstraint("id", name="pk_export_delivery"),
        sa.UniqueConstraint("export_id", "key", name="uq_export_delivery_export_id_key"),
    )
    op.create_index("ix_export_delivery_due", "export_delivery", ["export_id", "sent_at", "id"])
