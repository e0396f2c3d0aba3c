"""The list of mails as columns of a file."""

from __future__ import annotations

import datetime as dt

from notifications.models import OutboxMessage
from notifications.states import MailState
from workflows.calendar import BOGOTA
from workflows.documents.tables import Column

MARKS = {
    MailState.PENDING: ("amarillo", "◐", "Por salir"),
    MailState.SENT: ("verde", "✓", "Enviado"),
    MailState.FAILED: ("rojo", "■", "No salió"),
    MailState.REPLACED: ("gris", "–", "Reemplazado"),
    MailState.OMITTED: ("gris", "–", "De una simulación"),
}
"""What became of a mail: colour, sign, word."""


def _at(moment: dt.datetime) -> str:
    return f"{moment.astimezone(BOGOTA):%Y-%m-%d %H:%M}"


COLUMNS: list[Column[OutboxMessage]] = [
    Column("Escrito", lambda mail: _at(mail.created_at)),
    Column("Para", lambda mail: mail.address),
    Column("Asunto", lambda mail: mail.subject),
    Column("Estado", lambda mail: MARKS[mail.state][2]),
    Column("Salió", lambda mail: _at(mail.sent_at) if mail.sent_at else ""),
    Column("Último error", lambda mail: mail.last_error),
]
