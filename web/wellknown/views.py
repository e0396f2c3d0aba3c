"""`robots.txt` and `security.txt`."""

from __future__ import annotations

import datetime as dt

from flask import Blueprint, Response, abort, url_for

from web.auth import ANYONE, Of, allow
from web.pages import current

blueprint = Blueprint("wellknown", __name__)

GOOD_FOR = dt.timedelta(days=180)
"""How long whoever keeps a copy of `security.txt` may believe it; RFC 9116 recommends less than a year."""


@blueprint.get("/robots.txt")
@allow(ANYONE, of=Of.NONE)
def robots() -> Response:
    """Search engines read the portal and nothing else."""
    sitemap = f"Sitemap: {current().config.base_url}{url_for('open_plans.sitemap')}"
    lines = ("User-agent: *", f"Allow: {url_for('portal.index')}", "Disallow: /", sitemap)
    return _text(lines)


@blueprint.get("/.well-known/security.txt")
@allow(ANYONE, of=Of.NONE)
def security() -> Response:
    """Where somebody who finds a weakness writes, as RFC 9116 has it; nowhere if the installation names nobody."""
    application = current()
    config = application.config
    if not config.security_contact:
        abort(404)
    expires = (application.clock.now() + GOOD_FOR).astimezone(dt.UTC).replace(microsecond=0)
    return _text(
        (
            f"Contact: {config.security_contact}",
            f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
            "Preferred-Languages: es, en",
            f"Canonical: {config.base_url}{url_for('wellknown.security')}",
        )
    )


def _text(lines: tuple[str, ...]) -> Response:
    return Response("".join(f"{line}\n" for line in lines), mimetype="text/plain")
