"""How what was refused is answered: the one table from error class to HTTP status, and the page or JSON."""

from __future__ import annotations

import logging
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from flask import Flask, current_app, g, jsonify, make_response, render_template, request, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response

import engine.errors as engine_errors
import workflows.errors as workflows_errors
from engine import outages
from notifications.errors import InvalidReceiver
from web import problems
from web.auth.held import HeldRequest, hold
from web.errors import (
    DamagedBackup,
    ExpiredLink,
    InvalidRequest,
    KeyReused,
    LocalAccountsOff,
    NewerDatabase,
    NotEmpty,
    OutOfScope,
    ProviderFailed,
    ScannerFailed,
    SignInRefused,
    TooManyAttempts,
    UnknownPage,
    UnknownToken,
    UnmigratedDatabase,
    UnwritableField,
    WeakPassword,
    WebError,
    WrongCode,
    WrongPart,
    WrongPassword,
)
from web.later import later, not_before
from web.logs import request_id
from web.pages import actor, current, wants_json
from workflows.auditing.recording import record
from workflows.auditing.states import Outcome
from workflows.cycles.cadence import InvalidCadence
from workflows.monitoring.corrections import record_refusal

log = logging.getLogger(__name__)

REFUSING_FOR_GOOD = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
"""What is sent again is refused again: the work is another's by now, or was done."""


STATUS: dict[type[Exception], HTTPStatus] = {
    engine_errors.NotFound: HTTPStatus.NOT_FOUND,
    engine_errors.NotAllowed: HTTPStatus.FORBIDDEN,
    engine_errors.Conflict: HTTPStatus.CONFLICT,
    engine_errors.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    engine_errors.StorageFull: HTTPStatus.INSUFFICIENT_STORAGE,
    engine_errors.DatabaseDown: HTTPStatus.SERVICE_UNAVAILABLE,
    engine_errors.Undecided: HTTPStatus.CONFLICT,
    engine_errors.ExecutionFailed: HTTPStatus.INTERNAL_SERVER_ERROR,
    workflows_errors.NotFound: HTTPStatus.NOT_FOUND,
    workflows_errors.Forbidden: HTTPStatus.FORBIDDEN,
    workflows_errors.Conflict: HTTPStatus.CONFLICT,
    workflows_errors.Refused: HTTPStatus.CONFLICT,
    workflows_errors.InvalidSubmission: HTTPStatus.UNPROCESSABLE_ENTITY,
    InvalidReceiver: HTTPStatus.UNPROCESSABLE_ENTITY,
    workflows_errors.InvalidFile: HTTPStatus.UNPROCESSABLE_ENTITY,
    InvalidCadence: HTTPStatus.UNPROCESSABLE_ENTITY,
    workflows_errors.InvalidForm: HTTPStatus.UNPROCESSABLE_ENTITY,
    workflows_errors.UnknownFormHandler: HTTPStatus.INTERNAL_SERVER_ERROR,
    TooManyAttempts: HTTPStatus.TOO_MANY_REQUESTS,
    WrongPassword: HTTPStatus.UNPROCESSABLE_ENTITY,
    SignInRefused: HTTPStatus.FORBIDDEN,
    ProviderFailed: HTTPStatus.BAD_GATEWAY,
    ScannerFailed: HTTPStatus.SERVICE_UNAVAILABLE,
    LocalAccountsOff: HTTPStatus.FORBIDDEN,
    WrongCode: HTTPStatus.UNPROCESSABLE_ENTITY,
    WeakPassword: HTTPStatus.UNPROCESSABLE_ENTITY,
    ExpiredLink: HTTPStatus.GONE,
    UnwritableField: HTTPStatus.UNPROCESSABLE_ENTITY,
    DamagedBackup: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotEmpty: HTTPStatus.CONFLICT,
    NewerDatabase: HTTPStatus.SERVICE_UNAVAILABLE,
    UnmigratedDatabase: HTTPStatus.SERVICE_UNAVAILABLE,
    UnknownPage: HTTPStatus.NOT_FOUND,
    UnknownToken: HTTPStatus.UNAUTHORIZED,
    OutOfScope: HTTPStatus.FORBIDDEN,
    KeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    InvalidRequest: HTTPStatus.UNPROCESSABLE_ENTITY,
    # Two commands wrote the same case at once: the second did not see the first.
    StaleDataError: HTTPStatus.CONFLICT,
}

