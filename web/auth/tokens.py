"""Tokens of programs: made and shown once, taken back, and whom they act as."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Collection, Sequence
from dataclasses import replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import Database
from engine.identity import Actor
from web.auth.models import ApiToken
from web.auth.scopes import Scope
from web.people import PERSON, SignedPerson, signed
from workflows.auditing import recording as auditing
from workflows.auditing.origin import origin
from workflows.calendar import bogota_day
from workflows.errors import NotFound, Refused
from workflows.people.models import Person

PREFIX = "cauce_"
"""By it those who look for secrets in what was published find one."""
DAYS = (30, 90, 365)
"""How long a token may live; there is none without an end."""
MOST = 20
"""So many tokens may one have that still serve."""
LONGEST_NAME = 60
SEEN_STEP = dt.timedelta(minutes=5)

_OF_TOKEN = (
    PERSON.add_columns(ApiToken.id.label("token_id"), ApiToken.scopes, ApiToken.expires_at, ApiToken.used_at)
    .join(ApiToken, ApiToken.username == Person.username)
    .where(ApiToken.token_sha256 == sa.bindparam("digest"), ApiToken.revoked_at.is_(None))
)


def make(
    session: Session, clock: Clock, username: str, name: str, scopes: Collection[str], days: int, *, actor: Actor
) -> str:
    """Make a token and give its text, which nobody sees again. Raises `Refused` with what is missing."""
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise Refused(f"Escriba para qué programa es, en {LONGEST_NAME} letras o menos.")
    known = [scope for scope in Scope if scope in scopes]
    if not known or len(known) != len(set(scopes)):
        raise Refused("Marque al menos una cosa que el programa pueda hacer.")
    if days not in DAYS:
        raise Refused("Elija cuánto tiempo sirve el token.")
    now = clock.now()
    if len([one for one in of_person(session, username) if serves(one, now)]) >= MOST:
        raise Refused(f"Ya hay {MOST} tokens que sirven. Revoque los que no se usan.")
    text = PREFIX + secrets.token_urlsafe(32)
    made = ApiToken(
        token_sha256=_digest(text), username=username, name=name, scopes=[str(scope) for scope in known], made_at=now,
        made_by=actor.id, expires_at=now + dt.timedelta(days=days),
    )  # fmt: skip
    session.add(made)
    session.flush()
    told = {"programa": name, "alcances": made.scopes, "vence": made.expires_at.isoformat()}
    auditing.record(session, clock, actor, "crear_token", ("token", str(made.id)), reason=username, after=told)
    return text


def revoke(session: Session, clock: Clock, username: str, token_id: int, *, actor: Actor) -> ApiToken:
    """Take a token back: from now on it opens nothing. Raises `NotFound` for what is no token of this person."""
    found = session.get(ApiToken, token_id)
    if found is None or found.username != username:
        raise NotFound("Ese token no existe.")
    if found.revoked_at is None:
        found.revoked_at = clock.now()
        told, target = {"vigente": True}, ("token", str(found.id))
        auditing.record(
            session, clock, actor, "revocar_token", target, reason=username, before=told, after={"vigente": False}
        )
    return found


def revoke_all(session: Session, clock: Clock, username: str, *, actor: Actor) -> None:
    """Take back every token of somebody who leaves."""
    for one in of_person(session, username):
        revoke(session, clock, username, one.id, actor=actor)


def of_person(session: Session, username: str) -> Sequence[ApiToken]:
    """The tokens that act as somebody and were not revoked, the newest first."""
    query = sa.select(ApiToken).where(ApiToken.username == username, ApiToken.revoked_at.is_(None))
    return session.scalars(query.order_by(ApiToken.id.desc())).all()


def serves(token: ApiToken, now: dt.datetime) -> bool:
    """Whether it still opens something."""
    return token.revoked_at is None and token.expires_at > now


def load(database: Database, clock: Clock, text: str) -> SignedPerson | None:
    """Whom a token acts as, with its scopes; None for what is none that serves.

    Its first use of a day is an entry of the *bitácora*; what it does there carries its number beside the request's.
    """
    if not text.startswith(PREFIX):
        return None
    with database.reading() as session:
        found = session.execute(_OF_TOKEN, {"digest": _digest(text)}).all()
    now = clock.now()
    if not found or found[0].expires_at <= now:
        return None
    first = found[0]
    if (came := origin.get()).request:
        origin.set(replace(came, request=f"{came.request} token:{first.token_id}"))
    if first.used_at is None or first.used_at < now - SEEN_STEP:
        _note_use(database, clock, first.token_id, first.username, first.used_at)
    return signed(found, f"token:{first.token_id}", bogota_day(now), scopes=first.scopes)


def _note_use(database: Database, clock: Clock, token_id: int, username: str, before: dt.datetime | None) -> None:
    """Write down that it was used; in the *bitácora* once a day, however many ask at once."""
    now = clock.now()
    mine = sa.update(ApiToken).where(ApiToken.id == token_id, ApiToken.used_at.is_not_distinct_from(before))
    with database.unit_of_work() as session:
        noted = session.execute(mine.values(used_at=now)).rowcount  # type: ignore[attr-defined]
        if noted and (before is None or bogota_day(before) < bogota_day(now)):
            auditing.record(session, clock, Actor(username), "usar_token", ("token", str(token_id)), reason=username)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
