"""A sector may have variants of what all share: of processes, of forms, and drafts of both."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

TENANT = sa.String(40)


def upgrade() -> None:
    """Say of everything published that all share it."""
    _versions("process_version", "process_key")
    _versions("form_version", "form_key")
    with op.batch_alter_table("form_version") as batch:
        batch.add_column(sa.Column("withdrawn", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("process_definition") as batch:
        batch.add_column(sa.Column("tenant", TENANT, nullable=False, server_default=""))
        batch.add_column(sa.Column("own", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch.drop_constraint(op.f("pk_process_definition"), type_="primary")
        batch.create_primary_key(op.f("pk_process_definition"), ["key", "tenant"])
    with op.batch_alter_table("definition_release") as batch:  # holds names: `clave@SECTOR`
        batch.alter_column("process_key", existing_type=sa.String(100), type_=sa.String(141), existing_nullable=False)
    with op.batch_alter_table("definition_draft") as batch:
        batch.add_column(sa.Column("tenant", TENANT, nullable=False, server_default=""))
        batch.add_column(sa.Column("shared_version", Identifier, nullable=True))
        batch.drop_constraint(op.f("uq_definition_draft_kind_key"), type_="unique")
        batch.create_unique_constraint(op.f("uq_definition_draft_kind_key_tenant"), ["kind", "key", "tenant"])


def _versions(table: str, key: str) -> None:
    with op.batch_alter_table(table) as batch:
        batch.add_column(sa.Column("tenant", TENANT, nullable=False, server_default=""))
        batch.add_column(sa.Column("based_on", Identifier, nullable=True))
        batch.create_foreign_key(op.f(f"fk_{table}_based_on"), table, ["based_on"], ["id"])
        batch.drop_constraint(op.f(f"uq_{table}_{key}_version"), type_="unique")
        batch.create_unique_constraint(op.f(f"uq_{table}_{key}_tenant_version"), [key, "tenant", "version"])
