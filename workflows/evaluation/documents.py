"""Evaluations and annual reports as documents: sections with text and tables, in versions that never change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from engine.identity import SYSTEM, Actor
from engine.runtime import ProcessEngine
from workflows.documents import rendering, versions
from workflows.documents.charts import Chart
from workflows.documents.models import DocumentSection, DocumentVersion, PlanDocument
from workflows.documents.states import SectionState
from workflows.evaluation.tables import Table

Section = dict[str, Any]
"""`code`, `title`, `text`, and `tables` where it has some, `charts` where it draws some."""


def section(
    code: str, title: str, text: str = "", tables: Iterable[Table] = (), charts: Sequence[Chart] = ()
) -> Section:
    """A section of a document; the rows of its charts are kept with it, so that it is drawn again as it was."""
    found: Section = {"code": code, "title": title, "text": text, "tables": [table.as_content() for table in tables]}
    return {**found, "charts": list(charts)} if charts else found


def keep_version(
    session: Session,
    engine: ProcessEngine,
    document: PlanDocument,
    sections: Sequence[Section],
    *,
    facts: Sequence[tuple[str, str]] = (),
    summary: Sequence[dict[str, Any]] = (),
    approved_at: dt.datetime | None = None,
    number: str | None = None,
    actor: Actor = SYSTEM,
) -> DocumentVersion:
    """Make a version of these sections, the next one unless a number is given; the document's own sections follow.

    One that was approved has the date of that. If nothing has changed since the version in force, that one is given.
    """
    content: dict[str, Any] = {
        "sections": list(sections),
        "facts": [list(fact) for fact in facts],
        "summary": as_kept(summary),
    }
    if approved_at:
        content[rendering.APPROVED_AT] = approved_at.isoformat()
    known = versions.version(session, document.id, document.number)
    if number is None and known is not None and known.content == content:
        return known
    _write_sections(session, document, sections)
    return versions.make(
        session,
        document,
        number or versions.following(document.number),
        content,
        now=engine.now(),
        by=actor.id,
    )


def as_kept(summary: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """As a version reads it back from the database: lists where they were tuples."""
    return [{**part, "lines": list(part["lines"])} for part in summary]


def freeze(engine: ProcessEngine, version: DocumentVersion) -> None:
    """Declare a version final: its files are made from it, and it is what the portal shows."""
    version.frozen_at = version.frozen_at or engine.now()


def texts(session: Session, document: PlanDocument) -> Mapping[str, str]:
    """The text of each section as it stands, by code: reviewers may have changed it since it was written."""
    return {
        document_section.code: document_section.text for document_section in versions.sections(session, document.id)
    }


def _write_sections(session: Session, document: PlanDocument, sections: Sequence[Section]) -> None:
    known = {document_section.code: document_section for document_section in versions.sections(session, document.id)}
    for place, given in enumerate(sections):
        kept = known.get(given["code"]) or DocumentSection(document_id=document.id, code=given["code"])
        kept.title, kept.text, kept.position = given["title"], given["text"], place
        kept.state = SectionState.WRITTEN
        session.add(kept)
    session.flush()
