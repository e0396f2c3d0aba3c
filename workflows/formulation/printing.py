"""The files of every version of the plan's document, made outside the transaction that assembled it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import Database
from workflows.documents.keeping import Address, keep
from workflows.documents.models import Document, DocumentVersion, PlanDocument
from workflows.documents.rendering import RENDERERS, Page, page_of
from workflows.formulation.team import KIND
from workflows.plan.models import Plan


def make_missing(database: Database, clock: Clock, *, limit: int = 1) -> int:
    """Render and keep the files of versions that lack them; returns how many versions it did."""
    with database.reading() as session:
        lacking = _lacking(session, limit)
    for plan_code, number, page in lacking:
        rendered = {suffix: render(page) for suffix, render in RENDERERS.items()}
        with database.unit_of_work() as session:
            address = Address(plan_code, KIND, number)
            title, stem = f"{page.title}, versión {number}", f"{plan_code}-PES-{number}"
            keep(session, clock, address, title=title, stem=stem, rendered=rendered)
    return len(lacking)


def _lacking(session: Session, limit: int) -> list[tuple[str, str, Page]]:
    made = sa.select(Document.id).where(
        Document.plan_code == PlanDocument.plan_code,
        Document.kind == PlanDocument.kind,
        Document.key == DocumentVersion.number,
    )
    query = (
        sa.select(PlanDocument, DocumentVersion, Plan.name)
        .join(DocumentVersion, DocumentVersion.document_id == PlanDocument.id)
        .join(Plan, Plan.code == PlanDocument.plan_code)
        .where(PlanDocument.kind == KIND, PlanDocument.key == "", ~made.exists())
        .order_by(DocumentVersion.id.desc())
        .limit(limit)
    )
    return [
        (document.plan_code, version.number, page_of(document, version, name))
        for document, version, name in session.execute(query)
    ]
