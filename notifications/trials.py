"""What a kind of mail says in some words, of what there is in a sector: shown before the words are kept."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine.runtime import ProcessEngine
from notifications import digest, mail_templates, rendering
from notifications.mail_kinds import bare, sample
from notifications.rendering import Mail, Words
from workflows.calendar import WorkingCalendar
from workflows.spanish import week_day


@dataclass(frozen=True, slots=True)
class Trial:
    """A mail in some words, and of what: of the last one of its kind that was written, of today, or of an example."""

    mail: Mail
    of: str


def trial(
    session: Session, engine: ProcessEngine, calendar: WorkingCalendar, sector: str, name: str, words: Words, *,
    base_url: str,
) -> Trial:  # fmt: skip
    """What a kind of mail says in these words, which were checked, of what there is in a sector."""
    if name == "digest":
        values = digest.example(session, engine, calendar, sector, base_url=base_url)
        if values is not None:
            mail = rendering.reworded_digest(rendering.render(name, values), words, values)
            return Trial(mail, f"lo que {values['name']} tiene abierto hoy")
    elif (note := mail_templates.latest(session, sector, name)) is not None:
        mail = rendering.worded(name, words, {**bare(name), **note.facts})
        return Trial(mail, f"el correo que se escribió a {mail.facts['nombre']} el {week_day(note.created_at)}")
    return Trial(rendering.worded(name, words, sample(name)), "un ejemplo: todavía no se ha escrito ninguno")
