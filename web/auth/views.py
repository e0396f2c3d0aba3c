"""Sign in, sign out, my account, choosing a password; in the demo, choosing a person."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, jsonify, make_response, redirect, request, url_for
from flask import session as browser_session
from flask_login import current_user, logout_user
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine.identity import Actor
from notifications import accounts
from web.auth import ANYONE, DEMO, SIGNED_IN, Of, allow, attempts, devices, entering, passwords, sessions
from web.auth.factors import remembering, state
from web.auth.gate import is_demo_visitor, sign_in_page
from web.auth.held import unseal
from web.auth.models import Credential, ExternalIdentity
from web.auth.oidc import client
from web.errors import TooManyAttempts, WeakPassword, WebError, WrongPassword
from web.later import not_before
from web.network import network_of
from web.pages import back_to, current, page, person
from workflows.auditing import recording as auditing
from workflows.people.models import Person

blueprint = Blueprint("auth", __name__)


@blueprint.get("/ingresar")
@allow(ANYONE, of=Of.NONE)
def sign_in() -> Any:
    """Show the sign-in page; whoever is signed in already goes on (in the demo they may change person)."""
    if current_user.is_authenticated and not is_demo_visitor():
        return redirect(entering.safe_target())
    return sign_in_page(following=request.args.get("sigue", ""))


@blueprint.post("/ingresar")
@allow(ANYONE, of=Of.NONE)
def check_password() -> Any:
    """Sign in with user and password."""
    entering.ensure_passwords_are_used()
    application, username = current(), request.form.get("username", "").strip().lower()
    try:
        count_attempt(username)
    except TooManyAttempts as refused:
        return _not_signed_in(username, refused, HTTPStatus.TOO_MANY_REQUESTS)
    with application.database.reading() as session:
        credential = session.get(Credential, username)
    is_right = passwords.matches(credential, request.form.get("password", ""))
    answer = entering.enter(username) if is_right else None
    if answer is None:
        # Only whom we know: somebody may have typed the password in the place of the name.
        entering.note_failure(username if credential else "")
        return _not_signed_in(username, WrongPassword(), HTTPStatus.UNPROCESSABLE_ENTITY)
    return answer


def count_attempt(username: str) -> None:
    """Count a try at a person's password from this browser. Raises `TooManyAttempts`."""
    application, network = current(), network_of(request.remote_addr)
    attempts.begin(application.database, application.clock, username, network, devices.known(username))


def _not_signed_in(username: str, why: WebError, status: HTTPStatus) -> Response:
    """The sign-in page again, with what was typed and what waits behind it."""
    held = unseal(current().config.secret_key, request.form.get("held", ""))
    body = sign_in_page(held=held, following=request.form.get("sigue", ""), username=username, error=why.message)
    return not_before(make_response(body, status), why)


@blueprint.post("/demostracion/<username>")
@allow(DEMO, of=Of.NONE)
def become(username: str) -> Any:
    """Be one of the demo's people, with one click."""
    if not entering.open_session(username):
        abort(HTTPStatus.NOT_FOUND)
    return entering.go_on()


@blueprint.post("/salir")
@allow(ANYONE, of=Of.NONE)
def sign_out() -> Any:
    """Close this session, here and on the server; and at the provider, if it signed the person in."""
    id_token = None
    if current_user.is_authenticated:
        with current().database.unit_of_work() as session:
            id_token = sessions.token_of_provider(session, person().token)
            sessions.end(session, person().token)
    logout_user()
    browser_session.clear()
    provider = current().config.provider
    if provider and id_token is not None:
        back = current().config.base_url + url_for("auth.sign_in")
        if address := client.address_out(provider, back, id_token):
            return page("auth/leaving.html", heading="Su sesión en Cauce se cerró", address=address)
    answer = back_to("auth.sign_in", "Su sesión se cerró.")
    # What was typed and never saved stays in the browser under the person's name; pages of Cauce do not.
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


@blueprint.post("/ingresar/continuar")
@allow(ANYONE, of=Of.NONE)
def resume() -> Any:
    """Go on with the form that waited, once the person signed in in another window."""
    held = unseal(current().config.secret_key, request.form.get("held", ""))
    if current_user.is_authenticated:
        return entering.go_on()
    return make_response(sign_in_page(held=held, error="Todavía no ha ingresado en la otra ventana."), 401)


@blueprint.get("/cuenta")
@allow(SIGNED_IN, of=Of.OWN)
def account() -> str:
    """Who I am here: roles, entity, password."""
    with current().database.reading() as session:
        has_password = session.get(Credential, person().username) is not None
        email = session.get_one(Person, person().username).email
        opened = [
            (web_session, sessions.is_here(web_session, person().token))
            for web_session in sessions.of_person(session, current().clock, person().username)
        ]
        factors = state.of(session, current().clock, person().username)
        tied = session.scalar(sa.select(ExternalIdentity).where(ExternalIdentity.username == person().username))
    return page("auth/account.html", has_password=has_password, email=email, opened=opened, tied=tied, factors=factors)


