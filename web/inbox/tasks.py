"""The page of a task: what is asked and why, its form, and what happens after sending it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import jsonify, make_response, redirect, request, url_for
from sqlalchemy.orm import Session

from engine.definitions import catalogue
from engine.definitions.catalogue import BundleModel
from engine.errors import UnknownTask
from engine.instances.models import Instance
from engine.states import UserTaskState
from engine.tasks.models import UserTask
from notifications import ladders
from web import forms
from web.auth import SIGNED_IN, Of, allow
from web.cases import standing
from web.comments.views import conversation
from web.deadlines import ago, deadline, met
from web.forms import Kept, Refused, Sent
from web.inbox import brought_file, section_in_word
from web.inbox.blueprint import blueprint
from web.inbox.extensions import told
from web.inbox.helping import asked_of, first_bring, hand_over
from web.inbox.next_steps import next_steps
from web.inbox.reading import ensure_may_read
from web.inbox.reasons import was_claimed, why
from web.pages import actor, current, page
from workflows import guide
from workflows.calendar import WorkingCalendar, of_entity
from workflows.correspondence import writing
from workflows.documents.fonts import warning_about
from workflows.errors import AlreadyReviewed, FieldError
from workflows.forms import drafts, unsent
from workflows.forms.opening import OpenForm
from workflows.forms.standing import ready_of, words_of_ready
from workflows.monitoring import on_paper, sign_offs
from workflows.people.comments import About
from workflows.people.directory import Directory
from workflows.people.naming import called
from workflows.subjects import subject

HAND_OVER = "entregar"
CONTRADICTS = "Marcó «Devuelvo» y oprimió «Avalar». Deje una de las dos: para devolver, oprima «Enviar lo marcado»."
"""What the first button of a helper does: they hand over, the owner sends."""


@blueprint.get("/tareas/<int:task_id>")
@allow(SIGNED_IN, of=Of.TASK)
def show(task_id: int) -> Any:
    """The task to do; once it is done, what was sent."""
    application = current()
    with application.database.reading() as session:
        task = _task(session, task_id)
        if task.state == UserTaskState.COMPLETED:
            return redirect(url_for("inbox.sent", task_id=task_id))
        opened = application.forms.open(session, application.engine, task_id, actor())
        return _task_page(session, opened)


@blueprint.post("/tareas/<int:task_id>")
@allow(SIGNED_IN, of=Of.TASK)
def send(task_id: int) -> Any:
    """Do what the pressed button says: send, keep and leave, add or remove a row."""
    application = current()
    action, first = forms.action_of(request), CONTRADICTS if forms.contradicts(request) else first_bring(task_id)
    outcome = forms.receive(application, actor(), task_id, request, hold=bool(first))
    if isinstance(outcome, Sent):
        return redirect(url_for("inbox.sent", task_id=task_id, recien=1), HTTPStatus.SEE_OTHER)
    if isinstance(outcome, Kept) and action == HAND_OVER:
        return hand_over(task_id)
    if isinstance(outcome, Kept) and first and action == "enviar":
        with application.database.reading() as session:
            opened = application.forms.open(session, application.engine, task_id, actor())
            return _task_page(session, opened, sentence=first), HTTPStatus.UNPROCESSABLE_ENTITY
    if isinstance(outcome, Kept):
        here = url_for("inbox.show", task_id=task_id, _anchor=outcome.anchor)
        return redirect(url_for("inbox.mine") if outcome.leaving else here, HTTPStatus.SEE_OTHER)
    with application.database.reading() as session:
        opened = application.forms.open(session, application.engine, task_id, actor(), raw=outcome.raw)
        body = _task_page(session, opened, errors=outcome.errors, sentence=outcome.sentence)
    return make_response(body, _status(outcome))


@blueprint.post("/tareas/<int:task_id>/borrador")
@allow(SIGNED_IN, of=Of.TASK)
def keep_draft(task_id: int) -> Any:
    """Keep what is typed so far; answers what the page shows about it."""
    kept = forms.keep_draft(current(), actor(), task_id, request, correcting="correccion" in request.args)
    return jsonify(kept), HTTPStatus.CONFLICT if "conflicto" in kept else HTTPStatus.OK


@blueprint.post("/tareas/<int:task_id>/partir")
@allow(SIGNED_IN, of=Of.TASK)
def begin_from(task_id: int) -> Any:
    """Begin one's draft with that of somebody else who may do the task too."""
    application = current()
    with application.database.unit_of_work() as session:
        application.forms.begin_from(session, application.engine, task_id, actor(), request.form.get("de", ""))
    return redirect(url_for("inbox.show", task_id=task_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/tareas/<int:task_id>/archivos")
@allow(SIGNED_IN, of=Of.TASK)
def attach(task_id: int) -> Any:
    """Keep a file as soon as it is chosen; the draft names it next."""
    stored = forms.attach(current(), actor(), task_id, request, correcting="correccion" in request.args)
    told = {"id": stored.id, "nombre": stored.name, "tamano": stored.size, "direccion": _file_url(stored.id)}
    return jsonify(told), HTTPStatus.CREATED


@blueprint.get("/tareas/<int:task_id>/enviada")
@allow(SIGNED_IN, of=Of.TASK)
def sent(task_id: int) -> str:
    """What was sent, and what happens next and with whom."""
    application = current()
    with application.database.reading() as session:
        task = _task(session, task_id)
        ensure_may_read(session, task)
        opened = application.forms.open_sent(session, application.engine, task_id, actor())
        case = session.get_one(Instance, task.instance_id)
        # what this task led to: the tasks of the same entity, and those of the whole case
        follow = standing.open_tasks(session, case.id, actor(), about=str(task.context.get("entidad") or ""))
        names = Directory().display_names(session, {task.completed_by or ""})
        correction = drafts.of(session, task_id, actor().id)
        late = correction if not opened.amendable else None
        return page(
            "inbox/sent.html",
            task=task,
            subject=subject(task.variables),
            case=case,
            is_fresh="recien" in request.args,
            is_corrected="corregida" in request.args,
            correction_is_over=not request.args.keys().isdisjoint({"corregida", "descartada"}),
            correction_kept_at=correction.saved_at if correction else None,
            kept_days=drafts.KEPT_DAYS,
            unsent=unsent.differences(opened, late.values) if late else (),
            again=unsent.again(session, task, actor().id) if late else None,
            talk=conversation(session, About(case, task), opened) if late else None,
            is_mine=task.completed_by == actor().id,
            who=names.get(task.completed_by or "", ""),
            deadline=met(task.due_at, task.completed_at or application.clock.now()),
            opened=opened,
            form=forms.render(opened, readonly=True, file_url=_file_url, address_of=_indicator_of(opened)),
            signed=sign_offs.of_task(session, task_id),
            missing_letters=warning_about(dict(opened.shown)) if task.completed_by == actor().id else "",
            follow=follow,
        )


@blueprint.route("/tareas/<int:task_id>/corregir", methods=["GET", "POST"])
@allow(SIGNED_IN, of=Of.TASK)
def correct(task_id: int) -> Any:
    """Correct what one sent, until somebody validated it."""
    application = current()
    outcome: Refused | None = None
    if request.method == "POST":
        try:
            received = forms.receive(application, actor(), task_id, request, correcting=True)
        except AlreadyReviewed:  # what was typed is kept, and told there
            return redirect(url_for("inbox.sent", task_id=task_id, _anchor="sin-enviar"), HTTPStatus.SEE_OTHER)
        if isinstance(received, Sent):
            return redirect(url_for("inbox.sent", task_id=task_id, corregida=1), HTTPStatus.SEE_OTHER)
        if isinstance(received, Kept):
            here = url_for("inbox.correct", task_id=task_id, _anchor=received.anchor)
            there = url_for("inbox.sent", task_id=task_id)
            return redirect(there if received.leaving else here, HTTPStatus.SEE_OTHER)
        outcome = received
    with application.database.reading() as session:
        raw = outcome.raw if outcome else None
        opened = application.forms.open_correction(session, application.engine, task_id, actor(), raw=raw)
        if not opened.amendable:
            return redirect(url_for("inbox.sent", task_id=task_id), HTTPStatus.SEE_OTHER)
        action = url_for("inbox.correct", task_id=task_id)
        form = forms.render(
            opened,
            action=action,
            errors=outcome.errors if outcome else (),
            sentence=outcome.sentence if outcome else "",
            submit_label="Enviar la corrección",
            draft_url=url_for("inbox.keep_draft", task_id=task_id, correccion=1),
            username=actor().id,
            address_of=_indicator_of(opened),
            files_url=url_for("inbox.attach", task_id=task_id, correccion=1),
            file_url=_file_url,
        )
        body = page("inbox/correct.html", task=opened.task, case=opened.instance, kept_at=opened.saved_at, form=form)
    return make_response(body, _status(outcome) if outcome else HTTPStatus.OK)


@blueprint.post("/tareas/<int:task_id>/corregir/descartar")
@allow(SIGNED_IN, of=Of.TASK)
def drop_correction(task_id: int) -> Any:
    """Leave what was sent as it is."""
    application = current()
    with application.database.unit_of_work() as session:
        application.forms.drop_correction(session, task_id, actor())
    return redirect(url_for("inbox.sent", task_id=task_id, descartada=1), HTTPStatus.SEE_OTHER)


def _calendar_of(task: UserTask, case: Instance) -> WorkingCalendar:
    """Of the entity whose step it is, where it is of one."""
    return current().calendar.within(of_entity(case.scope, task.variables.get("entidad")))


def _task_page(session: Session, opened: OpenForm, *, errors: Sequence[FieldError] = (), sentence: str = "") -> str:
    application, task, case = current(), opened.task, opened.instance
    bundle = catalogue.by_sha(session, case.bundle_sha256)
    asked, is_own = opened.helping_with, task.assignee == actor().id
    helps = asked_of(session, task.id) if is_own else []
    asker = Directory().display_names(session, [asked.asked_by])[asked.asked_by] if asked else ""
    following = next_steps(session, application.engine, bundle, task)
    return page(
        "inbox/task.html",
        task=task,
        subject=subject(task.variables),
        case=case,
        element=bundle.element(task.process_key, task.element_id),
        deadline=deadline(task.due_at, application.clock.now(), _calendar_of(task, case)),
        why=why(session, task, actor()),
        guide=guide.named_in(str(task.properties.get("guia") or "")),
        following=following,
        others=_others(session, opened, {one.help.helper for one in helps}) if asked is None else (),
        helping_with=asked,
        asker=asker,
        helps=helps,
        extensions=told(session, task.id),
        ladder=ladders.of_task(session, task, case.scope or "") if task.due_at else None,
        talk=conversation(session, About(case, task), opened),
        letters=writing.of_task(session, task),
        has_draft=opened.saved_at is not None,
        is_wide=any(one.is_list for one in opened.schema.fields()),
        ready=words_of_ready(*ready_of(opened.standings.values())),
        file_to_bring=_elsewhere(task) if asked is None else None,
        is_own=is_own,
        may_claim=task.assignee is None and asked is None,
        may_release=is_own and was_claimed(session, task),
        form=forms.render(
            opened,
            action=url_for("inbox.send", task_id=task.id),
            draft_url=url_for("inbox.keep_draft", task_id=task.id),
            files_url=url_for("inbox.attach", task_id=task.id),
            username=actor().id,
            errors=errors,
            sentence=sentence,
            submit_label=f"Entregar a {called(asker)}" if asked else _submit_label(bundle, task),
            submit_as=HAND_OVER if asked else "enviar",
            answer=_answer(task) if asked is None else None,
            file_url=_file_url,
            address_of=_indicator_of(opened),
        ),
    )


def _answer(task: UserTask) -> tuple[str, str, str] | None:
    """Of an endorsement, the button that gives it: in reach however much there is to read before."""
    yes = on_paper.SAYS_YES.get(task.element_id, {})
    return next((("Avalar", key, value) for key, value in yes.items()), None)


def _indicator_of(opened: OpenForm) -> Callable[[Mapping[str, Any]], str] | None:
    """Where all is told of the indicator that a row is about."""
    plan = opened.instance.scope
    if not plan:
        return None
    return lambda row: (
        url_for("plans.indicator", plan_code=plan, indicator_code=row["codigo"]) if row.get("indicator_id") else ""
    )


def _others(session: Session, opened: OpenForm, helpers: Collection[str]) -> list[tuple[str, str, str]]:
    """Who else keeps a draft of the task, helpers apart: user, name, how long ago."""
    now, others = current().clock.now(), [(user, at) for user, at in opened.others if user not in helpers]
    names = Directory().display_names(session, {user for user, _ in others}) if others else {}
    return [(user, names.get(user, user), ago(at, now)) for user, at in others]


def _elsewhere(task: UserTask) -> tuple[str, str] | None:
    """Where what is asked may be worked on in a file of one's own, and in which words."""
    return brought_file.link(task.id, task.form_key) or section_in_word.link(task.id, task.form_key)


def _submit_label(bundle: BundleModel, task: UserTask) -> str:
    """`pes.boton` of the diagram, else the usual word."""
    return bundle.element(task.process_key, task.element_id).properties.get("boton") or "Enviar"


def _task(session: Session, task_id: int) -> UserTask:
    found = session.get(UserTask, task_id)
    if found is None:
        raise UnknownTask(task_id=task_id)
    return found


def _file_url(file_id: int) -> str:
    return url_for("files.show", file_id=file_id)


def _status(outcome: Refused) -> HTTPStatus:
    if outcome.kept_nothing:
        return HTTPStatus.INSUFFICIENT_STORAGE
    return HTTPStatus.UNPROCESSABLE_ENTITY if outcome.errors or outcome.sentence else HTTPStatus.OK
