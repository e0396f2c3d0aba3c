"""Offices change the words of their mails, and try them on what mails were made of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; of notes before, nothing is known that a template could be tried on."""
    op.create_table(
        "mail_template",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("sector_code", sa.String(20), nullable=False),
        sa.Column("name", sa.String(30), nullable=False),
        sa.Column("number", Identifier, nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("saved_by", sa.String(60), nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_template")),
        sa.UniqueConstraint("sector_code", "name", "number", name=op.f("uq_mail_template_sector_code_name_number")),
    )
    with op.batch_alter_table("mail_note") as batch:
        batch.add_column(sa.Column("template", sa.String(30), nullable=False, server_default=""))
        batch.add_column(sa.Column("facts", sa.JSON(), nullable=False, server_default="{}"))
