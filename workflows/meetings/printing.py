"""The minutes of meetings as documents, made once they are approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.documents.keeping import Address
from workflows.documents.models import Document
from workflows.documents.prints import Maker, Print, of_page
from workflows.documents.rendering import Page
from workflows.documents.states import DocumentKind
from workflows.indicators.wording import level_word
from workflows.meetings import minutes
from workflows.meetings.models import Meeting, Verdict
from workflows.meetings.states import MeetingState
from workflows.people import directory
from workflows.plan.models import Plan
from workflows.sectors import identity
from workflows.spanish import long_day, long_moment, percentage

VERDICTS = {"cumple": "Cumple", "en_riesgo": "En riesgo", "no_cumple": "No cumple"}
MODES = {"presencial": "Presencial", "virtual": "Virtual", "mixta": "Mixta"}


def missing(session: Session) -> list[Address]:
    """The approved minutes that lack their files."""
    made = sa.select(Document.id).where(
        Document.plan_code == Meeting.plan_code,
        Document.kind == DocumentKind.MINUTES,
        Document.key == sa.cast(Meeting.id, sa.String),
    )
    query = sa.select(Meeting.plan_code, Meeting.id).where(Meeting.state == MeetingState.APPROVED, ~made.exists())
    rows = session.execute(query.order_by(Meeting.id))
    return [Address(plan_code, DocumentKind.MINUTES, str(meeting_id)) for plan_code, meeting_id in rows]


def read(session: Session, address: Address) -> Print:
    """The minutes of one meeting."""
    page = page_of(session, session.get_one(Meeting, int(address.key)))
    return of_page(page, f"{address.plan_code}-{DocumentKind.MINUTES}-{address.key}")


MAKER = Maker("minutes", missing, read)


def page_of(session: Session, meeting: Meeting) -> Page:
    """The minutes, laid out."""
    plan = session.get_one(Plan, meeting.plan_code)
    promised = minutes.own_commitments(session, meeting)
    names = directory.display_names(
        session,
        {commitment.responsible for commitment in promised if commitment.responsible} | {str(meeting.approved_by)},
    )
    approved_at = meeting.approved_at
    facts = [
        ("Fecha", long_day(meeting.held_on) if meeting.held_on else "—"),
        ("Modalidad", MODES.get(meeting.mode, meeting.mode)),
        ("Lugar o enlace", meeting.place),
    ]
    if approved_at:
        facts.append(("Aprobada electrónicamente", f"{names[str(meeting.approved_by)]}, {long_moment(approved_at)}"))
    return Page(
        title=f"Acta {meeting.id}. {meeting.topic}",
        subtitle=plan.name,
        facts=tuple(facts),
        sections=tuple(_sections(session, meeting, names)),
        made_at=int(approved_at.timestamp()) if approved_at else 0,
        letterhead=identity.letterhead(session, plan.sector_code),
    )


def _sections(session: Session, meeting: Meeting, names: Mapping[str, str]) -> list[dict[str, Any]]:
    judged = list(minutes.verdicts(session, meeting).values())
    commitments = [
        [
            commitment.text,
            names.get(commitment.responsible or "", "—"),
            long_day(commitment.due_on) if commitment.due_on else "—",
        ]
        for commitment in minutes.own_commitments(session, meeting)
    ]
    attended = [
        [str(row.get("persona", "")), row.get("entidad") or "—", row.get("cargo") or "—"] for row in meeting.attendance
    ]
    verdicts = [
        [verdict.code, _figure(verdict), VERDICTS.get(verdict.verdict, verdict.verdict), verdict.argument]
        for verdict in judged
    ]
    against = [
        f"{verdict.code}: se dijo que cumple, con la cifra {_figure(verdict)}. El argumento está en la tabla."
        for verdict in judged
        if verdict.against_figure
    ]
    sections = [
        _section("Orden del día", [str(row.get("punto", "")) for row in meeting.agenda]),
        _section("Asistencia", [], ("Persona", "Entidad", "Cargo"), attended),
        _section("Desarrollo", meeting.development.splitlines()),
        _section("Decisiones", [str(one) for one in meeting.decisions]),
        _section("Veredictos", [], ("Objetivo o línea", "La cifra", "Veredicto", "Argumento"), verdicts),
        _section("Veredictos contra la cifra", against),
        _section("Compromisos", [], ("Compromiso", "Responsable", "Fecha"), commitments),
    ]
    return [one for one in sections if one["paragraphs"] or one["tables"]]


def _figure(verdict: Verdict) -> str:
    """What was known when it was said: «72,0 %, En amarillo, cobertura 87,5 %»."""
    if verdict.color is None and verdict.figure is None:
        return "—"
    word = level_word(verdict.color)
    share = percentage(verdict.figure) if verdict.figure is not None else "sin dato"
    known = f", cobertura {percentage(verdict.coverage)}" if verdict.coverage is not None else ""
    return f"{share}, {word}{known}"


def _section(
    heading: str, paragraphs: Sequence[str], head: Sequence[str] = (), rows: Sequence[Sequence[str]] = ()
) -> dict[str, Any]:
    tables = [{"caption": "", "head": list(head), "rows": [list(row) for row in rows]}] if rows else []
    return {"heading": heading, "level": 1, "paragraphs": [one for one in paragraphs if one.strip()], "tables": tables}
