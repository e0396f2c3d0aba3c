"""Acts are made from the legal office's own template."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "act_template",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("sector_code", sa.String(20), nullable=False),
        sa.Column("number", Identifier, nullable=False),
        sa.Column("file_id", Identifier, nullable=False),
        sa.Column("uploaded_by", sa.String(100), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act_template")),
        sa.UniqueConstraint("sector_code", "number", name=op.f("uq_act_template_sector_code_number")),
        sa.ForeignKeyConstraint(["sector_code"], ["sector.code"], name=op.f("fk_act_template_sector_code_sector")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_act_template_file_id_stored_file")),
    )
