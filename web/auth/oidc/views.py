"""Signing in with the account of one's entity: there, back, tying it to one's own, and the provider's sign-out."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, make_response, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from engine.identity import SYSTEM, Actor
from web.auth import ANYONE, SIGNED_IN, Of, allow, entering, sessions
from web.auth.entering import ensure_passwords_are_used
from web.auth.gate import sign_in_page
from web.auth.oidc import client, people
from web.auth.oidc.client import Returned
from web.auth.oidc.people import Known
from web.auth.sessions import Provided
from web.errors import ProviderFailed, SignInRefused, WebError
from web.pages import back_to, current, page, person
from web.provider import Provider
from workflows.auditing import recording as auditing
from workflows.people.models import Person

blueprint = Blueprint("oidc", __name__, url_prefix="/ingresar/entidad")

LONGEST_NOTICE = 20_000
"""How many letters a provider's notice of a sign-out may have."""


@blueprint.get("/")
@allow(ANYONE, of=Of.NONE)
def begin() -> Any:
    """Go to the provider, to come back signed in."""
    provider, following = _provider(), request.args.get("sigue", "")
    try:
        return redirect(client.address_there(provider, _back(), following=following[:1000]))
    except WebError as failed:
        return _not_signed_in(failed, following)


@blueprint.get("/vuelta")
@allow(ANYONE, of=Of.NONE)
def come_back() -> Any:
    """The provider sent somebody back: sign them in, or tie the account to who is signed in here."""
    provider, following = _provider(), ""
    try:
        returned = client.come_back(provider)  # nothing was read yet: no transaction waits for the provider
        following = str(returned.kept.get("following", ""))
        known = Known.of(provider, returned.claims)
        if tying := returned.kept.get("tying"):
            return _tie(known, str(tying))
        return _sign_in(provider, known, returned)
    except (SignInRefused, ProviderFailed) as refused:
        return _not_signed_in(refused, following)


@blueprint.post("/vincular")
@allow(SIGNED_IN, of=Of.OWN)
def tie() -> Any:
    """Go to the provider to say which account there is mine."""
    address = client.address_there(_provider(), _back(), tying=person().username)
    return page("auth/leaving.html", heading="Vincular su cuenta", address=address)


@blueprint.post("/desvincular")
@allow(SIGNED_IN, of=Of.OWN)
def untie() -> Any:
    """Sign in no longer with that account."""
    ensure_passwords_are_used()
    application, me = current(), person()
    with application.database.unit_of_work() as session:
        if people.untie(session, me.username):
            target = ("persona", me.username)
            auditing.record(session, application.clock, Actor(me.username), "desvincular_cuenta", target)
    return back_to("auth.account", "Ya no puede ingresar con esa cuenta; sí con su contraseña.")


@blueprint.post("/salida")
@allow(ANYONE, of=Of.NONE, signed_by_sender=True)
def provider_signed_out() -> Response:
    """The provider tells that somebody signed out there: their sessions here end too."""
    application, provider = current(), _provider()
    subject, of_provider = client.logged_out(
        provider, request.form.get("logout_token", "")[:LONGEST_NOTICE], application.clock.now().timestamp()
    )
    with application.database.unit_of_work() as session:
        ended = sessions.end_provided(session, subject, of_provider)
        if ended:
            target = ("sesiones", "proveedor")
            auditing.record(session, application.clock, SYSTEM, "cerrar_sesiones", target, after={"cuantas": ended})
    return Response(status=HTTPStatus.OK)


def _sign_in(provider: Provider, known: Known, returned: Returned) -> Any:
    application = current()
    with application.database.unit_of_work() as session:
        username = people.sign_in(session, application.clock, provider, known).username
    two_steps = provider.took_two_steps(returned.claims)
    provided = Provided(known.subject, str(returned.claims.get("sid") or ""), returned.id_token, two_steps)
    answer = entering.enter(username, provided, following=str(returned.kept.get("following", "")))
    if answer is None:
        raise SignInRefused
    return answer


def _tie(known: Known, username: str) -> Any:
    """Only for whoever asked for it here: a link that somebody else began ties nothing."""
    if not current_user.is_authenticated or person().username != username:
        raise SignInRefused("Ingrese a Cauce y vuelva a pulsar «Vincular».")
    application = current()
    with application.database.unit_of_work() as session:
        people.tie(session, application.clock, known, session.get_one(Person, username))
    return back_to("auth.account", "La cuenta quedó vinculada: ya puede ingresar con ella.")


def _not_signed_in(refused: WebError, following: str) -> AnyResponse:
    entering.note_failure("", proveedor=type(refused).__name__)
    status = HTTPStatus.FORBIDDEN if isinstance(refused, SignInRefused) else HTTPStatus.BAD_GATEWAY
    return make_response(sign_in_page(following=following, error=refused.message), status)


def _provider() -> Provider:
    """Who signs people in; without one, and in the demo, these pages are not there."""
    application = current()
    if application.config.provider is None or application.is_demo:
        abort(HTTPStatus.NOT_FOUND)
    return application.config.provider


def _back() -> str:
    return current().config.base_url + url_for("oidc.come_back")
