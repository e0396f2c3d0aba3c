"""Whose account it is that the provider names, and what its groups let that person hold."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.identity import SYSTEM
from notifications import accounts, outbox
from web.auth.models import ExternalIdentity
from web.errors import SignInRefused
from web.provider import Provider, Vouching
from workflows.auditing import recording as auditing
from workflows.auditing.states import Outcome
from workflows.people import administration
from workflows.people.groups import Group
from workflows.people.models import Person, PersonRole, Role
from workflows.people.roles import ADMINISTRATING
from workflows.sectors import registry
from workflows.sectors.models import SectorEntity
from workflows.spanish import plain

log = logging.getLogger(__name__)

LONGEST_USERNAME = 60


@dataclass(frozen=True, slots=True)
class Known:
    """Who the provider says somebody is. `email` is empty unless it answers for the address."""

    issuer: str
    subject: str
    name: str
    email: str
    unconfirmed: str
    username: str
    groups: frozenset[str]
    are_groups_whole: bool

    @classmethod
    def of(cls, provider: Provider, claims: Mapping[str, Any]) -> Known:
        """Read the claims of a token, which was checked."""
        told = str(claims.get("email") or "").strip()
        confirmed = any(_is_yes(claims.get(name)) for name in ("email_verified", "xms_edov"))
        groups = _inside(claims, provider.groups_claim)
        # Entra leaves out the groups of who is in very many, and says where they could be asked for.
        overflown = provider.groups_claim.partition(".")[0] in (claims.get("_claim_names") or {})
        return cls(
            issuer=provider.issuer,
            subject=str(claims["sub"]),
            name=str(claims.get("name") or told)[:200],
            email=told.lower() if outbox.is_address(told) and (confirmed or provider.trusts_email) else "",
            unconfirmed=told,
            username=str(claims.get("preferred_username") or told),
            groups=frozenset(str(one).removeprefix("/") for one in groups) if isinstance(groups, list) else frozenset(),
            are_groups_whole=not overflown,
        )


def sign_in(session: Session, clock: Clock, provider: Vouching, known: Known) -> Person:
    """The person of this account, whom it is tied to from now on. Raises `SignInRefused`."""
    identity = _tied(session, known)
    if identity is None:
        found = _by_email(session, known) or _new(session, clock, provider, known)
        identity = tie(session, clock, known, found)
    person = session.get_one(Person, identity.username)
    if not person.active:
        raise SignInRefused("Su cuenta en Cauce está desactivada. Pida a quien administra que la active.")
    identity.used_at = clock.now()
    _hold(session, clock, provider, known, person)
    return person


def tie(session: Session, clock: Clock, known: Known, person: Person) -> ExternalIdentity:
    """Let a person sign in with this account. Raises `SignInRefused` if either is tied already."""
    mine = sa.select(ExternalIdentity).where(
        ExternalIdentity.username == person.username, ExternalIdentity.issuer == known.issuer
    )
    if session.scalars(mine).first() is not None or _tied(session, known):
        raise SignInRefused(
            "Esa cuenta, o la suya en Cauce, ya está vinculada con otra. Pida a quien administra la plataforma que la "
            "desvincule en «Personas»."
        )
    now = clock.now()
    identity = ExternalIdentity(
        issuer=known.issuer, subject=known.subject, username=person.username, linked_at=now, used_at=now
    )
    session.add(identity)
    told = {"cuenta": known.unconfirmed}
    auditing.record(session, clock, SYSTEM, "vincular_cuenta", ("persona", person.username), personal=told)
    what = f"ahora puede ingresar con la cuenta {known.unconfirmed or known.username}"
    accounts.tell_changed(session, now, person, what, "usted, al ingresar con ella")
    return identity


def untie(session: Session, username: str) -> bool:
    """Let a person no longer sign in with an account of the provider; whether there was one."""
    done = session.execute(sa.delete(ExternalIdentity).where(ExternalIdentity.username == username))
    return bool(done.rowcount)  # type: ignore[attr-defined]


def _tied(session: Session, known: Known) -> ExternalIdentity | None:
    return session.scalars(
        sa.select(ExternalIdentity).where(
            ExternalIdentity.issuer == known.issuer, ExternalIdentity.subject == known.subject
        )
    ).first()


def _by_email(session: Session, known: Known) -> Person | None:
    """The one active person with the address that the provider answers for."""
    if not known.email:
        raise SignInRefused(
            "El proveedor no responde por el correo de esa cuenta. Ingrese con su contraseña y vincule la cuenta en "
            "«Mi cuenta», o pídalo a quien administra la plataforma."
        )
    query = sa.select(Person).where(sa.func.lower(Person.email) == known.email, Person.active, ~Person.is_service)
    found = session.scalars(query.limit(2)).all()
    if len(found) > 1:
        raise SignInRefused(
            f"En Cauce hay más de una persona con el correo {known.email}. Pida a quien administra que lo corrija."
        )
    return found[0] if found else None


def _new(session: Session, clock: Clock, provider: Vouching, known: Known) -> Person:
    """An account for somebody whose domain is let in: without roles, but for those of their groups."""
    if known.email.rpartition("@")[2] not in provider.new_people_of:
        raise SignInRefused(
            f"En Cauce no hay nadie con el correo {known.email}. Pida a quien administra la plataforma que le agregue."
        )
    person = Person(username=_free(session, known), name=known.name, email=known.email)
    session.add(person)
    session.flush()
    told = {"nombre": known.name, "correo": known.email}
    auditing.record(session, clock, SYSTEM, "crear_persona", ("persona", person.username), personal=told)
    return person


def _free(session: Session, known: Known) -> str:
    """A username that nobody has, after the one that the provider gives."""
    wished = re.sub(r"[^a-z0-9._-]", "", plain(known.username.partition("@")[0])) or "persona"
    wished = wished[: LONGEST_USERNAME - 4]
    taken = set(session.scalars(sa.select(Person.username).where(Person.username.startswith(wished, autoescape=True))))
    return next(name for name in (wished, *(f"{wished}{n}" for n in range(2, 9999))) if name not in taken)


def _hold(session: Session, clock: Clock, provider: Vouching, known: Known, person: Person) -> None:
    """Give and take the roles that groups decide; of all others nothing changes."""
    managed = _of_all(provider.roles.values())
    if not managed:
        return
    if not known.are_groups_whole:
        log.warning("groups not told", extra={"fields": {"user": person.username}})
        target = ("persona", person.username)
        why = "El proveedor no dijo todos los grupos: los roles quedaron como estaban."
        auditing.record(session, clock, SYSTEM, "cambiar_roles", target, outcome=Outcome.REFUSED, reason=why)
        return
    wanted = _that_exist(session, _of_all(provider.roles.get(group, frozenset()) for group in known.groups))
    held = {Group(one.role_id, one.sector_code, one.entity_code): one for one in person.roles}
    come, lost = wanted - held.keys(), (managed & held.keys()) - wanted
    go = {place for place in lost if not _is_last(session, person.username, place)}
    for place in wanted & held.keys():
        held[place].since = held[place].until = None  # who is in the group holds it, whatever days it had
    for place in go:
        person.roles.remove(held[place])
    for place in come:
        person.roles.append(PersonRole(role_id=place.role, sector_code=place.sector, entity_code=place.entity))
    if come or go:
        session.flush()
        _tell(session, clock, person, come, go)


def _tell(session: Session, clock: Clock, person: Person, come: set[Group], go: set[Group]) -> None:
    now = {Group(one.role_id, one.sector_code, one.entity_code) for one in person.roles}
    before = {"roles": sorted(map(str, (now - come) | go))}
    changed = {"llegan": sorted(map(str, come)), "se_van": sorted(map(str, go)), "por": "grupos del proveedor"}
    auditing.record(session, clock, SYSTEM, "cambiar_roles", ("persona", person.username), before=before, after=changed)
    names = {role.id: role.name for role in session.scalars(sa.select(Role))}
    lines = [f"Ahora tiene: {names[place.role]}" for place in sorted(come, key=str)]
    lines += [f"Ya no tiene: {names[place.role]}" for place in sorted(go, key=str)]
    by = "los grupos de su cuenta en la entidad"
    accounts.tell_changed(session, clock.now(), person, "cambiaron sus roles", by, details=lines)


def _of_all(groups: Iterable[frozenset[Group]]) -> set[Group]:
    return set(chain.from_iterable(groups))


def _that_exist(session: Session, places: set[Group]) -> set[Group]:
    """Those whose role, sector and entity are here; the settings cannot know, so what is not is said in the log."""
    roles, sectors = set(session.scalars(sa.select(Role.id))), {"", *registry.codes(session)}
    linked = sa.select(SectorEntity.sector_code, SectorEntity.entity_code)
    entities = {(row.sector_code, row.entity_code) for row in session.execute(linked)}
    found = {
        place
        for place in places
        if place.role in roles
        and place.sector in sectors
        and (not place.entity or (place.sector, place.entity) in entities)
    }
    for place in places - found:
        log.warning("role of a group is not here", extra={"fields": {"role": str(place)}})
    return found


def _is_last(session: Session, username: str, place: Group) -> bool:
    """Whether taking a role away would leave nobody to administer: then it stays."""
    return place.role in ADMINISTRATING and place.sector not in administration.administered(session, but=username)


def _is_yes(value: Any) -> bool:
    """Providers write it as a word, too."""
    return str(value).lower() in ("true", "1")


def _inside(claims: Mapping[str, Any], path: str) -> Any:
    """`realm_access.roles` is what Keycloak calls the roles of a realm; a claim may also have dots in its name."""
    if path in claims:
        return claims[path]
    found: Any = claims
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
