"""The second step of a sign-in, and signing in with a passkey alone."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, jsonify, make_response, request
from sqlalchemy.orm import Session

from engine.identity import Actor
from notifications import accounts
from web.auth import ANYONE, Of, allow, attempts, devices, entering
from web.auth.entering import FirstStep
from web.auth.factors import codes, passkeys, remembering
from web.auth.gate import sign_in_page
from web.auth.held import unseal
from web.errors import TooManyAttempts, WebError, WrongCode
from web.network import network_of
from web.pages import current
from workflows.auditing import recording as auditing
from workflows.people.models import Person

blueprint = Blueprint("second_step", __name__, url_prefix="/ingresar")

TOO_LATE = "Pasaron más de diez minutos. Ingrese de nuevo desde el principio."


@blueprint.post("/segundo")
@allow(ANYONE, of=Of.NONE)
def check() -> Any:
    """The code of an application or from paper, after the first step."""
    application, step = current(), FirstStep.of_form()
    with application.database.reading() as session:
        if step is None or entering.stamp(session, step.username) != step.stamp:
            return _from_the_beginning(WrongCode(TOO_LATE))
    try:
        _count(step.username)
        on_paper = _spend(step.username, request.form.get("codigo", ""))
    except TooManyAttempts as refused:
        return entering.ask_second_step(step, refused=refused, status=HTTPStatus.TOO_MANY_REQUESTS)
    except WrongCode as refused:
        _note(step.username)
        return entering.ask_second_step(step, refused=refused, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    if not entering.open_session(step.username, step.provided, second_step=True):
        return _from_the_beginning(WrongCode(TOO_LATE))
    _settle(step.username, on_paper)
    return entering.go_on()


@blueprint.get("/llave")
@allow(ANYONE, of=Of.NONE)
def ask() -> Any:
    """What a browser needs to show a passkey, asked for at the moment when somebody presses the button."""
    if not passkeys.are_possible(current().config) or current().is_demo:
        abort(HTTPStatus.NOT_FOUND)
    return jsonify(passkeys.ask_to_show(current().config))


@blueprint.post("/llave")
@allow(ANYONE, of=Of.NONE)
def show() -> Any:
    """A passkey, alone or after the first step: the device asked for its own code or finger."""
    application, form, step = current(), request.form, FirstStep.of_form()
    if step is None:
        entering.ensure_passwords_are_used()  # else the provider alone says who comes in
    try:
        with application.database.unit_of_work() as session:
            username = passkeys.shown(
                session, application.clock, application.config, form.get("respuesta", ""), form.get("reto", "")
            ).username
    except WrongCode as refused:
        entering.note_failure("", segundo_paso="llave")
        return _from_the_beginning(refused)
    if step is not None and step.username != username:
        return _from_the_beginning(WrongCode(passkeys.UNKNOWN))
    provided = step.provided if step else None
    if not entering.open_session(username, provided, second_step=True):
        return _from_the_beginning(WrongCode(passkeys.UNKNOWN))
    return entering.go_on()


def _count(username: str) -> None:
    application, network = current(), network_of(request.remote_addr)
    name = f"{attempts.SECOND_STEP}{username}"
    attempts.begin(application.database, application.clock, name, network, devices.known(username))


def _spend(username: str, typed: str) -> bool:
    """Let a code have served; whether it was one from paper. Raises `WrongCode`."""
    application = current()
    with application.database.unit_of_work() as session:
        if codes.is_right(session, application.clock, application.config.secret_key, username, typed):
            return False
        if codes.spend_paper(session, username, typed):
            auditing.record(session, application.clock, Actor(username), "usar_codigo_de_papel", ("persona", username))
            return True
    raise WrongCode


def _note(username: str) -> None:
    """Write the failure down; at the fifth tell the person, for whoever tries knows their password."""
    entering.note_failure(username, segundo_paso="código")
    application = current()
    with application.database.unit_of_work() as session:
        name = f"{attempts.SECOND_STEP}{username}"
        if attempts.failures(session, application.clock, name) == attempts.FREE:
            what = f"hubo {attempts.FREE} códigos equivocados después de una contraseña correcta"
            found = session.get_one(Person, username)
            advice = ["Si no era usted, cambie su contraseña ahora: alguien la conoce."]
            accounts.tell_changed(session, application.clock.now(), found, what, "alguien", details=advice)


def _settle(username: str, on_paper: bool) -> None:
    """What follows a second step: the browser that need not ask again, and a code fewer on paper."""
    application = current()
    days = application.config.second_factor_days
    with application.database.unit_of_work() as session:
        if request.form.get("recordar") and days:
            remembering.remember(session, application.clock, username, devices.remember(username), days)
        if on_paper:
            _tell_paper(session, username)


def _tell_paper(session: Session, username: str) -> None:
    found = session.get_one(Person, username)
    what = "se ingresó con un código de papel"
    accounts.tell_changed(session, current().clock.now(), found, what, "usted, o quien tenga sus códigos")


def _from_the_beginning(refused: WebError) -> Any:
    held = unseal(current().config.secret_key, request.form.get("held", ""))
    body = sign_in_page(held=held, following=request.form.get("sigue", ""), error=refused.message)
    return make_response(body, HTTPStatus.UNPROCESSABLE_ENTITY)
