"""Mail waits for its server as long as it takes, and what is wrong with a mail that failed is kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the state of each mail server, and the fault of a mail."""
    op.create_table(
        "mail_server",
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("failures", Identifier, nullable=False),
        sa.Column("down_since", UtcDateTime(), nullable=True),
        sa.Column("next_try_at", UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("last_sent_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mail_server")),
    )
    op.add_column("outbox_message", sa.Column("fault", sa.String(length=20), nullable=False, server_default=""))
