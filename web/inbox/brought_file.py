"""A file of the office brought into the draft of a report of the month: the budget's export, the monthly matrix."""

from __future__ import annotations

import datetime as dt
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
from workflows.monitoring import brought_files
from workflows.monitoring.brought_files import CODE, LAYOUTS, UNITS, FileColumns, Found, Layout

SALT = "brought-file"
UNIT_WORDS = {"pesos": "Pesos", "miles": "Miles de pesos", "millones": "Millones de pesos"}
MOST_TOLD = 200


@blueprint.get("/tareas/<int:task_id>/archivo")
@allow(SIGNED_IN, of=Of.TASK)
def bring_file(task_id: int) -> str:
    """Where the file is handed in."""
    return _upload(task_id)


@blueprint.post("/tareas/<int:task_id>/archivo")
@allow(SIGNED_IN, of=Of.TASK)
def preview_file(task_id: int) -> Any:
    """What the file says for each row, with the columns named before or proposed; nothing is kept."""
    given, sealed = request.files.get("archivo"), request.form.get("cargue", "")
    if sealed:
        name, content = put_aside(sealed)
    elif given is not None and given.filename:
        name, content = files.clean_name(given.filename), given.read()
    else:
        return _upload(task_id, error="Elija el archivo que quiere traer."), 422
    found = grids.read_strangers(name, content)
    with current().database.reading() as session:
        opened, layout = _opened(session, task_id)
        kept = brought_files.kept(session, layout, _plan(opened), _entity(opened))
    chosen = asked(layout, kept, found, _month(opened))
    grid, read = brought_files.sheet_of(chosen, found), _read(opened, layout, found, chosen)
    return page(
        "inbox/brought_file.html",
        **_about(opened, layout),
        layout=layout,
        name=name,
        sealed=sealed or loads.put_aside(name, content, (), _plan(opened), salt=SALT),
        sheets=[one.name for one in found],
        headings=[one for one in brought_files.headings(grid)[1] if one] if grid else [],
        asked=chosen,
        units=UNIT_WORDS,
        is_remembered=kept is not None and chosen == brought_files.of_month(kept, _month(opened)),
        is_cut=grid is not None and grid.is_cut,
        told=[one for one in layout.columns if one.key != CODE and chosen.columns.get(one.key)],
        rows=compared(opened, layout, read) if read else [],
        read=read,
        most=MOST_TOLD,
    )


@blueprint.post("/tareas/<int:task_id>/archivo/traer")
@allow(SIGNED_IN, of=Of.TASK)
def take_file(task_id: int) -> Any:
    """Put what was shown into the draft, and keep the columns for the next month."""
    application = current()
    name, content = put_aside(request.form.get("cargue", ""))
    found = grids.read_strangers(name, content)
    with application.database.unit_of_work() as session:
        opened, layout = _opened(session, task_id)
        chosen = asked(layout, None, found, _month(opened))
        read = _read(opened, layout, found, chosen)
        if read is None:
            raise NotFound("Ese archivo no tiene las columnas que se escogieron: escójalas otra vez.")
        draft = drafts.of(session, task_id, actor().id)
        values = {**(draft.values if draft else {}), layout.table: typed(opened, layout, read)}
        application.forms.save_draft(session, application.engine, task_id, actor(), values)
        brought_files.keep(session, application.engine, layout, _plan(opened), _entity(opened), chosen, actor=actor())
    one, many = layout.noun
    told = f"Quedó en su borrador lo de {len(read.rows)} {one if len(read.rows) == 1 else many}. Revíselo y envíelo."
    return back_to("inbox.show", told, task_id=task_id)


def link(task_id: int, form_key: str | None) -> tuple[str, str] | None:
    """Where a file may be brought into a task, and in which words; none where its form takes none."""
    layout = LAYOUTS.get(form_key or "")
    return (url_for("inbox.bring_file", task_id=task_id), layout.title) if layout else None


def _upload(task_id: int, error: str = "") -> str:
    with current().database.reading() as session:
        opened, layout = _opened(session, task_id)
        kept = brought_files.kept(session, layout, _plan(opened), _entity(opened))
    return page("inbox/bring_file.html", **_about(opened, layout), layout=layout, error=error, kept=kept)


