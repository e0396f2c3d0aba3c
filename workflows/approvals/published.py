"""The documents of a plan that anybody may read: the adopted plan and its acts, evaluations, annual reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.approvals.models import AdministrativeAct, PlanVersion, Publication
from workflows.approvals.states import ActState, Channel
from workflows.calendar import bogota_day
from workflows.documents import keeping, publishing
from workflows.documents.models import Document, DocumentVersion
from workflows.documents.states import DocumentKind
from workflows.plan.models import Plan

Name = tuple[DocumentKind, str]
"""Kind and key of a document."""


@dataclass(frozen=True, slots=True)
class PublishedDocument:
    """A document and the formats it was made in; its day is that of its act."""

    kind: DocumentKind
    key: str
    title: str
    dated_on: dt.date
    formats: tuple[str, ...]


def of_plan(session: Session, plan_code: str) -> list[PublishedDocument]:
    """The published documents of a plan, the newest first."""
    query = sa.select(Document).where(Document.plan_code == plan_code, Document.kind.in_(_kinds()))
    adopted = _adopted(session, plan_code)
    found: dict[Name, list[Document]] = {}
    for document in session.scalars(query.order_by(Document.dated_at.desc(), Document.id.desc())):
        if document.published_at is not None or (document.kind, document.key) in adopted:
            found.setdefault((document.kind, document.key), []).append(document)
    return [
        PublishedDocument(
            *name,
            files[0].title,
            bogota_day(files[0].dated_at),
            tuple(sorted({file.format for file in files})),
        )
        for name, files in found.items()
    ]


def newest(session: Session, plans: Collection[str], limit: int) -> list[tuple[str, Document]]:
    """The documents of these plans that were published by themselves (reports, evaluations) with the plan's name.

    The newest first, each in its first format.
    """
    first = (
        sa.select(sa.func.min(Document.id))
        .where(Document.plan_code.in_(plans), Document.kind.in_(publishing.KINDS), Document.published_at.is_not(None))
        .group_by(Document.plan_code, Document.kind, Document.key)
    )
    query = (
        sa.select(Plan.name, Document)
        .join(Plan, Plan.code == Document.plan_code)
        .where(Document.id.in_(first))
        .order_by(Document.published_at.desc(), Document.id.desc())
        .limit(limit)
    )
    return [(name, document) for name, document in session.execute(query)]


def file_of(session: Session, plan_code: str, kind: str, key: str, suffix: str) -> Document | None:
    """The file of a published document in a format; nothing if it is not published."""
    for document in of_plan(session, plan_code):
        if (document.kind, document.key) == (kind, key):
            return keeping.find(session, keeping.Address(plan_code, document.kind, key), suffix)
    return None


def is_on_portal(session: Session, plan_code: str) -> bool:
    """Whether the adopted plan was put on our own portal."""
    query = sa.select(Publication.id).where(
        Publication.plan_code == plan_code,
        Publication.channel == Channel.PORTAL,
        Publication.object == DocumentKind.PES,
    )
    return session.scalar(query.limit(1)) is not None


def _kinds() -> tuple[str, ...]:
    return (DocumentKind.PES, DocumentKind.ACT, *publishing.KINDS)


def _adopted(session: Session, plan_code: str) -> set[Name]:
    """The versions in force and the acts, once the plan is on the portal."""
    if not is_on_portal(session, plan_code):
        return set()
    numbers = session.scalars(
        sa.select(DocumentVersion.number)
        .join(PlanVersion, PlanVersion.document_version_id == DocumentVersion.id)
        .where(PlanVersion.plan_code == plan_code)
    )
    issued = session.scalars(
        sa.select(AdministrativeAct.id).where(
            AdministrativeAct.plan_code == plan_code, AdministrativeAct.state == ActState.NUMBERED
        )
    )
    return {(DocumentKind.PES, number) for number in numbers} | {(DocumentKind.ACT, str(act_id)) for act_id in issued}
