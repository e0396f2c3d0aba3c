"""The pages where tokens are made, shown once and revoked: in one's account, and of a service."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, make_response, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from notifications import accounts
from web.auth import SIGNED_IN, Of, allow, tokens
from web.auth.scopes import WORDS
from web.numbers import row_id
from web.pages import actor, back_to, current, page
from web.pages import person as me
from workflows.errors import Refused
from workflows.people.directory import Directory
from workflows.people.models import Person
from workflows.people.roles import ADMINISTRATING

blueprint = Blueprint("tokens", __name__)

OF_A_PERSON = "Los tokens de una persona los hace ella, en «Mi cuenta». Aquí se hacen los de un servicio."


@blueprint.get("/cuenta/tokens")
@allow(SIGNED_IN, of=Of.OWN)
def mine() -> str:
    """My tokens, and a form for another one."""
    with current().database.reading() as session:
        return _page(session, Directory().person(session, me().username))


@blueprint.post("/cuenta/tokens")
@allow(SIGNED_IN, of=Of.OWN)
def make() -> Response:
    """Make a token of mine and show it this once; I am told by mail, for somebody else may have been at my desk."""
    return _make(me().username)


@blueprint.post("/cuenta/tokens/revocar")
@allow(SIGNED_IN, of=Of.OWN)
def revoke() -> Any:
    """Take one of my tokens back."""
    _revoke(me().username)
    return back_to("tokens.mine", "El token quedó revocado: ya no abre nada.")


@blueprint.get("/personas/<username>/tokens")
@allow(*ADMINISTRATING, of=Of.PERSON, everywhere=True)
def of_person(username: str) -> str:
    """The tokens of a service, with a form for another; those of a person, to revoke them."""
    with current().database.reading() as session:
        return _page(session, Directory().person(session, username))


@blueprint.post("/personas/<username>/tokens")
@allow(*ADMINISTRATING, of=Of.PERSON, everywhere=True)
def make_of_service(username: str) -> Response:
    """Make a token of a service and show it this once."""
    with current().database.reading() as session:
        if not Directory().person(session, username).is_service:
            raise Refused(OF_A_PERSON)
    return _make(username)


@blueprint.post("/personas/<username>/tokens/revocar")
@allow(*ADMINISTRATING, of=Of.PERSON, everywhere=True)
def revoke_of_person(username: str) -> Any:
    """Take a token of somebody back."""
    _revoke(username)
    return back_to("tokens.of_person", "El token quedó revocado: ya no abre nada.", username=username)


def _make(username: str) -> Response:
    application, form = current(), request.form
    try:
        with application.database.unit_of_work() as session:
            found = Directory().person(session, username)
            text = tokens.make(
                session, application.clock, username, form.get("programa", ""), form.getlist("alcance"),
                row_id(form.get("dias") or "0"), actor=actor(),
            )  # fmt: skip
            accounts.tell_changed(
                session, application.clock.now(), found,
                f"se hizo un token para el programa «{' '.join(form.get('programa', '').split())}»", _by(username),
                details=["Si no fue así, revóquelo: «Mi cuenta», «Tokens para programas»."],
            )  # fmt: skip
            shown = _page(session, found, text=text)
    except (Refused, ValueError) as wrong:
        said = wrong.message if isinstance(wrong, Refused) else "Elija cuánto tiempo sirve el token."
        with application.database.reading() as session:
            body = _page(session, Directory().person(session, username), error=said)
        return make_response(body, HTTPStatus.UNPROCESSABLE_ENTITY)
    return make_response(shown)


def _revoke(username: str) -> None:
    application = current()
    with application.database.unit_of_work() as session:
        tokens.revoke(session, application.clock, username, _token_id(), actor=actor())


def _token_id() -> int:
    try:
        return row_id(request.form.get("token", ""))
    except ValueError:
        return 0  # of nobody


def _by(username: str) -> str:
    return "usted" if username == me().username else f"{me().name} (administración)"


def _page(session: Session, found: Person, *, text: str = "", error: str = "") -> str:
    own, now = found.username == me().username, current().clock.now()
    values: dict[str, Any] = {} if own else {"username": found.username}
    return page(
        "tokens/index.html",
        person=found,
        own=own,
        tokens=[(one, tokens.serves(one, now)) for one in tokens.of_person(session, found.username)],
        words={str(scope): told for scope, told in WORDS.items()},
        days=tokens.DAYS,
        may_make=own or found.is_service,
        text=text,
        error=error,
        typed=request.form,
        chosen=request.form.getlist("alcance"),
        action=url_for("tokens.make" if own else "tokens.make_of_service", **values),
        revoking=url_for("tokens.revoke" if own else "tokens.revoke_of_person", **values),
    )
