"""People who are away: from when until when, and who stands in for them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from engine.clock import Clock
from engine.identity import Actor
from workflows.auditing import recording as auditing
from workflows.calendar import bogota_day
from workflows.errors import Conflict, Forbidden, NotFound, Refused
from workflows.people import directory
from workflows.people.assigning import may_be_given
from workflows.people.holdings import absent_on, holds_on, is_away
from workflows.people.models import Absence, LentRole, Person, PersonRole
from workflows.people.roles import APPOINTED, COORDINATING

LONGEST = dt.timedelta(days=366)
NOT_LENT = APPOINTED - {"coordinador_pes"}
"""Roles of who administers: nobody hands those on by themselves."""
_NOT_THEIRS = (
    "Solo la propia persona, la coordinación o la administración registran su ausencia. Pídaselo a una de ellas."
)


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody who is away on a day. `stands_in` is who has their work in the end: none where all in line are away."""

    username: str
    until: dt.date
    stands_in: str | None


def register(
    session: Session, clock: Clock, username: str, *, since: dt.date, until: dt.date, replacement: str, actor: Actor
) -> Absence:
    """Write down that somebody will be away; `replacement` empty: nobody stands in yet.

    Raises `Forbidden`, `NotFound`, `Refused` (days, a replacement that cannot be), `Conflict` (away already).
    """
    person = directory.person(session, username)
    ensure_may_register(session, actor, username)
    _ensure_days(since, until, bogota_day(clock.now()))
    _ensure_not_away(session, person, since, until)
    if replacement:
        _ensure_stands_in(session, person, replacement, since, until)
    absence = Absence(
        username=username, replacement=replacement or None, since=since, until=until, registered_at=clock.now(),
        registered_by=actor.id,
    )  # fmt: skip
    session.add(absence)
    session.flush()
    _note(session, clock, actor, "registrar_ausencia", absence)
    return absence


def replace(session: Session, clock: Clock, absence_id: int, *, replacement: str, actor: Actor) -> Absence:
    """Name who stands in from now on. Raises as `register`."""
    absence = _mine(session, absence_id, actor)
    _ensure_stands_in(session, directory.person(session, absence.username), replacement, absence.since, absence.until)
    before, absence.replacement = {"reemplazo": absence.replacement or ""}, replacement
    _note(session, clock, actor, "cambiar_reemplazo", absence, before)
    return absence


def end(session: Session, clock: Clock, absence_id: int, *, actor: Actor) -> Absence:
    """Somebody is back before, or stays: their work returns. A second time does nothing."""
    absence = _mine(session, absence_id, actor)
    if absence.cancelled_at is None:
        absence.cancelled_at, absence.cancelled_by = clock.now(), actor.id
        _note(session, clock, actor, "terminar_ausencia", absence, {"vigente": True})
    return absence


def ensure_may_register(session: Session, actor: Actor, username: str) -> None:
    """Raise `Forbidden` unless it is oneself, or somebody of a sector that one coordinates or administers."""
    if not may_register(session, actor, username):
        raise Forbidden(_NOT_THEIRS)


def may_register(session: Session, actor: Actor, username: str) -> bool:
    """Whether somebody may say that a person is away."""
    held = sa.select(PersonRole.sector_code).where(PersonRole.username == username)
    return actor.is_system or actor.id == username or not actor.supervises.isdisjoint(session.scalars(held))


def away(session: Session, on: dt.date) -> Mapping[str, Away]:
    """Everybody who is away on a day, by username; one statement."""
    stand_in = aliased(Person)
    query = (
        sa.select(Absence.username, Absence.until, Absence.replacement, stand_in.active)
        .outerjoin(stand_in, stand_in.username == Absence.replacement)
        .where(*absent_on(on))
    )
    rows = {row.username: row for row in session.execute(query)}
    line = {username: row.replacement if row.active else None for username, row in rows.items()}
    return {username: Away(username, row.until, _last_in(line, username)) for username, row in rows.items()}


def back(session: Session, since: dt.date, on: dt.date) -> Mapping[str, dt.date]:
    """Who was away on or after a day and no longer is: from which day they were."""
    gone = away(session, on)
    query = sa.select(Absence).where(Absence.since <= on, Absence.until >= since).order_by(Absence.since.desc())
    found = {}
    for one in session.scalars(query):
        last = min(one.until, bogota_day(one.cancelled_at)) if one.cancelled_at else one.until
        if one.username not in gone and last >= max(since, one.since):
            found[one.username] = one.since
    return found


def coming(session: Session, sectors: Collection[str], on: dt.date) -> list[Absence]:
    """The absences of people of these sectors that are not over on a day, the first to begin first."""
    theirs = sa.select(PersonRole.username).where(PersonRole.sector_code.in_(sectors))
    query = sa.select(Absence).where(Absence.username.in_(theirs), Absence.until >= on, Absence.cancelled_at.is_(None))
    return list(session.scalars(query.order_by(Absence.since, Absence.id)))


Lent = tuple[str, str, str, str, str]
"""Who holds it, the role, its sector, its entity, and whose it is."""


def lending_differs(session: Session, on: dt.date) -> bool:
    """Whether `lend` would change anything. At most three statements."""
    kept, wanted = _lent(session), _to_lend(session, on)
    return {key: one.until for key, one in kept.items()} != wanted


