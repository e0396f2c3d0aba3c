"""What somebody who never signs in sees of an endorsement at the link they got, and how they give it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from sqlalchemy.orm import Session

from engine.instances.models import Instance
from engine.tasks.models import UserTask
from notifications import accounts
from web import forms
from web.answers import named
from web.approvals import links
from web.approvals.models import ApprovalLink
from web.auth import ANYONE, Of, allow, attempts
from web.errors import WrongCode
from web.files.handing import ABSENT, found
from web.network import network_of
from web.pages import current, page
from workflows.auditing import recording as auditing
from workflows.calendar import bogota_day
from workflows.documents import files
from workflows.errors import NotFound
from workflows.monitoring import by_link
from workflows.people import contacts, directory

blueprint = Blueprint("approvals", __name__, url_prefix=links.PREFIX)
WRONG = "Ese código no es el último que se envió, o ya venció. Revise el correo más reciente o pida otro."


@blueprint.get("/<token>")
@allow(ANYONE, of=Of.NONE)
def show(token: str) -> str:
    """The same facts as in Cauce, to read. Opening it, however often, spends nothing."""
    with current().database.reading() as session:
        return _page(session, links.opened(session, current(), token), token)


@blueprint.get("/<token>/soporte/<file:file_id>")
@allow(ANYONE, of=Of.NONE)
def file(token: str, file_id: int) -> Response:
    """A file that stands on that page, and no other; that it was taken along is written down."""
    application = current()
    with application.database.reading() as session:
        link = links.opened(session, application, token)
        task_id, username, shown = link.task_id, link.username, list[int]()
        _facts(session, link, lambda one: shown.append(one) or "")  # type: ignore[func-returns-value]
        if file_id not in shown:
            raise NotFound(ABSENT)
        stored, content = found(session, file_id), files.read(session, file_id)
        answer = named(Response(content, mimetype=stored.media_type), stored.name)
    with application.database.unit_of_work() as session:
        auditing.record(
            session, application.clock, directory.actor(session, username), "descargar", ("archivo", str(file_id)),
            after={"enlace_de_la_tarea": task_id},
        )  # fmt: skip
    return answer


@blueprint.post("/<token>/codigo")
@allow(ANYONE, of=Of.NONE)
def send_code(token: str) -> Any:
    """Send a code to the address the link went to; reading the page again sends none."""
    application = current()
    with application.database.unit_of_work() as session:
        link = links.opened(session, application, token, lock=True)
        try:
            links.send_code(session, application, link)
        except WrongCode as too_many:
            return _page(session, link, token, error=too_many.message), HTTPStatus.UNPROCESSABLE_ENTITY
    return redirect(url_for("approvals.show", token=token, _anchor="avalar"), HTTPStatus.SEE_OTHER)


@blueprint.post("/<token>")
@allow(ANYONE, of=Of.NONE)
def endorse(token: str) -> Any:
    """Endorse with the code, and tell who did: whoever reads their mail could have."""
    application, code = current(), request.form.get("codigo", "")
    attempts.begin(application.database, application.clock, links.counted_as(token), network_of(request.remote_addr))
    with application.database.unit_of_work() as session:
        link = links.opened(session, application, token, lock=True)
        if not links.is_right(session, application, link, code):
            return _wrong(session, link, token)
        given, task = links.spend(application, link), session.get_one(UserTask, link.task_id)
        by_link.endorse(session, application.engine, application.forms, task.id, link.username, given)
        person, case = directory.person(session, link.username), session.get_one(Instance, task.instance_id)
        accounts.tell_changed(
            session, application.clock.now(), person, "quedó un aval a su nombre, con el enlace y el código",
            f"quien abrió el enlace enviado a {given.address}", details=[f"{task.name}: {case.name}"],
        )  # fmt: skip
        return page("approvals/done.html", task=task, case=case, person=person)


def _wrong(session: Session, link: ApprovalLink, token: str) -> tuple[str, int]:
    """The page again, or that the link is worn out: what was counted stays counted."""
    if links.is_worn_out(link):
        return page("approvals/done.html", task=None, case=None, person=None, gone=links.GONE), HTTPStatus.GONE
    return _page(session, link, token, error=WRONG), HTTPStatus.UNPROCESSABLE_ENTITY


def _page(session: Session, link: ApprovalLink, token: str, error: str = "") -> str:
    application = current()
    task, today = session.get_one(UserTask, link.task_id), bogota_day(application.clock.now())
    case = session.get_one(Instance, task.instance_id)
    return page(
        "approvals/show.html", link=link, token=token, task=task, case=case, error=error,
        person=directory.person(session, link.username), address=links.masked(link.address),
        contacts=contacts.of_task(session, task, case.tenant, but=link.username, on=today),
        form=_facts(session, link, lambda one: url_for("approvals.file", token=token, file_id=one)),
        left=links.CODES - link.codes, digits=links.DIGITS,
    )  # fmt: skip


def _facts(session: Session, link: ApprovalLink, file_url: Any) -> str:
    application = current()
    who = directory.actor(session, link.username, bogota_day(application.clock.now()))
    opened = application.forms.open(session, application.engine, link.task_id, who)
    return forms.render(opened, facts=True, file_url=file_url)
