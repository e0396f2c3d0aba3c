"""Citizens of a simulation: they answer the surveys that are open, a few each day."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.calendar import bogota_day
from workflows.simulation.values import Reality
from workflows.surveys import conducting
from workflows.surveys.models import Survey
from workflows.surveys.states import SurveyState

A_DAY = 12
WISHES = ("Alumbrado de los parques", "Cuidado de mayores", "Ciclorrutas seguras")


def answer_open_surveys(session: Session, now: dt.datetime, reality: Reality) -> int:
    """Let some citizens answer every survey that takes answers now; gives how many did."""
    surveys = session.scalars(sa.select(Survey).where(Survey.state == SurveyState.OPEN)).all()
    open_now = [survey for survey in surveys if conducting.takes_answers(survey, now)]
    for survey in open_now:
        for citizen in range(A_DAY):
            _answer(session, survey, now, reality, citizen)
    return len(open_now) * A_DAY


def _answer(session: Session, survey: Survey, now: dt.datetime, reality: Reality, citizen: int) -> None:
    about = ("survey", survey.id, bogota_day(now), citizen)
    options = tuple(survey.options)
    chosen = {reality.choose(options, *about, "first").id}
    if survey.is_multiple:
        chosen.add(reality.choose(options, *about, "second").id)
    conducting.answer(session, survey, sorted(chosen), reality.choose(WISHES, *about), now=now)
