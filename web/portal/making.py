"""How a plan was made, told to anybody: phases and their days, meetings as numbers, what citizens said. No names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.lifecycle import phases
from workflows.meetings.models import Meeting
from workflows.meetings.states import MeetingState
from workflows.plan.models import Plan
from workflows.surveys import conducting
from workflows.surveys.models import Survey
from workflows.surveys.states import SurveyState

WORDS = {
    phases.TO_COME: "Por comenzar",
    phases.UNDER_WAY: "En curso",
    phases.DONE: "Terminada",
    phases.BEFORE: "Antes de usar Cauce",
}


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase in a line: its name, how it stands in words, its days."""

    name: str
    stands: str
    began_on: dt.date | None
    ended_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Story:
    """What there is to tell. `meetings`: how many have approved minutes; `surveys`: those with published results."""

    phases: Sequence[Phase]
    meetings: int
    surveys: Sequence[Survey]


def of_plan(session: Session, plan_code: str) -> Story:
    """The life of a plan so far."""
    views = phases.of_plan(session, session.get_one(Plan, plan_code))
    held = sa.select(sa.func.count()).where(Meeting.plan_code == plan_code, Meeting.state == MeetingState.APPROVED)
    return Story(
        phases=[Phase(one.name, WORDS[one.state], one.began_on, one.ended_on) for one in views],
        meetings=session.scalars(held).one(),
        surveys=[one for one in conducting.of_plan(session, plan_code) if one.state == SurveyState.PUBLISHED],
    )
