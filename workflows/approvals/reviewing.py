"""Reviewing a document in rounds: entities observe it, every observation is answered, a new version comes out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import SYSTEM, Actor
from engine.runtime import ProcessEngine
from workflows.approvals.models import Approval, Observation, ReviewAnswer, ReviewFile, ReviewRound, SectionChange
from workflows.approvals.states import ObservationOrigin, ReviewState, SectionChangeKind
from workflows.documents import versions
from workflows.documents.comparing import differences
from workflows.documents.models import DocumentSection, DocumentVersion, PlanDocument
from workflows.errors import NotFound, Refused

TAKEN_IN = ("acogida", "acogida_parcialmente")


@dataclass(frozen=True, slots=True)
class Subject:
    """A document under review in a case."""

    plan_code: str
    instance_id: int
    document: PlanDocument


@dataclass(frozen=True, slots=True)
class Terms:
    """How the entities look at a document, and until when."""

    medium: str
    due_on: dt.date
    with_meeting: bool
    max_rounds: int


def subject(session: Session, plan_code: str, instance_id: int, name: str) -> Subject:
    """The document that a case is about: `name` is its kind, with its key after a slash (`modificacion/001`)."""
    kind, _, key = name.partition("/")
    document = versions.find(session, plan_code, kind, key)
    if document is None:
        raise NotFound(f"El plan {plan_code} no tiene el documento «{name}». Redáctelo antes de presentarlo.")
    return Subject(plan_code, instance_id, document)


def rounds(session: Session, about: Subject) -> list[ReviewRound]:
    """The rounds of a document in a case, in order."""
    query = sa.select(ReviewRound).where(
        ReviewRound.instance_id == about.instance_id, ReviewRound.document_id == about.document.id
    )
    return list(session.scalars(query.order_by(ReviewRound.number)))


def latest(session: Session, about: Subject) -> ReviewRound:
    """The round that goes on, or the last one. Raises `Refused` before the first."""
    found = rounds(session, about)
    if not found:
        raise Refused(f"Todavía no hay una ronda de revisión de «{about.document.title}».")
    return found[-1]


def open_round(session: Session, engine: ProcessEngine, about: Subject, *, actor: Actor = SYSTEM) -> ReviewRound:
    """The round whose review is still open, begun if there is none."""
    known = rounds(session, about)
    if known and known[-1].closed_at is None:
        return known[-1]
    begun = ReviewRound(
        plan_code=about.plan_code,
        instance_id=about.instance_id,
        document_id=about.document.id,
        version_id=versions.present(session, about.document).id,
        number=len(known) + 1,
        max_rounds=known[-1].max_rounds if known else 3,
        opened_at=engine.now(),
        opened_by=actor.id,
    )
    session.add(begun)
    session.flush()
    return begun


def set_terms(session: Session, engine: ProcessEngine, about: Subject, terms: Terms, *, actor: Actor) -> ReviewRound:
    """Say how and until when the entities review; begins the round."""
    current = open_round(session, engine, about, actor=actor)
    current.medium, current.due_on = terms.medium, terms.due_on
    current.with_meeting, current.max_rounds = terms.with_meeting, terms.max_rounds
    session.flush()
    return current


def observe(
    session: Session, engine: ProcessEngine, current: ReviewRound, entity: str, rows: Sequence[Mapping[str, Any]],
    *, actor: Actor,
) -> None:  # fmt: skip
    """Record what an entity says in a round: its observations, or that it has none."""
    session.execute(
        sa.delete(Observation).where(
            Observation.round_id == current.id,
            Observation.entity_code == entity,
            Observation.origin == ObservationOrigin.REVIEW,
        )
    )
    for row in rows:
        session.add(
            Observation(
                round_id=current.id,
                entity_code=entity,
                origin=ObservationOrigin.REVIEW,
                section_code=row["seccion"],
                kind=row["tipo"],
                text=row["texto"],
                proposal=row["propuesta"],
                made_by=actor.id,
                made_at=engine.now(),
            )
        )
    said = ReviewState.WITH_OBSERVATIONS if rows else ReviewState.WITHOUT_OBSERVATIONS
    _answer(session, engine, current, entity, said, actor)


def close_round(session: Session, engine: ProcessEngine, about: Subject, entities: Iterable[str]) -> ReviewRound:
    """Close the time to observe: who said nothing is recorded so; reasons of an approval that was refused come in.

    Doing it twice changes nothing.
    """
    current = open_round(session, engine, about)
    answered = set(session.scalars(sa.select(ReviewAnswer.entity_code).where(ReviewAnswer.round_id == current.id)))
    for entity in entities:
        if entity not in answered:
            _answer(session, engine, current, entity, ReviewState.SILENT, SYSTEM)
    _take_in_reasons(session, current)
    current.closed_at = engine.now()
    session.flush()
    return current


def answers(session: Session, round_id: int) -> list[ReviewAnswer]:
    """What each entity did in a round."""
    query = sa.select(ReviewAnswer).where(ReviewAnswer.round_id == round_id)
    return list(session.scalars(query.order_by(ReviewAnswer.entity_code)))


def observations(session: Session, round_id: int) -> list[Observation]:
    """The observations of a round, in the order they came."""
    query = sa.select(Observation).where(Observation.round_id == round_id)
    return list(session.scalars(query.order_by(Observation.id)))


def respond(
    session: Session, engine: ProcessEngine, observation_id: int, *, decision: str, answer: str, change: str,
    actor: Actor,
) -> None:  # fmt: skip
    """Answer an observation."""
    observation = session.get_one(Observation, observation_id)
    observation.decision, observation.answer, observation.change = decision, answer, change
    observation.answered_by, observation.answered_at = actor.id, engine.now()


def change_sections(
    session: Session, engine: ProcessEngine, current: ReviewRound, rows: Sequence[Mapping[str, Any]],
    files: Iterable[int], *, actor: Actor,
) -> None:  # fmt: skip
    """Record changes of sections; the next version takes them in."""
    for row in rows:
        session.add(
            SectionChange(
                round_id=current.id,
                section_code=row["seccion"],
                kind=row["tipo"],
                text=row["texto"],
                made_by=actor.id,
                made_at=engine.now(),
            )
        )
    keep_files(session, current.id, files, "documento")
    session.flush()


def keep_files(session: Session, round_id: int, files: Iterable[int], purpose: str) -> None:
    """Attach files to a round."""
    for file_id in files:
        session.merge(ReviewFile(round_id=round_id, file_id=file_id, purpose=purpose))


def make_version(session: Session, engine: ProcessEngine, about: Subject) -> DocumentVersion:
    """The version with the changes that are pending; the one in force where there are none."""
    current, before = latest(session, about), versions.present(session, about.document)
    pending = session.scalars(
        sa.select(SectionChange)
        .where(SectionChange.round_id == current.id, SectionChange.version_id.is_(None))
        .order_by(SectionChange.id)
    ).all()
    if not pending:
        return before
    content = _changed(before.content, pending)
    made = versions.make(
        session,
        about.document,
        versions.following(about.document.number),
        content,
        now=engine.now(),
        by=pending[-1].made_by,
        changes=[difference.as_json() for difference in differences(before.content, content)],
    )
    for change in pending:
        change.version_id = made.id
    _follow(session, about.document, content)
    session.flush()
    return made


def _changed(content: Mapping[str, Any], changes: Sequence[SectionChange]) -> dict[str, Any]:
    sections = [dict(section) for section in content["sections"]]
    by_code = {section["code"]: section for section in sections}
    for change in changes:
        section = by_code[change.section_code]
        added = f"{section['text']}\n\n{change.text}".strip()
        section["text"] = change.text if change.kind == SectionChangeKind.ADJUSTMENT else added
    return {**content, "sections": sections}


def _follow(session: Session, document: PlanDocument, content: Mapping[str, Any]) -> None:
    """The working text of the sections follows the version."""
    texts = {section["code"]: section["text"] for section in content["sections"]}
    rows = session.scalars(sa.select(DocumentSection).where(DocumentSection.document_id == document.id))
    for row in rows:
        row.text = texts.get(row.code, row.text)


def _answer(
    session: Session, engine: ProcessEngine, current: ReviewRound, entity: str, state: ReviewState, actor: Actor
) -> None:
    review_answer = session.scalar(
        sa.select(ReviewAnswer).where(ReviewAnswer.round_id == current.id, ReviewAnswer.entity_code == entity)
    )
    answer = review_answer or ReviewAnswer(round_id=current.id, entity_code=entity)
    answer.state, answer.answered_at = state, engine.now()
    answer.answered_by = None if state == ReviewState.SILENT else actor.id
    session.add(answer)
    session.flush()


def _take_in_reasons(session: Session, current: ReviewRound) -> None:
    """The reasons given with the approvals of the round before, once."""
    before = session.scalar(
        sa.select(ReviewRound.id).where(
            ReviewRound.instance_id == current.instance_id,
            ReviewRound.document_id == current.document_id,
            ReviewRound.number == current.number - 1,
        )
    )
    known = [
        observation.entity_code
        for observation in observations(session, current.id)
        if observation.origin == ObservationOrigin.APPROVAL
    ]
    reasons = session.scalars(sa.select(Approval).where(Approval.round_id == before, Approval.reason != ""))
    for approval in reasons:
        if approval.entity_code not in known:
            session.add(
                Observation(
                    round_id=current.id,
                    entity_code=approval.entity_code,
                    origin=ObservationOrigin.APPROVAL,
                    text=approval.reason,
                    made_by=approval.approved_by,
                    made_at=approval.approved_at,
                )
            )
