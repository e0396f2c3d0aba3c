"""Invitations to meetings with their place in a calendar, which move with the meeting and are withdrawn with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from engine.events import InstanceEnded
from engine.instances.models import Instance
from engine.states import InstanceState
from notifications import outbox, urgent
from notifications.calendars import Event, Method, calendar
from notifications.clipping import LONGEST, clipped
from notifications.mail_templates import written
from notifications.recipients import active_people
from notifications.rendering import Mail
from notifications.states import MailKind
from workflows.events import MeetingCalledOff, MeetingConvened, MeetingMoved
from workflows.meetings import changing
from workflows.meetings.models import Meeting


def invite(session: Session, event: MeetingConvened) -> None:
    """Write one invitation per person invited, inside or outside the sector; a second call writes none."""
    _tell(session, event.at, session.get_one(Meeting, event.meeting_id), Method.REQUEST)


def move(session: Session, event: MeetingMoved) -> None:
    """Write to the same people that it is then and there instead, and why; their calendars move it."""
    _tell(session, event.at, session.get_one(Meeting, event.meeting_id), Method.REQUEST, event.reason)


def withdraw(session: Session, event: MeetingCalledOff) -> None:
    """Write to the same people that it is not on that day, and why; their calendars drop it."""
    _tell(session, event.at, session.get_one(Meeting, event.meeting_id), Method.CANCEL, event.reason)


def withdraw_with(session: Session, event: InstanceEnded) -> None:
    """The same of the meetings that a cancelled case took with it; of those called off before, nobody is told again."""
    if event.state == InstanceState.CANCELLED:
        for meeting in changing.cancelled_with(session, event.instance_id):
            _tell(session, event.at, meeting, Method.CANCEL, "El proceso que la pidió se canceló.")


def _tell(session: Session, at: dt.datetime, meeting: Meeting, method: Method, reason: str = "") -> None:
    if meeting.held_on is None or (method is Method.CANCEL and not meeting.revision):
        return
    people, case = active_people(session), session.get_one(Instance, meeting.instance_id)
    convener = people.get(meeting.convened_by or "")
    values: dict[str, Any] = {
        "meeting": meeting,
        "convener": convener.name if convener else "Coordinación del plan",
        "case_name": case.name,
        "reason": reason,
        "withdrawn": method is Method.CANCEL,
    }
    organizer = convener.email if convener else ""
    shared: dict[str, Any] = {
        "now": at, "kind": MailKind.INVITATION, "sector": case.tenant, "reply_to": organizer
    }  # fmt: skip
    about = f"convocatoria/{meeting.id}/"
    key = f"{about}{meeting.revision}/{meeting.held_on}"
    for person in (people[name] for name in meeting.invited if name in people):
        told = dict(values, name=person.name)
        if urgent.supersede(session, person.username, about, at):
            if method is Method.CANCEL:
                continue  # they never read that it would be
            told["reason"] = ""
        urgent.tell(
            session, person, dedup_key=f"{key}/{person.email}", mail=_mail(session, at, told, case.tenant),
            attachments=[_attached(case, meeting, at, method, organizer, person.email)], **shared,
        )  # fmt: skip
    for name, address in _outside(meeting):
        outbox.enqueue(
            session, recipient=None, address=address, dedup_key=f"{key}/{address}",
            mail=_mail(session, at, dict(values, name=name), case.tenant),
            attachments=[_attached(case, meeting, at, method, organizer, address)], **shared,
        )  # fmt: skip


def _mail(session: Session, at: dt.datetime, values: Mapping[str, Any], sector: str) -> Mail:
    mail = written(session, at, "invitation", values, sector=sector)
    return replace(mail, subject=clipped(mail.subject, LONGEST))


def _outside(meeting: Meeting) -> Iterator[tuple[str, str]]:
    for row in meeting.invited_outside:
        address = str(row.get("correo") or "")
        if "@" in address:
            yield str(row.get("nombre") or ""), address


def event_of(meeting: Meeting, begun: dt.datetime, day: dt.date, *, organizer: str = "", attendee: str = "") -> Event:
    """A meeting as calendars take it; `begun`, when its case did, tells it from that of another installation."""
    uid = f"cauce-mesa-{meeting.id}-{begun:%Y%m%dT%H%M%S%f}"
    return Event(
        uid, day, meeting.topic, meeting.place, starts_at=meeting.starts_at,
        revision=meeting.revision, organizer=organizer, attendee=attendee,
    )  # fmt: skip


def _attached(
    case: Instance, meeting: Meeting, at: dt.datetime, method: Method, organizer: str, attendee: str
) -> dict[str, str]:
    assert meeting.held_on is not None  # noqa: S101
    one = event_of(meeting, case.started_at, meeting.held_on, organizer=organizer, attendee=attendee)
    text = calendar([one], at, method=method)
    return {"name": "convocatoria.ics", "media_type": "text/calendar", "text": text, "method": str(method)}
