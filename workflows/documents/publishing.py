"""The files of documents that people wrote together, made once per version outside the transaction that froze it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.documents.keeping import Address
from workflows.documents.models import Document, DocumentVersion, PlanDocument
from workflows.documents.prints import Maker, Print, of_page
from workflows.documents.rendering import page_of
from workflows.documents.states import DocumentKind
from workflows.plan.models import Plan
from workflows.sectors import identity

KINDS = (
    DocumentKind.ACTION_PLAN,
    DocumentKind.INTERMEDIATE_EVALUATION,
    DocumentKind.ANNUAL_REPORT,
    DocumentKind.FINAL_EVALUATION,
)
"""The documents whose frozen version is published as files."""


_KEY = sa.func.coalesce(sa.func.nullif(PlanDocument.key, ""), PlanDocument.number)
"""Every file has a key, also that of a document of which a plan has only one: the number of its version."""


def missing(session: Session) -> list[Address]:
    """The frozen versions that lack their files, newest first."""
    made = sa.select(Document.id).where(
        Document.plan_code == PlanDocument.plan_code, Document.kind == PlanDocument.kind, Document.key == _KEY
    )
    query = (
        sa.select(PlanDocument.plan_code, PlanDocument.kind, _KEY)
        .join(DocumentVersion, DocumentVersion.document_id == PlanDocument.id)
        .where(DocumentVersion.number == PlanDocument.number, DocumentVersion.frozen_at.is_not(None))
        .where(PlanDocument.kind.in_(KINDS), ~made.exists())
        .order_by(DocumentVersion.id.desc())
    )
    return [Address(*row) for row in session.execute(query)]


def read(session: Session, address: Address) -> Print:
    """The version that was frozen last."""
    query = (
        sa.select(PlanDocument, DocumentVersion, Plan.name, Plan.sector_code)
        .join(DocumentVersion, DocumentVersion.document_id == PlanDocument.id)
        .join(Plan, Plan.code == PlanDocument.plan_code)
        .where(
            PlanDocument.plan_code == address.plan_code,
            PlanDocument.kind == address.kind,
            sa.literal(address.key) == _KEY,
        )
        .where(DocumentVersion.number == PlanDocument.number)
    )
    document, version, plan_name, sector = session.execute(query).one()
    stem = f"{address.plan_code}-{address.kind.replace('_', '-')}-{address.key}"
    return of_page(
        page_of(document, version, plan_name, identity.letterhead(session, sector)),
        stem,
        title=document.title,
        published_at=version.frozen_at,
    )


MAKER = Maker("frozen_document", missing, read)
