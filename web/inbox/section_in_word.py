"""A section of the plan's document taken to Word and brought back into the draft, with what changes shown first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, request, url_for
from sqlalchemy.orm import Session

from web import loads
from web.answers import named
from web.auth import SIGNED_IN, Of, allow
from web.inbox.blueprint import blueprint
from web.pages import actor, back_to, current, page
from workflows.documents import comparing, files, section_file, section_pictures
from workflows.errors import NotFound
from workflows.forms import drafts
from workflows.forms.opening import OpenForm
from workflows.formulation import drafting, tables

SALT = "section-in-word"
FORM, FIELD, FILES = "redactar_seccion", "contenido", "anexos"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@blueprint.get("/tareas/<int:task_id>/word")
@allow(SIGNED_IN, of=Of.TASK)
def section_in_word(task_id: int) -> str:
    """Where the section is taken and brought back."""
    return _asked(task_id)


@blueprint.get("/tareas/<int:task_id>/word/seccion.docx")
@allow(SIGNED_IN, of=Of.TASK)
def take_section(task_id: int) -> Response:
    """The section as it stands in the draft, with the plan's tables to be seen."""
    with current().database.reading() as session:
        opened = _opened(session, task_id)
        plan, code = opened.instance.scope or "", str(opened.task.variables["seccion"])
        section = drafting.section(session, plan, code)
        live = tables.build(session, plan, drafting.heading(session, plan, code), section.tables)
        title = f"{code} {section.title}"
        text = _text(session, opened)
        annexes = opened.shown.get(FILES) or []
        pictures = section_pictures.named(session, text, [int(one) for one in annexes])
        content = section_file.write(title, text, live, pictures)
    return named(Response(content, mimetype=WORD), f"{title}.docx")


@blueprint.post("/tareas/<int:task_id>/word")
@allow(SIGNED_IN, of=Of.TASK)
def preview_section(task_id: int) -> Any:
    """What the file changes in the text; nothing is kept."""
    given = request.files.get("archivo")
    if given is None or not given.filename:
        return _asked(task_id, "Elija el documento de Word que quiere traer."), 422
    name, content = files.clean_name(given.filename), given.read()
    text = section_file.read(content).text
    with current().database.reading() as session:
        opened = _opened(session, task_id)
        now = _text(session, opened)
    return page(
        "inbox/section_brought.html",
        task=opened.task,
        name=name,
        pieces=list(comparing.pieces(now, text)) if text != now else [],
        sealed=loads.put_aside(name, content, (), opened.instance.scope or "", salt=SALT),
    )


@blueprint.post("/tareas/<int:task_id>/word/traer")
@allow(SIGNED_IN, of=Of.TASK)
def bring_section(task_id: int) -> Any:
    """Put what was shown into the draft."""
    application = current()
    pending = loads.pending(request.form.get("cargue", ""), salt=SALT)
    with application.database.reading() as session:
        brought = section_file.read(files.read(session, pending.file_id))
    uploads = [files.examine(name, content) for name, content in brought.pictures.items()]
    with application.database.unit_of_work() as session:
        opened = _opened(session, task_id)
        draft = drafts.of(session, task_id, actor().id)
        asked = {one.key: opened.shown.get(one.key) for one in opened.schema.fields() if not one.readonly}
        values = {**(draft.values if draft else asked), FIELD: brought.text}
        values[FILES] = _with_pictures(session, task_id, values.get(FILES) or [], uploads)
        application.forms.save_draft(session, application.engine, task_id, actor(), values)
    return back_to("inbox.show", "El texto quedó en su borrador. Revíselo y envíelo.", task_id=task_id)


def link(task_id: int, form_key: str | None) -> tuple[str, str] | None:
    """Where a task's section goes to Word and comes back, and in which words; none where it writes no section."""
    return (url_for("inbox.section_in_word", task_id=task_id), "Escribirla en Word") if form_key == FORM else None


def _with_pictures(
    session: Session, task_id: int, annexes: Sequence[Any], uploads: Sequence[files.Upload]
) -> list[Any]:
    """The files of the section with those pictures of the text that it did not have, by name."""
    application, quota = current(), files.quota_in(session, task_id, actor().id)
    known = section_pictures.names(session, [int(one) for one in annexes])
    found = list(annexes)
    for upload in uploads:
        if upload.name not in known:
            quota.take(upload)
            kept = files.keep_upload(session, application.clock, actor().id, upload, task_id=task_id)
            found.append(kept.id)
    return found


def _asked(task_id: int, error: str = "") -> str:
    with current().database.reading() as session:
        opened = _opened(session, task_id)
    return page("inbox/section_in_word.html", task=opened.task, error=error)


def _opened(session: Session, task_id: int) -> OpenForm:
    """The form of the task. Raises what opening it raises, or `NotFound` where it writes no section."""
    application = current()
    opened = application.forms.open(session, application.engine, task_id, actor())
    if opened.task.form_key != FORM:
        raise NotFound("Esa tarea no escribe una sección del documento.")
    return opened


def _text(session: Session, opened: OpenForm) -> str:
    """What is written so far: in the draft, else what was sent before."""
    return str(opened.shown.get(FIELD) or "")
