"""Headers, cookies and the gate that every request passes."""

from __future__ import annotations

import datetime as dt
import ipaddress
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from flask import Flask, Response, abort, current_app, g, jsonify, make_response, redirect, request, url_for
from flask_login import current_user
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError

from web.auth.access import ANYONE, DEMO, SIGNED_IN, declared
from web.auth.demo import people_by_entity
from web.auth.held import HeldRequest, hold, seal
from web.config import Config
from web.pages import current, page, wants_json

CONTENT_SECURITY_POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
}
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST_REQUEST = 64 * 1024 * 1024
LARGEST_FORM_TEXT = 4 * 1024 * 1024

csrf = CSRFProtect()


def harden(app: Flask, config: Config) -> None:
    """Set cookies, limits, headers and the gate."""
    app.config.update(
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_NAME="cauce",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.is_secure,
        PERMANENT_SESSION_LIFETIME=dt.timedelta(hours=12),
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM_TEXT,
        MAX_FORM_PARTS=5000,
        # A form may stay open as long as the session lives, and the gate checks after the sign-in.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_SSL_STRICT=False,
    )
    if config.demo:
        # The demo has no passwords: a page of another site must not reach it under a name of its own.
        app.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost", "[::1]"]
    csrf.init_app(app)
    app.before_request(guard)
    app.after_request(add_headers)


def allow_inline_styles() -> None:
    """Let this answer carry inline styles: for the diagram editor, which writes them."""
    g.inline_styles = True


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
    return None


def is_demo_visitor() -> bool:
    """Whether this is the demo, asked from this same machine."""
    try:
        return current().config.demo and ipaddress.ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


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


def add_headers(response: Response) -> Response:
    """Add the security headers of every answer."""
    policy = dict(CONTENT_SECURITY_POLICY)
    if g.get("inline_styles"):
        policy["style-src"] = "'self' 'unsafe-inline'"
    headers = response.headers
    headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in policy.items())
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    if current().config.is_secure:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return response
