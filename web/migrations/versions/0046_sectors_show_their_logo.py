"""A sector keeps its logo in a table of its own; the place for a file, which nothing filled, goes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "sector_logo",
        sa.Column("sector_code", sa.String(20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["sector_code"], ["sector.code"], name=op.f("fk_sector_logo_sector_code_sector")),
        sa.PrimaryKeyConstraint("sector_code", name=op.f("pk_sector_logo")),
    )
    with op.batch_alter_table("sector") as batch:
        batch.drop_column("logo_file_id")
