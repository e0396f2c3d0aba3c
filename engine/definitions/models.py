"""Tables of published diagrams and forms."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base


class ProcessVersion(Base):
    """One published version of one diagram, never changed afterwards."""

    __tablename__ = "process_version"
    __table_args__ = (sa.UniqueConstraint("process_key", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    process_key: Mapped[str] = mapped_column(sa.String(100), index=True)
    version: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(300))
    xml: Mapped[bytes]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    published_at: Mapped[dt.datetime]
    published_by: Mapped[str] = mapped_column(sa.String(100))
    reason: Mapped[str] = mapped_column(sa.Text)


class FormVersion(Base):
    """One published version of one form: its JSON schema as text."""

    __tablename__ = "form_version"
    __table_args__ = (sa.UniqueConstraint("form_key", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    form_key: Mapped[str] = mapped_column(sa.String(100), index=True)
    version: Mapped[int]
    schema: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    published_at: Mapped[dt.datetime]
    published_by: Mapped[str] = mapped_column(sa.String(100))
    reason: Mapped[str] = mapped_column(sa.Text)


class Bundle(Base):
    """What an instance runs on: a diagram with all it calls and every form they name, resolved at publication.

    `content` is orjson: `{"process": key, "processes": {key: ProcessVersion.id}, "forms": {key: FormVersion.id}}`.
    """

    __tablename__ = "bundle"

    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    process_key: Mapped[str] = mapped_column(sa.String(100), index=True)
    content: Mapped[bytes]
    created_at: Mapped[dt.datetime]


class ProcessDefinition(Base):
    """A process by its key, and the bundle that new instances take (empty only while it is being published)."""

    __tablename__ = "process_definition"

    key: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(300))
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("process_version.id"))
    bundle_sha256: Mapped[str | None] = mapped_column(sa.ForeignKey("bundle.sha256"))


class Draft(Base):
    """What a process owner is still working on: a diagram, a form, or a file being brought (`kind`: see `drafts`)."""

    __tablename__ = "definition_draft"
    __table_args__ = (sa.UniqueConstraint("kind", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(10))
    key: Mapped[str] = mapped_column(sa.String(100))
    base_version: Mapped[int | None]
    revision: Mapped[int]
    content: Mapped[bytes]
    saved_at: Mapped[dt.datetime]
    saved_by: Mapped[str] = mapped_column(sa.String(100))