@blueprint.post("/cuenta/sesiones/cerrar")
@allow(SIGNED_IN, of=Of.OWN)
def end_session() -> Any:
    """Close one of my sessions elsewhere, or all of them."""
    me, which = person(), request.form.get("cual", "")
    with current().database.unit_of_work() as session:
        if which:
            sessions.end_one(session, me.username, which)
        else:
            sessions.end_all(session, me.username, but=me.token)
    return back_to("auth.account", "La sesión se cerró." if which else "Las demás sesiones se cerraron.")


@blueprint.post("/cuenta/clave")
@allow(SIGNED_IN, of=Of.OWN)
def change_password() -> Any:
    """Change my password; every other session of mine ends."""
    entering.ensure_passwords_are_used()
    me, application = person(), current()
    with application.database.reading() as session:
        credential = session.get(Credential, me.username)
    count_attempt(me.username)
    if credential is not None and not passwords.matches(credential, request.form.get("current", "")):
        raise WrongPassword("La contraseña actual no coincide. No se cambió nada; vuelva a intentarlo.")
    with application.database.unit_of_work() as session:
        passwords.set_password(session, application.config, application.clock, me.username, twice_typed())
        attempts.forget(session, application.clock, me.username)
        sessions.end_all(session, me.username, but=me.token)
        tell_password(session, session.get_one(Person, me.username))
    return back_to("auth.account", "Su contraseña cambió. Las demás sesiones suyas se cerraron.")


@blueprint.route("/clave/<token>", methods=["GET", "POST"])
@allow(ANYONE, of=Of.NONE)
def choose_password(token: str) -> Any:
    """Choose a password with the link that an administrator handed over."""
    entering.ensure_passwords_are_used()
    application = current()
    with application.database.unit_of_work() as session:
        username = passwords.read_link_token(session, application.config.secret_key, token)
        if request.method == "GET":
            return page("auth/choose_password.html", username=username)
        passwords.set_password(session, application.config, application.clock, username, twice_typed())
        sessions.end_all(session, username)
        attempts.forget(session, application.clock, username)
        tell_password(session, session.get_one(Person, username))
    return back_to("auth.sign_in", "Ya puede ingresar con su nueva contraseña.")


def tell_password(session: Session, whose: Person) -> None:
    """Write down that a person chose another password, and tell them: somebody else may have."""
    clock = current().clock
    remembering.forget(session, whose.username)
    auditing.record(session, clock, Actor(whose.username), "cambiar_clave", ("persona", whose.username))
    accounts.tell_changed(session, clock.now(), whose, "la contraseña cambió", "usted, o quien tenía su enlace")


@blueprint.get("/olvide")
@allow(ANYONE, of=Of.NONE)
def forgot() -> str:
    """Where a person who forgot the password asks for a link."""
    entering.ensure_passwords_are_used()
    if current().is_demo:
        abort(HTTPStatus.NOT_FOUND)
    return page("auth/forgot.html")


@blueprint.post("/olvide")
@allow(ANYONE, of=Of.NONE)
def send_link() -> Any:
    """Send the link to the person's own address; whether there is such a person is told to nobody."""
    entering.ensure_passwords_are_used()
    application, username = current(), request.form.get("username", "").strip().lower()
    attempts.begin(application.database, application.clock, f"olvido:{username}", network_of(request.remote_addr))
    with application.database.unit_of_work() as session:
        found = session.get(Person, username)
        if found is not None and found.active:
            hours = passwords.FORGOTTEN_LINK_HOURS
            address = passwords.link(session, application.config, username, hours=hours)
            accounts.send_link(session, application.clock.now(), found, link=address, hours=hours)
            auditing.record(session, application.clock, Actor(username), "pedir_enlace_de_clave", ("persona", username))
    return back_to(
        "auth.sign_in",
        "Si ese usuario existe, en unos minutos le llega un correo con un enlace que sirve durante una hora.",
    )


@blueprint.get("/sesion/ficha")
@allow(SIGNED_IN, of=Of.OWN)
def fresh_token() -> Any:
    """A CSRF token of this session, for a page left open while its session was lost and opened again."""
    return jsonify(ficha=generate_csrf())


def twice_typed() -> str:
    """The new password, if both fields agree."""
    password = request.form.get("password", "")
    if password != request.form.get("again", ""):
        raise WeakPassword("Las dos contraseñas no son iguales. Escríbalas de nuevo.")
    return password
