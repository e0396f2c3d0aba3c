"""What tells who somebody is may be erased from an account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import UtcDateTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the moment at which a person was erased, of nobody so far."""
    op.add_column("person", sa.Column("erased_at", UtcDateTime(), nullable=True))
