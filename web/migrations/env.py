"""What Alembic runs: always on a connection that `web.migrating` opened."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator

from engine.database import FULL_TEXT
from web import schema


def render_item(kind: str, item: Any, autogenerate: AutogenContext) -> str | Literal[False]:
    """Write our own column types by their names."""
    if kind == "type" and isinstance(item, TypeDecorator) and type(item).__module__ == "engine.database":
        autogenerate.imports.add(f"from engine.database import {type(item).__name__}")
        return f"{type(item).__name__}()"
    if kind == "type" and isinstance(item, sa.BigInteger):
        autogenerate.imports.add("from engine.database import Identifier")
        return "Identifier"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.load(),
    render_as_batch=True,
    render_item=render_item,
    include_name=lambda name, _kind, _parents: not (name or "").startswith(FULL_TEXT),
)
context.run_migrations()
