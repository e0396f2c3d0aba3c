"""The files of every version of the plan's document, made outside the transaction that assembled it."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.approvals import acts, approving
from workflows.approvals.models import AdministrativeAct, Approval, PlanVersion
from workflows.calendar import end_of_day
from workflows.documents import section_pictures
from workflows.documents.keeping import Address
from workflows.documents.models import Document, DocumentVersion, PlanDocument
from workflows.documents.prints import Maker, Print, of_page
from workflows.documents.rendering import Signature, page_of
from workflows.documents.states import DocumentKind
from workflows.people import directory
from workflows.plan.models import Plan
from workflows.sectors import identity
from workflows.sectors.models import Entity
from workflows.spanish import long_day, long_moment


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
        sa.select(PlanDocument, DocumentVersion, Plan.name, Plan.sector_code)
        .join(DocumentVersion, DocumentVersion.document_id == PlanDocument.id)
        .join(Plan, Plan.code == PlanDocument.plan_code)
        .where(
            PlanDocument.plan_code == address.plan_code, PlanDocument.kind == DocumentKind.PES, PlanDocument.key == ""
        )
        .where(DocumentVersion.number == address.key)
    )
    document, version, plan_name, sector = session.execute(query).one()
    act = _act_of(session, version)
    page = page_of(
        document,
        version,
        plan_name,
        identity.letterhead(session, sector),
        act=[("Adoptado por", acts.name_of(act)), ("Fecha del acto", long_day(act.dated_on))] if act else [],
        dated_at=end_of_day(act.dated_on) if act and act.dated_on else None,
        signatures=_signatures(session, version),
        pictures=section_pictures.contents(session, version.content.get("sections", [])),
    )
    return of_page(page, f"{address.plan_code}-PES-{address.key}", title=f"{page.title}, versión {address.key}")


def _act_of(session: Session, version: DocumentVersion) -> AdministrativeAct | None:
    """The act that put a version in force; none of a version that never was."""
    query = sa.select(AdministrativeAct).join(PlanVersion, PlanVersion.act_id == AdministrativeAct.id)
    return session.scalar(query.where(PlanVersion.document_version_id == version.id))


def _signatures(session: Session, version: DocumentVersion) -> list[Signature]:
    """The heads of the entities who approved exactly this text."""
    query = (
        sa.select(Approval, Entity.name)
        .join(Entity, Entity.code == Approval.entity_code)
        .where(Approval.sha256 == version.sha256, Approval.decision.in_(approving.IN_FAVOUR))
        .order_by(Approval.approved_at, Approval.id)
    )
    found = session.execute(query).all()
    names = directory.display_names(session, {row.Approval.approved_by for row in found})
    return [
        Signature(
            names.get(approval.approved_by, approval.approved_by),
            entity,
            f"Aprobó electrónicamente este texto el {long_moment(approval.approved_at)}.",
        )
        for approval, entity in found
    ]


MAKER = Maker("plan_document", missing, read)
