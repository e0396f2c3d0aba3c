"""What a browser may keep of a public answer, and how it asks whether that still holds."""

from __future__ import annotations

from flask import make_response, request
from flask_login import current_user
from werkzeug.wrappers import Response

PAGE_S, FILE_S = 300, 3600
"""How long a frozen page and a published file are shown without asking again."""


def unchanged(tag: str) -> bool:
    """Whether the browser has this very content, so that it need not be read."""
    return tag in request.if_none_match


def kept(answer: str | Response, *, seconds: int = 0, tag: str = "") -> Response:
    """An answer with its ETag; 304 where the browser has it.

    `seconds` is how long it may be shown without asking; 0 asks every time, for what may still change. Who signed in
    has their name on the page, so no cache between keeps it, and they ask every time.
    """
    response = make_response(answer)
    if tag:
        response.set_etag(tag)
    else:
        response.add_etag()
    control = response.cache_control
    if current_user.is_authenticated or not seconds:
        control.private, control.no_cache = True, True
    else:
        control.public, control.max_age = True, seconds
    response.vary.add("Cookie")
    return response.make_conditional(request)
