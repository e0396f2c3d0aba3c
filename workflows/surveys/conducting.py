"""A survey from its design to its published results, and the answers it takes meanwhile."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from workflows.calendar import bogota_day
from workflows.errors import NotFound, Refused
from workflows.forms.values import as_json
from workflows.surveys.models import Survey, SurveyAnswer, SurveyOption
from workflows.surveys.states import SurveyState

PENDING = "pendiente"
LONGEST_TEXT = 500


class InvalidAnswer(Refused):
    """An answer to the survey that chooses nothing it offers."""

    sentence = "Elija al menos una opción."


@dataclass(frozen=True, slots=True)
class Design:
    """What is asked, how and until when. `options` are rows: texto, texto_libre."""

    title: str
    question: str
    options: Sequence[Mapping[str, Any]]
    is_multiple: bool
    opens_on: dt.date
    closes_on: dt.date
    channels: Sequence[str]
    privacy_notice: str


def find(session: Session, survey_id: Any) -> Survey:
    """The survey by its id. Raises `NotFound`."""
    survey = session.get(Survey, survey_id) if survey_id else None
    if survey is None:
        raise NotFound("Esa encuesta no existe. Vuelva a la bandeja.")
    return survey


def by_token(session: Session, token: str) -> Survey:
    """The survey behind a public link. Raises `NotFound`, also for one that was never opened."""
    survey = session.scalar(sa.select(Survey).where(Survey.token == token))
    if survey is None or survey.state in (SurveyState.DESIGN, SurveyState.APPROVED):
        raise NotFound("Esa encuesta no existe. Revise el enlace.")
    return survey


def design(session: Session, plan_code: str, instance_id: int, survey_id: Any, asked: Design) -> Survey:
    """Keep the design of a survey; the one that was returned is designed anew."""
    survey = find(session, survey_id) if survey_id else _begun(plan_code, instance_id)
    survey.title, survey.question, survey.is_multiple = asked.title, asked.question, asked.is_multiple
    survey.opens_on, survey.closes_on = asked.opens_on, asked.closes_on
    survey.channels, survey.privacy_notice = list(asked.channels), asked.privacy_notice
    survey.state = SurveyState.DESIGN
    survey.options = [
        SurveyOption(text=row["texto"], takes_text=bool(row["texto_libre"]), votes=None, position=position)
        for position, row in enumerate(asked.options)
    ]
    session.add(survey)
    session.flush()
    return survey


def _begun(plan_code: str, instance_id: int) -> Survey:
    return Survey(plan_code=plan_code, instance_id=instance_id, token=secrets.token_urlsafe(12))


def decide(session: Session, survey_id: Any, *, approved: bool, reason: str, actor: Actor) -> None:
    """Approve a design or return it with the reason."""
    survey = find(session, survey_id)
    survey.state, survey.reason = (SurveyState.APPROVED, "") if approved else (SurveyState.DESIGN, reason)
    survey.approved_by = actor.id if approved else None
    session.flush()


def open_to_citizens(session: Session, survey_id: Any) -> None:
    """From now on the link takes answers, on the days the survey says."""
    survey = find(session, survey_id)
    if survey.state == SurveyState.APPROVED:
        survey.state = SurveyState.OPEN
    session.flush()


def takes_answers(survey: Survey, now: dt.datetime) -> bool:
    """Whether somebody who follows the link may answer now."""
    return survey.state == SurveyState.OPEN and survey.opens_on <= bogota_day(now) <= survey.closes_on


def answer(session: Session, survey: Survey, chosen: Sequence[int], text: str, *, now: dt.datetime) -> None:
    """Keep an answer: the day and what was chosen, nothing about who. Raises `InvalidAnswer` or `Refused`."""
    if not takes_answers(survey, now):
        raise Refused("Esta encuesta no recibe respuestas hoy.")
    options = {option.id: option for option in survey.options}
    known = list(dict.fromkeys(option for option in chosen if option in options))
    if not known:
        raise InvalidAnswer
    if len(known) > 1 and not survey.is_multiple:
        raise InvalidAnswer("Elija una sola opción.")
    asked_text = any(options[option].takes_text for option in known)
    kept = (
        " ".join("".join(char for char in text if char.isprintable() or char.isspace()).split()) if asked_text else ""
    )
    if len(kept) > LONGEST_TEXT:
        raise InvalidAnswer(f"El texto tiene {len(kept)} caracteres; el máximo es {LONGEST_TEXT}.")
    session.add(
        SurveyAnswer(
            survey_id=survey.id,
            answered_on=bogota_day(now),
            choices=known,
            free_text=kept,
            moderation=PENDING if kept else "",
        )
    )
    session.flush()


def spread(session: Session, survey_id: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep where the survey was made known."""
    find(session, survey_id).outreach = as_json(list(rows))
    session.flush()


def tabulate(session: Session, survey_id: Any) -> Survey:
    """Close the survey and count the votes of each option. Doing it twice counts the same."""
    survey = find(session, survey_id)
    counts: dict[int, int] = {option.id: 0 for option in survey.options}
    answers = session.scalars(sa.select(SurveyAnswer).where(SurveyAnswer.survey_id == survey.id)).all()
    for survey_answer in answers:
        for option in survey_answer.choices:
            counts[option] += 1
    for option in survey.options:
        option.votes = counts[option.id]
    survey.answers = len(answers)
    if survey.state == SurveyState.OPEN:
        survey.state = SurveyState.CLOSED
    session.flush()
    return survey


def free_texts(session: Session, survey_id: Any) -> list[tuple[str, int]]:
    """What people wrote in their own words, equal texts together, the most frequent first; for the analysts only."""
    query = (
        sa.select(SurveyAnswer.free_text, sa.func.count())
        .where(SurveyAnswer.survey_id == survey_id, SurveyAnswer.free_text != "")
        .group_by(SurveyAnswer.free_text)
        .order_by(sa.func.count().desc(), SurveyAnswer.free_text)
    )
    return [(text, count) for text, count in session.execute(query)]


def analyse(session: Session, survey_id: Any, note: str) -> None:
    """Keep what the analysts make of the results."""
    find(session, survey_id).analysis = note
    session.flush()


def publish(session: Session, survey_id: Any, *, now: dt.datetime) -> None:
    """Put the results on the portal: votes and the note, no free text."""
    survey = find(session, survey_id)
    survey.state, survey.published_at = SurveyState.PUBLISHED, survey.published_at or now
    session.flush()


def open_now(session: Session, now: dt.datetime) -> list[Survey]:
    """The surveys of every plan that take answers now, the first to close first."""
    query = sa.select(Survey).where(Survey.state == SurveyState.OPEN).order_by(Survey.closes_on, Survey.id)
    return [one for one in session.scalars(query) if takes_answers(one, now)]


def of_plan(session: Session, plan_code: str) -> list[Survey]:
    """The surveys of a plan, oldest first."""
    return list(session.scalars(sa.select(Survey).where(Survey.plan_code == plan_code).order_by(Survey.id)))
