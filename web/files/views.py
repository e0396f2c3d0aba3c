"""Hand out a stored file."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from flask import Blueprint, Response
from sqlalchemy.orm import Session

from engine.instances.models import Instance
from engine.tasks.models import UserTask
from web.answers import named
from web.auth import SIGNED_IN, allow
from web.cases.standing import has_work_in
from web.pages import actor, current
from workflows.documents import files
from workflows.documents.models import Document, StoredFile
from workflows.documents.states import Reserve
from workflows.errors import Forbidden, NotFound
from workflows.people.models import PersonRole
from workflows.plan.models import Plan

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
    sectors = _sectors_of(session, stored, task)
    if sectors and all(me.may_supervise(sector) for sector in sectors):
        return
    if task is None or not has_work_in(session, task.instance_id, me):
        raise Forbidden("Ese archivo es de información clasificada o reservada.")


def _sectors_of(session: Session, stored: StoredFile, task: UserTask | None) -> Collection[str]:
    """Whose file it is: of the case or the plan that it belongs to, else of the sectors of who stored it."""
    if task is not None:
        return [session.get_one(Instance, task.instance_id).tenant]
    of_plan = sa.select(Plan.sector_code).join(Document, Document.plan_code == Plan.code)
    if found := session.scalars(of_plan.where(Document.file_id == stored.id)).all():
        return found
    held = sa.select(PersonRole.sector_code).where(PersonRole.username == stored.stored_by)
    return session.scalars(held.distinct()).all()
