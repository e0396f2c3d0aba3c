"""The answer to a request that could not be read: in Spanish, with the code under which the log tells it."""

from __future__ import annotations

import logging
from http import HTTPStatus

from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

from web import request_ids
from web.logs import request_id

log = logging.getLogger(__name__)

SENTENCES = {
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: (
        "Su navegador envió encabezados demasiado grandes. Borre las cookies de este sitio e intente de nuevo."
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Lo que envió es demasiado grande. Envíelo por partes o reduzca los archivos.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "No se pudo atender lo que pidió. Intente de nuevo en un momento.",
}
UNREADABLE = "Lo que llegó no se entiende. Vuelva a la página anterior, actualícela e intente de nuevo."


class _Answer(ErrorTask):  # type: ignore[misc]
    """Says it and closes the connection: where the next request would begin is not known."""

    def execute(self) -> None:
        """Write the answer."""
        status, code = HTTPStatus(self.request.error.code), request_ids.new()
        known = request_id.set(code)
        log.warning("request could not be read", extra={"fields": {"status": status.value}})
        request_id.reset(known)
        body = f"{SENTENCES.get(status, UNREADABLE)}\n\nCódigo del incidente: {code}\n".encode()
        self.status = f"{status.value} {status.phrase}"
        self.response_headers += [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
            (request_ids.HEADER, code),
        ]
        self.set_close_on_finish()
        self.content_length = len(body)
        self.write(body)


class Channel(HTTPChannel):  # type: ignore[misc]
    """A connection whose unreadable requests are answered so."""

    error_task_class = _Answer
