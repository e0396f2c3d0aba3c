"""Documents that people write together: their sections, and versions that never change."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.documents.models import DocumentSection, DocumentVersion, PlanDocument
from workflows.errors import NotFound


def find(session: Session, plan_code: str, kind: str, key: str = "") -> PlanDocument | None:
    """A document of a plan; `None` where it was not begun."""
    return session.scalar(
        sa.select(PlanDocument).where(
            PlanDocument.plan_code == plan_code, PlanDocument.kind == kind, PlanDocument.key == key
        )
    )


def find_or_begin(session: Session, plan_code: str, kind: str, title: str, key: str = "") -> PlanDocument:
    """The document, begun if there is none."""
    document = find(session, plan_code, kind, key)
    if document is None:
        document = PlanDocument(plan_code=plan_code, kind=kind, key=key, title=title)
        session.add(document)
        session.flush()
    return document


def sections(session: Session, document_id: int) -> list[DocumentSection]:
    """The sections of a document, in order."""
    query = sa.select(DocumentSection).where(DocumentSection.document_id == document_id)
    return list(session.scalars(query.order_by(DocumentSection.position)))


def make(
    session: Session,
    document: PlanDocument,
    number: str,
    content: dict[str, Any],
    *,
    now: dt.datetime,
    by: str,
    changes: list[Any] | None = None,
) -> DocumentVersion:
    """Keep a version; making the same number again gives the one there is."""
    document_version = version(session, document.id, number)
    if document_version is not None:
        return document_version
    digest = hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
    made = DocumentVersion(
        document_id=document.id,
        number=number,
        content=content,
        sha256=digest,
        changes=changes or [],
        made_at=now,
        made_by=by,
        frozen_at=None,
    )
    session.add(made)
    document.number = number
    session.flush()
    return made


def version(session: Session, document_id: int, number: str) -> DocumentVersion | None:
    """A version by its number."""
    return session.scalar(
        sa.select(DocumentVersion).where(DocumentVersion.document_id == document_id, DocumentVersion.number == number)
    )


def present(session: Session, document: PlanDocument) -> DocumentVersion:
    """The version in force. Raises `NotFound` before the first."""
    document_version = version(session, document.id, document.number)
    if document_version is None:
        raise NotFound(f"«{document.title}» todavía no tiene una versión.")
    return document_version


def following(number: str) -> str:
    """The number after `0.3`: `0.4`; the first is `0.1`."""
    major, _, minor = (number or "0.0").partition(".")
    return f"{major}.{int(minor or 0) + 1}"
