"""Word to who gives roles: whoever draws processes asks for some."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from notifications import outbox
from notifications.recipients import active_people, members_by_group
from notifications.rendering import render
from notifications.states import MailKind
from workflows.calendar import bogota_day
from workflows.people.groups import Group
from workflows.people.models import AskedRole, Person, Role

Facts = Sequence[tuple[str, str]]

ADMINISTRATOR = "administrador"
WHAT = (
    "Quien dibuja los procesos creó este rol y pide que lo tengan estas personas. Mientras nadie lo tenga, sus tareas "
    "no le llegan a nadie y el cambio espera. Délo, o diga que no, en la página del rol."
)


NOBODY_YET = (
    "Quien dibuja los procesos creó este rol. Mientras nadie lo tenga, lo que lo nombra no se publica: diga en "
    "«Personas» quién lo tiene."
)
LATER = "Lo que nombra el rol se puede publicar, en «Procesos»."
NOT_GIVEN = (
    "Hable con la administración, o quite el rol de sus pasos: mientras nadie lo tenga, lo que lo nombra no se publica."
)


def tell_asked(session: Session, now: dt.datetime, role: Role, asked: Sequence[AskedRole], base_url: str) -> int:
    """Write to who administers the sectors where a role is asked for; how many those are. Twice writes once."""
    told: set[str] = set()
    for sector in sorted({one.sector_code for one in asked}):
        wanted = [one for one in asked if one.sector_code == sector]
        names = ", ".join(one.person.name for one in wanted)
        facts = [("Quién lo pide", _name(session, wanted[0].asked_by)), ("Para quiénes", names)]
        title, at = f"Dar el rol «{role.name}»", wanted[0].asked_at
        told |= _tell(session, now, at, role, sector, title, WHAT, facts, base_url)
    return len(told)


def tell_made(session: Session, now: dt.datetime, role: Role, sectors: Collection[str], by: str, base_url: str) -> int:
    """Write to who administers these sectors: a role came, and nobody was said for it; how many those are."""
    told: set[str] = set()
    for sector in sorted(sectors):
        title = f"Decir quién tiene el rol «{role.name}»"
        facts = [("Quién lo creó", _name(session, by))]
        told |= _tell(session, now, now, role, sector, title, NOBODY_YET, facts, base_url)
    return len(told)


def tell_answered(
    session: Session, now: dt.datetime, role: Role, person: Person, asked_by: str, base_url: str, *, gives: bool
) -> None:
    """Write to who asked for it: the administration gave it, or did not."""
    who = active_people(session).get(asked_by)
    if who is None:
        return
    title = f"«{role.name}»: lo tiene {person.name}" if gives else f"«{role.name}» no se le dio a {person.name}"
    values = {
        "name": who.name, "title": title, "what": LATER if gives else NOT_GIVEN, "facts": [],
        "link": f"{base_url.rstrip('/')}/procesos/",
    }  # fmt: skip
    key = f"rol/{role.id}/{person.username}/{now:%Y%m%d%H%M%S}/{who.username}"
    outbox.write_to(session, who, now=now, kind=MailKind.ROLE, dedup_key=key, mail=render("release", values))


def _tell(
    session: Session,
    now: dt.datetime,
    at: dt.datetime,
    role: Role,
    sector: str,
    title: str,
    what: str,
    facts: Facts,
    base_url: str,
) -> set[str]:
    """Write to everybody who administers a sector of what was asked `at` a moment; those who were written to."""
    people, groups = active_people(session), members_by_group(session, bogota_day(now))
    told = {one for one in groups.get(str(Group(ADMINISTRATOR, sector)), ()) if one in people}
    for username in sorted(told):
        values = {
            "name": people[username].name, "title": title, "what": what, "facts": facts,
            "link": f"{base_url.rstrip('/')}/personas/roles/{role.id}",
        }  # fmt: skip
        key = f"rol/{role.id}/{sector}/{at:%Y%m%d%H%M%S}/{username}"
        mail = render("release", values)
        outbox.write_to(session, people[username], now=now, kind=MailKind.ROLE, dedup_key=key, mail=mail)
    return told


def _name(session: Session, username: str) -> str:
    found = active_people(session).get(username)
    return found.name if found is not None else username
