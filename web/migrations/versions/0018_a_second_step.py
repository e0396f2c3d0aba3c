"""A sign-in may have a second step: an application's codes, passkeys, codes on paper, browsers that are not asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; whoever is signed in owes nothing."""
    op.add_column("web_session", sa.Column("owes_factor", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "code_app",
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("last_step", Identifier, nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("username", name="pk_code_app"),
        sa.ForeignKeyConstraint(["username"], ["person.username"], name="fk_code_app_username_person"),
    )
    op.create_table(
        "passkey",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("credential_id", sa.String(1400), nullable=False),
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", Identifier, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_passkey"),
        sa.UniqueConstraint("credential_id", name="uq_passkey_credential_id"),
        sa.ForeignKeyConstraint(["username"], ["person.username"], name="fk_passkey_username_person"),
    )
    op.create_index("ix_passkey_username", "passkey", ["username"])
    op.create_table(
        "recovery_code",
        sa.Column("code_sha256", sa.String(64), nullable=False),
        sa.Column("username", sa.String(60), nullable=False),
        sa.PrimaryKeyConstraint("code_sha256", name="pk_recovery_code"),
        sa.ForeignKeyConstraint(["username"], ["person.username"], name="fk_recovery_code_username_person"),
    )
    op.create_index("ix_recovery_code_username", "recovery_code", ["username"])
    op.create_table(
        "remembered_browser",
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("browser_sha256", sa.String(64), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("username", "browser_sha256", name="pk_remembered_browser"),
        sa.ForeignKeyConstraint(["username"], ["person.username"], name="fk_remembered_browser_username_person"),
    )
    op.create_table(
        "spent_token",
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("token_sha256", name="pk_spent_token"),
    )
