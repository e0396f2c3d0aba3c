"""Pages of the mails: one's own, and for those who watch, everybody's."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Any, TypeVar

from flask import Blueprint, abort, g, request
from flask_login import current_user
from werkzeug.wrappers import Response

from notifications import habits as mail_habits
from notifications import outbox, reading
from notifications.habits import DIGEST_FROM, Habits
from notifications.states import Urgent, Watching
from web import exporting
from web.auth import SIGNED_IN, Of, allow
from web.auth.gate import may_open
from web.mails.sheets import COLUMNS, MARKS
from web.numbers import row_id
from web.pages import actor, back_to, current, page, person
from workflows.people.models import Person
from workflows.people.roles import COORDINATING, INSTALLATION_ADMINISTRATOR

blueprint = Blueprint("mails", __name__, url_prefix="/correos")

WATCHING = (*COORDINATING, INSTALLATION_ADMINISTRATOR)
PAGE = 50
Choice = TypeVar("Choice", bound=StrEnum)
URGENT = {
    Urgent.AT_ONCE: (
        "Al momento",
        "Lo de media hora viaja junto, una vez al día; el resto va en el resumen.",
    ),
    Urgent.WITH_DIGEST: ("Con el resumen del día", "Salvo lo que le devuelvan y venza ese mismo día."),
}
WATCHED = {
    Watching.DAILY: ("Cada día hábil", "En el resumen, cuando haya algo nuevo."),
    Watching.WEEKLY: ("Una vez por semana", "El primer día hábil de la semana, con todo lo de la anterior."),
}
NOT_AGAIN = "Este correo ya no hace falta: el próximo resumen lleva lo que siga abierto."


@blueprint.get("/")
@allow(SIGNED_IN, of=Of.NONE)
def index() -> str | Response:
    """The latest mails first."""
    before = request.args.get("antes", type=row_id)
    with current().database.reading() as session:
        if exporting.is_asked():
            every = reading.latest(session, _whose(), limit=None)
            return exporting.as_file("correos", "Correos", COLUMNS, every)
        mails = reading.latest(session, _whose(), before=before, limit=PAGE + 1)
        watched: dict[str, Any] = {}
        if current_user.may(COORDINATING):
            watched["undelivered"] = reading.undelivered(session, actor().supervises)
            watched["mail_server"] = reading.silent_server(session, current().clock.now())
    wording = sorted(one for one in actor().supervises if one) if current_user.may(COORDINATING) else []
    following = mails[PAGE - 1].id if len(mails) > PAGE else None
    return page(
        "mails/index.html",
        mails=mails[:PAGE],
        following=following,
        marks=MARKS,
        files=exporting.files_of(),
        everybody=current_user.may(COORDINATING),
        wording=wording,
        **watched,
    )


@blueprint.get("/<int:mail_id>")
@allow(SIGNED_IN, of=Of.MAIL)
def show(mail_id: int) -> str:
    """One mail, as text: nothing in it is rendered."""
    with current().database.reading() as session:
        mail = reading.one(session, mail_id, person().username if _is_mine() else _whose())
    if mail is None:
        abort(404)
    return page("mails/show.html", mail=mail, may_retry=may_open("mails.retry", mail_id=mail_id))


@blueprint.get("/preferencias")
@allow(SIGNED_IN, of=Of.OWN)
def habits() -> str:
    """How I want my mails."""
    with current().database.reading() as session:
        mine = mail_habits.of_person(session, person().username)
        email = session.get_one(Person, person().username).email
    return page("mails/habits.html", mine=mine, email=email, urgent=URGENT, watching=WATCHED, digest_from=DIGEST_FROM)


@blueprint.post("/preferencias")
@allow(SIGNED_IN, of=Of.OWN)
def choose_habits() -> Response:
    """Note how I want my mails."""
    wanted = Habits(
        _chosen(Urgent, "urgente", Urgent.AT_ONCE),
        _chosen(Watching, "de_otros", Watching.DAILY),
        request.form.get("silencio_desde", 0, type=row_id),
        request.form.get("silencio_hasta", 0, type=row_id),
    )
    with current().database.unit_of_work() as session:
        mail_habits.choose(session, person().username, wanted)
    return back_to("mails.habits", "Así le escribiremos desde ahora.")


def _chosen(options: type[Choice], field: str, usual: Choice) -> Choice:
    """One of some options, as a form gives it."""
    return next((one for one in options if one == request.form.get(field)), usual)


@blueprint.post("/<int:mail_id>/reintentar")
@allow(*WATCHING, of=Of.MAIL)
def retry(mail_id: int) -> Response:
    """Put a failed mail back in the queue."""
    with current().database.unit_of_work() as session:
        mail = reading.one(session, mail_id, actor().supervises) or abort(404)
        leaves = outbox.retry(session, mail, current().clock.now())
    notice = "El correo volvió a la cola; saldrá en unos segundos." if leaves else NOT_AGAIN
    return back_to("mails.show", notice, mail_id=mail_id)


@blueprint.post("/<int:mail_id>/descartar")
@allow(*WATCHING, of=Of.MAIL)
def discard(mail_id: int) -> Response:
    """Let a failed mail be."""
    with current().database.unit_of_work() as session:
        outbox.discard(session, reading.one(session, mail_id, actor().supervises) or abort(404))
    return back_to("mails.show", "El correo no se enviará.", mail_id=mail_id)


def _whose() -> str | Collection[str]:
    """Whose mails this person reads here: their own, or those of the sectors that they supervise."""
    return actor().supervises if current_user.may(COORDINATING) else person().username


def _is_mine() -> bool:
    """Whether the mail is to the reader, who may coordinate but one of the sectors that it tells of."""
    return bool(g.owner.person == person().username)
