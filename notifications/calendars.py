"""Calendar files (RFC 5545): what is due, and meetings, which are invited to, moved, withdrawn (RFC 5546)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from workflows.calendar import BOGOTA
from workflows.documents.letters import shown

_OCTETS = 75
"""So long a line may be; what is longer goes on in the next, after a space."""


LASTS = dt.timedelta(hours=2)
"""How long a meeting takes of which only the hour is known at which it begins."""


class Method(StrEnum):
    """What a calendar is asked to do with a file."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Event:
    """Something of a day, or from an hour of it in Bogotá.

    `uid` stays the same as long as it is the same thing, and `revision` grows: calendars move it then. `organizer` and
    `attendee` are the mail addresses of who invites and who is invited.
    """

    uid: str
    day: dt.date
    summary: str
    location: str = ""
    address: str = ""
    starts_at: dt.time | None = None
    revision: int = 0
    organizer: str = ""
    attendee: str = ""


def calendar(events: Iterable[Event], at: dt.datetime, name: str = "", method: Method = Method.PUBLISH) -> str:
    """The file, as it was at a moment."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Cauce//ES", f"METHOD:{method}"]
    if name:
        lines.append(f"X-WR-CALNAME:{_escaped(name)}")
    for one in events:
        lines += _lines(one, at, method)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _lines(one: Event, at: dt.datetime, method: Method) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{one.uid}"
    yield f"SEQUENCE:{one.revision}"
    yield f"DTSTAMP:{_moment(at)}"
    if one.starts_at is None:
        yield f"DTSTART;VALUE=DATE:{one.day:%Y%m%d}"
    else:
        begins = dt.datetime.combine(one.day, one.starts_at, BOGOTA)
        yield f"DTSTART:{_moment(begins)}"
        yield f"DTEND:{_moment(begins + LASTS)}"
    yield f"SUMMARY:{_escaped(one.summary)}"
    if one.location:
        yield f"LOCATION:{_escaped(one.location)}"
    if one.address:
        yield f"URL:{one.address}"
    if one.organizer:
        yield f"ORGANIZER:mailto:{_escaped(one.organizer)}"
    if one.attendee:
        yield f"ATTENDEE;ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:{_escaped(one.attendee)}"
    if method is not Method.PUBLISH:
        yield f"STATUS:{'CANCELLED' if method is Method.CANCEL else 'CONFIRMED'}"
    yield "END:VEVENT"


def _moment(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def _folded(line: str) -> Iterator[str]:
    """No letter is cut: lines are counted in octets."""
    part = ""
    for letter in line:
        if len(f"{part}{letter}".encode()) > _OCTETS:
            yield part
            part = " "
        part += letter
    yield part


def _escaped(text: str) -> str:
    text = shown(text)
    for character in ("\\", ";", ","):
        text = text.replace(character, "\\" + character)
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")
