"""What happens once it is known who somebody is: their session, and the page or the form that waited for it."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from flask import redirect, request, url_for
from flask import session as browser_session
from flask_login import current_user, login_user

from engine.identity import Actor
from web.auth import attempts, browsers, sessions
from web.auth.held import unseal
from web.auth.sessions import Provided
from web.errors import LocalAccountsOff
from web.network import network_of
from web.pages import current, page, person
from workflows.auditing import recording as auditing
from workflows.people.models import Person

log = logging.getLogger(__name__)


def open_session(username: str, provided: Provided | None = None) -> bool:
    """Start a session for this browser; whatever an earlier one left in the cookie is gone."""
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
        attempts.forget(session, application.clock, username)
        how = {"con": "proveedor"} if provided else {}
        auditing.record(session, application.clock, Actor(username), "ingresar", ("persona", username), after=how)
        if current_user.is_authenticated:
            sessions.end(session, person().token)
    browser_session.clear()
    browser_session.permanent = True
    log_sign_in("ok", username)
    return bool(login_user(signed))


def log_sign_in(outcome: str, username: str | None) -> None:
    """Tell the log how a sign-in went; of somebody we don't know, not even the name."""
    log.info("sign-in", extra={"fields": {"outcome": outcome, "user": username}})


def go_on(wanted: str | None = None) -> Any:
    """After signing in: the form that was waiting, or the page that was asked for."""
    held = unseal(current().config.secret_key, request.form.get("held", ""))
    return page("auth/held.html", held=held) if held else redirect(safe_target(wanted), HTTPStatus.SEE_OTHER)


def safe_target(wanted: str | None = None) -> str:
    """The page asked for before signing in, only if it is one of ours."""
    wanted = request.values.get("sigue", "") if wanted is None else wanted
    return wanted if is_ours(wanted) else url_for("inbox.mine")


def is_ours(address: str) -> bool:
    """Whether a browser stays here: a path, without the second slash (or backslash, or hidden letter) of a host."""
    plain = address.replace("\\", "/")
    return address.isprintable() and plain.startswith("/") and not plain.startswith("//")


def ensure_passwords_are_used() -> None:
    """Raise `LocalAccountsOff` where people sign in with the account of their entity only."""
    if not current().config.local_accounts:
        raise LocalAccountsOff
