"""A plan has its own titles in chapter 3, and its money over the years in chapter 4."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.database import ExactDecimal, Identifier, UtcDateTime

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables: a plan without titles has one for each of its lines, one without money says so."""
    op.create_table(
        "chapter_title",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("plan_code", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=500), nullable=False),
        sa.Column("position", Identifier, nullable=False),
        sa.ForeignKeyConstraint(["plan_code"], ["plan.code"], name="fk_chapter_title_plan_code"),
        sa.PrimaryKeyConstraint("id", name="pk_chapter_title"),
        sa.UniqueConstraint("plan_code", "code", name="uq_chapter_title_plan_code_code"),
    )
    op.create_table(
        "funding_note",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("plan_code", sa.String(length=40), nullable=False),
        sa.Column("entity_code", sa.String(length=20), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("written_by", sa.String(length=60), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["entity_code"], ["entity.code"], name="fk_funding_note_entity_code"),
        sa.ForeignKeyConstraint(["plan_code"], ["plan.code"], name="fk_funding_note_plan_code"),
        sa.PrimaryKeyConstraint("id", name="pk_funding_note"),
        sa.UniqueConstraint("plan_code", "entity_code", name="uq_funding_note_plan_code_entity_code"),
    )
    op.create_table(
        "funding",
        sa.Column("id", Identifier, nullable=False),
        sa.Column("plan_code", sa.String(length=40), nullable=False),
        sa.Column("entity_code", sa.String(length=20), nullable=False),
        sa.Column("project_id", Identifier, nullable=False),
        sa.Column("source", sa.String(length=30), nullable=False),
        sa.Column("year", Identifier, nullable=False),
        sa.Column("amount", ExactDecimal(), nullable=False),
        sa.ForeignKeyConstraint(["entity_code"], ["entity.code"], name="fk_funding_entity_code"),
        sa.ForeignKeyConstraint(["plan_code"], ["plan.code"], name="fk_funding_plan_code"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name="fk_funding_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_funding"),
        sa.UniqueConstraint(
            "plan_code", "project_id", "source", "year", name="uq_funding_plan_code_project_id_source_year"
        ),
    )
    op.create_index("ix_funding_project_id", "funding", ["project_id"])
