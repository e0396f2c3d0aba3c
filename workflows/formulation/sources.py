"""Alistamiento: what each entity has on the five topics, what it says of itself, and what all agree on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.database import replace_rows
from engine.identity import Actor
from workflows.calendar import bogota_day
from workflows.forms.values import as_json
from workflows.formulation.models import Diagnosis, GlossaryTerm, SectorSketch, Source, TopicsDiscussed

TOPICS = {
    "normatividad": "Normatividad",
    "estructura_del_sector": "Estructura del sector",
    "politicas_publicas": "Políticas públicas",
    "marco_estrategico_de_las_entidades": "Marco estratégico de las entidades",
    "mipg": "MIPG",
}
"""The five topics that every entity brings and the meetings go through."""

QUESTIONS = (
    "¿Las personas que dirigen la entidad conocen y usan el plan vigente para decidir?",
    "¿Los objetivos de la entidad se relacionan con los del plan de desarrollo?",
    "¿Las metas tienen línea base, responsable y fuente de datos?",
    "¿El presupuesto se programa según las metas?",
    "¿Los procesos y los trámites se revisan y se simplifican cada año?",
    "¿El equipo tiene la dedicación y los conocimientos que el plan necesita?",
    "¿La ciudadanía participa en lo que la entidad decide y evalúa?",
    "¿Los sistemas de información entregan datos completos y a tiempo?",
    "¿El seguimiento lleva a decisiones y no solo a informes?",
    "¿Los riesgos de las metas están identificados y tienen control?",
    "¿Los documentos quedan archivados y se encuentran con facilidad?",
    "¿La entidad trabaja con las demás del sector en problemas comunes?",
)
"""The self-diagnosis, after the dimensions of MIPG; each is answered from 1 (no) to 5 (fully)."""


def of_entity(session: Session, plan_code: str, entity: str) -> list[Source]:
    """What an entity brought, by topic and year."""
    query = sa.select(Source).where(Source.plan_code == plan_code, Source.entity_code == entity)
    return list(session.scalars(query.order_by(Source.topic, Source.year, Source.id)))


def add(
    session: Session, plan_code: str, entity: str, rows: Iterable[dict[str, Any]], *, actor: Actor, now: dt.datetime
) -> None:
    """Keep the sources of an entity."""
    for row in rows:
        session.add(
            Source(
                plan_code=plan_code,
                entity_code=entity,
                topic=row["tema"],
                title=row["titulo"],
                year=int(row["anio"]),
                file_id=(row.get("archivo") or [None])[0],
                link=row.get("enlace") or "",
                reserve=row["reserva"],
                added_by=actor.id,
                added_at=now,
            )
        )
    session.flush()


def missing_topics(session: Session, plan_code: str, entity: str) -> list[str]:
    """Which of the five topics an entity brought nothing of."""
    query = sa.select(Source.topic).where(Source.plan_code == plan_code, Source.entity_code == entity)
    brought = set(session.scalars(query))
    return [topic for topic in TOPICS if topic not in brought]


def incomplete_entities(session: Session, plan_code: str, entities: Sequence[str]) -> list[str]:
    """The entities that still lack a topic."""
    return [entity for entity in entities if missing_topics(session, plan_code, entity)]


def answer_diagnosis(
    session: Session, plan_code: str, entity: str, rows: Sequence[dict[str, Any]], synthesis: str, *, actor: Actor,
    now: dt.datetime,
) -> Diagnosis:  # fmt: skip
    """Keep the self-diagnosis of an entity for the year that runs; answering again replaces it."""
    year = bogota_day(now).year
    found = session.scalar(
        sa.select(Diagnosis).where(
            Diagnosis.plan_code == plan_code, Diagnosis.entity_code == entity, Diagnosis.year == year
        )
    )
    diagnosis = found or Diagnosis(plan_code=plan_code, entity_code=entity, year=year)
    levels = [int(row["nivel"]) for row in rows]
    diagnosis.answers, diagnosis.synthesis = as_json(list(rows)), synthesis
    diagnosis.average = (Decimal(sum(levels)) / len(levels)).quantize(Decimal("0.01"))
    diagnosis.answered_by, diagnosis.answered_at = actor.id, now
    session.add(diagnosis)
    session.flush()
    return diagnosis


def diagnoses(session: Session, plan_code: str) -> list[Diagnosis]:
    """The self-diagnoses of a plan's entities."""
    query = sa.select(Diagnosis).where(Diagnosis.plan_code == plan_code)
    return list(session.scalars(query.order_by(Diagnosis.year, Diagnosis.entity_code)))


def record_topics(
    session: Session, plan_code: str, meeting_id: int | None, topics: Sequence[str], conclusions: str, *,
    actor: Actor, now: dt.datetime,
) -> None:  # fmt: skip
    """Keep what a meeting dealt with."""
    session.add(
        TopicsDiscussed(
            plan_code=plan_code,
            meeting_id=meeting_id,
            topics=list(topics),
            conclusions=conclusions,
            recorded_by=actor.id,
            recorded_at=now,
        )
    )
    session.flush()


def discussions(session: Session, plan_code: str) -> list[TopicsDiscussed]:
    """What the meetings dealt with so far."""
    query = sa.select(TopicsDiscussed).where(TopicsDiscussed.plan_code == plan_code)
    return list(session.scalars(query.order_by(TopicsDiscussed.id)))


def pending_topics(session: Session, plan_code: str) -> list[str]:
    """Which of the five topics no meeting has dealt with."""
    done = {topic for held in discussions(session, plan_code) for topic in held.topics}
    return [topic for topic in TOPICS if topic not in done]


def agree(
    session: Session, plan_code: str, terms: Sequence[dict[str, Any]], structure: str, summary: str, *, actor: Actor,
    now: dt.datetime,
) -> None:  # fmt: skip
    """Keep the glossary and what the sector is; agreeing again replaces both."""
    replace_rows(
        session,
        GlossaryTerm,
        {"plan_code": plan_code},
        (
            {
                "term": row["termino"],
                "definition": row["definicion"],
                "source": row.get("fuente") or "",
                "position": position,
            }
            for position, row in enumerate(terms)
        ),
    )
    session.merge(
        SectorSketch(plan_code=plan_code, structure=structure, summary=summary, agreed_at=now, agreed_by=actor.id)
    )
    session.flush()


def glossary(session: Session, plan_code: str) -> list[GlossaryTerm]:
    """The glossary, by term."""
    query = sa.select(GlossaryTerm).where(GlossaryTerm.plan_code == plan_code)
    return sorted(session.scalars(query), key=lambda term: term.term.casefold())
