"""Browsers in which a person signed in before: a signed cookie, so that nobody else's guessing keeps them waiting."""

from __future__ import annotations

import datetime as dt
import secrets

from flask import after_this_request, g, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from web.pages import current

KEPT_FOR = dt.timedelta(days=180)
MOST = 6
"""How many people one browser remembers: a computer at a counter has several."""


def known(username: str) -> str:
    """The name of this browser for that person; empty if they never signed in here."""
    return _read().get(username, "")


def remember(username: str) -> str:
    """Let this browser be known to a person who has just signed in; its name for them."""
    people: dict[str, str] = g.get("known_browser") or _read()
    name = people.pop(username, "") or secrets.token_urlsafe(12)
    newest = dict([*people.items(), (username, name)][-MOST:])
    config = current().config
    g.known_browser = newest  # whoever asks again while this request is answered gets the same name

    @after_this_request
    def give(response: Response) -> Response:
        response.set_cookie(
            _cookie(),
            _serializer().dumps(newest),
            max_age=KEPT_FOR,
            path="/",
            secure=config.is_secure,
            httponly=True,
            samesite="Lax",
        )
        return response

    return name


def _read() -> dict[str, str]:
    try:
        found = _serializer().loads(request.cookies.get(_cookie(), ""), max_age=int(KEPT_FOR.total_seconds()))
    except BadSignature:
        return {}
    return {str(username): str(name) for username, name in dict(found).items()}


def _cookie() -> str:
    return "__Host-cauce-equipo" if current().config.is_secure else "cauce-equipo"


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current().config.secret_key, salt="known-browser")
