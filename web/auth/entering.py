"""What happens once it is known who somebody is: a second step, their session, what waited for it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import make_response, redirect, request, url_for
from flask import session as browser_session
from flask_login import current_user, login_user
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine.identity import SYSTEM, Actor
from web.auth import attempts, browsers, devices, sessions
from web.auth.factors import passkeys, remembering, state
from web.auth.held import unseal as unseal_held
from web.auth.models import Credential
from web.auth.sealing import seal, unseal
from web.auth.sessions import Provided
from web.errors import LocalAccountsOff, WebError
from web.later import not_before
from web.network import network_of
from web.pages import current, page, person
from web.people import SignedPerson
from workflows.auditing import recording as auditing
from workflows.auditing.states import Outcome
from workflows.people.models import Person

log = logging.getLogger(__name__)

BETWEEN_STEPS_S = 600
"""How long somebody may take from the first step to the second."""


@dataclass(frozen=True, slots=True)
class FirstStep:
    """Who passed the first step: with a password, which `stamp` tells apart from a later one, or by a provider."""

    username: str
    stamp: str
    provided: Provided | None = None

    def sealed(self) -> str:
        """As a field of the page of the second step."""
        given = self.provided
        provided = [given.subject, given.session, given.id_token] if given else None
        return seal(current().config.secret_key, "first-step", [self.username, self.stamp, provided])

    @classmethod
    def of_form(cls) -> FirstStep | None:
        """That of this form; None if it is none of ours, or too old."""
        text = request.form.get("paso", "")
        found = unseal(current().config.secret_key, "first-step", text, seconds=BETWEEN_STEPS_S)
        return cls(found[0], found[1], Provided(*found[2]) if found[2] else None) if found else None


def enter(username: str, provided: Provided | None = None, *, following: str | None = None) -> Any:
    """Sign in who passed the first step, or ask for the second; None if they may not sign in."""
    application = current()
    with application.database.reading() as session:
        found = session.get(Person, username)
        if found is None or not found.active or found.is_service:
            return None
        needs_more = not _is_done(provided) and state.is_set(session, username)
        spared = remembering.is_remembered(session, application.clock, username, devices.known(username))
        step = FirstStep(username, stamp(session, username), provided)
    if needs_more and not spared:
        return ask_second_step(step, following=following)
    return go_on(following) if open_session(username, provided, second_step=spared) else None


def _is_done(provided: Provided | None) -> bool:
    """Whether the provider cared for a second step."""
    provider = current().config.provider
    return provided is not None and (provided.second_step or bool(provider and provider.trusts_factor))


def stamp(session: Session, username: str) -> str:
    """What changes with a person's password."""
    credential = session.get(Credential, username)
    return credential.changed_at.isoformat() if credential else ""


def ask_second_step(
    step: FirstStep, *, following: str | None = None, refused: WebError | None = None, status: int = HTTPStatus.OK
) -> Response:
    """The page of the second step, carrying what waits behind it."""
    application = current()
    with application.database.reading() as session:
        has = state.of(session, application.clock, step.username)
    body = page(
        "auth/second_step.html",
        step=step.sealed(),
        held=request.form.get("held", ""),
        following=request.form.get("sigue", "") if following is None else following,
        error=refused.message if refused else "",
        has=has,
        with_passkey=bool(has.passkeys) and passkeys.are_possible(application.config),
        days=application.config.second_factor_days,
    )
    return not_before(make_response(body, status), refused)


def open_session(username: str, provided: Provided | None = None, *, second_step: bool = False) -> bool:
    """Start a session for this browser; whatever an earlier one left in the cookie is gone.

    `second_step`: it was passed. Who may not do without one, and has none, is let in to begin with it, and no further.
    """
    application = current()
    with application.database.unit_of_work() as session:
        found = session.get(Person, username)
        if found is None or not found.active:
            return False
        browser = browsers.in_words(request.user_agent.string)
        network = network_of(request.remote_addr)
        signed = sessions.begin(
            session, application.clock, username, browser=browser, network=network, provided=provided
        )
        if signed is not None and not second_step and _owes(session, signed, provided):
            session.flush()
            sessions.let_owe(session, signed.token, True)
        attempts.forget(session, application.clock, username)
        how = {"con": "proveedor"} if provided else {}
        how |= {"segundo_paso": "sí"} if second_step else {}
        auditing.record(session, application.clock, Actor(username), "ingresar", ("persona", username), after=how)
        if current_user.is_authenticated:
            sessions.end(session, person().token)
    browser_session.clear()
    browser_session.permanent = True
    # Now, not at the first form: two pages that open at once would each make one, and the cookie keeps the last alone.
    generate_csrf()
    log_sign_in("ok", username)
    if not application.is_demo:
        devices.remember(username)
    return bool(login_user(signed))


def _owes(session: Session, signed: SignedPerson, provided: Provided | None) -> bool:
    config = current().config
    if config.demo or _is_done(provided) or not state.is_obliged(config.second_factor, signed):
        return False
    return not state.is_set(session, signed.username)


def log_sign_in(outcome: str, username: str | None) -> None:
    """Tell the log how a sign-in went; of somebody we don't know, not even the name."""
    log.info("sign-in", extra={"fields": {"outcome": outcome, "user": username}})


def note_failure(username: str, **more: str) -> None:
    """Write down that a sign-in failed; of somebody we don't know, not even the name."""
    application = current()
    log_sign_in("failed", username or None)
    with application.database.unit_of_work() as session:
        target = ("persona", username or "desconocida")
        auditing.record(session, application.clock, SYSTEM, "ingresar", target, outcome=Outcome.REFUSED, after=more)


def go_on(wanted: str | None = None) -> Any:
    """After signing in: the form that was waiting, or the page that was asked for."""
    held = unseal_held(current().config.secret_key, request.form.get("held", ""))
    return page("auth/held.html", held=held) if held else redirect(safe_target(wanted), HTTPStatus.SEE_OTHER)


def safe_target(wanted: str | None = None) -> str:
    """The page asked for before signing in, only if it is one of ours."""
    wanted = request.values.get("sigue", "") if wanted is None else wanted
    return wanted if is_ours(wanted) else url_for("home")


def is_ours(address: str) -> bool:
    """Whether a browser stays here: a path, without the second slash (or backslash, or hidden letter) of a host."""
    plain = address.replace("\\", "/")
    return address.isprintable() and plain.startswith("/") and not plain.startswith("//")


def ensure_passwords_are_used() -> None:
    """Raise `LocalAccountsOff` where people sign in with the account of their entity only."""
    if not current().config.local_accounts:
        raise LocalAccountsOff
