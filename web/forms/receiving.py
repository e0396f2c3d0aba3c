"""What the browser sends with a form: fields, files, and which button was pressed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from flask import Request
from sqlalchemy.orm import Session

from engine.errors import StorageFull, TaskAlreadyCompleted
from engine.identity import Actor
from web.bootstrap import Application
from web.forms import live
from web.forms.names import anchor_of, name_of
from workflows.calendar import BOGOTA
from workflows.documents import files
from workflows.documents.models import StoredFile
from workflows.errors import AlreadyReviewed, DraftChanged, FieldError, InvalidFile, InvalidSubmission
from workflows.forms import drafts
from workflows.forms.drafts import Page
from workflows.forms.fields import Field
from workflows.forms.reading import rows_of, unflatten
from workflows.forms.schema import FormSchema
from workflows.forms.values import path_of

SEND, KEEP, STAY = "enviar", "guardar", "quedarse"
REMOVE_FILE = "-_quitar"
_ANSWER = re.compile(r"responder:([a-z][a-z0-9_]*):([a-z0-9_]+)")
"""A button that answers one field and sends."""
_ROW_ACTION = re.compile(r"(agregar|quitar):([a-z][a-z0-9_]*)(?::(\d{1,4}))?")
_REST = re.compile(r"demas:([a-z][a-z0-9_]*):([a-z][a-z0-9_]*)")


_ROW_NUMBER = re.compile(r"-\d{1,4}-")


@dataclass(frozen=True, slots=True)
class Sent:
    """The form was sent, now or before by the same press of the button."""

    task_id: int


@dataclass(frozen=True, slots=True)
class Kept:
    """The draft was kept. `anchor` is where on the page to go on; `leaving` if the person wants out."""

    anchor: str
    leaving: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """The page is to be shown again with `raw` in it. Without errors, only its rows changed.

    `kept_nothing`: not even a draft, for there is no room; the page is all there is of what was typed.
    """

    errors: Sequence[FieldError]
    raw: Mapping[str, Any]
    sentence: str = ""
    kept_nothing: bool = False


Outcome = Sent | Kept | Refused

Place = tuple[str, int | None, str]
"""Where a file goes in raw values: field, or table, row and column."""


PRETENDED = 10**12
"""Beyond the number of any file that is kept."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed into a form, with the files they attached and that nothing is wrong with."""

    raw: Mapping[str, Any]
    uploads: Sequence[tuple[Place, files.Upload]]

    def kept(
        self, session: Session, application: Application, actor: Actor, task_id: int | None = None
    ) -> dict[str, Any]:
        """The raw values with the ids of the files, which this transaction keeps; without a task it puts them aside."""
        raw = deepcopy(dict(self.raw))
        for place, upload in self.uploads:
            waiting = files.aside(upload) if task_id is None else upload
            stored = files.keep_upload(session, application.clock, actor.id, waiting, task_id=task_id)
            _attach(raw, place, stored.id)
        return raw

    def pretended(self) -> tuple[dict[str, Any], dict[int, str]]:
        """The raw values with a number for each file, and the name of each: nothing is kept."""
        raw, names = deepcopy(dict(self.raw)), {}
        for number, (place, upload) in enumerate(self.uploads, PRETENDED):
            _attach(raw, place, number)
            names[number] = upload.name
        return raw, names


def receive(
    application: Application,
    actor: Actor,
    task_id: int,
    request: Request,
    *,
    correcting: bool = False,
    hold: bool = False,
) -> Outcome:
    """Do what the pressed button says. Raises the engine's and the forms' errors but `InvalidSubmission`.

    Files are kept whatever else is wrong, so that nobody uploads them twice. `hold`: it may not be sent now, but kept.
    """
    action, token = action_of(request), request.form.get("_envio") or None
    action = STAY if hold and action == SEND else action
    try:
        if action == SEND and not correcting and not request.files:  # nothing to look at before one's turn to write
            return _send(application, actor, task_id, Typed(parse_request(request), ()), token)
        return _receive(application, actor, task_id, request, action, token, correcting)
    except StorageFull as full:
        return Refused((), parse_request(request), full.message, kept_nothing=True)


def action_of(request: Request) -> str:
    """What the pressed button does; one that answers a field sends."""
    action = str(request.form.get("_accion") or SEND)
    return SEND if _ANSWER.fullmatch(action) else action


def contradicts(request: Request) -> bool:
    """Whether the pressed button answers a field otherwise than the page does."""
    pressed = _ANSWER.fullmatch(str(request.form.get("_accion") or ""))
    return pressed is not None and request.form.get(pressed[1], pressed[2]) not in ("", pressed[2])


