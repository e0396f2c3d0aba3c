"""Tasks: the lists, a form with what stands in it, the draft, the files, and sending it."""

from __future__ import annotations

import datetime as dt
import secrets
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any

from flask import request
from pydantic import Field
from sqlalchemy.orm import Session

from engine.errors import UnknownTask
from engine.tasks import commands, inbox
from engine.tasks.models import UserTask
from web import forms
from web.api import cursors
from web.api.blueprint import blueprint, operation
from web.api.once import once
from web.api.shapes import Listing, Once, Page, Shape
from web.api.values import plain
from web.auth import Of
from web.auth.scopes import Scope
from web.inbox.reading import ensure_may_read
from web.pages import actor, current
from workflows.errors import Conflict
from workflows.forms import drafts, helping
from workflows.forms.models import Submission
from workflows.forms.opening import OpenForm


class Box(StrEnum):
    """Which tasks."""

    MINE = "mine"
    GROUPS = "groups"
    DONE = "done"


class Boxed(Listing):
    """Which tasks are asked for: one's own, those of one's groups that nobody took, those one did."""

    box: Box = Box.MINE


class Task(Shape):
    """Something that a person has to do, or did."""

    id: int
    name: str
    state: str
    case_id: int
    process: str
    element: str
    form: str | None
    about: dict[str, Any]
    assignee: str | None
    created_at: dt.datetime
    due_at: dt.datetime | None
    completed_at: dt.datetime | None
    completed_by: str | None


class TaskPage(Page[Task]):
    """Some tasks."""


class Choice(Shape):
    """One of the values of a field."""

    value: str
    label: str


class Form(Shape):
    """A form as whoever asks sees it now.

    `components` is its schema (form-js). `values` is what stands in it: the draft, over what is known. Rows of a table
    with fixed rows carry `_fila`, by which they are told apart when they are sent. `options` are the choices by path,
    `locked` the rows nobody changes, `hidden` what is not asked now, `seen` what the draft is known by. `data` is what
    the task is about (`periodo`, `entidad`, …), which conditions of the form look at too.

    All of `values` may be sent back as it came. What a page only shows is taken from the form itself, but where a task
    confirms what was seen: rows of `calculados` say `valor` and `de_donde` as they were got, and are refused there if
    another value stands by then.
    """

    task_id: int
    data: dict[str, Any]
    components: list[dict[str, Any]]
    values: dict[str, Any]
    options: dict[str, list[Choice]]
    locked: list[str]
    hidden: list[str]
    notes: dict[str, str]
    hints: dict[str, str]
    saved_at: dt.datetime | None
    seen: str


class Filled(Shape):
    """What goes into a form. Numbers as JSON numbers or as people write them (`1.234,5`), days `2018-06-30`."""

    values: Annotated[dict[str, Any], Field(description="By field; a table is a list of rows")]


class Draft(Filled):
    """What is typed so far; with `seen`, nothing newer is written over."""

    seen: Annotated[str, Field(max_length=200)] | None = None


class Kept(Shape):
    """That a draft was kept."""

    saved_at: dt.datetime
    seen: str


class Sent(Shape):
    """A form that was sent."""

    task_id: int
    username: str
    sent_at: dt.datetime
    values: dict[str, Any]


class Upload(Shape):
    """A file for a field of the form: `evidencias`, or of a row of a table, `avances-0-evidencias`."""

    campo: Annotated[str, Field(max_length=200)]
    archivo: Annotated[str, Field(json_schema_extra={"format": "binary"})]


class Attached(Shape):
    """A file that was kept; `id` goes into the values of the form."""

    id: int
    name: str
    size: int
    media_type: str


@blueprint.get("/tasks")
@operation(Scope.TASKS_READ, TaskPage, of=Of.OWN)
def list_tasks(query: Boxed) -> TaskPage:
    """The tasks of whoever the token acts as."""
    read = {Box.MINE: inbox.mine, Box.GROUPS: inbox.of_groups, Box.DONE: inbox.finished_by}[query.box]
    with current().database.reading() as session:
        found = read(session, actor(), limit=query.limit + 1, after=cursors.read_moment(query.cursor))
    shown, following = cursors.cut(found, query.limit, lambda row: cursors.of_moment(*row.cursor))
    return TaskPage(items=[_task(row) for row in shown], next=following)


@blueprint.get("/tasks/<int:task_id>")
@operation(Scope.TASKS_READ, Task, of=Of.TASK)
def get_task(task_id: int) -> Task:
    """One task."""
    with current().database.reading() as session:
        return _task(_found(session, task_id))


@blueprint.get("/tasks/<int:task_id>/form")
@operation(Scope.TASKS_READ, Form, of=Of.TASK)
def get_form(task_id: int) -> Form:
    """The form of an open task, with what stands in it."""
    application = current()
    with application.database.reading() as session:
        return _form(application.forms.open(session, application.engine, task_id, actor()))


