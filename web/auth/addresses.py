"""A person changes their own address: it counts once somebody who reads it confirmed it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, request, url_for
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from engine.identity import Actor
from notifications import accounts
from notifications import reading as mails
from web.auth import ANYONE, SIGNED_IN, Of, allow
from web.auth.gate import may_open
from web.auth.owners import INSTALLATION
from web.errors import ExpiredLink
from web.pages import actor, back_to, current, page, person
from workflows.auditing import recording as auditing
from workflows.people import directory, managing
from workflows.people.models import Person

LINK_HOURS = 24

blueprint = Blueprint("addresses", __name__, url_prefix="/cuenta/correo")


@dataclass(frozen=True, slots=True)
class Asked:
    """The change that a link confirms: whose, to which address, from which."""

    username: str
    email: str
    before: str


@blueprint.post("")
@allow(SIGNED_IN, of=Of.OWN)
def ask() -> Any:
    """Send a link to the new address; until it is opened everything stays as it is."""
    application, email = current(), request.form.get("correo", "").strip()
    with application.database.unit_of_work() as session:
        send_link(session, directory.person(session, person().username), email)
    said = f"Abra el enlace que llega a {email}, en las próximas {LINK_HOURS} horas: entonces cambia su correo."
    return back_to("auth.account", said)


def send_link(session: Session, found: Person, email: str, *, asked_by: str = "") -> None:
    """Write to another address of a person, which counts once it is confirmed there; `asked_by` empty: they asked.

    Raises `Refused` (no address), `Conflict` (somebody else's).
    """
    application = current()
    managing.ensure_address(session, email, found.username, shared=found.is_service)
    link = application.config.base_url + url_for("addresses.show", token=token_for(found.username, email, found.email))
    accounts.send_address_link(
        session, application.clock.now(), found, email, link=link, hours=LINK_HOURS, asked_by=asked_by
    )
    auditing.record(
        session, application.clock, actor(), "pedir_correo", ("persona", found.username), personal={"despues": email}
    )


@blueprint.get("/<token>")
@allow(ANYONE, of=Of.NONE)
def show(token: str) -> str:
    """Ask whoever opened the link to confirm: a mail program that looks at links changes nothing."""
    with current().database.reading() as session:
        asked, found = _read(session, token)
        return page("auth/address.html", token=token, asked=asked, name=found.name)


@blueprint.post("/<token>")
@allow(ANYONE, of=Of.NONE)
def confirm(token: str) -> Any:
    """The new address counts from now on; both are told."""
    application = current()
    with application.database.unit_of_work() as session:
        asked, found = _read(session, token)
        managing.ensure_address(session, asked.email, asked.username)
        is_dead = bool(mails.undelivered(session, {INSTALLATION}, recipient=asked.username))
        found.email = asked.email
        told = {"antes": asked.before, "despues": asked.email}
        by = Actor(asked.username)
        auditing.record(session, application.clock, by, "cambiar_correo", ("persona", asked.username), personal=told)
        accounts.tell_changed(
            session, application.clock.now(), found, f"su correo ahora es {asked.email}", "usted",
            addresses=[one for one in ("" if is_dead else asked.before, asked.email) if one],
        )  # fmt: skip
    here = current_user.is_authenticated and may_open("auth.account")
    return back_to("auth.account" if here else "auth.sign_in", "Su correo quedó cambiado.")


def token_for(username: str, email: str, before: str) -> str:
    """What a link carries to change an address from `before` to `email`, once."""
    return _links().dumps([username, email, before])


def _read(session: Session, token: str) -> tuple[Asked, Person]:
    """What a link confirms. Raises `ExpiredLink`: too old, altered, used, or the address changed since."""
    try:
        said, made_at = _links().loads(token, return_timestamp=True)
        asked = Asked(*said)
    except (BadSignature, TypeError) as wrong:
        raise ExpiredLink() from wrong
    found = session.get(Person, asked.username)
    is_old = dt.datetime.now(dt.UTC) - made_at > dt.timedelta(hours=LINK_HOURS)
    if is_old or found is None or not found.active or found.email != asked.before:
        raise ExpiredLink()
    return asked, found


def _links() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current().config.secret_key, salt="address-link")
