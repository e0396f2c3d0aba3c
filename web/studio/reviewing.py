"""A second person's look at a draft: the page, comments, the decision, taking it back, and demanding it."""

from __future__ import annotations

from collections.abc import Sequence

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine.definitions import releasing, reviewing
from engine.definitions.models import Release
from engine.errors import UnknownDefinition
from engine.states import ReleaseState
from notifications import releases
from web.auth.access import Of, allow
from web.pages import actor, back_to, current, page
from web.studio import overview
from web.studio.blueprint import LEADERS, blueprint
from web.studio.noting import note_way
from web.studio.processes import may_skip_review
from web.studio.publishing import Proposal, proposal
from workflows.calendar import bogota_day
from workflows.errors import Forbidden


@blueprint.get("/<process_key>/revision")
@allow(*LEADERS, of=Of.DEFINITION)
def review_page(process_key: str) -> str:
    """What is asked to be looked at, with what publishing it would mean."""
    return _page(process_key)


def _page(process_key: str, wrong: str = "") -> str:
    with current().database.reading() as session:
        release = reviewing.open_of(session, process_key)
        if release is None:
            raise UnknownDefinition("Nadie pide revisar ese proceso en este momento.")
        whole = reviewing.group(session, release)
        others = [one for one in whole if one is not release]
        shown = proposal(session, process_key, release.content, [one.content for one in others])
        together = [_beside(session, one, whole) for one in others]
        return page(
            "studio/review.html",
            release=release,
            shown=shown,
            together=together,
            blocked=any(one.is_blocked for _title, _name, one in together),
            stands=all(reviewing.stands(session, one) for one in whole),
            comments=reviewing.comments(session, release.id),
            names=overview.people(session),
            is_author=actor().id in release.authors,
            wrong=wrong,
            typed=request.form,
        )


def _beside(session: Session, release: Release, whole: Sequence[Release]) -> tuple[str, str, Proposal]:
    others = [one.content for one in whole if one is not release]
    shown = proposal(session, release.process_key, release.content, others)
    return releases.process_name(release), release.process_key, shown


@blueprint.post("/<process_key>/revision/<int:release_id>/aprobar")
@allow(*LEADERS, of=Of.DEFINITION)
def approve(process_key: str, release_id: int) -> Response:
    """Let it be published, now or on its day."""
    _rehearse(process_key)
    today = bogota_day(current().clock.now())
    with current().database.unit_of_work() as session:
        release = _of(reviewing.find(session, release_id), process_key)
        before = {"estado": release.state}
        released = reviewing.approve(
            session, current().engine, release_id, actor=actor(), today=today, remark=request.form.get("remark", "")
        )
        note_way(session, "aprobar_revision", process_key, release.remark, before=before, estado=release.state)
        releases.tell_outcome(session, current().engine.now(), release, current().config.base_url)
    said = "Aprobado: regirá en su fecha." if released.version is None else f"Rige la versión {released.version}."
    return back_to("studio.process", said, process_key=process_key)


def _rehearse(process_key: str) -> None:
    with current().database.reading() as session:
        release = reviewing.open_of(session, process_key)
        whole = reviewing.group(session, release) if release else []
        others = [one.process_key for one in whole if one.process_key != process_key]
        releasing.rehearse_draft(session, current().engine, process_key, others)


@blueprint.post("/<process_key>/revision/<int:release_id>/devolver")
@allow(*LEADERS, of=Of.DEFINITION)
def send_back(process_key: str, release_id: int) -> Response | tuple[str, int]:
    """Return it with what has to change."""
    remark = request.form.get("remark", "")
    if not remark.strip():
        return _page(process_key, "Escriba qué hay que cambiar."), 422
    with current().database.unit_of_work() as session:
        before = {"estado": _of(reviewing.find(session, release_id), process_key).state}
        release = reviewing.send_back(session, current().engine, release_id, actor=actor(), remark=remark)
        note_way(session, "devolver_revision", process_key, remark, before=before, estado=release.state)
        releases.tell_outcome(session, current().engine.now(), release, current().config.base_url)
    return back_to("studio.process", "Devuelto. Se avisó a quien lo dibujó.", process_key=process_key)


@blueprint.post("/<process_key>/revision/<int:release_id>/retirar")
@allow(*LEADERS, of=Of.DEFINITION)
def recall(process_key: str, release_id: int) -> Response:
    """Take back what was asked, or what waits for its day; the draft stays."""
    with current().database.unit_of_work() as session:
        release = _of(reviewing.find(session, release_id), process_key)
        before = {"estado": release.state}
        reviewing.recall(session, release_id)
        note_way(session, "retirar_publicacion", process_key, "", before=before, estado=release.state)
    return back_to("studio.publish_page", "Se retiró. El borrador sigue como estaba.", process_key=process_key)


@blueprint.post("/<process_key>/revision/<int:release_id>/comentar")
@allow(*LEADERS, of=Of.DEFINITION)
def comment(process_key: str, release_id: int) -> Response:
    """Say something about one thing that changes, or about the whole."""
    with current().database.unit_of_work() as session:
        release = _of(reviewing.find(session, release_id), process_key)
        reviewing.comment(
            session, current().engine, release_id,
            element=request.form.get("element", ""), text=request.form.get("text", ""), actor=actor(),
        )  # fmt: skip
    waits = release.state is ReleaseState.IN_REVIEW
    endpoint = "studio.review_page" if waits else "studio.publish_page"
    return back_to(endpoint, "El comentario quedó.", process_key=process_key, _anchor="comentarios")


@blueprint.post("/<process_key>/revision/exigir")
@allow(*LEADERS, of=Of.DEFINITION)
def demand(process_key: str) -> Response:
    """Have every change looked at by a second person (`reviewed` = 1), or no more: then an administrator says so."""
    reviewed = request.form.get("reviewed") == "1"
    if not reviewed and not may_skip_review():
        raise Forbidden("Dejar de exigir la revisión lo decide quien además administra.")
    with current().database.unit_of_work() as session:
        if reviewing.demand(session, process_key, reviewed):
            act, before = "exigir_revision" if reviewed else "no_exigir_revision", {"con_revision": not reviewed}
            note_way(session, act, process_key, "", before=before, con_revision=reviewed)
    said = "Desde ahora otra persona revisa cada cambio." if reviewed else "Desde ahora se publica sin otra mirada."
    return back_to("studio.process", said, process_key=process_key)


def _of(release: Release, process_key: str) -> Release:
    if release.process_key != process_key:
        raise UnknownDefinition("Esa revisión es de otro proceso.")
    return release
