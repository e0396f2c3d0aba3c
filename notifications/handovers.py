"""Mails about work handed over for good: who gave it and who received it read what passed."""

from __future__ import annotations

from sqlalchemy.orm import Session

from notifications import urgent
from notifications.mail_templates import written
from notifications.states import MailKind
from workflows.people import directory
from workflows.people.models import Handover


def tell_handed_over(session: Session, one: Handover, base_url: str) -> None:
    """Write to both, but not to who left already; a second call writes none."""
    people = [directory.person(session, username) for username in (one.giver, one.receiver)]
    names = {person.username: person.name for person in people}
    for person in people:
        if person.active and person.username != one.made_by:
            values = {"to": person, "one": one, "giver": names[one.giver], "receiver": names[one.receiver]}
            urgent.tell(
                session,
                person,
                now=one.at,
                kind=MailKind.HANDOVER,
                dedup_key=f"entrega/{one.id}/{person.username}",
                mail=written(session, one.at, "handed_over", {**values, "base_url": base_url.rstrip("/")}),
            )
