"""Invitations to meetings, with the day as a calendar file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from engine.instances.models import Instance
from notifications import outbox, urgent
from notifications.calendars import Event, calendar
from notifications.recipients import active_people
from notifications.rendering import render
from notifications.states import MailKind
from workflows.events import MeetingConvened
from workflows.meetings.models import Meeting


def invite(session: Session, event: MeetingConvened) -> None:
    """Write one invitation per person invited, inside or outside the sector; a second call writes none."""
    meeting = session.get_one(Meeting, event.meeting_id)
    if meeting.held_on is None:
        return
    people, case = active_people(session), session.get_one(Instance, meeting.instance_id)
    convener = people.get(meeting.convened_by or "")
    values = {
        "meeting": meeting,
        "convener": convener.name if convener else "Coordinación del plan",
        "case_name": case.name,
    }
    attached = {"name": "convocatoria.ics", "media_type": "text/calendar", "text": _ics(meeting, event.at)}
    shared: dict[str, Any] = {
        "now": event.at, "kind": MailKind.INVITATION, "attachments": [attached], "sector": case.tenant,
    }  # fmt: skip
    key = f"convocatoria/{meeting.id}/{meeting.held_on}"
    for person in (people[name] for name in meeting.invited if name in people):
        mail = render("invitation", {**values, "name": person.name})
        urgent.tell(session, person, dedup_key=f"{key}/{person.email}", mail=mail, **shared)
    for name, address in _outside(meeting):
        mail = render("invitation", {**values, "name": name})
        outbox.enqueue(session, recipient=None, address=address, dedup_key=f"{key}/{address}", mail=mail, **shared)


def _outside(meeting: Meeting) -> Iterator[tuple[str, str]]:
    for row in meeting.invited_outside:
        address = str(row.get("correo") or "")
        if "@" in address:
            yield str(row.get("nombre") or ""), address


def _ics(meeting: Meeting, at: dt.datetime) -> str:
    """A whole-day event: the form asks for the day, not the hour."""
    assert meeting.held_on is not None  # noqa: S101
    return calendar([Event(f"cauce-mesa-{meeting.id}", meeting.held_on, meeting.topic, meeting.place)], at)
