"""What is urgent is noted apart from the mail that tells it; people say how they want their mails; a mail is answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier, UtcDateTime

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

RETURNED = "devuelta"


def upgrade() -> None:
    """Add both tables and the column; of work that came back, what was told stays told."""
    op.create_table(
        "mail_note",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("recipient", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("dedup_key", sa.String(200), nullable=False),
        sa.Column("task_id", Identifier, nullable=True),
        sa.Column("sector_code", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("mail_id", Identifier, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_mail_note"),
        sa.UniqueConstraint("dedup_key", name="uq_mail_note_dedup_key"),
        sa.ForeignKeyConstraint(["mail_id"], ["outbox_message.id"], name="fk_mail_note_mail_id_outbox_message"),
    )
    op.create_index("ix_mail_note_recipient", "mail_note", ["recipient", "id"])
    op.create_index("ix_mail_note_mail_id", "mail_note", ["mail_id"])
    op.create_table(
        "mail_habit",
        sa.Column("username", sa.String(60), nullable=False),
        sa.Column("urgent", sa.String(20), nullable=False),
        sa.Column("watching", sa.String(20), nullable=False),
        sa.Column("quiet_from", Identifier, nullable=False),
        sa.Column("quiet_until", Identifier, nullable=False),
        sa.PrimaryKeyConstraint("username", name="pk_mail_habit"),
        sa.ForeignKeyConstraint(["username"], ["person.username"], name="fk_mail_habit_username_person"),
    )
    op.add_column("outbox_message", sa.Column("reply_to", sa.String(200), server_default="", nullable=False))
    _note_what_was_told()


def _note_what_was_told() -> None:
    """A note for each mail about work that came back: its key is `devuelta/task/person`."""
    mail = sa.table("outbox_message", *map(sa.column, ("id", "kind", "dedup_key", "recipient", "sector_code", "subject",
                                                       "created_at")))  # fmt: skip
    note = sa.table("mail_note", *map(sa.column, ("kind", "dedup_key", "task_id", "recipient", "sector_code", "subject",
                                                  "text", "letter", "created_at", "mail_id")),
                    sa.column("attachments", sa.JSON()))  # fmt: skip
    connection = op.get_bind()
    for row in connection.execute(sa.select(mail).where(mail.c.kind == RETURNED, mail.c.recipient.is_not(None))):
        connection.execute(
            note.insert().values(
                kind=row.kind, dedup_key=row.dedup_key, task_id=int(row.dedup_key.split("/")[1]),
                recipient=row.recipient, sector_code=row.sector_code, subject=row.subject, text="", letter="",
                attachments=[], created_at=row.created_at, mail_id=row.id,
            )
        )  # fmt: skip