def _receive(
    application: Application,
    actor: Actor,
    task_id: int,
    request: Request,
    action: str,
    token: str | None,
    correcting: bool,
) -> Outcome:
    raw = parse_request(request)
    with application.database.reading() as session:
        try:
            schema = application.forms.schema_for(session, application.engine, task_id, actor, correcting=correcting)
        except TaskAlreadyCompleted:
            if application.forms.already_sent(session, task_id, token) is None:
                raise
            return Sent(task_id)
        quota = files.quota_in(session, task_id, actor.id) if request.files else files.Quota()
    typed, errors = read_uploads(request, schema, raw, quota)
    if action == SEND and not correcting and not errors:
        return _send(application, actor, task_id, typed, token)
    with application.database.unit_of_work() as session:
        raw = typed.kept(session, application, actor, task_id)
        anchor = change_rows(schema, raw, action)
        page = page_of(request)
        try:
            application.forms.save_draft(session, application.engine, task_id, actor, raw, page, correcting=correcting)
        except DraftChanged as changed:
            return Refused((), raw, told(changed))
    if errors:
        return Refused(errors, raw)
    if action == SEND:
        return _correct(application, actor, task_id, raw)
    return Kept(anchor, action == KEEP)


def keep_draft(
    application: Application, actor: Actor, task_id: int, request: Request, *, correcting: bool = False
) -> dict[str, Any]:
    """Keep what was typed so far and tell the page what follows: when it was kept, what is not asked, chips.

    Or, as `conflicto`, that nothing was kept because another window of the same person kept something else; as `tarde`,
    that a correction was kept and can't be sent any more.
    """
    raw = parse_request(request)
    page = page_of(request)
    try:
        with application.database.unit_of_work() as session:
            saved_at = application.forms.save_draft(
                session, application.engine, task_id, actor, raw, page, correcting=correcting
            )
    except DraftChanged as changed:
        return {"conflicto": told(changed), "visto": changed.seen}
    saved = {"guardado": _hour(saved_at), "visto": drafts.mark_of(saved_at, page.name if page else "")}
    try:
        with application.database.reading() as session:
            seen = application.forms.view_draft(session, application.engine, task_id, actor, raw, correcting=correcting)
    except AlreadyReviewed as late:
        return {**saved, "tarde": late.message}
    return {**saved, **live.told(seen)}


def page_of(request: Request) -> Page | None:
    """The page that a form came from, and the draft it knows; none where the sender says nothing of it."""
    if "_visto" not in request.form:
        return None
    return Page(str(request.form.get("_envio") or "")[:64], str(request.form["_visto"]))


def told(changed: DraftChanged) -> str:
    """What another window kept meanwhile, and what to do about it."""
    where = f" Difieren: {', '.join(changed.fields)}." if changed.fields else ""
    return (
        f"A las {_hour(changed.at)}, en otra ventana, usted guardó algo distinto en esta tarea.{where} Aquí está lo de "
        "esta ventana, sin guardar: guárdelo de nuevo si es lo que vale, o abra la tarea otra vez para ver lo otro."
    )


def attach(
    application: Application, actor: Actor, task_id: int, request: Request, *, correcting: bool = False
) -> StoredFile:
    """Keep the one file that a person has just chosen for a field (`campo`, by its name in the form).

    It belongs to the task, and the draft that names it comes after. Raises `InvalidFile`, and the errors of the form.
    """
    sent = request.files.get("archivo")
    content = sent.stream.read(files.LIMIT + 1) if sent is not None else b""
    upload = files.examine((sent.filename if sent is not None else "") or "", content)
    with application.database.unit_of_work() as session:
        schema = application.forms.schema_for(session, application.engine, task_id, actor, correcting=correcting)
        if not takes_file(schema, str(request.form.get("campo") or "")):
            raise InvalidFile("Ese campo no recibe archivos. Actualice la página y elija el archivo otra vez.")
        files.quota_in(session, task_id, actor.id).take(upload)
        return files.keep_upload(session, application.clock, actor.id, upload, task_id=task_id)


def takes_file(schema: FormSchema, name: str) -> bool:
    """Whether a name in the form is that of a file field that people fill in, in whatever row."""
    for field in schema.fields():
        columns = (name_of(path_of(field.key, "#", one.key)) for one in field.children if _is_picker(one))
        if (_is_picker(field) and name == field.key) or _ROW_NUMBER.sub("-#-", name, count=1) in columns:
            return True
    return False


def _is_picker(field: Field) -> bool:
    return field.type == "filepicker" and not field.readonly


def parse_request(request: Request) -> dict[str, Any]:
    """The raw values of an HTML form or of a JSON body; raises `InvalidSubmission` for what is neither."""
    if not request.is_json:
        removed = {(name, value) for name, value in request.form.items(multi=True) if name.endswith(REMOVE_FILE)}
        pairs = request.form.items(multi=True)
        raw = unflatten((name, value) for name, value in pairs if (name + REMOVE_FILE, value) not in removed)
        pressed = _ANSWER.fullmatch(str(request.form.get("_accion") or ""))
        return {**raw, pressed[1]: pressed[2]} if pressed and not raw.get(pressed[1]) else raw
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        body = None
    if not isinstance(body, dict):
        raise InvalidSubmission("Se esperaba un objeto JSON con los campos del formulario.", errors=[], raw={})
    return body


