"""Hand out a stored file."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, redirect, url_for
from sqlalchemy.orm import Session

from web.answers import named
from web.auth import SIGNED_IN, Of, allow
from web.files.reading import ensure_may_read
from web.pages import actor, current
from workflows.auditing import recording as auditing
from workflows.documents import files
from workflows.documents.models import StoredFile
from workflows.documents.states import Reserve
from workflows.errors import Forbidden, NotFound

blueprint = Blueprint("files", __name__, url_prefix="/archivos")

ABSENT = "Ese archivo no existe. Vuelva a la página donde estaba el enlace y actualícela."


@blueprint.get("/<file:file_id>")
@allow(SIGNED_IN, of=Of.FILE)
def download(file_id: int) -> Response:
    """The file, always as a download: what people upload is never shown as a page of Cauce."""
    with current().database.reading() as session:
        stored = _found(session, file_id)
        ensure_may_read(session, actor(), stored, g.owner.sectors)
        response = Response(files.read(session, file_id), mimetype=stored.media_type)
        name, reserve = stored.name, stored.reserve
    if reserve != Reserve.PUBLIC:
        _note(file_id, reserve)
    return named(response, name)


@blueprint.get("/<int:file_id>")
@allow(SIGNED_IN, of=Of.FILE)
def moved(file_id: int) -> Any:
    """An address of before, which counted: it leads on whoever may read the file, and for others is none."""
    try:
        with current().database.reading() as session:
            ensure_may_read(session, actor(), _found(session, file_id), g.owner.sectors)
    except Forbidden as exc:
        raise NotFound(ABSENT) from exc
    return redirect(url_for("files.download", file_id=file_id), HTTPStatus.PERMANENT_REDIRECT)


def _found(session: Session, file_id: int) -> StoredFile:
    stored = session.get(StoredFile, file_id)
    if stored is None:
        raise NotFound(ABSENT)
    return stored


def _note(file_id: int, reserve: Reserve) -> None:
    """Write down who took what is not public along."""
    application = current()
    with application.database.unit_of_work() as session:
        target = ("archivo", str(file_id))
        auditing.record(session, application.clock, actor(), "descargar", target, after={"reserva": reserve})
