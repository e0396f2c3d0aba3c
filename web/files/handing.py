"""Hand out a stored file, to a browser or a program, and write down who took what is not public along."""

from __future__ import annotations

from flask import Response, g
from sqlalchemy.orm import Session

from web.answers import named
from web.files.reading import ensure_may_read
from web.pages import actor, current
from workflows.auditing import recording as auditing
from workflows.documents import files
from workflows.documents.models import StoredFile
from workflows.documents.states import Reserve
from workflows.errors import NotFound

ABSENT = "Ese archivo no existe. Vuelva a la página donde estaba el enlace y actualícela."


def hand_out(file_id: int) -> Response:
    """The file, always as a download: what people upload is never shown as a page of Cauce.

    The gate has found whose it is. Raises `NotFound`, `Forbidden`.
    """
    stored, content = opened(file_id)
    return named(Response(content, mimetype=stored.media_type), stored.name)


def opened(file_id: int) -> tuple[StoredFile, bytes]:
    """A file that this person may read, with its bytes; that they read what is not public is written down.

    The gate has found whose it is. Raises `NotFound`, `Forbidden`.
    """
    with current().database.reading() as session:
        stored = found(session, file_id)
        ensure_may_read(session, actor(), stored, g.owner.sectors)
        content = files.read(session, file_id)
        session.expunge(stored)
    if stored.reserve != Reserve.PUBLIC:
        _note(file_id, stored.reserve)
    return stored, content


def found(session: Session, file_id: int) -> StoredFile:
    """The record of a file. Raises `NotFound`."""
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