def _about(opened: OpenForm, layout: Layout) -> Mapping[str, Any]:
    """What both pages say of whose file it is, and where it goes."""
    task = opened.task
    here = url_for("inbox.bring_file", task_id=task.id)
    return {
        "crumbs": [
            ("Bandeja", url_for("inbox.mine")),
            (task.name, url_for("inbox.show", task_id=task.id)),
            ("Traer de un archivo", here),
        ],
        "entity": _entity(opened),
        "upload_at": here,
        "preview_at": url_for("inbox.preview_file", task_id=task.id),
        "take_at": url_for("inbox.take_file", task_id=task.id),
        "take": "Traer a mi borrador",
        "heading": layout.title,
        "where": "Nada se envía: lo que traiga queda en su borrador.",
    }


def _opened(session: Session, task_id: int) -> tuple[OpenForm, Layout]:
    """The form of the task and what it takes from a file. Raises what opening it raises, or `NotFound`."""
    application = current()
    opened = application.forms.open(session, application.engine, task_id, actor())
    layout = LAYOUTS.get(opened.task.form_key or "")
    if layout is None:
        raise NotFound("A esa tarea no se trae un archivo.")
    return opened, layout


def _plan(opened: OpenForm) -> str:
    return opened.instance.scope or ""


def _entity(opened: OpenForm) -> str:
    return str(opened.task.variables["entidad"])


def _month(opened: OpenForm) -> int:
    return int(str(opened.task.variables["periodo"])[5:])


def put_aside(sealed: str, salt: str = SALT) -> tuple[str, bytes]:
    """The file that was handed in and is looked at before it is taken: its name, and what it holds."""
    pending = loads.pending(sealed, salt=salt)
    with current().database.reading() as session:
        return pending.name, files.read(session, pending.file_id)


def asked(layout: Layout, kept: FileColumns | None, found: Sequence[Grid], month: int) -> FileColumns:
    """The columns that were chosen on the page, else those named before if the file has them, else a proposal."""
    if "hoja" in request.form:
        columns = {one.key: request.form.get(f"columna_{one.key}", "") for one in layout.columns}
        unit = request.form.get("unidad", "")
        sent = FileColumns(request.form["hoja"], columns, unit if unit in UNITS else "pesos")
        grid = brought_files.sheet_of(sent, found)
        return brought_files.as_in_file(sent, grid) if grid is not None else sent
    before = brought_files.of_month(kept, month) if kept is not None else None
    if before is not None and brought_files.fits(layout, before, found):
        return before
    return brought_files.proposed(layout, found, month)


def _read(opened: OpenForm, layout: Layout, found: Sequence[Grid], asked: FileColumns) -> Found | None:
    grid = brought_files.sheet_of(asked, found)
    if grid is None or not brought_files.fits(layout, asked, found):
        return None
    return brought_files.read(layout, grid, asked, [row[ROW_KEY] for row in opened.shown[layout.table]])


def compared(opened: OpenForm, layout: Layout, read: Found) -> list[Mapping[str, Any]]:
    """Each row of the form with what stands in it now and what the file says."""
    titles = opened.prefill.row_titles[layout.table]
    return [
        {"title": title, "now": row, "said": read.rows.get(row[ROW_KEY])}
        for row, title in zip(opened.shown[layout.table], titles, strict=True)
    ]


def typed(opened: OpenForm, layout: Layout, read: Found) -> list[dict[str, Any]]:
    """The rows of the form with what the file says, as one would type it; what it leaves empty stays."""
    draft_keys = [column.key for column in opened.schema.field(layout.table).children if not column.readonly]
    rows = []
    for row in opened.shown[layout.table]:
        cells = {key: _text(row.get(key)) for key in draft_keys if key in row}
        said = read.rows.get(row[ROW_KEY])
        cells |= {key: _text(value) for key, value in (said.values if said else {}).items() if value != ""}
        rows.append({ROW_KEY: row[ROW_KEY], **cells})
    return rows


def _text(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value + 0:.6f}".rstrip("0").rstrip(".").replace(".", ",")
    return f"{value:%d/%m/%Y}" if isinstance(value, dt.date) else value
