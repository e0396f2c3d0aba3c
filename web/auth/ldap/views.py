"""Signing in with the password of the directory: the form is that of the sign-in page."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, make_response, request
from werkzeug.wrappers import Response

from web.auth import ANYONE, Of, allow, entering
from web.auth.gate import sign_in_page
from web.auth.held import unseal
from web.auth.ldap.asking import authenticate
from web.auth.oidc import people
from web.auth.views import count_attempt
from web.errors import ProviderFailed, SignInRefused, TooManyAttempts, WebError, WrongPassword
from web.later import not_before
from web.pages import current

blueprint = Blueprint("ldap", __name__)

STATUS = {
    TooManyAttempts: HTTPStatus.TOO_MANY_REQUESTS,
    WrongPassword: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProviderFailed: HTTPStatus.BAD_GATEWAY,
    SignInRefused: HTTPStatus.FORBIDDEN,
}
MOST_LETTERS = 200


@blueprint.post("/ingresar/directorio")
@allow(ANYONE, of=Of.NONE)
def check() -> Any:
    """Sign in with user and password of the directory; who guesses waits as with a password of Cauce."""
    application = current()
    directory = application.config.directory
    if directory is None or application.is_demo:
        abort(HTTPStatus.NOT_FOUND)
    typed, password = request.form.get("username", "").strip().lower(), request.form.get("password", "")
    try:
        count_attempt(typed)
        if not typed or max(len(typed), len(password)) > MOST_LETTERS:
            raise WrongPassword
        application.database.let_go()  # no transaction waits for the directory
        known = authenticate(directory, typed, password)
        with application.database.unit_of_work() as session:
            username = people.sign_in(session, application.clock, directory, known).username
        answer = entering.enter(username)
        if answer is None:
            raise SignInRefused
        return answer
    except (TooManyAttempts, WrongPassword, ProviderFailed, SignInRefused) as refused:
        if not isinstance(refused, TooManyAttempts):
            entering.note_failure("", directorio=type(refused).__name__)
        return _again(typed, refused)


def _again(typed: str, why: WebError) -> Response:
    """The sign-in page again, with what was typed and what waits behind it."""
    held = unseal(current().config.secret_key, request.form.get("held", ""))
    body = sign_in_page(held=held, following=request.form.get("sigue", ""), username=typed, error=why.message)
    return not_before(make_response(body, STATUS[type(why)]), why)
