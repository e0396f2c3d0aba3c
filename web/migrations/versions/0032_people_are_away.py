"""People are away, and others stand in for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; nobody is away yet."""
    op.create_table(
        "absence",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("replacement", sa.String(60), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("registered_at", UtcDateTime(), nullable=False),
        sa.Column("registered_by", sa.String(60), nullable=False),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.Column("cancelled_by", sa.String(60), nullable=True),
        sa.ForeignKeyConstraint(["username"], ["person.username"], name=op.f("fk_absence_username_person")),
        sa.ForeignKeyConstraint(["replacement"], ["person.username"], name=op.f("fk_absence_replacement_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    op.create_index("ix_absence_days", "absence", ["until", "since"])
    op.create_index(op.f("ix_absence_username"), "absence", ["username"])
    op.create_index(op.f("ix_absence_replacement"), "absence", ["replacement"])
    op.create_table(
        "lent_role",
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("role_id", sa.String(60), nullable=False),
        sa.Column("sector_code", sa.String(20), nullable=False),
        sa.Column("entity_code", sa.String(20), nullable=False),
        sa.Column("holder", sa.String(60), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["username"], ["person.username"], name=op.f("fk_lent_role_username_person")),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_lent_role_role_id_role")),
        sa.ForeignKeyConstraint(["holder"], ["person.username"], name=op.f("fk_lent_role_holder_person")),
        sa.PrimaryKeyConstraint(
            "username", "role_id", "sector_code", "entity_code", "holder", name=op.f("pk_lent_role")
        ),
    )
    op.create_table(
        "stood_in",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("task_id", Identifier, nullable=False),
        sa.Column("absent", sa.String(60), nullable=False),
        sa.Column("replacement", sa.String(60), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("returned_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["task_id"], ["user_task.id"], name=op.f("fk_stood_in_task_id_user_task")),
        sa.ForeignKeyConstraint(["absent"], ["person.username"], name=op.f("fk_stood_in_absent_person")),
        sa.ForeignKeyConstraint(["replacement"], ["person.username"], name=op.f("fk_stood_in_replacement_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stood_in")),
    )
    op.create_index("ix_stood_in_open", "stood_in", ["returned_at", "task_id"])
    op.create_index(op.f("ix_stood_in_task_id"), "stood_in", ["task_id"])
