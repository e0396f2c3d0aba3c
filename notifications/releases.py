"""Word to those who draw processes: what they are asked to look at, and what became of what they drew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from engine.definitions import reviewing
from engine.definitions.models import Release
from engine.definitions.names import Name
from engine.definitions.reading import read_diagram
from engine.states import ReleaseState
from notifications import urgent
from notifications.recipients import active_people, members_by_group
from notifications.rendering import render
from notifications.states import MailKind
from workflows.calendar import bogota_day
from workflows.people.groups import Group
from workflows.people.models import Person
from workflows.sectors import registry
from workflows.spanish import enumeration, long_day

LEADER, SHARED_LEADER = "lider_proceso", "lider_proceso_instalacion"

ASKED = "Antes de que rija, lo mira alguien que no lo dibujó. Apruébelo, o devuélvalo con lo que hay que cambiar."
OUTCOMES = {
    ReleaseState.PUBLISHED: ("Rige la nueva versión de «{}»", "Los casos que se abran desde ahora la toman."),
    ReleaseState.SCHEDULED: ("Aprobado: «{}» ya tiene fecha", "La nueva versión regirá sola ese día."),
    ReleaseState.RETURNED: ("Devuelto: «{}»", "Corrija el borrador y pida la revisión otra vez."),
    ReleaseState.OVERTAKEN: (
        "No se publicó «{}»: el borrador cambió",
        "Hoy debía regir, pero alguien editó o descartó el borrador después de aprobado. Sigue la versión anterior.",
    ),
    ReleaseState.REFUSED: (
        "No se publicó «{}»: tiene errores",
        "Hoy debía regir, pero algo de lo que usa cambió y ahora tiene errores. Sigue la versión anterior.",
    ),
}


def tell_asked(session: Session, now: dt.datetime, release: Release, base_url: str) -> int:
    """Write to everybody who may review it; how many those are."""
    people = active_people(session)
    author = _name(people, release.asked_by)
    leaders = _leaders(session, bogota_day(now), Name.parse(release.process_key).tenant)
    readers = [one for one in leaders if one not in release.authors and one in people]
    facts = [("Quién lo pide", author), ("Por qué", release.reason), *_beside(session, release), *_day(release)]
    for username in readers:
        _write(
            session, now, people[username], release, base_url,
            title=f"Revisar «{process_name(release)}» antes de publicarlo",
            what=ASKED,
            facts=facts,
        )  # fmt: skip
    return len(readers)


def tell_outcome(session: Session, now: dt.datetime, release: Release, base_url: str) -> None:
    """Write what became of it to its authors, and on its day to whoever approved it too; a second call writes none."""
    title, what = OUTCOMES[release.state]
    people = active_people(session)
    told = (("Qué se dijo", release.remark), *_beside(session, release), *_day(release))
    facts = [(label, text) for label, text in told if text]
    if release.decided_by:
        facts.insert(0, ("Quién lo revisó", _name(people, release.decided_by)))
    for username in _told(release):
        if username in people:
            title_of = title.format(process_name(release))
            _write(session, now, people[username], release, base_url, title=title_of, what=what, facts=facts)


def process_name(release: Release) -> str:
    """What the process is called in what was drawn."""
    return read_diagram(release.content).name or release.process_key


def _beside(session: Session, release: Release) -> list[tuple[str, str]]:
    """What is published with it or not at all."""
    names = [process_name(one) for one in reviewing.group(session, release) if one is not release]
    return [("Junto con", enumeration(names))] if names else []


def _told(release: Release) -> Iterable[str]:
    decided = release.state in (ReleaseState.SCHEDULED, ReleaseState.RETURNED)
    also = [release.decided_by] if release.effective_on and release.decided_by and not decided else []
    return dict.fromkeys([release.asked_by, *release.authors, *also])


def _day(release: Release) -> list[tuple[str, str]]:
    return [("Desde cuándo rige", long_day(release.effective_on))] if release.effective_on else []


def _name(people: dict[str, Person], username: str) -> str:
    return people[username].name if username in people else username


def _leaders(session: Session, today: dt.date, sector: str) -> list[str]:
    """Who may publish what all sectors share (with one sector, its own leaders too), or the variant of a sector."""
    alone = len(registry.codes(session)) == 1
    found: set[str] = set()
    for group, members in members_by_group(session, today).items():
        one = Group.parse(group)
        shared = one.role == SHARED_LEADER or (alone and one.role == LEADER)
        if one == Group(LEADER, sector) if sector else shared:
            found |= members
    return sorted(found)


def _write(
    session: Session,
    now: dt.datetime,
    person: Person,
    release: Release,
    base_url: str,
    *,
    title: str,
    what: str,
    facts: Sequence[tuple[str, str]],
) -> None:
    page = "revision" if release.state is ReleaseState.IN_REVIEW else "publicar"
    address = f"{base_url}/procesos/{release.process_key}"
    link = address if release.state is ReleaseState.PUBLISHED else f"{address}/{page}"
    values = {"name": person.name, "title": title, "what": what, "facts": facts, "link": link}
    urgent.tell(
        session,
        person,
        now=now,
        kind=MailKind.RELEASE,
        dedup_key=f"publicacion/{release.id}/{release.state}/{person.username}",
        mail=render("release", values),
    )
