"""The files of every version of the plan's document, made outside the transaction that assembled it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import Database
from engine.identity import SYSTEM
from workflows.documents import files
from workflows.documents.models import Document, DocumentVersion, PlanDocument
from workflows.documents.publishing import MEDIA_TYPES, file_of
from workflows.documents.rendering import RENDERERS, Page, page_of
from workflows.formulation.team import KIND
from workflows.plan.models import Plan


def make_missing(database: Database, clock: Clock, *, limit: int = 1) -> int:
    """Render and keep the files of versions that lack them; returns how many versions it did.

    Two workers may render the same one; one of them keeps it (docs/decisions/0002).
    """
    with database.reading() as session:
        lacking = _lacking(session, limit)
    for plan_code, number, page in lacking:
        rendered = {suffix: render(page) for suffix, render in RENDERERS.items()}
        with database.unit_of_work() as session:
            _keep(session, clock, plan_code, number, page.title, rendered)
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


def _keep(session: Session, clock: Clock, plan_code: str, number: str, title: str, rendered: dict[str, bytes]) -> None:
    for suffix, content in rendered.items():
        if file_of(session, plan_code, KIND, number, suffix) is not None:
            continue
        name = f"{plan_code}-PES-{number}.{suffix}"
        file = files.keep(session, clock, SYSTEM.id, name, content, MEDIA_TYPES[suffix])
        session.add(
            Document(
                plan_code=plan_code,
                kind=KIND,
                key=number,
                format=suffix,
                title=f"{title}, versión {number}",
                file_id=file.id,
                made_at=clock.now(),
                published_at=None,
            )
        )