def read_uploads(
    request: Request, schema: FormSchema, raw: dict[str, Any], quota: files.Quota
) -> tuple[Typed, list[FieldError]]:
    """What was typed with every file sent under the name of a file field, and what is wrong with the other files.

    Nobody's turn to write is taken yet: looking at a file of 20 MB takes its time.
    """
    uploads: list[tuple[Place, files.Upload]] = []
    errors = []
    for path, place in _file_paths(schema, raw).items() if request.files else ():
        for sent in request.files.getlist(name_of(path)):
            content = sent.stream.read(files.LIMIT + 1)
            if not sent.filename and not content:  # left alone; a file that came may still have no name
                continue
            try:
                upload = files.examine(sent.filename or "", content)
                quota.take(upload)
                uploads.append((place, upload))
            except InvalidFile as error:
                errors.append(FieldError(path, error.message))
    return Typed(raw, uploads), errors


def change_rows(schema: FormSchema, raw: dict[str, Any], action: str) -> str:
    """Add or remove a row, or decide those left, as the pressed button says; where on the page to go on."""
    if rest := _REST.fullmatch(action):
        return _decide_rest(schema, raw, *rest.groups())
    found = _ROW_ACTION.fullmatch(action)
    free = {field.key: field for field in schema.fields() if field.is_list and not field.fixed}
    if found is None or found[2] not in free:
        return "formulario"
    rows = rows_of(raw.get(found[2]))
    if found[1] == "agregar":
        rows = [*rows, {}][: free[found[2]].max_rows]
    elif found[3] is not None and int(found[3]) < len(rows):
        del rows[int(found[3])]
    raw[found[2]] = rows
    return anchor_of(path_of(found[2], len(rows) - 1)) if found[1] == "agregar" else anchor_of(found[2])


def _decide_rest(schema: FormSchema, raw: dict[str, Any], key: str, column: str) -> str:
    """Give the first option of a column to the rows in which nothing was chosen."""
    table = next((one for one in schema.fields() if one.is_list and one.key == key), None)
    asked = next((one for one in table.children if one.key == column and one.rest), None) if table else None
    if asked is None or not asked.options:
        return "formulario"
    rows = rows_of(raw.get(key))
    raw[key] = [{**row, column: row.get(column) or asked.options[0][0]} for row in rows]
    return anchor_of(key)


def _send(application: Application, actor: Actor, task_id: int, typed: Typed, token: str | None) -> Outcome:
    """Send the form; what was typed stays as a draft if it is not taken, whatever the reason.

    Its files, and what becomes of it, are one transaction.
    """
    try:
        with application.database.unit_of_work() as session:
            return _submit(session, application, actor, task_id, typed, token)
    except Exception:
        with suppress(Exception):  # what is wrong is told by the error that goes on
            _keep(application, actor, task_id, typed)
        raise


def _submit(
    session: Session, application: Application, actor: Actor, task_id: int, typed: Typed, token: str | None
) -> Outcome:
    raw = dict(typed.raw)
    try:
        # the files of the same press of the button are not kept twice
        if typed.uploads and application.forms.already_sent(session, task_id, token) is not None:
            return Sent(task_id)
        raw = typed.kept(session, application, actor, task_id)
        with session.begin_nested():
            application.forms.submit(session, application.engine, task_id, actor, raw, token=token)
    except InvalidSubmission as error:
        application.forms.save_draft(session, application.engine, task_id, actor, raw)
        return _refused(error, raw)
    return Sent(task_id)


def _correct(application: Application, actor: Actor, task_id: int, raw: dict[str, Any]) -> Outcome:
    """Correct what was sent before."""
    try:
        with application.database.unit_of_work() as session:
            application.forms.amend(session, application.engine, task_id, actor, raw)
    except InvalidSubmission as error:
        return _refused(error, raw)
    return Sent(task_id)


def _keep(application: Application, actor: Actor, task_id: int, typed: Typed) -> None:
    with application.database.unit_of_work() as session:
        raw = typed.kept(session, application, actor, task_id)
        application.forms.save_draft(session, application.engine, task_id, actor, raw)


def _refused(error: InvalidSubmission, raw: Mapping[str, Any]) -> Refused:
    errors: list[FieldError] = getattr(error, "errors", [])
    return Refused(errors, getattr(error, "raw", None) or raw, "" if errors else error.message)


def _file_paths(schema: FormSchema, raw: Mapping[str, Any]) -> dict[str, Place]:
    """The paths of every file field, of each row sent, with the way to its place in `raw`."""
    paths: dict[str, Place] = {}
    for field in schema.fields():
        if _is_picker(field):
            paths[field.key] = (field.key, None, field.key)
        pickers = [column for column in field.children if _is_picker(column)]
        for place, _ in enumerate(rows_of(raw.get(field.key)) if pickers else ()):
            paths |= {path_of(field.key, place, c.key): (field.key, place, c.key) for c in pickers}
    return paths


def _attach(raw: dict[str, Any], where: Place, file_id: int) -> None:
    key, place, column = where
    target = raw if place is None else raw[key][place]
    before = target.get(column) or []
    target[column] = [*(before if isinstance(before, list) else [before]), file_id]


def _hour(moment: dt.datetime) -> str:
    return f"{moment.astimezone(BOGOTA):%H:%M}"
