"""What every view needs: the application, the person who asks, and a page to answer with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from engine.identity import Actor
from web.bootstrap import Application
from web.people import SignedPerson

HERE = "aqui-va-el-valor"
"""What `addresses` puts each value in the place of."""


def current() -> Application:
    """The application that answers this request."""
    application: Application = current_app.extensions["cauce"]
    return application


def person() -> SignedPerson:
    """Who is signed in. Only in views that declare `SIGNED_IN` or roles."""
    signed: SignedPerson = current_user._get_current_object()
    return signed


def actor() -> Actor:
    """The signed-in person as the engine knows them: what every command takes as `actor`."""
    return person().actor


def page(template: str, **context: Any) -> str:
    """Render a template; everything in `context` is escaped by it."""
    return render_template(template, **context)


def addresses(endpoint: str, **values: Any) -> Callable[[str], str]:
    """The address of a page by the one value that is `HERE` among `values`: for tables of hundreds of links."""
    before, after = url_for(endpoint, **values).split(HERE)
    return lambda value: f"{before}{quote(value, safe='')}{after}"


def back_to(endpoint: str, notice: str = "", **values: Any) -> Response:
    """Redirect after a successful POST, with a sentence to show on the next page."""
    if notice:
        flash(notice)
    return redirect(url_for(endpoint, **values), code=303)


def wants_json() -> bool:
    """Whether the caller is a program and not a person reading pages."""
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"]
