"""Hand out a stored file."""

from __future__ import annotations

from flask import Blueprint, Response, g
from sqlalchemy.orm import Session

from engine.tasks.models import UserTask
from web.answers import named
from web.auth import SIGNED_IN, Of, allow
from web.cases.standing import has_work_in
from web.pages import actor, current
from workflows.documents import files
from workflows.documents.models import StoredFile
from workflows.documents.states import Reserve
from workflows.errors import Forbidden, NotFound

blueprint = Blueprint("files", __name__, url_prefix="/archivos")


@blueprint.get("/<int:file_id>")
@allow(SIGNED_IN, of=Of.FILE)
def download(file_id: int) -> Response:
    """The file, always as a download: what people upload is never shown as a page of Cauce."""
    with current().database.reading() as session:
        stored = session.get(StoredFile, file_id)
        if stored is None:
            raise NotFound("Ese archivo no existe. Vuelva a la página donde estaba el enlace y actualícela.")
        _ensure_may_read(session, stored)
        response = Response(files.read(session, file_id), mimetype=stored.media_type)
    return named(response, stored.name)


def _ensure_may_read(session: Session, stored: StoredFile) -> None:
    """What is public is for all staff of its sector; the rest for who uploaded it, coordinators, who works on it."""
    me = actor()
    if stored.reserve == Reserve.PUBLIC or stored.stored_by == me.id:
        return
    if all(me.may_supervise(sector) for sector in g.owner.sectors):
        return
    task = session.get(UserTask, stored.task_id) if stored.task_id else None
    if task is None or not has_work_in(session, task.instance_id, me):
        raise Forbidden("Ese archivo es de información clasificada o reservada.")
