"""Documents as files: each kept once per format, and found again by its address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.identity import SYSTEM
from workflows.documents import files
from workflows.documents.letters import shown
from workflows.documents.models import Document
from workflows.documents.states import DocumentKind
from workflows.plan.models import Plan

MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "csv": "text/csv; charset=utf-8",
}
"""Of each format, by its suffix."""


LONGEST_TITLE = 300


@dataclass(frozen=True, slots=True)
class Address:
    """Which document: of which plan, of what kind, and which one of that kind (`2018-06`, `1.0`, …)."""

    plan_code: str
    kind: DocumentKind
    key: str

    def __str__(self) -> str:
        """`PES-GOB/informe_mensual/2018-06`."""
        return f"{self.plan_code}/{self.kind}/{self.key}"


def find(session: Session, address: Address, suffix: str) -> Document | None:
    """The file of a document in a format, if it was made."""
    return session.scalar(
        sa.select(Document).where(
            Document.plan_code == address.plan_code,
            Document.kind == address.kind,
            Document.key == address.key,
            Document.format == suffix,
        )
    )


def formats_of(session: Session, address: Address) -> dict[str, int]:
    """The files of a document that were made, by format."""
    query = sa.select(Document.format, Document.file_id).where(
        Document.plan_code == address.plan_code, Document.kind == address.kind, Document.key == address.key
    )
    return {suffix: file_id for suffix, file_id in session.execute(query.order_by(Document.format))}


def date_of(session: Session, file_id: int) -> dt.datetime | None:
    """The moment of the act that a file is the document of; none of a file that somebody uploaded."""
    return session.scalar(sa.select(Document.dated_at).where(Document.file_id == file_id))


def keep(
    session: Session,
    clock: Clock,
    address: Address,
    *,
    title: str,
    stem: str,
    dated_at: dt.datetime,
    rendered: Mapping[str, bytes],
    published_at: dt.datetime | None = None,
) -> None:
    """Keep the formats that are not kept yet, as files called `stem` with their suffix; `dated_at` is when its act was.

    What two workers rendered at the same time is kept once (docs/decisions/0002): they keep the documents of a plan
    one after the other.
    """
    plan = sa.select(Plan.sector_code).where(Plan.code == address.plan_code)
    sector = session.scalars(plan.with_for_update(key_share=True)).one()
    for suffix, content in rendered.items():
        if find(session, address, suffix) is None:
            name, kind = f"{stem}.{suffix}", MEDIA_TYPES[suffix]
            file = files.keep(session, clock, SYSTEM.id, name, content, kind, sector=sector)
            session.add(
                Document(
                    plan_code=address.plan_code,
                    kind=address.kind,
                    key=address.key,
                    format=suffix,
                    title=shown(title)[:LONGEST_TITLE],
                    file_id=file.id,
                    dated_at=dated_at,
                    made_at=clock.now(),
                    published_at=published_at,
                )
            )
