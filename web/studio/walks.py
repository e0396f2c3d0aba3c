"""A draft walked by hand: its tasks answered in their own forms, its clock moved on, each step taken back."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from engine.definitions import scenarios
from engine.definitions.names import Name
from engine.errors import UnknownDefinition
from engine.identity import Actor
from engine.tasks.models import UserTask
from web import forms
from web.auth.access import Of, allow
from web.bootstrap import Application
from web.forms.receiving import Kept, Refused, Sent, parse_request, receive
from web.pages import actor, back_to, current, page
from web.rehearsals import following, stepping
from web.rehearsals.scenarios import expected
from web.rehearsals.stepping import Walk
from web.studio import overview
from web.studio.blueprint import LEADERS, blueprint
from web.studio.rehearsing import drawing_of, gathered


@blueprint.post("/<process_key>/ensayo/a-mano")
@allow(*LEADERS, of=Of.DEFINITION)
def begin_walk(process_key: str) -> Response:
    """Prepare the draft in a copy of its own, to be walked by whoever asks for it."""
    with current().database.reading() as session:
        xml, drawing = drawing_of(session, process_key)
        taken = gathered(session, process_key, {process_key: xml})
    token = stepping.begin(current().config.home, current().clock, actor().id, drawing, taken)
    return back_to("studio.walk", process_key=process_key, token=token)


@blueprint.get("/<process_key>/ensayo/a-mano/<token>")
@allow(*LEADERS, of=Of.DEFINITION)
def walk(process_key: str, token: str) -> str:
    """What waits for whom, what happened so far, every mail."""
    found = _walk(process_key, token)
    shown: dict[str, object] = {}
    with current().database.reading() as session:
        version = overview.working_version(session, process_key)
        # Nothing more is read for what is not shown yet: the page of a copy that is made asks every other second.
        drawing = drawing_of(session, process_key)[1] if found.is_ready else found.drawing
    if found.is_ready:
        with stepping.opened(current().config.home, found) as application:
            told = stepping.told(application, found)
            shown = {
                "waiting": stepping.waiting(application, found.process_key),
                "told": told,
                "days": sorted({*(one.day for one in told.happenings), *(one.day for one in told.mails)}, reverse=True),
            }
    return page("studio/walk.html", version=version, walk=found, is_old=drawing != found.drawing, **shown)


@blueprint.get("/<process_key>/ensayo/a-mano/<token>/tareas/<int:number>")
@allow(*LEADERS, of=Of.DEFINITION)
def walk_task(process_key: str, token: str, number: int) -> str:
    """The form of a task, by its number in the copy, as its person would see it."""
    found = _ready_walk(process_key, token)
    with stepping.opened(current().config.home, found) as application:
        return _form(application, found, process_key, number, None)


@blueprint.post("/<process_key>/ensayo/a-mano/<token>/tareas/<int:number>")
@allow(*LEADERS, of=Of.DEFINITION)
def answer_walk(process_key: str, token: str, number: int) -> Response | tuple[str, int] | str:
    """What the task would say to what was typed; sent, the rehearsal goes on."""
    found = _ready_walk(process_key, token)
    with stepping.opened(current().config.home, found) as application:
        who = stepping.person(application, number, request.args.get("como", ""))
        typed = _typed(application, number, who)
        stepping.keep_copy(current().config.home, found)
        outcome = receive(application, who, number, request)
        if isinstance(outcome, Sent):
            name = stepping.answered(current().config.home, found, application, number, typed)
            return _back(process_key, token, f"«{name}» se envió, en el ensayo.")
        if isinstance(outcome, Kept):
            return _form(application, found, process_key, number, None)
        return _form(application, found, process_key, number, outcome), HTTPStatus.UNPROCESSABLE_ENTITY


@blueprint.post("/<process_key>/ensayo/a-mano/<token>/tareas/<int:number>/alguien")
@allow(*LEADERS, of=Of.DEFINITION)
def let_do(process_key: str, token: str, number: int) -> Response:
    """Let whoever has it do a task."""
    after = stepping.let_do(current().config.home, _ready_walk(process_key, token), number)
    return _back(process_key, token, after.steps[-1])


@blueprint.post("/<process_key>/ensayo/a-mano/<token>/avanzar")
@allow(*LEADERS, of=Of.DEFINITION)
def go_on(process_key: str, token: str) -> Response:
    """Let time pass: an hour, a working day, or until something happens."""
    until = request.form.get("hasta", stepping.DAY)
    stepping.go_on(current().config.home, _ready_walk(process_key, token), until)
    return _back(process_key, token, "")


@blueprint.post("/<process_key>/ensayo/a-mano/<token>/guardar")
@allow(*LEADERS, of=Of.DEFINITION)
def keep_walk(process_key: str, token: str) -> Response:
    """Keep what was walked, to be done again before each publication."""
    found = _ready_walk(process_key, token)
    with stepping.opened(current().config.home, found) as application:
        order, told = stepping.as_order(application, found), stepping.told(application, found)
    with current().database.unit_of_work() as session:
        kept = scenarios.keep(
            session, current().engine, process_key, request.form.get("name", ""), order.as_json(), expected(told),
            actor=actor(),
        )  # fmt: skip
        said = f"«{kept.name}» se repetirá antes de cada publicación."
    return back_to("studio.rehearse_page", said, process_key=process_key)


@blueprint.post("/<process_key>/ensayo/a-mano/<token>/volver")
@allow(*LEADERS, of=Of.DEFINITION)
def step_back(process_key: str, token: str) -> Response:
    """As it was before the last step."""
    stepping.back(current().config.home, _walk(process_key, token))
    return _back(process_key, token, "Se deshizo el último paso del ensayo.")


def _typed(application: Application, number: int, who: Actor) -> dict[str, Any]:
    with application.database.reading() as session:
        schema = application.forms.schema_for(session, application.engine, number, who)
    return following.typed(schema, parse_request(request))


def _walk(process_key: str, token: str) -> Walk:
    found = stepping.find(current().config.home, token, actor().id)
    if found is None or found.process_key != Name.parse(process_key).key:
        raise UnknownDefinition("Ese ensayo ya no está: se guarda un día, uno por proceso y persona. Empiece otro.")
    return found


def _ready_walk(process_key: str, token: str) -> Walk:
    found = _walk(process_key, token)
    if not found.is_ready:
        raise UnknownDefinition("Ese ensayo todavía se está preparando.")
    return found


def _form(application: Application, found: Walk, process_key: str, task_id: int, refused: Refused | None) -> str:
    who = stepping.person(application, task_id, request.args.get("como", ""))
    raw = dict(refused.raw) if refused is not None else None
    with application.database.reading() as session:
        opened = application.forms.open(session, application.engine, task_id, who, raw)
        name, others = opened.task.name, stepping.waiting(application, found.process_key)
        body = forms.render(
            replace(opened, task=UserTask(id=0, name=name)),  # nothing on the page may point at a real task
            errors=refused.errors if refused else (),
            sentence=refused.sentence if refused else "",
            action=url_for(
                "studio.answer_walk", process_key=process_key, token=found.token, number=task_id, como=who.id
            ),
        )
    with current().database.reading() as session:
        version = overview.working_version(session, process_key)
    mine = next(one for one in others if one.id == task_id)
    return page("studio/walk_task.html", version=version, walk=found, task=mine, form=body, who=mine.people[who.id])


def _back(process_key: str, token: str, said: str) -> Response:
    return back_to("studio.walk", said, process_key=process_key, token=token)