def lend(session: Session, on: dt.date) -> None:
    """Let who stands in today hold the roles of who is away, and nobody else. A second time does nothing."""
    kept, wanted = _lent(session), _to_lend(session, on)
    for key, row in kept.items():
        if wanted.get(key) != row.until:
            session.delete(row)
    session.flush()
    for key, until in wanted.items():
        if key not in kept or kept[key].until != until:
            username, role_id, sector, entity, holder = key
            session.add(
                LentRole(
                    username=username, role_id=role_id, sector_code=sector, entity_code=entity, holder=holder,
                    since=on, until=until,
                )
            )  # fmt: skip
    session.flush()


def _lent(session: Session) -> Mapping[Lent, LentRole]:
    return {
        (one.username, one.role_id, one.sector_code, one.entity_code, one.holder): one
        for one in session.scalars(sa.select(LentRole))
    }


def _to_lend(session: Session, on: dt.date) -> Mapping[Lent, dt.date]:
    """What is lent on a day, and until when."""
    gone = away(session, on)
    held = sa.select(PersonRole).where(PersonRole.username.in_(gone), PersonRole.role_id.not_in(NOT_LENT))
    wanted: dict[Lent, dt.date] = {}
    for role in session.scalars(held) if gone else ():
        one = gone[role.username]
        if one.stands_in and holds_on(role.since, role.until, on):
            key = one.stands_in, role.role_id, role.sector_code, role.entity_code, one.username
            wanted[key] = min(one.until, role.until or one.until)
    return wanted


def _last_in(line: Mapping[str, str | None], username: str) -> str | None:
    """Whoever is there at the end of a line of replacements; nobody where it ends, or leads back to itself."""
    seen, at = {username}, line[username]
    while at is not None and at in line:
        if at in seen:
            return None
        seen.add(at)
        at = line[at]
    return None if at in seen else at


def _mine(session: Session, absence_id: int, actor: Actor) -> Absence:
    absence = session.get(Absence, absence_id)
    if absence is None:
        raise NotFound("Esa ausencia no está registrada.")
    ensure_may_register(session, actor, absence.username)
    return absence


def _ensure_days(since: dt.date, until: dt.date, today: dt.date) -> None:
    if until < since:
        raise Refused("El último día no puede ser antes del primero. Revise las fechas.")
    if until < today:
        raise Refused("Esos días ya pasaron. Escriba desde cuándo y hasta cuándo estará ausente.")
    if until - since > LONGEST:
        raise Refused("Una ausencia dura a lo sumo un año. Si deja el cargo, entregue su trabajo.")


def _ensure_not_away(session: Session, person: Person, since: dt.date, until: dt.date) -> None:
    other = session.scalars(_overlapping(person.username, since, until)).first()
    if other is not None:
        raise Conflict(
            f"{person.name} ya tiene registrada una ausencia del {other.since:%d/%m/%Y} al {other.until:%d/%m/%Y}. "
            "Termínela antes, o cambie las fechas."
        )


def _ensure_stands_in(session: Session, person: Person, replacement: str, since: dt.date, until: dt.date) -> None:
    other = session.get(Person, replacement)
    if other is None or not other.active or other.is_service or other.username == person.username:
        raise Refused("Elija como reemplazo a otra persona, que esté activa.")
    held = sa.select(PersonRole.sector_code).where(PersonRole.username == person.username, PersonRole.sector_code != "")
    for sector in sorted(set(session.scalars(held))):
        if not may_be_given(session, replacement, sector):
            raise Refused(f"{other.name} no trabaja en todos los sectores de {person.name}. Elija a otra persona.")
    if _leads_back(session, replacement, person.username, since, until):
        raise Refused(
            f"{person.name} reemplaza a {other.name} en esos días: quedarían sin nadie. Elija a otra persona."
        )


def _leads_back(session: Session, first: str, to: str, since: dt.date, until: dt.date) -> bool:
    """Whether the line of replacements that begins with somebody ends in a person, on some of these days."""
    seen, waiting = set(), [first]
    while waiting:
        at = waiting.pop()
        if at == to:
            return True
        if at not in seen:
            seen.add(at)
            found = session.scalars(_overlapping(at, since, until))
            waiting += [one.replacement for one in found if one.replacement]
    return False


def _overlapping(username: str, since: dt.date, until: dt.date) -> sa.Select[Absence]:
    return sa.select(Absence).where(
        Absence.username == username, Absence.since <= until, Absence.until >= since, Absence.cancelled_at.is_(None)
    )


def _note(
    session: Session, clock: Clock, actor: Actor, action: str, absence: Absence, before: dict[str, Any] | None = None
) -> None:
    after = {
        "vigente": absence.cancelled_at is None,
        "desde": absence.since.isoformat(),
        "hasta": absence.until.isoformat(),
        "reemplazo": absence.replacement or "",
    }
    auditing.record(session, clock, actor, action, ("persona", absence.username), before=before, after=after)


def supervisors_of(session: Session, username: str, on: dt.date) -> list[Person]:
    """Who coordinates the sectors of a person: they hear that nobody stands in. Not that person."""
    sectors = sa.select(PersonRole.sector_code).where(PersonRole.username == username, PersonRole.sector_code != "")
    coordinating = sa.select(PersonRole.username).where(
        PersonRole.sector_code.in_(sectors), PersonRole.role_id.in_(COORDINATING)
    )
    query = sa.select(Person).where(Person.active, Person.username.in_(coordinating), Person.username != username)
    return list(session.scalars(query.where(~is_away(on)).order_by(Person.name)))
