"""Hand out a stored file."""

from __future__ import annotations

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from engine.instances.models import Instance
from engine.tasks.models import UserTask
from web.answers import named
from web.auth import SIGNED_IN, allow
from web.cases.standing import has_work_in
from web.pages import actor, current
from workflows.documents import files
from workflows.documents.models import StoredFile
from workflows.documents.states import Reserve
from workflows.errors import Forbidden, NotFound

blueprint = Blueprint("files", __name__, url_prefix="/archivos")


@blueprint.get("/<int:file_id>")
@allow(SIGNED_IN)
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
    """Public evidence is for all staff; the rest for who uploaded it, coordinators, and people of the same case."""
    me = actor()
    if stored.reserve == Reserve.PUBLIC or stored.stored_by == me.id:
        return
    task = session.get(UserTask, stored.task_id) if stored.task_id else None
    tenant = session.get_one(Instance, task.instance_id).tenant if task is not None else None
    if me.may_supervise(tenant) if tenant is not None else me.supervises:
        return
    if task is None or not has_work_in(session, task.instance_id, me):
        raise Forbidden("Ese archivo es de información clasificada o reservada.")