@blueprint.put("/tasks/<int:task_id>/draft")
@operation(Scope.TASKS_WRITE, Kept, of=Of.TASK)
def keep_draft(task_id: int, json: Draft) -> Kept:
    """Keep what is typed so far, right or wrong."""
    application = current()
    page = drafts.Page(secrets.token_hex(8), json.seen) if json.seen is not None else None
    with application.database.unit_of_work() as session:
        at = application.forms.save_draft(session, application.engine, task_id, actor(), json.values, page)
    return Kept(saved_at=at, seen=drafts.mark_of(at, page.name if page else ""))


@blueprint.post("/tasks/<int:task_id>/files")
@operation(Scope.TASKS_WRITE, Attached, of=Of.TASK, status=HTTPStatus.CREATED)
def attach_file(task_id: int) -> tuple[Attached, int]:
    """Keep a file for a field of the form: `multipart/form-data` with `campo` and `archivo`."""
    stored = forms.attach(current(), actor(), task_id, request)
    told = Attached(id=stored.id, name=stored.name, size=stored.size, media_type=stored.media_type)
    return told, HTTPStatus.CREATED


@blueprint.get("/tasks/<int:task_id>/submission")
@operation(Scope.TASKS_READ, Sent, of=Of.TASK)
def get_submission(task_id: int) -> Sent:
    """What was sent with a task that is done."""
    application = current()
    with application.database.reading() as session:
        task = _found(session, task_id)
        ensure_may_read(session, task)
        opened = application.forms.open_sent(session, application.engine, task_id, actor())
        return Sent(
            task_id=task_id, username=task.completed_by or "", sent_at=opened.sent_at or task.created_at,
            values=plain(dict(opened.shown)),
        )  # fmt: skip


@blueprint.post("/tasks/<int:task_id>/submission")
@operation(Scope.TASKS_WRITE, Sent, of=Of.TASK, status=HTTPStatus.CREATED)
def submit_form(task_id: int, json: Filled, headers: Once) -> Any:
    """Send the form: it is checked as on the page, and the case goes on."""
    application = current()

    def act(session: Session) -> Sent:
        if first := helping.why_not_yet(session, task_id):
            raise Conflict(first)
        return _sent(application.forms.submit(session, application.engine, task_id, actor(), json.values))

    return once(headers, act, HTTPStatus.CREATED)


@blueprint.post("/tasks/<int:task_id>/claim")
@operation(Scope.TASKS_WRITE, Task, of=Of.TASK)
def claim_task(task_id: int) -> Task:
    """Take a task of one's group."""
    with current().database.unit_of_work() as session:
        return _task(commands.claim(session, current().engine, task_id, actor=actor()))


@blueprint.post("/tasks/<int:task_id>/release")
@operation(Scope.TASKS_WRITE, Task, of=Of.TASK)
def release_task(task_id: int) -> Task:
    """Give a task back to its group."""
    with current().database.unit_of_work() as session:
        return _task(commands.release(session, current().engine, task_id, actor=actor()))


def _found(session: Session, task_id: int) -> UserTask:
    task = session.get(UserTask, task_id)
    if task is None:
        raise UnknownTask(task_id=task_id)
    return task


def _task(row: UserTask | inbox.InboxRow) -> Task:
    return Task(
        id=row.id, name=row.name, state=str(row.state), case_id=row.instance_id, process=row.process_key,
        element=row.element_id, form=row.form_key, about=plain(dict(row.context)), assignee=row.assignee,
        created_at=row.created_at, due_at=row.due_at, completed_at=row.completed_at, completed_by=row.completed_by,
    )  # fmt: skip


def choices(opened: OpenForm) -> dict[str, list[Choice]]:
    """What may be chosen in a form, by the path of its field."""
    return {
        path: [Choice(value=str(value), label=str(label)) for value, label in options]
        for path, options in opened.options.items()
    }


def _form(opened: OpenForm) -> Form:
    prefill = opened.prefill
    return Form(
        task_id=opened.task.id,
        data=plain({**opened.task.variables, **opened.task.context}),
        components=list(opened.schema.to_dict()["components"]),
        values=plain(dict(opened.shown)),
        options=choices(opened),
        locked=sorted(prefill.locked),
        hidden=sorted(opened.hidden),
        notes=dict(prefill.notes),
        hints=dict(prefill.hints),
        saved_at=opened.saved_at,
        seen=opened.seen,
    )


def _sent(submission: Submission) -> Sent:
    return Sent(
        task_id=submission.task_id, username=submission.username, sent_at=submission.sent_at,
        values=plain(submission.values),
    )  # fmt: skip
