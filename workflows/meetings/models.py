"""Tables of meetings."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from engine.database import Base, states
from workflows.meetings.states import CommitmentState, MeetingState


class Meeting(Base):
    """A meeting of any kind (`seguimiento`, `socializacion`, …), from its invitation to its approved minutes.

    `state`: preparada, convocada, aplazada, cancelada, realizada, en_revision, aprobada. The lists hold plain rows of
    the forms; people are usernames. `starts_at` is an hour of Bogotá, where one was said. `revision` counts the
    invitations that were sent, so that a calendar takes the last one. Whoever has `attendance_token` may say that they
    are there; it is taken back once the list is closed. `outcomes` says how earlier commitments went, by their id:
    `[si | en_parte | no, note]`; it takes effect when the minutes are approved.
    """

    __tablename__ = "meeting"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"))
    instance_id: Mapped[int] = mapped_column(sa.ForeignKey("instance.id"), index=True)
    node_key: Mapped[str] = mapped_column(sa.String(60), default="")
    period_code: Mapped[str | None] = mapped_column(sa.String(7))
    kind: Mapped[str] = mapped_column(sa.String(40))
    topic: Mapped[str] = mapped_column(sa.String(300))
    state: Mapped[MeetingState] = mapped_column(states(MeetingState))
    held_on: Mapped[dt.date | None]
    starts_at: Mapped[dt.time | None]
    revision: Mapped[int] = mapped_column(default=0, server_default="0")
    attendance_token: Mapped[str | None] = mapped_column(sa.String(40), unique=True)
    mode: Mapped[str] = mapped_column(sa.String(20), default="")
    place: Mapped[str] = mapped_column(sa.String(300), default="")
    technique: Mapped[str] = mapped_column(sa.String(60), default="")
    agenda: Mapped[list[Any]] = mapped_column(default=list)
    invited: Mapped[list[Any]] = mapped_column(default=list)
    invited_outside: Mapped[list[Any]] = mapped_column(default=list)
    attendance: Mapped[list[Any]] = mapped_column(default=list)
    development: Mapped[str] = mapped_column(sa.Text, default="")
    decisions: Mapped[list[Any]] = mapped_column(default=list)
    outcomes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reviews: Mapped[list[Any]] = mapped_column(default=list)
    review_round: Mapped[int] = mapped_column(default=0)
    convened_by: Mapped[str | None] = mapped_column(sa.String(60))
    approved_by: Mapped[str | None] = mapped_column(sa.String(60))
    approved_at: Mapped[dt.datetime | None]


class Attendee(Base):
    """Somebody who said at the meeting's own address that they were there, by their own hand.

    Who did not allow that their data are kept has no row. `name_key` is the name as two people would spell it alike;
    `username` is theirs if they had signed in.
    """

    __tablename__ = "attendee"
    __table_args__ = (sa.UniqueConstraint("meeting_id", "name_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"))
    name: Mapped[str] = mapped_column(sa.String(200))
    name_key: Mapped[str] = mapped_column(sa.String(200))
    entity_code: Mapped[str | None] = mapped_column(sa.String(20))
    position: Mapped[str] = mapped_column(sa.String(200))
    audience: Mapped[str] = mapped_column(sa.String(40))
    mode: Mapped[str] = mapped_column(sa.String(20))
    username: Mapped[str | None] = mapped_column(sa.String(60))
    registered_at: Mapped[dt.datetime]


class Commitment(Base):
    """What somebody promised in a meeting, or a measure against a bottleneck.

    `state`: propuesto (its minutes are not approved yet), abierto, cumplido, en_parte, incumplido.
    `origin`: acta, seguimiento (recorded on the board), medida_preventiva or plan_de_choque (until recovery plans are
    cases of their own). `progress` is what whoever answers said last of how it goes.
    """

    __tablename__ = "commitment"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_code: Mapped[str] = mapped_column(sa.ForeignKey("plan.code"), index=True)
    origin: Mapped[str] = mapped_column(sa.String(30))
    meeting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("meeting.id"), index=True)
    bottleneck_id: Mapped[int | None] = mapped_column(sa.ForeignKey("bottleneck.id"), index=True)
    text: Mapped[str] = mapped_column(sa.Text)
    responsible: Mapped[str | None] = mapped_column(sa.String(60))
    due_on: Mapped[dt.date | None]
    state: Mapped[CommitmentState] = mapped_column(states(CommitmentState), default=CommitmentState.OPEN)
    note: Mapped[str] = mapped_column(sa.Text, default="")
    progress: Mapped[str] = mapped_column(sa.Text, default="", server_default="")
    progress_at: Mapped[dt.datetime | None]


class Verdict(Base):
    """What a follow-up meeting said of an objective or a line. `verdict`: cumple, en_riesgo, no_cumple.

    `figure` (%), `color` and `coverage` are what was known when it was said; `against_figure`: it is said to be met
    over a red or a grey figure.
    """

    __tablename__ = "verdict"
    __table_args__ = (sa.UniqueConstraint("meeting_id", "level", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(sa.ForeignKey("meeting.id"))
    level: Mapped[str] = mapped_column(sa.String(20))
    code: Mapped[str] = mapped_column(sa.String(20))
    verdict: Mapped[str] = mapped_column(sa.String(20))
    argument: Mapped[str] = mapped_column(sa.Text, default="")
    figure: Mapped[Decimal | None]
    color: Mapped[str | None] = mapped_column(sa.String(20))
    coverage: Mapped[Decimal | None]
    against_figure: Mapped[bool] = mapped_column(default=False)
