"""The minutes of a meeting: written, reviewed, approved, closed with commitments to follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import Actor
from engine.runtime import ProcessEngine
from workflows.meetings import convening
from workflows.meetings.models import Commitment, Meeting, Verdict
from workflows.meetings.states import CommitmentState, MeetingState

FOLLOWED = (CommitmentState.OPEN, CommitmentState.PARTLY_MET)
OUTCOMES = {"si": CommitmentState.MET, "en_parte": CommitmentState.PARTLY_MET, "no": CommitmentState.UNMET}
ASKS, SILENT = "pido_ajuste", "silencio"
MAX_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict on an objective or a line, over the figure that was known: `figure` in %, its `color`, its `coverage`.

    `against_figure`: it is said to be met where the figure says it is not, or nothing.
    """

    level: str
    code: str
    verdict: str
    argument: str
    figure: Decimal | None = None
    color: str | None = None
    coverage: Decimal | None = None
    against_figure: bool = False


@dataclass(frozen=True, slots=True)
class Minutes:
    """What the minutes say. `commitments` and `verdicts` as rows; `outcomes` by id of an earlier commitment."""

    development: str
    decisions: Sequence[dict[str, Any]] = ()
    commitments: Sequence[dict[str, Any]] = ()
    outcomes: dict[int, tuple[str, str]] = field(default_factory=dict)
    verdicts: Sequence[Judged] = ()


def write(session: Session, meeting: Meeting, minutes: Minutes) -> None:
    """Put the minutes down, in place of what they said before; nothing of it is in force until they are approved."""
    meeting.development = minutes.development
    meeting.decisions = [row["decision"] for row in minutes.decisions]
    meeting.state = MeetingState.IN_REVIEW
    meeting.review_round += 1
    session.execute(
        sa.delete(Commitment).where(Commitment.meeting_id == meeting.id, Commitment.state == CommitmentState.PROPOSED)
    )
    session.execute(sa.delete(Verdict).where(Verdict.meeting_id == meeting.id))
    for row in minutes.commitments:
        session.add(_commitment(meeting, row))
    session.add_all(Verdict(meeting_id=meeting.id, **asdict(judged)) for judged in minutes.verdicts)
    meeting.outcomes = {str(key): list(outcome) for key, outcome in minutes.outcomes.items()}
    session.flush()


def earlier_commitments(session: Session, meeting: Meeting) -> list[Commitment]:
    """What was promised before and is still followed, oldest first."""
    query = sa.select(Commitment).where(Commitment.plan_code == meeting.plan_code, Commitment.state.in_(FOLLOWED))
    query = query.where(sa.or_(Commitment.meeting_id.is_(None), Commitment.meeting_id != meeting.id))
    return list(session.scalars(query.order_by(Commitment.id)))


def own_commitments(session: Session, meeting: Meeting) -> list[Commitment]:
    """What was promised in this meeting."""
    query = sa.select(Commitment).where(Commitment.meeting_id == meeting.id, Commitment.origin == "acta")
    return list(session.scalars(query.order_by(Commitment.id)))


def verdicts(session: Session, meeting: Meeting) -> dict[tuple[str, str], Verdict]:
    """What was said of each objective and line, by level and code."""
    query = sa.select(Verdict).where(Verdict.meeting_id == meeting.id)
    return {(verdict.level, verdict.code): verdict for verdict in session.scalars(query)}


def review(
    session: Session, engine: ProcessEngine, meeting_id: Any, *, reviewer: str, outcome: str, adjustment: str
) -> None:
    """Record what a participant says of the minutes in this round."""
    meeting = convening.find(session, meeting_id, lock=True)
    meeting.reviews = [
        *meeting.reviews,
        {
            "ronda": meeting.review_round,
            "usuario": reviewer,
            "resultado": outcome,
            "ajuste": adjustment,
            "fecha": engine.now().isoformat(),
        },
    ]


def gather_reviews(session: Session, engine: ProcessEngine, meeting_id: Any, reviewers: Sequence[str]) -> bool:
    """Close a round: silence is consent, recorded as such. Tells whether the minutes go back to be adjusted.

    After the second round they never do; what is left stays as a note.
    """
    meeting = convening.find(session, meeting_id, lock=True)
    answered = {entry["usuario"] for entry in round_of(meeting)}
    for username in reviewers:
        if username not in answered:
            review(session, engine, meeting_id, reviewer=username, outcome=SILENT, adjustment="")
    asked = any(entry["resultado"] == ASKS for entry in round_of(meeting))
    return asked and meeting.review_round < MAX_ROUNDS


def round_of(meeting: Meeting) -> list[dict[str, Any]]:
    """What participants said in the present round."""
    return [entry for entry in meeting.reviews if entry["ronda"] == meeting.review_round]


def pending_notes(meeting: Meeting) -> list[dict[str, Any]]:
    """Adjustments asked for in the last round that were not taken in."""
    return [entry for entry in round_of(meeting) if entry["resultado"] == ASKS]


def approve(engine: ProcessEngine, meeting: Meeting, *, actor: Actor) -> None:
    """Approve the minutes electronically."""
    meeting.approved_by, meeting.approved_at = actor.id, engine.now()
    meeting.state = MeetingState.APPROVED


def close(session: Session, meeting_id: Any) -> Meeting:
    """Make the commitments follow-up items of the people named. Doing it twice changes nothing."""
    meeting = convening.find(session, meeting_id)
    for commitment in own_commitments(session, meeting):
        if commitment.state == CommitmentState.PROPOSED:
            commitment.state = CommitmentState.OPEN
    for key, (outcome, note) in meeting.outcomes.items():
        commitment = session.get_one(Commitment, int(key))
        commitment.state, commitment.note = OUTCOMES[outcome], note
    return meeting


def _commitment(meeting: Meeting, row: dict[str, Any]) -> Commitment:
    return Commitment(
        plan_code=meeting.plan_code,
        origin="acta",
        meeting_id=meeting.id,
        text=row["texto"],
        responsible=row["responsable"],
        due_on=row["fecha"],
        state=CommitmentState.PROPOSED,
    )
