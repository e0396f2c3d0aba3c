"""An entity names once the columns of the files that it brings into its reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import UtcDateTime

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "file_mapping",
        sa.Column("plan_code", sa.String(40), nullable=False),
        sa.Column("entity_code", sa.String(20), nullable=False),
        sa.Column("layout", sa.String(20), nullable=False),
        sa.Column("sheet", sa.String(100), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("unit", sa.String(20), nullable=False),
        sa.Column("saved_by", sa.String(100), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("plan_code", "entity_code", "layout", name=op.f("pk_file_mapping")),
        sa.ForeignKeyConstraint(["plan_code"], ["plan.code"], name=op.f("fk_file_mapping_plan_code_plan")),
        sa.ForeignKeyConstraint(["entity_code"], ["entity.code"], name=op.f("fk_file_mapping_entity_code_entity")),
    )
