"""The files of acts and of observation sheets, made once each outside the transaction that closed them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.approvals import act_files, acts, approving, reviewing
from workflows.approvals.models import AdministrativeAct, Observation, ReviewRound
from workflows.approvals.states import ActMode, ActState, ApprovalDecision, ReviewState
from workflows.calendar import end_of_day
from workflows.documents import files
from workflows.documents.keeping import Address
from workflows.documents.models import Document, DocumentVersion, PlanDocument
from workflows.documents.prints import Maker, Print, of_page
from workflows.documents.rendering import Page, Signature
from workflows.documents.states import DocumentKind
from workflows.people import directory
from workflows.plan.models import Plan
from workflows.sectors import identity
from workflows.sectors.models import Entity
from workflows.spanish import MONTHS, long_day, long_moment

CLOSING = "Publíquese y cúmplase"
DECISIONS = {
    "acogida": "Acogida",
    "acogida_parcialmente": "Acogida parcialmente",
    "no_acogida": "No acogida",
    "aclaracion": "Aclaración",
}
ANSWERS = {
    ReviewState.WITH_OBSERVATIONS: "con observaciones",
    ReviewState.WITHOUT_OBSERVATIONS: "sin observaciones",
    ReviewState.SILENT: "sin pronunciamiento",
}
SAID = {
    ApprovalDecision.APPROVES: "aprueba",
    ApprovalDecision.WITH_REMARK: "aprueba con observación",
    ApprovalDecision.REFUSES: "no aprueba",
}


def missing(session: Session) -> list[Address]:
    """The acts and the sheets that lack their files."""
    return [*_acts(session), *_sheets(session)]


def read(session: Session, address: Address) -> Print:
    """An act, or the sheet of a round."""
    stem = f"{address.plan_code}-{address.kind}-{address.key}"
    if address.kind == DocumentKind.REVIEW_SHEET:
        return of_page(sheet_page(session, session.get_one(ReviewRound, int(address.key))), stem)
    act_id, _, _returned = address.key.partition("-")
    act = session.get_one(AdministrativeAct, int(act_id))
    return _of_office(session, act, of_page(act_page(session, act), stem))


MAKER = Maker("act_or_sheet", missing, read)


def act_page(session: Session, act: AdministrativeAct) -> Page:
    """The act as it is issued; without number it says that it is a draft."""
    issuer = session.get(Entity, act.issuer) if act.issuer else None
    version = session.get_one(DocumentVersion, act.version_id)
    subject = _subject(session, act, version)
    verb = "modifica" if act.mode == ActMode.MODIFICATION else "adopta"
    names = directory.display_names(session, {act.drafted_by, act.signed_by or act.drafted_by})
    facts = [(f"{_by_which(act)} se {verb}", subject), ("Proyectó", names[act.drafted_by])]
    if act.signed_by:
        facts.append(("Suscribió", f"{names[act.signed_by]}, {long_moment(act.signed_at)}"))
    if act.number:
        facts += [("Fecha", long_day(act.dated_on)), ("Registro Distrital", act.gazette)]
    dated_at = end_of_day(act.dated_on) if act.dated_on else act.drafted_at
    return Page(
        title=acts.name_of(act) if act.number else f"Proyecto de {acts.KINDS[act.kind].lower()}",
        subtitle=issuer.name if issuer else "",
        facts=tuple(facts),
        sections=(
            *([_section("Competencia", powers)] if (powers := _powers(act)) else []),
            _section("Considerando", act.recitals),
            _section("Resuelve", act.articles),
            _section(CLOSING, _given(act) or "Proyecto: sin número ni fecha."),
        ),
        signatures=(
            Signature(
                names[act.signed_by], issuer.name if issuer else "", f"Suscrito el {long_moment(act.signed_at)}."
            ),
        )
        if act.signed_by
        else (),
        made_at=int(dated_at.timestamp()),
        letterhead=identity.letterhead(session, session.get_one(Plan, act.plan_code).sector_code),
    )


def sheet_page(session: Session, current: ReviewRound) -> Page:
    """The sheet of a round: who said what, and every observation with its answer."""
    document = session.get_one(PlanDocument, current.document_id)
    plan = session.get_one(Plan, current.plan_code)
    version = session.get_one(DocumentVersion, current.version_id)
    said = [(answer.entity_code, ANSWERS[answer.state]) for answer in reviewing.answers(session, current.id)]
    observed = reviewing.observations(session, current.id)
    approvals = approving.of_round(session, current.id)
    closed_at = current.closed_at or current.opened_at
    return Page(
        title=f"Observaciones a «{document.title}», ronda {current.number}",
        subtitle=plan.name,
        facts=(("Versión", version.number), ("Cierre de la ronda", long_moment(closed_at)), *said),
        sections=(
            {
                "heading": "Observaciones y respuestas",
                "level": 1,
                "paragraphs": [] if observed else ["Ninguna entidad presentó observaciones."],
                "tables": [_observations_table(observed)] if observed else [],
            },
            {
                "heading": "Aprobación electrónica",
                "level": 1,
                "paragraphs": [f"{one.entity_code}: {SAID[one.decision]}. {one.text}" for one in approvals],
                "tables": [],
            },
        ),
        made_at=int(closed_at.timestamp()),
        letterhead=identity.letterhead(session, plan.sector_code),
    )


def act_values(session: Session, act: AdministrativeAct) -> dict[str, Any]:
    """What an act says, by the variables of a template."""
    plan = session.get_one(Plan, act.plan_code)
    issuer = session.get(Entity, act.issuer) if act.issuer else None
    version = session.get_one(DocumentVersion, act.version_id)
    names = directory.display_names(session, {act.drafted_by, act.signed_by or act.drafted_by})
    return {
        "tipo": acts.KINDS[act.kind],
        "numero": act.number or "",
        "fecha": long_day(act.dated_on) if act.dated_on else "",
        "anio": str(act.dated_on.year) if act.dated_on else "",
        "verbo": "modifica" if act.mode == ActMode.MODIFICATION else "adopta",
        "documento": _subject(session, act, version),
        "version": version.number,
        "huella": version.sha256,
        "plan": plan.name,
        "sector": plan.sector.name,
        "entidad": issuer.name if issuer else "",
        "motivo_del_tipo": act.kind_reason,
        "proyecto": names[act.drafted_by],
        "firmante": names[act.signed_by] if act.signed_by else "",
        "suscrito": long_moment(act.signed_at) if act.signed_by else "",
        "registro_distrital": act.gazette or "",
        "facultades": _powers(act),
        "dado": _given(act),
        "considerandos": _lines(act.recitals),
        "articulos": _lines(act.articles),
        "es_proyecto": not act.number,
        "es_modificacion": act.mode == ActMode.MODIFICATION,
    }


def _of_office(session: Session, act: AdministrativeAct, usual: Print) -> Print:
    """The act with its Word file from the template of the sector's legal office, if there is one."""
    template = act_files.in_force(session, session.get_one(Plan, act.plan_code).sector_code)
    if template is None:
        return usual
    content, values = files.read(session, template.file_id), act_values(session, act)
    return replace(usual, render=lambda: {**usual.render(), "docx": act_files.render(content, values)})


