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


def answer_open_surveys(session: Session, plan_code: str, now: dt.datetime, reality: Reality) -> int:
    """Let some citizens answer every survey of a plan that takes answers now; gives how many did."""
    query = sa.select(Survey).where(Survey.state == SurveyState.OPEN, Survey.plan_code == plan_code)
    surveys = session.scalars(query.order_by(Survey.id)).all()
    open_now = [survey for survey in surveys if conducting.takes_answers(survey, now)]
    for survey in open_now:
        for citizen in range(A_DAY):
            _answer(session, survey, now, reality, citizen)
    return len(open_now) * A_DAY


def _answer(session: Session, survey: Survey, now: dt.datetime, reality: Reality, citizen: int) -> None:
    about = ("survey", survey.plan_code, survey.title, survey.opens_on, bogota_day(now), citizen)
    options = tuple(survey.options)
    chosen = {reality.choose(options, *about, "first").id}
    if survey.is_multiple:
        chosen.add(reality.choose(options, *about, "second").id)
    conducting.answer(session, survey, sorted(chosen), reality.choose(WISHES, *about), now=now)
