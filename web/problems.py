"""How programs are told what was refused: `application/problem+json` (RFC 9457), in Spanish or in English.

Sentences of errors are Spanish. In English a sentence is told as `web.english` has it, else as `ENGLISH` says what its
class means, else as `DETAILS` what its status does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus

import orjson
from flask import request
from werkzeug.wrappers import Response

from web.english import in_english
from web.errors import WrongPart
from web.logs import request_id

API = "/api/"
"""Where the addresses of programs begin."""
SPANISH, ENGLISH_LANGUAGE = "es", "en"
MEDIA_TYPE = "application/problem+json"

TITLES = {
    HTTPStatus.BAD_REQUEST: ("No entendimos lo enviado", "The request could not be understood"),
    HTTPStatus.UNAUTHORIZED: ("Falta un token que sirva", "A valid token is missing"),
    HTTPStatus.FORBIDDEN: ("No tiene permiso", "Not allowed"),
    HTTPStatus.NOT_FOUND: ("No lo encontramos", "Not found"),
    HTTPStatus.METHOD_NOT_ALLOWED: ("Esta dirección no se usa así", "Method not allowed"),
    HTTPStatus.CONFLICT: ("Algo cambió entre tanto", "Conflict with how things stand"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("Lo enviado es demasiado grande", "The request is too large"),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: ("Se esperaba otro formato", "Unsupported media type"),
    HTTPStatus.UNPROCESSABLE_ENTITY: ("Hay algo por corregir", "Something has to be corrected"),
    HTTPStatus.TOO_MANY_REQUESTS: ("Espere un momento", "Too many requests"),
    HTTPStatus.INTERNAL_SERVER_ERROR: ("Algo falló de nuestro lado", "Something failed on our side"),
    HTTPStatus.SERVICE_UNAVAILABLE: ("La base de datos no responde", "The database does not answer"),
    HTTPStatus.INSUFFICIENT_STORAGE: ("No queda espacio", "No space is left"),
}

DETAILS = {
    HTTPStatus.BAD_REQUEST: "Check the request against the description of the API.",
    HTTPStatus.UNAUTHORIZED: "Send «Authorization: Bearer cauce_…» with a token that has not expired or been revoked.",
    HTTPStatus.FORBIDDEN: "Whoever the token acts as may not do this.",
    HTTPStatus.NOT_FOUND: "There is nothing at this address, or it is not yours to see.",
    HTTPStatus.METHOD_NOT_ALLOWED: "Use a method that «Allow» names.",
    HTTPStatus.CONFLICT: "Somebody did it before, or something else must come first. Read how it stands now.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Send less, or in several requests.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Send the media type that the description of the API names.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Correct what is pointed at and send it again.",
    HTTPStatus.TOO_MANY_REQUESTS: "Wait as long as «Retry-After» says, and go slower.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Nothing was left half done. Try again; if it persists, report the code.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Nothing was left half done. Try again in a minute.",
    HTTPStatus.INSUFFICIENT_STORAGE: "Nothing was saved. Try again later.",
}
"""What a status means in English, where the class of the error says no more."""

ENGLISH = {
    "UnknownInstance": "There is no such case.",
    "UnknownTask": "There is no such task.",
    "UnknownDefinition": "That process is not published.",
    "NoMessageReceiver": "No case waits for that message with that key.",
    "NotAllowed": "That task is not yours.",
    "FourEyes": "You did the step that is reviewed here: somebody else must do it.",
    "LostRace": "Somebody else was changing the same at that moment. Try again.",
    "TaskAlreadyCompleted": "The task was completed already.",
    "TaskCancelledError": "The task is no longer needed: the case went on without it.",
    "TaskHeldByAnother": "Somebody else took the task.",
    "InstanceEndedError": "The case has ended.",
    "DuplicateBusinessKey": "There is an open case with that key already.",
    "InvalidVariables": "Data of a case are texts, numbers, dates or short lists of them.",
    "DraftChanged": "A newer draft was kept meanwhile; «seen» tells which one you know.",
    "PeriodFrozen": "The period is closed: its figures do not change. The attempt was written down.",
    "InvalidSubmission": "Fields have to be corrected: see «errors».",
    "InvalidFile": "The file cannot be accepted.",
    "TooManyRequests": DETAILS[HTTPStatus.TOO_MANY_REQUESTS],
    "OutOfScope": "The token does not have the scope that this needs.",
    "KeyReused": "That idempotency key was used for something else. Use a new one for each thing you ask.",
    "InvalidRequest": "What was sent does not fit the description of the API: see «errors».",
    "UnwritableField": "The text has a character that cannot be kept.",
}
"""What each class of error means; the sentence of the case itself is in Spanish."""


def is_for_programs() -> bool:
    """Whether what was asked, existing or not, is of the API."""
    return request.path.startswith(API)


def problem(
    status: HTTPStatus, title: str, detail: str, error: Exception | None, errors: Iterable[WrongPart] = ()
) -> Response:
    """The answer in the language that the program prefers; `title` and `detail` are the Spanish ones."""
    name = type(error).__name__ if error is not None else ""
    known, wrong = TITLES.get(status), list(errors)
    language = request.accept_languages.best_match((SPANISH, ENGLISH_LANGUAGE), SPANISH)
    if language == ENGLISH_LANGUAGE:
        title = known[1] if known else status.phrase
        told = in_english(detail)
        detail = told if told != detail else ENGLISH.get(name) or DETAILS.get(status, status.phrase)
        wrong = [WrongPart(one.path, one.english or in_english(one.message)) for one in wrong]
    elif known:
        title = known[0]
    body = {
        "type": f"urn:cauce:problem:{_code(name, status)}",
        "title": title,
        "status": status.value,
        "detail": detail,
        "request": request_id.get(),
        "errors": [{"path": one.path, "message": one.message} for one in wrong],
    }
    response = Response(orjson.dumps(body), status, mimetype=MEDIA_TYPE)
    response.headers["Content-Language"] = language or SPANISH
    response.headers["Vary"] = "Accept-Language"
    if status is HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = 'Bearer realm="cauce"'
    return response


def _code(name: str, status: HTTPStatus) -> str:
    """«InvalidSubmission» as «invalid-submission»; what has no class of ours, by its status."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name.removesuffix("Error")).lower()
    return words if name and name not in ("HTTPException", "Exception") else status.phrase.lower().replace(" ", "-")
