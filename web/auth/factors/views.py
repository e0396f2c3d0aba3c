"""Mi cuenta › Segundo paso: beginning, adding, taking away, codes for paper."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, jsonify, make_response, request
from sqlalchemy.orm import Session

from engine.identity import Actor
from notifications import accounts
from web.auth import SIGNED_IN, Of, allow, attempts, devices, passwords, sessions
from web.auth.factors import codes, passkeys, remembering, state
from web.auth.models import Credential
from web.auth.sealing import seal, unseal
from web.errors import WebError, WrongCode, WrongPassword
from web.later import not_before
from web.network import network_of
from web.pages import back_to, current, page, person
from workflows.auditing import recording as auditing
from workflows.errors import Refused
from workflows.people.models import Person

blueprint = Blueprint("factors", __name__, url_prefix="/cuenta/segundo-paso")

SHOWN_FOR_S = 3600
"""How long the drawing with the secret of an application may stay open."""
OBLIGED = "Con sus roles se ingresa en dos pasos: agregue otro antes de quitar este."
AGAIN = "Para cambiar esto cierre la sesión, ingrese de nuevo y hágalo en los primeros diez minutos."


@blueprint.get("")
@allow(SIGNED_IN, of=Of.OWN)
def show() -> Any:
    """What I have for the second step, and how to begin."""
    return _page()


@blueprint.post("/aplicacion")
@allow(SIGNED_IN, of=Of.OWN)
def begin_app() -> Any:
    """Begin with an application: its code shows that it has the secret which was drawn."""
    application, me = current(), person()
    config, sealed = application.config, request.form.get("secreto", "")
    secret = unseal(config.secret_key, f"new-app:{me.username}", sealed, seconds=SHOWN_FOR_S)
    try:
        _ensure_it_is_me()
        with application.database.unit_of_work() as session:
            typed = request.form.get("codigo", "")
            if not secret or not codes.begin_with(
                session, application.clock, config.secret_key, me.username, secret, typed
            ):
                raise WrongCode(
                    "Ese código no es el que la aplicación muestra ahora. Revise también la hora del teléfono."
                )
            printed = _began(session, "una aplicación que da códigos")
    except WebError as refused:
        return _page(refused, secret=secret)
    return _after("La aplicación quedó activada.", printed)


@blueprint.get("/llave/reto")
@allow(SIGNED_IN, of=Of.OWN)
def ask_passkey() -> Any:
    """What a browser needs to make a passkey, asked for at the moment when somebody presses the button."""
    application = current()
    if not passkeys.are_possible(application.config):
        abort(HTTPStatus.NOT_FOUND)
    with application.database.reading() as session:
        known = state.of(session, application.clock, person().username).passkeys
        return jsonify(
            passkeys.ask_to_make(application.config, session.get_one(Person, person().username), list(known))
        )


@blueprint.post("/llave")
@allow(SIGNED_IN, of=Of.OWN)
def keep_passkey() -> Any:
    """Keep a passkey that my device made."""
    application, me, form = current(), person(), request.form
    try:
        _ensure_it_is_me()
        with application.database.unit_of_work() as session:
            if len(state.of(session, application.clock, me.username).passkeys) >= passkeys.MOST:
                raise WrongCode(f"Tiene {passkeys.MOST} llaves: quite una antes de agregar otra.")
            answer, challenge, name = (form.get(key, "") for key in ("respuesta", "reto", "nombre"))
            passkeys.keep(session, application.clock, application.config, me.username, answer, challenge, name)
            session.flush()
            printed = _began(session, f"la llave de acceso «{name.strip()[: passkeys.LONGEST_NAME]}»")
    except WebError as refused:
        return _page(refused)
    return _after("La llave de acceso quedó guardada.", printed)


@blueprint.post("/aplicacion/quitar")
@allow(SIGNED_IN, of=Of.OWN)
def remove_app() -> Any:
    """Use the application no more."""
    return _taken("una aplicación que da códigos", lambda session, mine: session.delete(mine.app) if mine.app else None)


@blueprint.post("/llave/quitar")
@allow(SIGNED_IN, of=Of.OWN)
def remove_passkey() -> Any:
    """Use a passkey no more."""
    wanted = next((one for one in request.form.getlist("llave") if one.isdecimal() and len(one) < 19), "0")
    return _taken(
        "una llave de acceso", lambda session, _mine: passkeys.remove(session, person().username, int(wanted))
    )


@blueprint.post("/codigos")
@allow(SIGNED_IN, of=Of.OWN)
def print_codes() -> Any:
    """New codes for paper; those of before no longer serve."""
    application, me = current(), person()
    try:
        _ensure_it_is_me()
        with application.database.unit_of_work() as session:
            if not state.is_set(session, me.username):
                raise WrongCode("Active primero una aplicación o una llave de acceso.")
            printed = codes.print_new(session, me.username)
            _tell(session, "codigos_de_papel", "se hicieron códigos de papel nuevos")
    except WebError as refused:
        return _page(refused)
    return _after("Los códigos de antes ya no sirven.", printed)


@blueprint.post("/equipos")
@allow(SIGNED_IN, of=Of.OWN)
def forget_browsers() -> Any:
    """Ask for the second step again in every browser."""
    with current().database.unit_of_work() as session:
        remembering.forget(session, person().username)
    return back_to("factors.show", "En todos los equipos se pedirá otra vez el segundo paso.")


def _page(refused: WebError | Refused | None = None, *, secret: str | None = None) -> Any:
    application, me = current(), person()
    if application.is_demo:
        abort(HTTPStatus.NOT_FOUND)
    with application.database.reading() as session:
        mine = state.of(session, application.clock, me.username)
        needs_password = not _is_fresh(session)
        has_password = session.get(Credential, me.username) is not None
    secret = secret or codes.new_secret()
    body = page(
        "factors/index.html",
        mine=mine,
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        sealed=seal(application.config.secret_key, f"new-app:{me.username}", secret),
        picture=codes.picture(secret, me.username),
        with_passkeys=passkeys.are_possible(application.config),
        days=application.config.second_factor_days,
        obliged=state.is_obliged(application.config.second_factor, me),
        needs_password=needs_password and has_password,
        again=AGAIN if needs_password and not has_password else "",
        error=refused.message if refused else "",
    )
    return not_before(make_response(body, HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK), refused)


def _after(notice: str, printed: Any) -> Any:
    """The codes for paper, shown this once; where there are none, back with a word."""
    if not printed:
        return back_to("factors.show", notice)
    return page("factors/codes.html", notice=notice, printed=printed)


def _began(session: Session, what: str) -> Any:
    """Write down and tell that a person has one more way; with the first come the codes for paper."""
    me, clock = person(), current().clock
    session.flush()
    sessions.settle(session, me.username)
    remembering.forget(session, me.username)
    _tell(session, "agregar_segundo_paso", f"el segundo paso al ingresar puede ser {what}")
    return codes.print_new(session, me.username) if not state.of(session, clock, me.username).codes_left else None


def _taken(what: str, take: Any) -> Any:
    """Take one way away; with the last go the codes for paper and the browsers that were not asked."""
    application, me = current(), person()
    try:
        _ensure_it_is_me()
        with application.database.unit_of_work() as session:
            take(session, state.of(session, application.clock, me.username))
            session.flush()
            is_left = state.is_set(session, me.username)
            if not is_left and state.is_obliged(application.config.second_factor, me):
                raise Refused(OBLIGED)
            if not is_left:
                state.remove_all(session, me.username)
            remembering.forget(session, me.username)
            _tell(session, "quitar_segundo_paso", f"el segundo paso al ingresar ya no es {what}")
    except (WebError, Refused) as refused:
        return _page(refused)
    return back_to("factors.show", "Quedó quitado." if is_left else "Quedó quitado: ahora ingresa en un solo paso.")


def _tell(session: Session, action: str, what: str) -> None:
    me, clock = person(), current().clock
    auditing.record(session, clock, Actor(me.username), action, ("persona", me.username))
    accounts.tell_changed(session, clock.now(), session.get_one(Person, me.username), what, "usted")


def _is_fresh(session: Session) -> bool:
    return sessions.is_fresh(session, current().clock, person().token)


def _ensure_it_is_me() -> None:
    """Whoever finds the browser open changes nothing: the password again, unless the sign-in was just now."""
    application, me = current(), person()
    if application.is_demo:
        abort(HTTPStatus.NOT_FOUND)
    with application.database.reading() as session:
        if _is_fresh(session):
            return
        credential = session.get(Credential, me.username)
    if credential is None or not application.config.local_accounts:
        raise WrongPassword(AGAIN)
    attempts.begin(
        application.database,
        application.clock,
        me.username,
        network_of(request.remote_addr),
        devices.known(me.username),
    )
    if not passwords.matches(credential, request.form.get("current", "")):
        raise WrongPassword("La contraseña no coincide. No se cambió nada; vuelva a intentarlo.")
    with application.database.unit_of_work() as session:
        attempts.forget(session, application.clock, me.username)
