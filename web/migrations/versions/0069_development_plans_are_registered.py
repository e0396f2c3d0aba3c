"""Development plans are registered once; what plans named as free text becomes a record that they name."""

from __future__ import annotations

import hashlib
import re
import unicodedata

import sqlalchemy as sa
from alembic import op

from engine.database import Identifier

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None

LONGEST_CODE = 40


def upgrade() -> None:
    """Make the tables, fill them from the plans, drop the text."""
    records = op.create_table(
        "development_plan",
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("name", sa.String(300), nullable=False),
        sa.Column("government", sa.String(200), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("adopted_by", sa.String(200), nullable=False),
        sa.Column("adopted_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_development_plan")),
    )
    links = op.create_table(
        "plan_development_plan",
        sa.Column("plan_code", sa.String(40), nullable=False),
        sa.Column("development_plan_code", sa.String(40), nullable=False),
        sa.Column("position", Identifier, nullable=False),
        sa.PrimaryKeyConstraint("plan_code", "development_plan_code", name=op.f("pk_plan_development_plan")),
        sa.ForeignKeyConstraint(["plan_code"], ["plan.code"], name=op.f("fk_plan_development_plan_plan_code")),
        sa.ForeignKeyConstraint(
            ["development_plan_code"],
            ["development_plan.code"],
            name=op.f("fk_plan_development_plan_development_plan_code"),
        ),
    )
    op.create_index(
        op.f("ix_plan_development_plan_development_plan_code"), "plan_development_plan", ["development_plan_code"]
    )
    _fill(records, links)
    with op.batch_alter_table("plan") as batch:
        batch.drop_column("development_plan")


def _fill(records: sa.Table, links: sa.Table) -> None:
    """A record for each text, however it was spelled. Nobody said its days: they stay unknown."""
    query = sa.text("SELECT code, development_plan FROM plan WHERE trim(development_plan) <> '' ORDER BY code")
    known: set[str] = set()
    for plan, text in op.get_bind().execute(query).all():
        name = " ".join(text.split())
        code = _code(_plain(name))
        if code not in known:
            unknown = {"government": "", "starts_on": None, "ends_on": None, "adopted_by": "", "adopted_on": None}
            op.bulk_insert(records, [{"code": code, "name": name} | unknown])
            known.add(code)
        op.bulk_insert(links, [{"plan_code": plan, "development_plan_code": code, "position": 0}])


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _code(spelled: str) -> str:
    code = re.sub(r"[^A-Z0-9]+", "-", spelled.upper()).strip("-") or "PDD"
    if len(code) <= LONGEST_CODE:
        return code
    return f"{code[:30].strip('-')}-{hashlib.sha256(code.encode()).hexdigest()[:8].upper()}"