def _subject(session: Session, act: AdministrativeAct, version: DocumentVersion) -> str:
    """What the act adopts or modifies: a modification modifies the plan, whatever its own document is called."""
    if act.mode == ActMode.MODIFICATION:
        return session.get_one(Plan, act.plan_code).name
    return session.get_one(PlanDocument, version.document_id).title


def _by_which(act: AdministrativeAct) -> str:
    return "Por la cual" if act.kind in acts.FEMININE else "Por el cual"


def _given(act: AdministrativeAct) -> str:
    """«Dada en Bogotá, D. C., a los 15 días del mes de octubre de 2018.»; empty before it has a date."""
    if act.dated_on is None:
        return ""
    verb, day = "Dada" if act.kind in acts.FEMININE else "Dado", act.dated_on
    if not act.place:
        return f"{verb} el {long_day(day)}."
    when = f"a los {day.day} días" if day.day > 1 else "el primer día"
    return f"{verb} en {act.place}, {when} del mes de {MONTHS[day.month - 1]} de {day.year}."


def _powers(act: AdministrativeAct) -> str:
    """By which norms it is issued; empty where the sector said none."""
    return f"En ejercicio de sus facultades y con fundamento en {act.powers}." if act.powers else ""


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _acts(session: Session) -> Iterator[Address]:
    query = sa.select(Document.plan_code, Document.key).where(Document.kind == DocumentKind.ACT)
    made = {(plan_code, key) for plan_code, key in session.execute(query)}
    for act in session.scalars(sa.select(AdministrativeAct).order_by(AdministrativeAct.id)):
        key = str(act.id) if act.number else f"{act.id}-{act.times_returned}"
        if act.state != ActState.RETURNED and (act.plan_code, key) not in made:
            yield Address(act.plan_code, DocumentKind.ACT, key)


def _sheets(session: Session) -> Iterator[Address]:
    unanswered = sa.select(Observation.id).where(Observation.round_id == ReviewRound.id, Observation.decision == "")
    made = sa.select(Document.id).where(
        Document.plan_code == ReviewRound.plan_code,
        Document.kind == DocumentKind.REVIEW_SHEET,
        Document.key == sa.cast(ReviewRound.id, sa.String),
    )
    # A round that goes to approval has terms (its medium); it is printed with its approvals, the others once answered.
    done = sa.or_(ReviewRound.outcome != "", ReviewRound.medium == "")
    query = sa.select(ReviewRound.plan_code, ReviewRound.id)
    query = query.where(ReviewRound.closed_at.is_not(None), done, ~unanswered.exists(), ~made.exists())
    for plan_code, round_id in session.execute(query.order_by(ReviewRound.id)):
        yield Address(plan_code, DocumentKind.REVIEW_SHEET, str(round_id))


def _section(heading: str, text: str) -> dict[str, object]:
    return {"heading": heading, "level": 1, "paragraphs": _lines(text), "tables": []}


def _observations_table(observed: list[Observation]) -> dict[str, object]:
    return {
        "caption": "",
        "head": ["Entidad", "Sección", "Observación", "Propuesta", "Decisión", "Respuesta"],
        "rows": [
            [
                observation.entity_code,
                observation.section_code or "—",
                observation.text,
                observation.proposal or "—",
                DECISIONS.get(observation.decision, "—"),
                observation.answer or "—",
            ]
            for observation in observed
        ],
    }
