"""The addresses of stored files."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, redirect, url_for

from web.auth import SIGNED_IN, Of, allow
from web.files.handing import ABSENT, found, hand_out
from web.files.reading import ensure_may_read
from web.pages import actor, current
from workflows.errors import Forbidden, NotFound

blueprint = Blueprint("files", __name__, url_prefix="/archivos")


@blueprint.get("/<file:file_id>")
@allow(SIGNED_IN, of=Of.FILE)
def download(file_id: int) -> Response:
    """The file, as a download."""
    return hand_out(file_id)


@blueprint.get("/<int:file_id>")
@allow(SIGNED_IN, of=Of.FILE)
def moved(file_id: int) -> Any:
    """An address of before, which counted: it leads on whoever may read the file, and for others is none."""
    try:
        with current().database.reading() as session:
            ensure_may_read(session, actor(), found(session, file_id), g.owner.sectors)
    except Forbidden as exc:
        raise NotFound(ABSENT) from exc
    return redirect(url_for("files.download", file_id=file_id), HTTPStatus.PERMANENT_REDIRECT)
