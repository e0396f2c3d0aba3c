"""Tables of stored files and generated documents."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, states
from workflows.documents.states import DocumentKind, Reserve, SectionState
from workflows.sectors.models import SECTOR_CODE


class FileContent(Base):
    """The bytes of a file, once per content.

    They live in the database so that a file and the record that needs it are one transaction, on every machine.
    """

    __tablename__ = "file_content"

    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(deferred=True)


class StoredFile(Base):
    """A file somebody uploaded or Cauce made.

    `sector_code` is whose it is; empty where it is of no task either: then it is of who stored it, until it is used.
    """

    __tablename__ = "stored_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(sa.ForeignKey("file_content.sha256"), index=True)
    name: Mapped[str] = mapped_column(sa.String(300))
    media_type: Mapped[str] = mapped_column(sa.String(100))
    size: Mapped[int]
    reserve: Mapped[Reserve] = mapped_column(states(Reserve), default=Reserve.PUBLIC)
    stored_at: Mapped[dt.datetime]
    stored_by: Mapped[str] = mapped_column(sa.String(100))
    task_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user_task.id"), index=True)
    sector_code: Mapped[str] = mapped_column(sa.String(SECTOR_CODE), default="", server_default="")


class Document(Base):
    """A document of the plan's file: a monthly report, the minutes of a meeting.

    `key` names what it is about (2018-06, a meeting id).
    `format`: html, pdf, docx, xlsx, pptx. `dated_at` is the moment of its act (an approval, a month frozen), which is
    what people are shown; `made_at` that of its files.
    """

    __tablename__ = "document"
    __table_args__ = (sa.UniqueConstraint("plan_code", "kind", "key", "format", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    kind: Mapped[DocumentKind] = mapped_column(states(DocumentKind, 40))
    key: Mapped[str] = mapped_column(sa.String(60))
    format: Mapped[str] = mapped_column(sa.String(10))
    version: Mapped[int] = mapped_column(default=1)
    title: Mapped[str] = mapped_column(sa.String(300))
    file_id: Mapped[int] = mapped_column(sa.ForeignKey("stored_file.id"), index=True)
    dated_at: Mapped[dt.datetime]
    made_at: Mapped[dt.datetime]
    published_at: Mapped[dt.datetime | None]


class PlanDocument(Base):
    """A document that people write together: the PES, its methodology, an evaluation.

    `key` tells which (a year, a semester); empty where the plan has one. `number` is the version in force
    (`0.3`, `1.0`).
    """

    __tablename__ = "plan_document"
    __table_args__ = (sa.UniqueConstraint("plan_code", "kind", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    kind: Mapped[DocumentKind] = mapped_column(states(DocumentKind, 40))
    key: Mapped[str] = mapped_column(sa.String(20), default="")
    title: Mapped[str] = mapped_column(sa.String(300))
    number: Mapped[str] = mapped_column(sa.String(20), default="")


class DocumentSection(Base):
    """A section of a document and its text as it stands now.

    `code` is that of the guide's structure (`2.5.1`). `tables` names
    the plan's tables that are shown with it, `annexes` are ids of files, `comments` is why it was returned.
    """

    __tablename__ = "document_section"
    __table_args__ = (sa.UniqueConstraint("document_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("plan_document.id"))
    code: Mapped[str] = mapped_column(sa.String(20))
    title: Mapped[str] = mapped_column(sa.String(300))
    position: Mapped[int]
    responsible: Mapped[str | None] = mapped_column(sa.String(60))
    text: Mapped[str] = mapped_column(sa.Text, default="")
    state: Mapped[SectionState] = mapped_column(states(SectionState), default=SectionState.ASSIGNED)
    support: Mapped[str | None] = mapped_column(sa.String(60))
    due_on: Mapped[dt.date | None]
    tables: Mapped[list[Any]] = mapped_column(default=list)
    annexes: Mapped[list[Any]] = mapped_column(default=list)
    comments: Mapped[str] = mapped_column(sa.Text, default="")
    written_by: Mapped[str | None] = mapped_column(sa.String(60))
    reviewed_by: Mapped[str | None] = mapped_column(sa.String(60))


class DocumentVersion(Base):
    """A version of a document, never changed: its sections as they were, and its files.

    `content` is `{"sections": [{"code", "title", "text"}], …}`. `sha256` is that of `content` and is what people
    approve. `frozen_at` is set when it is sent to approval.
    """

    __tablename__ = "document_version"
    __table_args__ = (sa.UniqueConstraint("document_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("plan_document.id"))
    number: Mapped[str] = mapped_column(sa.String(20))
    content: Mapped[dict[str, Any]]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    changes: Mapped[list[Any]] = mapped_column(default=list)
    made_at: Mapped[dt.datetime]
    made_by: Mapped[str] = mapped_column(sa.String(60))
    frozen_at: Mapped[dt.datetime | None]
