"""Money of a month brought from the budget system's export into the draft of whoever reports it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from flask import request, url_for
from sqlalchemy.orm import Session

from web import loads
from web.auth import SIGNED_IN, Of, allow
from web.inbox.blueprint import blueprint
from web.pages import actor, back_to, current, page
from workflows.documents import files, grids
from workflows.documents.grids import Grid
from workflows.errors import NotFound
from workflows.forms import drafts
from workflows.forms.opening import OpenForm
from workflows.forms.values import ROW_KEY
from workflows.implementation import budget_files
from workflows.implementation.budget_files import COLUMNS, UNITS, FileColumns, Found

SALT, TABLE, FORM = "budget-file", "presupuesto", "reportar_ejecucion"
LABELS = {"proyecto": "Código del proyecto", "compromisos": "Compromisos del año", "giros": "Giros del año"}
UNIT_WORDS = {"pesos": "Pesos", "miles": "Miles de pesos", "millones": "Millones de pesos"}
MOST_TOLD = 200


@blueprint.get("/tareas/<int:task_id>/presupuesto")
@allow(SIGNED_IN, of=Of.TASK)
def budget_upload(task_id: int) -> str:
    """Where the export is handed in."""
    return _upload(task_id)


@blueprint.post("/tareas/<int:task_id>/presupuesto")
@allow(SIGNED_IN, of=Of.TASK)
def budget_preview(task_id: int) -> Any:
    """What the file says of each project, with the columns named before or proposed; nothing is kept."""
    given, sealed = request.files.get("archivo"), request.form.get("cargue", "")
    if sealed:
        name, content = _put_aside(sealed)
    elif given is not None and given.filename:
        name, content = files.clean_name(given.filename), given.read()
    else:
        return _upload(task_id, error="Elija el archivo que quiere traer."), 422
    found = grids.read_strangers(name, content)
    with current().database.reading() as session:
        opened = _opened(session, task_id)
        kept = budget_files.kept(session, opened.instance.scope or "", _entity(opened))
    asked = _asked(kept, found)
    sealed = sealed or loads.put_aside(name, content, (), opened.instance.scope or "", salt=SALT)
    grid = budget_files.sheet_of(asked, found)
    return page(
        "inbox/budget_file.html",
        task=opened.task,
        name=name,
        sealed=sealed,
        sheets=[one.name for one in found],
        headings=[one for one in budget_files.headings(grid)[1] if one] if grid else [],
        asked=asked,
        labels=LABELS,
        units=UNIT_WORDS,
        remembered=kept is not None and asked == kept,
        is_cut=bool(grid and grid.is_cut),
        rows=_compared(opened, read) if (read := _read(opened, found, asked)) else [],
        read=read,
        most=MOST_TOLD,
    )


@blueprint.post("/tareas/<int:task_id>/presupuesto/traer")
@allow(SIGNED_IN, of=Of.TASK)
def budget_bring(task_id: int) -> Any:
    """Put what was shown into the draft, and keep the columns for the next month."""
    application = current()
    name, content = _put_aside(request.form.get("cargue", ""))
    found = grids.read_strangers(name, content)
    with application.database.unit_of_work() as session:
        opened = _opened(session, task_id)
        asked = _asked(None, found)
        read = _read(opened, found, asked)
        if read is None:
            raise NotFound("Ese archivo no tiene las columnas que se escogieron: escójalas otra vez.")
        draft = drafts.of(session, task_id, actor().id)
        values = {**(draft.values if draft else {}), TABLE: _typed(opened, read)}
        application.forms.save_draft(session, application.engine, task_id, actor(), values)
        plan = opened.instance.scope or ""
        budget_files.keep(session, application.engine, plan, _entity(opened), asked, actor=actor())
    count = len(read.projects)
    told = f"Quedó en su borrador lo de {count} proyecto{'' if count == 1 else 's'}. Revíselo y envíelo."
    return back_to("inbox.show", told, task_id=task_id)


def _upload(task_id: int, error: str = "") -> str:
    with current().database.reading() as session:
        opened = _opened(session, task_id)
        kept = budget_files.kept(session, opened.instance.scope or "", _entity(opened))
    return page("inbox/budget_upload.html", task=opened.task, error=error, kept=kept, labels=LABELS)


def _opened(session: Session, task_id: int) -> OpenForm:
    """The form of the task, if it reports money. Raises what opening it raises, or `NotFound`."""
    application = current()
    opened = application.forms.open(session, application.engine, task_id, actor())
    if opened.task.form_key != FORM:
        raise NotFound("Esa tarea no reporta presupuesto.")
    return opened


def _entity(opened: OpenForm) -> str:
    return str(opened.task.variables["entidad"])


def _put_aside(sealed: str) -> tuple[str, bytes]:
    pending = loads.pending(sealed, salt=SALT)
    with current().database.reading() as session:
        return pending.name, files.read(session, pending.file_id)


def _asked(kept: FileColumns | None, found: Sequence[Grid]) -> FileColumns:
    """The columns that were chosen on the page, else those named before if the file has them, else a proposal."""
    if "hoja" in request.form:
        columns = {one: request.form.get(f"columna_{one}", "") for one in COLUMNS}
        unit = request.form.get("unidad", "")
        return FileColumns(request.form["hoja"], columns, unit if unit in UNITS else "pesos")
    if kept is not None and budget_files.fits(kept, found):
        return kept
    return budget_files.proposed(found)


def _read(opened: OpenForm, found: Sequence[Grid], asked: FileColumns) -> Found | None:
    grid = budget_files.sheet_of(asked, found)
    if grid is None or not budget_files.fits(asked, found):
        return None
    return budget_files.read(grid, asked, [row[ROW_KEY] for row in opened.shown[TABLE]])


def _compared(opened: OpenForm, read: Found) -> list[Mapping[str, Any]]:
    """Each project with what stands in the form now and what the file says."""
    return [
        {
            "title": row["proyecto"],
            "now": (row["compromisos"], row["giros"]),
            "amounts": read.projects.get(row[ROW_KEY]),
        }
        for row in opened.shown[TABLE]
    ]


def _typed(opened: OpenForm, read: Found) -> list[dict[str, Any]]:
    """The rows of the form with the amounts of the file, as one would type them."""
    rows = []
    for row in opened.shown[TABLE]:
        typed = {key: _text(row.get(key)) for key in ("apropiacion_vigente", "compromisos", "giros", "motivo")}
        if (amounts := read.projects.get(row[ROW_KEY])) is not None:
            typed |= {"compromisos": _text(amounts.commitments), "giros": _text(amounts.payments)}
        rows.append({ROW_KEY: row[ROW_KEY], **typed})
    return rows


def _text(value: Any) -> str:
    return f"{round(value, 2).normalize() + 0:f}".replace(".", ",") if isinstance(value, Decimal) else str(value or "")


def link(task_id: int, form_key: str | None) -> str:
    """Where the money of a task may be brought from a file; empty for tasks that report none."""
    return url_for("inbox.budget_upload", task_id=task_id) if form_key == FORM else ""