TITLES = {status: spanish for status, (spanish, _english) in problems.TITLES.items()} | {
    HTTPStatus.METHOD_NOT_ALLOWED: "Esta dirección no se abre así",
    HTTPStatus.GONE: "Este enlace ya no sirve",
    HTTPStatus.BAD_GATEWAY: "El proveedor de identidad no responde",
}
"""What a page calls each status: as programs are told, but for what only people meet."""

SENTENCES = {
    HTTPStatus.BAD_REQUEST: "Vuelva a la página anterior, actualícela y repita lo que hacía.",
    HTTPStatus.FORBIDDEN: "Esta página es de otros roles. Si la necesita para su trabajo, pídalo a la coordinación.",
    HTTPStatus.NOT_FOUND: "No hay nada en esta dirección. Revísela o vuelva a la bandeja.",
    HTTPStatus.METHOD_NOT_ALLOWED: "Vuelva a la bandeja y llegue por sus enlaces.",
    HTTPStatus.CONFLICT: "Alguien lo hizo antes. Actualice la página para ver cómo quedó.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Envíe archivos más pequeños, o en varias veces.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "No se guardó nada a medias. Vuelva a intentarlo; si se repite, avise a la "
    "administración de la plataforma con el código del incidente.",
}


RETRY_AFTER_S = 30
PRIVATE_FIELDS = frozenset({"password", "current", "again"})


def status_of(error: Exception) -> HTTPStatus | None:
    """The HTTP status of an error: that of its class or of the nearest ancestor in the table."""
    return next((STATUS[cls] for cls in type(error).__mro__ if cls in STATUS), None)


def register(app: Flask) -> None:
    """Answer every error with a page, or JSON for programs."""
    for mapped in (*STATUS, HTTPException, engine_errors.EngineError, workflows_errors.WorkflowsError, WebError):
        app.register_error_handler(mapped, _answer)
    app.register_error_handler(Exception, _answer_unexpected)
    app.after_request(_tell_refused)


def _answer(error: Exception) -> Response:
    if isinstance(error, HTTPException):
        return _answer_http(error)
    if isinstance(error, workflows_errors.PeriodFrozen):
        remember_refusal(error)
    status = status_of(error) or HTTPStatus.INTERNAL_SERVER_ERROR
    _refused(error, status)
    _note_forbidden(status)
    message = getattr(error, "message", None) or SENTENCES[status]
    response = _response(status, message, getattr(error, "findings", ()), error)
    return not_before(response, error)


def remember_refusal(error: workflows_errors.PeriodFrozen) -> None:
    """Write down the attempt on a closed month: the transaction that was refused took its own note with it."""
    application = current()
    with application.database.unit_of_work() as session:
        record_refusal(session, application.clock, actor(), error)


def _answer_http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return error.get_response()
    if isinstance(error, SecurityError):
        # The request came under a name that is not ours: no page, for its links would carry that name.
        return Response("Esta dirección no es la de Cauce.", HTTPStatus.BAD_REQUEST, mimetype="text/plain")
    status = HTTPStatus(error.code)
    _refused(error, status)
    _note_forbidden(status)
    sentence = SENTENCES.get(status, SENTENCES[HTTPStatus.BAD_REQUEST])
    if isinstance(error, CSRFError):
        sentence = "Esta página estuvo abierta en otra sesión. Actualícela y repita lo que hacía."
    response = _response(status, sentence, (), error)
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        response.headers.update({k: v for k, v in error.get_response().headers.items() if k == "Allow"})
    return response


def _note_forbidden(status: HTTPStatus) -> None:
    """Write down who tried what they may not; that it cannot be written is no reason to answer anything else."""
    if status is not HTTPStatus.FORBIDDEN or not current_user.is_authenticated:
        return
    application, target = current(), ("pagina", request.path[:200])
    with suppress(Exception), application.database.unit_of_work() as session:
        record(session, application.clock, actor(), "abrir", target, outcome=Outcome.REFUSED)


