"""The files of documents that people wrote together, made once per version outside the transaction that froze it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import Database
from engine.identity import SYSTEM
from workflows.documents import files
from workflows.documents.models import Document, DocumentVersion, PlanDocument
from workflows.documents.rendering import RENDERERS, Page, page_of
from workflows.plan.models import Plan

KINDS = ("plan_accion", "evaluacion_intermedia", "informe_anual", "evaluacion_final")
"""The documents whose frozen version is published as files."""

MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


def make_missing(database: Database, clock: Clock, *, limit: int = 2) -> int:
    """Render and keep the files of frozen versions that lack them; returns how many documents it did.

    Two workers may render the same one; one of them keeps it (docs/decisions/0002).
    """
    with database.reading() as session:
        lacking = [(document.id, page) for document, page in _lacking(session, limit)]
    for document_id, page in lacking:
        rendered = {suffix: render(page) for suffix, render in RENDERERS.items()}
        with database.unit_of_work() as session:
            _keep(session, clock, session.get_one(PlanDocument, document_id), rendered)
    return len(lacking)


def file_of(session: Session, plan_code: str, kind: str, key: str, suffix: str) -> Document | None:
    """The file of a document in a format, if it was made."""
    return session.scalar(
        sa.select(Document).where(
            Document.plan_code == plan_code,
            Document.kind == kind,
            Document.key == key,
            Document.format == suffix,
        )
    )


def _lacking(session: Session, limit: int) -> list[tuple[PlanDocument, Page]]:
    made = sa.select(Document.id).where(
        Document.plan_code == PlanDocument.plan_code,
        Document.kind == PlanDocument.kind,
        Document.key == sa.func.coalesce(sa.func.nullif(PlanDocument.key, ""), PlanDocument.number),
    )
    query = (
        sa.select(PlanDocument, DocumentVersion, Plan.name)
        .join(DocumentVersion, DocumentVersion.document_id == PlanDocument.id)
        .join(Plan, Plan.code == PlanDocument.plan_code)
        .where(DocumentVersion.number == PlanDocument.number, DocumentVersion.frozen_at.is_not(None))
        .where(PlanDocument.kind.in_(KINDS), ~made.exists())
        .order_by(DocumentVersion.id.desc())
        .limit(limit)
    )
    return [
        (row.PlanDocument, page_of(row.PlanDocument, row.DocumentVersion, row.name)) for row in session.execute(query)
    ]


def _keep(session: Session, clock: Clock, document: PlanDocument, rendered: dict[str, bytes]) -> None:
    key = document.key or document.number  # every file has an address, also that of a document a plan has one of
    for suffix, content in rendered.items():
        if file_of(session, document.plan_code, document.kind, key, suffix) is None:
            name = f"{document.plan_code}-{document.kind.replace('_', '-')}-{key}.{suffix}"
            file = files.keep(session, clock, SYSTEM.id, name, content, MEDIA_TYPES[suffix])
            session.add(
                Document(
                    plan_code=document.plan_code,
                    kind=document.kind,
                    key=key,
                    format=suffix,
                    title=document.title,
                    file_id=file.id,
                    made_at=clock.now(),
                    published_at=clock.now(),
                )
            )
