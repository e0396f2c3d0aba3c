"""People sign in with accounts of a provider; a session knows which, so that both ends sign out."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and, in place, what a session keeps of its provider: none that is open came from one."""
    op.create_table(
        "external_identity",
        sa.Column("issuer", sa.String(200), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("linked_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_external_identity"),
        sa.ForeignKeyConstraint(["username"], ["person.username"], name="fk_external_identity_username_person"),
        sa.UniqueConstraint("username", "issuer", name="uq_external_identity_username"),
    )
    op.add_column("web_session", sa.Column("provider_subject", sa.String(255), nullable=True))
    op.add_column("web_session", sa.Column("provider_session", sa.String(255), nullable=True))
    op.add_column("web_session", sa.Column("id_token", sa.Text(), nullable=True))
    op.create_index("ix_web_session_provider_subject", "web_session", ["provider_subject"])
