"""The meetings of a plan: to see, to move, to call off; the address at which people say that they are there."""

from __future__ import annotations

import datetime as dt
from typing import Any

import segno
from flask import Blueprint, abort, request, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine.definitions import catalogue
from engine.definitions.names import Name
from web import exporting
from web.auth import ANYONE, SIGNED_IN, WORKING, Of, allow
from web.days import typed_day
from web.meetings.listing import WORDS, agenda_of, standing
from web.meetings.sheets import COLUMNS, MINE
from web.pages import actor, back_to, current, page
from web.unsigned import counting
from workflows.calendar import bogota_day
from workflows.documents import keeping
from workflows.documents.keeping import Address
from workflows.documents.states import DocumentKind
from workflows.errors import Conflict, Refused
from workflows.meetings import attending, changing, commitments, minutes
from workflows.meetings.attending import Presence
from workflows.meetings.changing import When
from workflows.meetings.printing import MODES
from workflows.meetings.states import MeetingState
from workflows.people import directory
from workflows.plan.models import Plan
from workflows.spanish import long_day

blueprint = Blueprint("meetings", __name__)

OF_THE_PLAN = "reunion"
"""The process of a meeting that whoever coordinates calls by hand."""
PER_NETWORK = 100
"""Registrations an hour: a whole room stands behind one address, and may mistype; less than fills a register."""


@blueprint.get("/planes/<plan_code>/mesas")
@allow(SIGNED_IN, of=Of.PLAN)
def index(plan_code: str) -> str | Response:
    """What is to be held, what waits for its minutes, what was approved last."""
    with current().database.reading() as session:
        plan = session.get(Plan, plan_code) or abort(404)
        if exporting.is_asked():
            every = standing(session, plan_code, latest=None)
            return exporting.as_file(f"{plan_code} mesas", "Mesas", COLUMNS, [*every.coming, *every.over])
        process = catalogue.definition(session, OF_THE_PLAN, plan.sector_code)
        return page(
            "meetings/index.html",
            plan=plan,
            found=standing(session, plan_code),
            files=exporting.files_of(),
            process=str(Name(OF_THE_PLAN, process.tenant)) if process is not None else "",
            may_convene=process is not None and current_user.may({"coordinador_pes"}, plan.sector_code),
        )


@blueprint.get("/planes/<plan_code>/mesas/<int:meeting_id>")
@allow(SIGNED_IN, of=Of.PLAN)
def show(plan_code: str, meeting_id: int) -> str:
    """A meeting: when, where, about what, who, and what was promised there."""
    with current().database.reading() as session:
        return _shown(session, plan_code, meeting_id)


def _shown(session: Session, plan_code: str, meeting_id: int, **context: Any) -> str:
    meeting = changing.of_plan(session, plan_code, meeting_id)
    promised = minutes.own_commitments(session, meeting)
    names = directory.display_names(
        session,
        {*meeting.invited, meeting.convened_by or "", meeting.approved_by or "",
         *(one.responsible or "" for one in promised)} - {""},
    )  # fmt: skip
    to_be_held = meeting.state in changing.TO_BE_HELD
    return page(
        "meetings/show.html",
        plan=session.get_one(Plan, plan_code),
        meeting=meeting,
        names=names,
        agenda=agenda_of(session, meeting),
        modes=MODES,
        promised=promised,
        mark=WORDS[meeting.state],
        papers=keeping.formats_of(session, Address(plan_code, DocumentKind.MINUTES, str(meeting.id))),
        there=attending.registered(session, meeting) if to_be_held else [],
        to_be_held=to_be_held,
        is_convened=meeting.state is MeetingState.CONVENED,
        may_change=to_be_held and changing.may_change(session, meeting, actor()),
        **{"error": "", "typed": {}, **context},
    )


@blueprint.post("/planes/<plan_code>/mesas/<int:meeting_id>/mover")
@allow(WORKING, of=Of.PLAN)
def move(plan_code: str, meeting_id: int) -> Any:
    """Hold it on another day, at another hour or place: who was invited is told."""
    application, typed = current(), request.form
    try:
        to = _when(typed.get("fecha", ""), typed.get("hora", ""), typed.get("modalidad", ""), typed.get("lugar", ""))
        with application.database.unit_of_work() as session:
            changing.move(
                session, application.engine, plan_code, meeting_id, to, reason=typed.get("motivo", ""), actor=actor()
            )
    except (Refused, Conflict) as wrong:
        return _again(plan_code, meeting_id, wrong)
    notice = f"La mesa es el {long_day(to.held_on)}. A los invitados les llega el cambio, con la cita de su calendario."
    return back_to("meetings.show", notice, plan_code=plan_code, meeting_id=meeting_id)


@blueprint.post("/planes/<plan_code>/mesas/<int:meeting_id>/aplazar")
@allow(WORKING, of=Of.PLAN)
def call_off(plan_code: str, meeting_id: int) -> Any:
    """It is not on its day: who was invited is told, and calendars drop it."""
    application = current()
    try:
        with application.database.unit_of_work() as session:
            reason = request.form.get("motivo", "")
            changing.call_off(session, application.engine, plan_code, meeting_id, reason=reason, actor=actor())
    except (Refused, Conflict) as wrong:
        return _again(plan_code, meeting_id, wrong)
    notice = "La mesa quedó aplazada y a los invitados les llega. Fije aquí la otra fecha cuando la tenga."
    return back_to("meetings.show", notice, plan_code=plan_code, meeting_id=meeting_id)


