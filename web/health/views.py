"""`/salud`: whether this process serves, and to those who may know, how everything else is; `/metrics` in figures."""

from __future__ import annotations

import hmac
import logging
from http import HTTPStatus
from typing import Any

from flask import Blueprint, current_app, jsonify, make_response, request
from werkzeug.wrappers import Response

from engine.errors import OtherDatabase
from notifications.hosts import is_loopback
from web import migrating, scanning
from web.answering import RETRY_AFTER_S
from web.auth import ANYONE, Of, allow
from web.health import metrics as figures
from web.health import reading
from web.later import later
from web.network import bearer
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
    if not _may_know():
        return make_response(jsonify(estado=WELL), HTTPStatus.OK)
    warnings = list(found.warnings())
    scanner = application.config.scanner
    if scanner and not scanning.is_there(scanner):
        warnings.append("El antivirus de CAUCE_CLAMD no responde: no se recibe ningún archivo.")
    details: dict[str, Any] = {"base_de_datos": "responde", **found.as_json()}
    return make_response(jsonify(estado=LOOK if warnings else WELL, avisos=warnings, **details), HTTPStatus.OK)


@blueprint.get("/salud/vivo")
@allow(ANYONE, of=Of.NONE)
def live() -> Response:
    """200 as long as this process answers at all: without that, it is to be begun again."""
    return make_response(jsonify(estado=WELL), HTTPStatus.OK)


@blueprint.get("/salud/listo")
@allow(ANYONE, of=Of.NONE)
def ready() -> Response:
    """200 while people can be sent here: the database answers and has this release's tables; else 503."""
    try:
        with current().database.reading() as session:
            reading.ensure_tables(session)
            overtaken = migrating.is_newer(session.connection())
    except Exception as failure:  # whatever it is, nobody can be served
        return _without_database(failure)
    if overtaken:
        return _without_database(OtherDatabase())
    return make_response(jsonify(estado=WELL), HTTPStatus.OK)


@blueprint.get("/metrics")
@allow(ANYONE, of=Of.NONE)
def metrics() -> Response:
    """Counts for a monitor (OpenMetrics), for this machine and for who has the token."""
    if not _may_know():
        answer = Response("Falta CAUCE_HEALTH_TOKEN.\n", HTTPStatus.UNAUTHORIZED, mimetype="text/plain")
        answer.headers["WWW-Authenticate"] = 'Bearer realm="cauce"'
        return answer
    body, media_type = figures.exposed(current_app)
    return Response(body, content_type=media_type)


def _without_database(failure: Exception) -> Response:
    """What is wrong; that the database answers and is another one, only that can be mended by whoever runs this."""
    told = failure.message if isinstance(failure, OtherDatabase) else NO_DATABASE
    return later(make_response(jsonify(estado=ILL, avisos=[told]), HTTPStatus.SERVICE_UNAVAILABLE), RETRY_AFTER_S)


def _may_know() -> bool:
    token = current().config.health_token
    if token and hmac.compare_digest(token.encode(), bearer(request).encode()):
        return True
    return is_loopback(request.remote_addr)