def _answer_unexpected(error: Exception) -> Response:
    g.refusal_told = True
    log.error("unexpected error", exc_info=error, extra={"fields": _asked()})
    return _response(HTTPStatus.INTERNAL_SERVER_ERROR, SENTENCES[HTTPStatus.INTERNAL_SERVER_ERROR])


def _response(status: HTTPStatus, message: str, findings: Any = (), error: Exception | None = None) -> Response:
    title = TITLES.get(status, TITLES[HTTPStatus.BAD_REQUEST])
    if problems.is_for_programs():
        found = getattr(error, "errors", None) or ()
        wrong = [one if isinstance(one, WrongPart) else WrongPart(one.path, one.message) for one in found]
        return _later(problems.problem(status, title, message, error, wrong))
    if wants_json():
        told = {"estado": status.value, "titulo": title, "mensaje": message, "incidente": request_id.get()}
        return _later(make_response(jsonify(told), status))
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        return _plain(status, title, message)
    try:
        body = render_template(
            "errors/error.html", title=title, message=message, findings=findings, code=request_id.get(),
            typed=_typed() if status in REFUSING_FOR_GOOD else (),
        )  # fmt: skip
    except Exception as failure:
        # The page names who is signed in: without a database it cannot be made, whatever it was to say.
        down = outages.meaning(failure)
        if isinstance(down, engine_errors.DatabaseDown):
            return _response(HTTPStatus.SERVICE_UNAVAILABLE, down.message)
        log.error("the error page failed", exc_info=failure, extra={"fields": _asked()})
        return _plain(status, title, message)
    return make_response(body, status)


def _plain(status: HTTPStatus, title: str, message: str) -> Response:
    """A page that needs nothing: no person, no session, no database; a form that was sent waits in it."""
    held = _held()
    environment = current_app.jinja_env
    body = environment.get_template("errors/plain.html").render(
        title=title, message=message, code=request_id.get(), held=held,
        csrf_token=request.form.get("csrf_token", "") if held else "",
        again=request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else url_for("home"),
        asset=environment.globals["asset"], url_for=url_for,
    )  # fmt: skip
    return _later(make_response(body, status))


def _held() -> HeldRequest | None:
    """The form that was sent, to be sent again; none with a password, which no page may show."""
    try:
        return None if request.method != "POST" or PRIVATE_FIELDS & request.form.keys() else hold(request)
    except HTTPException:  # too large to be read
        return None


def _typed() -> list[tuple[str, str]]:
    """What was written into a form that nobody takes any more, to be copied: name of the field and row, text."""
    held = _held()
    written = held.fields if held is not None else ()
    return [
        (_called(name), text)
        for name, text in written
        if text.strip() and name not in request.files and not name.rpartition("-")[2].startswith("_")
    ]


def _called(name: str) -> str:
    """«motivo, fila 2» of `validacion-1-motivo`."""
    parts = name.split("-")
    row = next((f", fila {int(part) + 1}" for part in parts if part.isdecimal()), "")
    return parts[-1].replace("_", " ") + row


def _later(response: Response) -> Response:
    return later(response, RETRY_AFTER_S) if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE else response


def _asked() -> dict[str, Any]:
    """Of a request, what a log may know: no path, for it may carry a token; no person who is not loaded yet."""
    signed = g.get("_login_user")
    return {"method": request.method, "endpoint": request.endpoint, "user": getattr(signed, "username", None)}


def _tell_refused(response: Response) -> Response:
    """Log what a view refused by itself, with a page that says what to correct."""
    if response.status_code >= HTTPStatus.BAD_REQUEST and not g.get("refusal_told"):
        fields = {"refusal": None, "status": response.status_code, **_asked()}
        log.info("refused", extra={"fields": fields})
    return response


def _refused(error: Exception, status: int) -> None:
    g.refusal_told = True
    level = logging.ERROR if status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.INFO
    cause = error if level == logging.ERROR else None
    fields = {"refusal": type(error).__name__, "status": int(status), **_asked()}
    log.log(level, "refused", exc_info=cause, extra={"fields": fields})
