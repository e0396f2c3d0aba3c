"""Who does what in the elaboration, by when, and who has an interest in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.database import replace_rows
from workflows.documents import versions
from workflows.documents.models import DocumentSection, PlanDocument
from workflows.documents.states import DocumentKind, SectionState
from workflows.formulation import structure
from workflows.formulation.models import ArticulationPoint, Assignment, Stakeholder
from workflows.formulation.structure import Heading


@dataclass(frozen=True, slots=True)
class Team:
    """The sections to write, in order, and the day the last of them is due."""

    sections: list[str]
    due_on: dt.date | None


def assign(
    session: Session,
    plan_code: str,
    title: str,
    headings: Sequence[Heading],
    rows: Sequence[Mapping[str, Any]],
    stakeholders: Sequence[Mapping[str, Any]],
) -> Team:
    """Keep who does what, and begin the document with its sections. Assigning again keeps what was written."""
    by_work = {row["trabajo"]: row for row in rows}
    replace_rows(
        session,
        Assignment,
        {"plan_code": plan_code},
        (
            {
                "work": work,
                "responsible": row["responsable"],
                "support": row.get("apoyo") or None,
                "due_on": row["entrega"],
            }
            for work, row in by_work.items()
        ),
    )
    _keep_stakeholders(session, plan_code, stakeholders)
    document = versions.find_or_begin(session, plan_code, DocumentKind.PES, title)
    _begin_sections(session, document, headings, by_work)
    session.flush()
    codes = [heading.code for heading in headings]
    return Team(codes, max((by_work[code]["entrega"] for code in codes if code in by_work), default=None))


def _keep_stakeholders(session: Session, plan_code: str, rows: Sequence[Mapping[str, Any]]) -> None:
    replace_rows(
        session,
        Stakeholder,
        {"plan_code": plan_code},
        (
            {"name": row["nombre"], "kind": row["tipo"], "interest": row["interes"], "position": position}
            for position, row in enumerate(rows)
        ),
    )


def _begin_sections(
    session: Session, document: PlanDocument, headings: Sequence[Heading], by_work: Mapping[str, Mapping[str, Any]]
) -> None:
    known = {section.code: section for section in versions.sections(session, document.id)}
    for position, heading in enumerate(headings):
        section = known.get(heading.code) or DocumentSection(
            document_id=document.id, code=heading.code, state=SectionState.ASSIGNED, tables=list(heading.tables)
        )
        row = by_work.get(heading.code, {})
        section.title, section.position = heading.title, position
        section.responsible, section.support = row.get("responsable"), row.get("apoyo") or None
        section.due_on = row.get("entrega")
        session.add(section)


def open_bets(session: Session, plan_code: str, headings: Sequence[Heading]) -> list[str]:
    """Begin the sections that the plan's titles give chapter 3; whoever was given the whole chapter writes them.

    Gives the sections of the document, none where it has not begun. A section whose title is gone stays if somebody
    wrote in it.
    """
    document = versions.find(session, plan_code, DocumentKind.PES)
    if document is None:
        return []
    known = {section.code: section for section in versions.sections(session, document.id)}
    whole, codes = known.get(structure.BETS), {heading.code for heading in headings}
    for position, heading in enumerate(headings):
        section = known.get(heading.code)
        if section is None:
            section = DocumentSection(
                document_id=document.id, code=heading.code, state=SectionState.ASSIGNED, tables=list(heading.tables)
            )
            if whole is not None:
                section.responsible, section.support, section.due_on = whole.responsible, whole.support, whole.due_on
            session.add(section)
        section.title, section.position = heading.title, position
    for code, section in known.items():
        if code not in codes and not section.text:
            session.delete(section)
    session.flush()
    return [heading.code for heading in headings]


def assignments(session: Session, plan_code: str) -> list[Assignment]:
    """Who does what."""
    query = sa.select(Assignment).where(Assignment.plan_code == plan_code)
    return list(session.scalars(query.order_by(Assignment.id)))


def stakeholders(session: Session, plan_code: str) -> list[Stakeholder]:
    """Who has an interest in the plan."""
    query = sa.select(Stakeholder).where(Stakeholder.plan_code == plan_code)
    return list(session.scalars(query.order_by(Stakeholder.position)))


def articulate(session: Session, plan_code: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep where the entities meet; doing it again replaces it."""
    replace_rows(
        session,
        ArticulationPoint,
        {"plan_code": plan_code},
        (
            {
                "point": row["punto"],
                "entities": row["entidades"],
                "commitment": row["compromiso"],
                "responsible": row["responsable"],
                "due_on": row["fecha"],
                "position": position,
            }
            for position, row in enumerate(rows)
        ),
    )
