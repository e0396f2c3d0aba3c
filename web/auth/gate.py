"""The gate that every request passes: what its view declares, the session, the token of the form."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from flask import abort, current_app, jsonify, make_response, redirect, request, url_for
from flask_login import current_user
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError

from web.auth.access import ANYONE, DEMO, SIGNED_IN, declared
from web.auth.demo import people_by_entity
from web.auth.held import HeldRequest, hold, seal
from web.errors import UnwritableField
from web.network import is_this_machine
from web.pages import current, page, wants_json
from workflows.documents.letters import UnwritableText, received

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

csrf = CSRFProtect()


def guard() -> Any:
    """Let the request reach its view only if the view's declaration and the CSRF token allow it."""
    if request.endpoint is None:
        return None  # Flask answers 404 or 405
    allowed = declared(current_app.view_functions[request.endpoint])
    if not allowed or (DEMO in allowed and not is_demo_visitor()):
        abort(HTTPStatus.NOT_FOUND)
    if allowed.isdisjoint({ANYONE, DEMO}) and not current_user.is_authenticated:
        return ask_to_sign_in()
    if request.method not in SAFE_METHODS and (refusal := check_token()) is not None:
        return refusal
    if allowed.isdisjoint({ANYONE, DEMO, SIGNED_IN}) and not current_user.may(allowed):
        abort(HTTPStatus.FORBIDDEN)
    ensure_writable()
    return None


def ensure_writable() -> None:
    """Refuse a letter that no database takes, wherever it was typed; the forms of tasks say it at their field."""
    typed = [*request.args.values(), *(request.view_args or {}).values()]
    if request.blueprint != "inbox":
        typed += request.form.values()
    try:
        for text in typed:
            received(str(text))
    except UnwritableText as error:
        raise UnwritableField(str(error)) from error


def is_demo_visitor() -> bool:
    """Whether this is the demo, asked from this same machine."""
    return current().config.demo and is_this_machine(request.remote_addr)


def check_token() -> Any:
    """None if the CSRF token is right; a page to confirm if the form is ours but of an earlier session."""
    try:
        csrf.protect()
    except CSRFError:
        held = hold(request)
        if held is None or not current_user.is_authenticated or wants_json():
            raise
        return make_response(page("auth/held.html", held=held), HTTPStatus.CONFLICT)
    return None


def ask_to_sign_in() -> Any:
    """Send readers to the sign-in page, keep what writers typed, and tell programs."""
    if wants_json():
        message = "Su sesión terminó. Ingrese de nuevo; lo que escribió sigue en la página."
        return make_response(jsonify(estado=401, mensaje=message), HTTPStatus.UNAUTHORIZED)
    if request.method in SAFE_METHODS:
        return redirect(f"{url_for('auth.sign_in')}?sigue={quote(request.full_path.rstrip('?'))}")
    return make_response(sign_in_page(held=hold(request)), HTTPStatus.UNAUTHORIZED)


def sign_in_page(*, held: HeldRequest | None = None, **context: Any) -> str:
    """The sign-in page, carrying a form that waits; the demo's page of people on the demo."""
    sealed = seal(current().config.secret_key, held) if held else ""
    if is_demo_visitor():
        return page("auth/who.html", held=sealed, groups=people_by_entity(), **context)
    return page("auth/sign_in.html", held=sealed, **context)
