"""The files of documents that people wrote together, made once per version outside the transaction that froze it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import Database
from workflows.documents.keeping import Address, keep
from workflows.documents.models import Document, DocumentVersion, PlanDocument
from workflows.documents.rendering import RENDERERS, Page, page_of
from workflows.plan.models import Plan

KINDS = ("plan_accion", "evaluacion_intermedia", "informe_anual", "evaluacion_final")
"""The documents whose frozen version is published as files."""


def make_missing(database: Database, clock: Clock, *, limit: int = 2) -> int:
    """Render and keep the files of frozen versions that lack them; returns how many documents it did."""
    with database.reading() as session:
        lacking = [(document.id, page) for document, page in _lacking(session, limit)]
    for document_id, page in lacking:
        rendered = {suffix: render(page) for suffix, render in RENDERERS.items()}
        with database.unit_of_work() as session:
            document = session.get_one(PlanDocument, document_id)
            address = _address(document)
            stem = f"{address.plan_code}-{address.kind.replace('_', '-')}-{address.key}"
            keep(session, clock, address, title=document.title, stem=stem, rendered=rendered, published=True)
    return len(lacking)


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


def _address(document: PlanDocument) -> Address:
    """Every file has a key, also that of a document of which a plan has only one."""
    return Address(document.plan_code, document.kind, document.key or document.number)
