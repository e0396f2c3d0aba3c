"""Meetings, with what was promised in them, as columns of a file."""

from __future__ import annotations

from web.meetings.listing import Line
from workflows.documents.tables import Column
from workflows.meetings.models import Commitment

COLUMNS: list[Column[Line]] = [
    Column("Mesa", lambda line: line.meeting.topic),
    Column("Estado", lambda line: line.mark[2]),
    Column("Fecha", lambda line: line.meeting.held_on),
    Column("Hora", lambda line: line.meeting.starts_at.strftime("%H:%M") if line.meeting.starts_at else ""),
    Column("Lugar", lambda line: line.meeting.place),
    Column("Asistentes", lambda line: len(line.meeting.attendance or ())),
    Column("Compromisos", lambda line: line.promised),
    Column("Cumplidos", lambda line: line.kept),
]
MINE: list[Column[tuple[Commitment, str]]] = [
    Column("Compromiso", lambda row: row[0].text),
    Column("Plan", lambda row: row[1]),
    Column("Para el", lambda row: row[0].due_on),
    Column("Cómo va", lambda row: row[0].progress),
]
