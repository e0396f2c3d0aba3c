"""A code for every request: in its answer, on its error page and in every line it writes to the log."""

from __future__ import annotations

import re
import secrets

from flask import Flask, Response, request

from web.config import Config
from web.logs import request_id
from workflows.auditing.origin import Origin, origin

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""None that is mistaken for another when somebody reads it over the telephone."""
HEADER = "X-Request-ID"
FROM_PROXY = re.compile(r"[A-Za-z0-9._-]{6,64}")


def register(app: Flask, config: Config) -> None:
    """Give every request its code before anything else is done with it."""

    def begin() -> None:
        given = request.headers.get(HEADER, "") if config.proxies else ""
        request_id.set(given if FROM_PROXY.fullmatch(given) else new())
        origin.set(Origin(request_id.get(), request.remote_addr or ""))

    def tell(response: Response) -> Response:
        response.headers[HEADER] = request_id.get()
        return response

    def end(_error: BaseException | None) -> None:
        request_id.set("")
        origin.set(Origin())

    app.before_request(begin)
    app.after_request(tell)
    app.teardown_request(end)


def new() -> str:
    """A code like `K7Q2-9XDM`."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"
