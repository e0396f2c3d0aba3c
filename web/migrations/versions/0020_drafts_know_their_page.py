"""A draft knows the page that kept it: the same person may have two open."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the page in place: nothing is known of those that kept what is there."""
    op.add_column("form_draft", sa.Column("page", sa.String(64), nullable=False, server_default=""))
