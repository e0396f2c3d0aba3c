"""The text a new act begins with: recitals and articles, from what the approval left on record."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.approvals import approving, reviewing
from workflows.approvals.models import Observation, ReviewRound
from workflows.approvals.reviewing import Subject
from workflows.approvals.states import ActMode
from workflows.documents.models import DocumentVersion
from workflows.plan.models import Plan
from workflows.sectors.models import Entity
from workflows.spanish import enumeration

MOST_NAMED = 4


def recitals(session: Session, about: Subject) -> str:
    """One consideration per paragraph: the plan, its review, its approval."""
    plan, current = session.get_one(Plan, about.plan_code), reviewing.latest(session, about)
    version = approving.version_asked(session, current)
    sector = plan.sector.name
    said = [
        f"Que el Plan Distrital de Desarrollo «{plan.development_plan}» orienta la gestión del Sector {sector}."
        if plan.development_plan
        else f"Que el Sector {sector} orienta su gestión con un plan estratégico de {plan.years} años.",
        f"Que las entidades del sector formularon en conjunto el documento «{about.document.title}».",
        f"Que el documento se presentó a las entidades en {_rounds(current.number)}, "
        f"{_observed(current.number, _answered(session, about))}.",
        _approval(session, current, version),
    ]
    return "\n\n".join(said)


def articles(session: Session, about: Subject, mode: str) -> str:
    """One article per paragraph, numbered."""
    plan = session.get_one(Plan, about.plan_code)
    version = approving.version_asked(session, reviewing.latest(session, about))
    title, verb = ("Modificación", "Modificar") if mode == ActMode.MODIFICATION else ("Adopción", "Adoptar")
    adopted = plan.adoption_act if mode == ActMode.MODIFICATION else {}
    by = f", adoptado por {_named(adopted)}" if adopted.get("number") else ""
    terms = f"de «{about.document.title}» aprobada" if mode == ActMode.MODIFICATION else "del documento aprobado"
    texts = (
        f"{title}. {verb} el «{plan.name}»{by}, en los términos de la versión {version.number} {terms} por "
        "las entidades del sector, que hace parte integral de este acto.",
        f"Identificación. La huella SHA-256 del documento aprobado es {version.sha256}.",
        "Seguimiento. Las entidades del sector reportarán cada mes el avance de sus indicadores, y la cabeza de "
        "sector consolidará y publicará los informes.",
        "Publicación. El documento se publicará en la página web institucional, en la intranet y en las redes "
        "sociales de cada entidad del sector.",
        "Vigencia. Este acto rige a partir de la fecha de su publicación."
        + (" La modificación se aplica desde el próximo mes que se abra." if mode == ActMode.MODIFICATION else ""),
    )
    return "\n\n".join(f"Artículo {place}. {text}" for place, text in enumerate(texts, 1))


def _approval(session: Session, current: ReviewRound, version: DocumentVersion) -> str:
    agreed = [
        approval.entity_code
        for approval in approving.of_round(session, current.id)
        if approval.decision in approving.IN_FAVOUR
    ]
    told = f"la versión {version.number} del documento"
    if current.committee_decision:
        return f"Que, agotadas las rondas de revisión, el Comité Sectorial decidió adoptar {told}."
    found = session.execute(sa.select(Entity.code, Entity.name).where(Entity.code.in_(agreed)))
    names = {code: name for code, name in found}
    who = enumeration([names[code] for code in agreed]) if len(agreed) <= MOST_NAMED else f"{len(agreed)} entidades"
    return f"Que la aprobación de {told} se decidió por {approving.RULES[current.rule]}; la aprobaron: {who}."


def _answered(session: Session, about: Subject) -> int:
    ids = [review_round.id for review_round in reviewing.rounds(session, about)]
    counted = sa.select(sa.func.count()).select_from(Observation)
    return session.scalar(counted.where(Observation.round_id.in_(ids), Observation.decision != "")) or 0


def _observed(rounds: int, answered: int) -> str:
    if not answered:
        return "sin que presentaran observaciones"
    told = "respondió una observación" if answered == 1 else f"respondieron {answered} observaciones"
    return f"en {'la' if rounds == 1 else 'las'} que se {told}"


def _named(act: Mapping[str, str]) -> str:
    """«Resolución 857 de 2016», of what the plan keeps of its act."""
    return f"{act['kind']} {act['number']} de {act['on'][:4]}"


def _rounds(number: int) -> str:
    return "una ronda de revisión" if number == 1 else f"{number} rondas de revisión"
