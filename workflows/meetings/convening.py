"""Calling a meeting and recording who came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.identity import SYSTEM, Actor
from engine.instances.models import Instance
from engine.runtime import ProcessEngine
from workflows.calendar import bogota_day
from workflows.errors import NotFound
from workflows.events import MeetingConvened
from workflows.forms.values import as_json
from workflows.meetings.models import Attendee, Meeting
from workflows.meetings.states import MeetingState
from workflows.people.holdings import of_sectors
from workflows.people.models import Person

FOLLOW_UP = "seguimiento"
SAME_DAY = (FOLLOW_UP, "resultados")
"""Kinds whose minutes are written on the day itself and reviewed on the next: a report waits for them."""


@dataclass(frozen=True, slots=True)
class Call:
    """What the convener decides. Lists hold the rows of the form."""

    plan_code: str
    instance_id: int
    kind: str
    topic: str
    period_code: str | None
    held_on: dt.date
    starts_at: dt.time | None
    mode: str
    place: str
    technique: str
    agenda: Sequence[dict[str, Any]] = ()
    invited: Sequence[str] = ()
    invited_outside: Sequence[dict[str, Any]] = ()
    extra: dict[str, Any] = field(default_factory=dict)


def find(session: Session, meeting_id: Any, *, lock: bool = False) -> Meeting:
    """The meeting by its id. With `lock`, nobody else writes its lists meanwhile. Raises `NotFound`."""
    query = sa.select(Meeting).where(Meeting.id == meeting_id)
    meeting = session.scalar(query.with_for_update() if lock else query)
    if meeting is None:
        raise NotFound("Esa mesa no existe. Vuelva a la bandeja.")
    return meeting


def convene(session: Session, call: Call, *, actor: Actor) -> Meeting:
    """Record a meeting before its invitations go out."""
    meeting = Meeting(
        plan_code=call.plan_code,
        instance_id=call.instance_id,
        period_code=call.period_code,
        kind=call.kind,
        topic=call.topic,
        state=MeetingState.PREPARED,
        held_on=call.held_on,
        starts_at=call.starts_at,
        mode=call.mode,
        place=call.place,
        technique=call.technique,
        agenda=as_json(call.agenda),
        invited=list(call.invited),
        invited_outside=as_json(call.invited_outside),
        convened_by=actor.id,
    )
    session.add(meeting)
    session.flush()
    return meeting


def minutes_due_on(engine: ProcessEngine, meeting: Meeting) -> dt.date:
    """The day the minutes are due: the meeting's own if a report waits for them, else two working days later."""
    held_on = meeting.held_on or bogota_day(engine.now())
    if meeting.kind in SAME_DAY:
        return held_on
    due = engine.calendar.deadline(
        "cierre+2dh", since=engine.now(), variables={"cierre": held_on.isoformat()}, scope=meeting.plan_code
    )
    return bogota_day(due)


def send_invitations(session: Session, engine: ProcessEngine, meeting_id: Any) -> Meeting:
    """Tell that the meeting was called, once: whoever sends mail takes it from there."""
    meeting = find(session, meeting_id)
    if meeting.state == MeetingState.PREPARED:
        meeting.state = MeetingState.CONVENED
        session.flush()
        engine.tell(session, MeetingConvened(engine.now(), SYSTEM.id, meeting.instance_id, meeting.id))
    return meeting


def record_attendance(session: Session, meeting_id: Any, rows: Sequence[dict[str, Any]], *, actor: Actor) -> list[str]:
    """Record who came; gives those who have an account and will review the minutes. Nobody registers any more.

    Whoever writes the minutes does not review them.
    """
    meeting = find(session, meeting_id, lock=True)
    accounts = _accounts(session, meeting)
    meeting.attendance_token = None
    meeting.attendance = [as_json({**row, "usuario": accounts.get(folded(row["persona"]))}) for row in rows]
    meeting.state = MeetingState.HELD
    session.execute(sa.delete(Attendee).where(Attendee.meeting_id == meeting.id))  # the list is what is kept
    came = [row["usuario"] for row in meeting.attendance if row["usuario"]]
    return [username for username in dict.fromkeys(came) if username != actor.id]


def _accounts(session: Session, meeting: Meeting) -> dict[str, str]:
    """Usernames by what people write in a list of attendance: the name or the username.

    Of the people of the sector whose meeting it is: another sector may have somebody of the same name. Of two here, it
    is the one who was invited.
    """
    sector = session.get_one(Instance, meeting.instance_id).tenant
    known = sa.or_(of_sectors([sector]), Person.username.in_(meeting.invited))
    people = sorted(
        session.scalars(sa.select(Person).where(Person.active, known)), key=lambda one: one.username in meeting.invited
    )
    by_name = {folded(person.name): person.username for person in people}
    return by_name | {folded(person.username): person.username for person in people}


def folded(text: str) -> str:
    """A name as two people would spell it alike."""
    return " ".join(str(text).split()).casefold()
