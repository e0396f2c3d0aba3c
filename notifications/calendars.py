"""Calendar files (RFC 5545) of whole days: what is due, and meetings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workflows.documents.letters import shown

_OCTETS = 75
"""So long a line may be; what is longer goes on in the next, after a space."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something of a day. `uid` stays the same as long as it is the same thing: calendars move it then."""

    uid: str
    day: dt.date
    summary: str
    location: str = ""
    address: str = ""


def calendar(events: Iterable[Event], at: dt.datetime, name: str = "") -> str:
    """The file, as it was at a moment."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Cauce//ES", "METHOD:PUBLISH"]
    if name:
        lines.append(f"X-WR-CALNAME:{_escaped(name)}")
    for one in events:
        lines += _lines(one, at)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _lines(one: Event, at: dt.datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{one.uid}"
    yield f"DTSTAMP:{at.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{one.day:%Y%m%d}"
    yield f"SUMMARY:{_escaped(one.summary)}"
    if one.location:
        yield f"LOCATION:{_escaped(one.location)}"
    if one.address:
        yield f"URL:{one.address}"
    yield "END:VEVENT"


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
