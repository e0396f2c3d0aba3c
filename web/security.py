"""Headers, cookies and limits of every answer."""

from __future__ import annotations

import itertools
import re

from flask import Flask, Response, g, request

from engine.errors import Invalid
from web.auth import gate, sessions
from web.config import Config
from web.pages import current

CONTENT_SECURITY_POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "object-src": "'none'",
}
PERMISSIONS = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "serial",
    "usb",
)
"""What no page of Cauce asks of a device: a photo is chosen in the form's own field, which needs no permission."""
HSTS_S = 365 * 24 * 3600
LONGEST_NUMBER = 1000
ENDLESS = re.compile(rf"\d{{{LONGEST_NUMBER}}}")
LARGEST_REQUEST = 64 * 1024 * 1024
LARGEST_FORM_TEXT = 4 * 1024 * 1024


def harden(app: Flask, config: Config) -> None:
    """Set cookies, limits, headers and the gate."""
    app.config.update(
        SECRET_KEY=config.secret_key,
        # With the prefix a browser takes the cookie from this very host over HTTPS only, and no neighbour can set it.
        SESSION_COOKIE_NAME="__Host-cauce" if config.is_secure else "cauce",
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.is_secure,
        PERMANENT_SESSION_LIFETIME=sessions.LONGEST,
        # Written only when it changes: else the late answer to a picture would bring back the cookie of before, and
        # the form that came in the meantime would be one of an earlier session.
        SESSION_REFRESH_EACH_REQUEST=False,
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
    gate.csrf.init_app(app)
    app.before_request(gate.guard)
    app.before_request(ensure_numbers_end)
    app.after_request(add_headers)


def ensure_numbers_end() -> None:
    """Refuse a number of thousands of digits: Python reads none, and each place that reads one would fail apart."""
    typed = itertools.chain(*request.args.listvalues(), *request.form.listvalues())
    if any(len(text) > LONGEST_NUMBER and ENDLESS.search(text) for text in typed):
        raise Invalid("Uno de los números tiene miles de cifras. Corríjalo y envíe otra vez.")


def allow_inline_styles() -> None:
    """Let this answer carry inline styles: for the diagram editor, which writes them."""
    g.inline_styles = True


def add_headers(response: Response) -> Response:
    """Add the security headers of every answer."""
    policy = dict(CONTENT_SECURITY_POLICY)
    if g.get("inline_styles"):
        policy["style-src"] = "'self' 'unsafe-inline'"
    headers = response.headers
    headers.setdefault("Content-Security-Policy", "; ".join(f"{name} {value}" for name, value in policy.items()))
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = ", ".join(f"{name}=()" for name in PERMISSIONS)
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    if not _is_public():
        headers["X-Robots-Tag"] = "noindex, nofollow"
    config = current().config
    if config.is_secure:
        below = "; includeSubDomains" if config.hsts_subdomains else ""
        headers["Strict-Transport-Security"] = f"max-age={HSTS_S}{below}"
    return response


def _is_public() -> bool:
    """Whether search engines may list the answer: the portal, which is there to be found."""
    return request.blueprint in ("portal", "survey") or request.endpoint in ("static", "wellknown.robots")
