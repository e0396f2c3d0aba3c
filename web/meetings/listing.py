"""Meetings as pages list them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.meetings.models import Commitment, Meeting
from workflows.meetings.states import CommitmentState, MeetingState
from workflows.people import directory

LATEST = 12
"""Of those that are over, as many as stand on the page; the others are in the record."""
OPEN = (MeetingState.PREPARED, MeetingState.CONVENED, MeetingState.CALLED_OFF)
WORDS = {
    MeetingState.PREPARED: ("gris", "◷", "Por convocar"),
    MeetingState.CONVENED: ("verde", "●", "Convocada"),
    MeetingState.CALLED_OFF: ("rojo", "▲", "Aplazada"),
    MeetingState.CANCELLED: ("gris", "–", "Cancelada"),
    MeetingState.HELD: ("amarillo", "◐", "Sin acta"),
    MeetingState.IN_REVIEW: ("amarillo", "◐", "Acta en revisión"),
    MeetingState.APPROVED: ("verde", "✓", "Acta aprobada"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A meeting in a list. `promised` and `kept` count what was promised in it, and of that what has ended well."""

    meeting: Meeting
    promised: int
    kept: int

    @property
    def mark(self) -> tuple[str, str, str]:
        """Its state: colour, sign, word."""
        return WORDS[self.meeting.state]


@dataclass(frozen=True, slots=True)
class Standing:
    """The meetings of a plan: to be held, the soonest first; over, the last first."""

    coming: Sequence[Line]
    over: Sequence[Line]


def standing(session: Session, plan_code: str, latest: int | None = LATEST) -> Standing:
    """Those of a plan, of what is over the `latest` or all; two statements."""
    promised = (
        sa.select(
            Commitment.meeting_id,
            sa.func.count().label("all"),
            sa.func.sum(sa.case((Commitment.state == CommitmentState.MET, 1), else_=0)).label("kept"),
        )
        .where(Commitment.plan_code == plan_code, Commitment.state != CommitmentState.PROPOSED)
        .group_by(Commitment.meeting_id)
        .subquery()
    )
    query = sa.select(Meeting, promised.c["all"], promised.c.kept).outerjoin(
        promised, promised.c.meeting_id == Meeting.id
    )
    query = query.where(Meeting.plan_code == plan_code)
    coming = query.where(Meeting.state.in_(OPEN)).order_by(Meeting.held_on, Meeting.id)
    over = query.where(Meeting.state.not_in(OPEN)).order_by(Meeting.held_on.desc(), Meeting.id.desc()).limit(latest)
    return Standing(*([Line(one, count or 0, kept or 0) for one, count, kept in session.execute(asked)]
                      for asked in (coming, over)))  # fmt: skip


def agenda_of(session: Session, meeting: Meeting) -> list[tuple[str, str]]:
    """The points of a meeting, each with the name of who presents it."""
    names = directory.display_names(session, {one["responsable"] for one in meeting.agenda if one.get("responsable")})
    return [(str(one.get("punto", "")), names.get(one.get("responsable") or "", "")) for one in meeting.agenda]
