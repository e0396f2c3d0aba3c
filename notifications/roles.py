"""Word to who gives roles: whoever draws processes asks for some."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.orm import Session

from notifications import outbox
from notifications.recipients import active_people, members_by_group
from notifications.rendering import render
from notifications.states import MailKind
from workflows.calendar import bogota_day
from workflows.people.groups import Group
from workflows.people.models import AskedRole, Role

ADMINISTRATOR = "administrador"
WHAT = (
    "Quien dibuja los procesos creó este rol y pide que lo tengan estas personas. Mientras nadie lo tenga, sus tareas "
    "no le llegan a nadie. Délo, o diga que no, en la página del rol."
)


def tell_asked(session: Session, now: dt.datetime, role: Role, asked: Sequence[AskedRole], base_url: str) -> int:
    """Write to who administers the sectors where a role is asked for; how many those are. Twice writes once."""
    people, groups = active_people(session), members_by_group(session, bogota_day(now))
    told: set[str] = set()
    for sector in sorted({one.sector_code for one in asked}):
        wanted = [one for one in asked if one.sector_code == sector]
        for username in sorted(groups.get(str(Group(ADMINISTRATOR, sector)), ())):
            if username not in people:
                continue
            by = people[wanted[0].asked_by].name if wanted[0].asked_by in people else wanted[0].asked_by
            names = ", ".join(one.person.name for one in wanted)
            values = {
                "name": people[username].name,
                "title": f"Dar el rol «{role.name}»",
                "what": WHAT,
                "facts": [("Quién lo pide", by), ("Para quiénes", names)],
                "link": f"{base_url.rstrip('/')}/personas/roles/{role.id}",
            }
            key = f"rol/{role.id}/{sector}/{wanted[0].asked_at:%Y%m%d%H%M%S}/{username}"
            mail = render("release", values)
            outbox.write_to(session, people[username], now=now, kind=MailKind.ROLE, dedup_key=key, mail=mail)
            told.add(username)
    return len(told)
