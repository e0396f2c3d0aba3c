"""Mails about somebody's own account: a link to choose a password, and what changed in it."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

from sqlalchemy.orm import Session

from notifications import outbox
from notifications.rendering import Mail, render
from notifications.states import MailKind
from workflows.calendar import BOGOTA
from workflows.people.models import Person


def send_link(session: Session, now: dt.datetime, person: Person, *, link: str, hours: int, asked_by: str = "") -> None:
    """Write the mail with a link to choose a password, good for so many hours; `asked_by` empty: the person did."""
    values = {"name": person.name, "username": person.username, "link": link, "hours": hours, "asked_by": asked_by}
    _enqueue(session, now, person, MailKind.ACCESS_LINK, render("access_link", values), person.email)


def send_address_link(
    session: Session, now: dt.datetime, person: Person, address: str, *, link: str, hours: int, asked_by: str = ""
) -> None:
    """Write the mail with which a person confirms another address; it goes there. `asked_by` empty: they asked."""
    mail = render("address_link", {"name": person.name, "link": link, "hours": hours, "asked_by": asked_by})
    _enqueue(session, now, person, MailKind.ACCESS_LINK, mail, address)


def tell_changed(
    session: Session, now: dt.datetime, person: Person, what: str, by: str, *,
    details: Sequence[str] = (), addresses: Sequence[str] = (),
) -> None:  # fmt: skip
    """Tell a person what changed in their account, in words that go on after «En su cuenta:», and who did it.

    Sent to `addresses` where they are others than the person's own: to the old one too when that is what changed.
    """
    here = now.astimezone(BOGOTA)
    values = {
        "name": person.name, "username": person.username, "what": what, "by": by, "details": list(details),
        "day": here.date(), "hour": f"{here:%H:%M}",
    }  # fmt: skip
    for address in dict.fromkeys(addresses or (person.email,)):
        _enqueue(session, now, person, MailKind.ACCOUNT_CHANGED, render("account_changed", values), address)


def _enqueue(session: Session, now: dt.datetime, person: Person, kind: MailKind, mail: Mail, address: str) -> None:
    told = hashlib.sha256(f"{address}\n{mail.text}".encode()).hexdigest()[:16]  # of two at one moment none is left out
    outbox.enqueue(
        session,
        now=now,
        kind=kind,
        dedup_key=f"{kind}/{person.username}/{now.isoformat()}/{told}",
        recipient=person.username,
        address=address,
        mail=mail,
    )
