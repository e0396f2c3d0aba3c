"""Writing the plan's document: its sections, one person each, and the version they make together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from workflows.documents import section_pictures, versions
from workflows.documents.models import DocumentSection, DocumentVersion, PlanDocument
from workflows.documents.states import DocumentKind, Reserve, SectionState
from workflows.errors import NotFound
from workflows.formulation import annexes, funding, sources, structure, tables
from workflows.formulation.models import Source
from workflows.formulation.structure import Heading
from workflows.plan.models import Plan
from workflows.prioritization import framework

GLOSSARY, BIBLIOGRAPHY = "glosario", "bibliografia"
"""What comes after the chapters; they have no number."""


def document(session: Session, plan_code: str) -> PlanDocument:
    """The plan's document. Raises `NotFound` before its sections are assigned."""
    plan_document = versions.find(session, plan_code, DocumentKind.PES)
    if plan_document is None:
        raise NotFound("El documento del plan no se ha empezado: falta asignar sus secciones.")
    return plan_document


def section(session: Session, plan_code: str, code: str) -> DocumentSection:
    """A section of the plan's document. Raises `NotFound`."""
    query = sa.select(DocumentSection).where(
        DocumentSection.document_id == document(session, plan_code).id, DocumentSection.code == code
    )
    document_section = session.scalar(query)
    if document_section is None:
        raise NotFound(f"El documento no tiene la sección {code}.")
    return document_section


def heading(session: Session, plan_code: str, code: str) -> Heading:
    """What the structure says of a section."""
    return next(one for one in structure.sections(session, plan_code) if one.code == code)


def write(
    session: Session, plan_code: str, code: str, text: str, shown: Sequence[str], annexes: Sequence[int], *,
    actor: Actor,
) -> None:  # fmt: skip
    """Keep the text of a section, the tables it shows and its annexes."""
    written = section(session, plan_code, code)
    written.text, written.tables, written.annexes = text, list(shown), list(annexes)
    written.state, written.written_by = SectionState.WRITTEN, actor.id
    session.flush()


def review(session: Session, plan_code: str, code: str, *, approved: bool, comments: str, actor: Actor) -> None:
    """Approve a section or return it with comments."""
    reviewed = section(session, plan_code, code)
    reviewed.state, reviewed.comments = (SectionState.APPROVED, "") if approved else (SectionState.RETURNED, comments)
    reviewed.reviewed_by = actor.id
    session.flush()


def assemble(session: Session, plan_code: str, *, by: str, now: dt.datetime) -> DocumentVersion:
    """Make the next version: six chapters with their tables as they stand now, glossary, bibliography, annexes."""
    about = document(session, plan_code)
    written = {document_section.code: document_section for document_section in versions.sections(session, about.id)}
    headings = structure.outline(session, plan_code)
    content = {
        "sections": [
            *(part for one in headings for part in _chapter(session, plan_code, one, written.get(one.code))),
            _glossary(session, plan_code),
            _bibliography(session, plan_code),
            *annexes.sections(session, plan_code, written.values()),
        ],
        "facts": _facts(session.get_one(Plan, plan_code)),
    }
    return versions.make(session, about, versions.following(about.number), content, now=now, by=by)


def _facts(plan: Plan) -> list[list[str]]:
    last = plan.first_year + plan.years - 1
    years = f"{plan.first_year}–{last}" if plan.years > 1 else str(last)
    return [["Sector", plan.sector.name], ["Vigencia", years], ["Plan de desarrollo", plan.development_plan or "—"]]


def _chapter(
    session: Session, plan_code: str, of: Heading, written: DocumentSection | None
) -> Iterator[dict[str, Any]]:
    """A heading with its text and tables; under the one that states them, mission, vision, objectives, values."""
    built = tables.build(session, plan_code, of, written.tables if written else of.tables)
    text = written.text if written else ""
    if of.code == structure.MONEY and (note := funding.note(session, plan_code)):
        text = note.text
    shown = section_pictures.kept(session, text, written.annexes if written else ())
    yield {
        "code": of.code,
        "title": of.title,
        "text": text,
        "is_prose": True,
        "tables": [] if of.stated else built,
        **({"pictures": shown} if shown else {}),
    }
    if of.stated:
        yield from _stated(session, plan_code, of, built)


def _stated(session: Session, plan_code: str, of: Heading, objectives: list[tables.Table]) -> Iterator[dict[str, Any]]:
    plan = session.get_one(Plan, plan_code)
    values = [f"{value.name}. {value.description}" for value in framework.values(session, plan_code)]
    parts: tuple[tuple[str, str, list[tables.Table]], ...] = (
        ("Misión", plan.mission, []),
        ("Visión", plan.vision, []),
        ("Objetivos estratégicos", "", objectives),
        ("Valores / Principios", "\n".join(values), []),
    )
    for place, (title, text, built) in enumerate(parts, start=1):
        yield {"code": f"{of.code}.{place}", "title": title, "text": text, "tables": built}


def _glossary(session: Session, plan_code: str) -> dict[str, Any]:
    rows = [[term.term, term.definition, term.source or "—"] for term in sources.glossary(session, plan_code)]
    table = {"caption": "Términos", "head": ["Término", "Definición", "Fuente"], "rows": rows}
    return {"code": GLOSSARY, "title": "Glosario", "text": "", "tables": [table] if rows else []}


def _bibliography(session: Session, plan_code: str) -> dict[str, Any]:
    """Every public source, as it is cited."""
    query = sa.select(Source).where(Source.plan_code == plan_code, Source.reserve == Reserve.PUBLIC)
    found = session.scalars(query.order_by(Source.entity_code, Source.year, Source.title))
    cited = [f"{one.entity_code} ({one.year}). {one.title}.{f' {one.link}' if one.link else ''}" for one in found]
    return {"code": BIBLIOGRAPHY, "title": "Bibliografía", "text": "\n".join(dict.fromkeys(cited)), "tables": []}
