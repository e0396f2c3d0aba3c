"""The files of every version of the plan's document, made outside the transaction that assembled it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.documents.keeping import Address
from workflows.documents.models import Document, DocumentVersion, PlanDocument
from workflows.documents.prints import Maker, Print, of_page
from workflows.documents.rendering import page_of
from workflows.documents.states import DocumentKind
from workflows.plan.models import Plan


def missing(session: Session) -> list[Address]:
    """The versions that lack their files, newest first."""
    made = sa.select(Document.id).where(
        Document.plan_code == PlanDocument.plan_code,
        Document.kind == PlanDocument.kind,
        Document.key == DocumentVersion.number,
    )
    query = (
        sa.select(PlanDocument.plan_code, DocumentVersion.number)
        .join(DocumentVersion, DocumentVersion.document_id == PlanDocument.id)
        .where(PlanDocument.kind == DocumentKind.PES, PlanDocument.key == "", ~made.exists())
        .order_by(DocumentVersion.id.desc())
    )
    return [Address(plan_code, DocumentKind.PES, number) for plan_code, number in session.execute(query)]


def read(session: Session, address: Address) -> Print:
    """One version of the plan's document."""
    query = (
        sa.select(PlanDocument, DocumentVersion, Plan.name)
        .join(DocumentVersion, DocumentVersion.document_id == PlanDocument.id)
        .join(Plan, Plan.code == PlanDocument.plan_code)
        .where(
            PlanDocument.plan_code == address.plan_code, PlanDocument.kind == DocumentKind.PES, PlanDocument.key == ""
        )
        .where(DocumentVersion.number == address.key)
    )
    page = page_of(*session.execute(query).one())
    return of_page(page, f"{address.plan_code}-PES-{address.key}", title=f"{page.title}, versión {address.key}")


MAKER = Maker("plan_document", missing, read)