def _again(plan_code: str, meeting_id: int, wrong: Refused | Conflict) -> tuple[str, int]:
    with current().database.reading() as session:
        return _shown(session, plan_code, meeting_id, error=wrong.message, typed=request.form), 422


def _when(day: str, hour: str, mode: str, place: str) -> When:
    held_on = typed_day(day)
    if held_on is None:
        raise Refused("Escriba el día, por ejemplo 13/11/2026.")
    if mode not in MODES:
        raise Refused("Elija cómo es la reunión: presencial, virtual o mixta.")
    try:
        starts_at = dt.time.fromisoformat(hour.strip()).replace(second=0, microsecond=0, tzinfo=None) if hour else None
    except ValueError as wrong:
        raise Refused("Escriba la hora con dos cifras, por ejemplo 08:30.") from wrong
    return When(held_on, starts_at, mode, " ".join(place.split())[:300])


@blueprint.post("/planes/<plan_code>/mesas/<int:meeting_id>/registro")
@allow(WORKING, of=Of.PLAN)
def open_register(plan_code: str, meeting_id: int) -> Response:
    """Let people say themselves that they are there, until the list is closed."""
    application = current()
    with application.database.unit_of_work() as session:
        attending.open_register(session, application.clock, plan_code, meeting_id, actor=actor())
    return back_to("meetings.attendance", plan_code=plan_code, meeting_id=meeting_id)


@blueprint.get("/planes/<plan_code>/mesas/<int:meeting_id>/registro")
@allow(SIGNED_IN, of=Of.PLAN)
def attendance(plan_code: str, meeting_id: int) -> str:
    """The code that telephones read, to project or print, and who has registered."""
    application = current()
    with application.database.reading() as session:
        meeting = changing.of_plan(session, plan_code, meeting_id)
        if not meeting.attendance_token:
            raise Conflict("El registro de esta mesa no está abierto: ábralo en su página.")
        address = (
            f"{application.config.base_url.rstrip('/')}{url_for('meetings.present', token=meeting.attendance_token)}"
        )
        return page(
            "meetings/attendance.html",
            plan=session.get_one(Plan, plan_code),
            meeting=meeting,
            address=address,
            code=segno.make(address, error="m").svg_data_uri(scale=8, border=4, light="white"),
            there=attending.registered(session, meeting),
        )


@blueprint.get("/asistencia/<token>")
@allow(ANYONE, of=Of.NONE)
def present(token: str) -> str:
    """Ask somebody who is at a meeting who they are, and tell what for."""
    with current().database.reading() as session:
        return _presenting(session, token)


def _presenting(session: Session, token: str, **context: Any) -> str:
    meeting = attending.by_token(session, token)
    me = directory.person(session, actor().id) if current_user.is_authenticated else None
    known = {"nombre": me.name, "entidad": me.entity_code or "", "publico": "servidores_publicos"} if me else {}
    return page(
        "meetings/present.html",
        meeting=meeting,
        token=token,
        entities=attending.entities(session, meeting),
        audiences=attending.AUDIENCES,
        modes=attending.MODES,
        **{"error": "", "typed": known, "done": "", **context},
    )


@blueprint.post("/asistencia/<token>")
@allow(ANYONE, of=Of.NONE)
def register(token: str) -> Any:
    """Write down that somebody is there."""
    application, typed = current(), request.form
    said = Presence(
        name=typed.get("nombre", ""), entity=typed.get("entidad", ""), position=typed.get("cargo", ""),
        audience=typed.get("publico", ""), mode=typed.get("asiste", ""), allows_data="autoriza" in typed,
    )  # fmt: skip
    username = actor().id if current_user.is_authenticated else None
    with application.database.reading() as session:
        meeting_id = attending.by_token(session, token).id
    counting.count(application, f"mesa {meeting_id}", PER_NETWORK)
    try:
        with application.database.unit_of_work() as session:
            is_new = attending.register(session, application.clock, token, said, username=username)
    except (Refused, Conflict) as wrong:
        with application.database.reading() as session:
            return _presenting(session, token, error=wrong.message, typed=typed), 422
    with application.database.reading() as session:
        return _presenting(session, token, done="nuevo" if is_new else "ya")


@blueprint.get("/compromisos")
@allow(SIGNED_IN, of=Of.OWN)
def mine() -> str | Response:
    """What one has promised and has not ended."""
    if exporting.is_asked():
        with current().database.reading() as session:
            promises = commitments.of_person(session, actor().id)
            return exporting.as_file("mis compromisos", "Mis compromisos", MINE, promises)
    return _promised()


def _promised(**context: Any) -> str:
    application = current()
    today = bogota_day(application.clock.now())
    with application.database.reading() as session:
        found = commitments.of_person(session, actor().id)
        return page(
            "meetings/mine.html",
            found=found,
            today=today,
            files=exporting.files_of(),
            **{"error": "", "wrong": 0, "typed": "", **context},
        )


@blueprint.post("/compromisos/<int:commitment_id>")
@allow(SIGNED_IN, of=Of.OWN)
def tell_progress(commitment_id: int) -> Any:
    """Say how a commitment goes: whoever coordinates and the next meeting read it."""
    application, text = current(), request.form.get("avance", "")
    try:
        with application.database.unit_of_work() as session:
            commitments.tell(session, application.engine, commitment_id, text=text, actor=actor())
    except Refused as wrong:
        return _promised(error=wrong.message, wrong=commitment_id, typed=text), 422
    return back_to("meetings.mine", "Quedó cómo va. Lo lee la coordinación y lo retoma la próxima mesa.")
