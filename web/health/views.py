"""`/salud`: whether this process serves, and to those who may know, how everything else is."""

from __future__ import annotations

import hmac
import logging
from http import HTTPStatus
from typing import Any

from flask import Blueprint, jsonify, make_response, request
from werkzeug.wrappers import Response

from engine.errors import OtherDatabase
from notifications.hosts import is_loopback
from web.answering import RETRY_AFTER_S
from web.auth import ANYONE, Of, allow
from web.health import reading
from web.later import later
from web.pages import current

log = logging.getLogger(__name__)

blueprint = Blueprint("health", __name__)

WELL, LOOK, ILL = "bien", "con avisos", "mal"
NO_DATABASE = "La base de datos no responde."


@blueprint.get("/salud")
@allow(ANYONE, of=Of.NONE)
def health() -> Response:
    """200 while people can be served, 503 without a database; details for this machine and for who has the token.

    A mail server that is down or a worker that is silent are told and are no reason to send people elsewhere.
    """
    application = current()
    try:
        with application.database.reading() as session:
            found = reading.read(session, application.clock.now())
    except Exception as failure:  # whatever it is, nobody can be served
        log.warning("no database", extra={"fields": {"error": type(failure).__name__}})
        return _without_database(failure)
    warnings = list(found.warnings())
    if not _may_know():
        return make_response(jsonify(estado=WELL), HTTPStatus.OK)
    details: dict[str, Any] = {"base_de_datos": "responde", **found.as_json()}
    return make_response(jsonify(estado=LOOK if warnings else WELL, avisos=warnings, **details), HTTPStatus.OK)


def _without_database(failure: Exception) -> Response:
    """What is wrong; that the database answers and is another one, only that can be mended by whoever runs this."""
    told = failure.message if isinstance(failure, OtherDatabase) else NO_DATABASE
    return later(make_response(jsonify(estado=ILL, avisos=[told]), HTTPStatus.SERVICE_UNAVAILABLE), RETRY_AFTER_S)


def _may_know() -> bool:
    token = current().config.health_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token and hmac.compare_digest(token.encode(), given.encode()):
        return True
    return is_loopback(request.remote_addr)
