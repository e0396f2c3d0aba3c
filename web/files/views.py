"""The addresses of stored files."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, redirect, url_for

from engine.confinement import confined
from web.auth import SIGNED_IN, Of, allow
from web.files.handing import ABSENT, found, hand_out, opened
from web.files.reading import ensure_may_read
from web.pages import actor, current, page
from workflows.documents import keeping, previews
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


@blueprint.get("/<file:file_id>/ver")
@allow(SIGNED_IN, of=Of.FILE)
def show(file_id: int) -> str:
    """What a file holds, on a page: pictures, tables and text made from it, never what it would run."""
    stored, content = opened(file_id)
    with current().database.reading() as session:
        dated_at = keeping.date_of(session, file_id)
    shown, why = None, ""
    if stored.media_type not in previews.PICTURES:
        try:
            shown = confined(previews.preview, content, stored.media_type, too_much=previews.Unshowable)
        except previews.Unshowable:
            why = "Este archivo no se puede mostrar aquí. Descárguelo para abrirlo en su programa."
    return page(
        "files/show.html", stored=stored, dated_at=dated_at, shown=shown, why=why,
        is_picture=not shown and not why,
    )  # fmt: skip


@blueprint.get("/<file:file_id>/pagina/<int:number>")
@allow(SIGNED_IN, of=Of.FILE)
def page_picture(file_id: int, number: int) -> Response:
    """A page of a PDF as a picture."""
    _, content = opened(file_id)
    try:
        picture = confined(previews.page_picture, content, number, too_much=previews.Unshowable)
    except previews.Unshowable as exc:
        raise NotFound("Esa página no se puede mostrar. Descargue el archivo.") from exc
    response = Response(picture, mimetype="image/png")
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
