"""Meetings have an hour, move and are called off; who came registers; whoever promised says how it goes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, and the table of those who registered."""
    with op.batch_alter_table("meeting") as table:
        table.add_column(sa.Column("starts_at", sa.Time(), nullable=True))
        table.add_column(sa.Column("revision", Identifier, nullable=False, server_default="0"))
        table.add_column(sa.Column("attendance_token", sa.String(40), nullable=True))
        table.create_unique_constraint(op.f("uq_meeting_attendance_token"), ["attendance_token"])
    with op.batch_alter_table("commitment") as table:
        table.add_column(sa.Column("progress", sa.Text(), nullable=False, server_default=""))
        table.add_column(sa.Column("progress_at", UtcDateTime(), nullable=True))
    op.create_table(
        "attendee",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("meeting_id", Identifier, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("name_key", sa.String(200), nullable=False),
        sa.Column("entity_code", sa.String(20), nullable=True),
        sa.Column("position", sa.String(200), nullable=False),
        sa.Column("audience", sa.String(40), nullable=False),
        sa.Column("mode", sa.String(20), nullable=False),
        sa.Column("username", sa.String(60), nullable=True),
        sa.Column("registered_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendee")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_attendee_meeting_id_meeting")),
        sa.UniqueConstraint("meeting_id", "name_key", name=op.f("uq_attendee_meeting_id_name_key")),
    )
