"""The table of steps typed in place: all cells at once, rows pasted from a sheet, the last change taken back."""

from __future__ import annotations

from dataclasses import replace

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from engine.definitions import drafts, stepping
from engine.definitions.diagram import DiagramModel
from engine.definitions.names import Name
from engine.definitions.reading import read_diagram
from engine.errors import Invalid, StaleDraft
from web.auth.access import Of, allow
from web.numbers import row_id
from web.pages import actor, back_to, current
from web.studio import overview, sheet
from web.studio.blueprint import LEADERS, blueprint
from web.studio.cells import Called, Typed, called, read_rows, shown_role
from web.studio.editor import conflict, keep
from web.studio.sheet import Sheet
from web.studio.tasks import table_page


@blueprint.post("/<process_key>/tareas")
@allow(*LEADERS, of=Of.DEFINITION)
def change_table(process_key: str) -> Response | str | tuple[str, int]:
    """Write every cell that differs into the draft, in one change; what is wrong is said at its cell."""
    with current().database.reading() as session:
        xml, _ = overview.working_xml(session, process_key)
        labels = overview.labels(session, current().engine, Name.parse(process_key).tenant)
    diagram, names = read_diagram(xml), called(labels)
    typed, changed, count = Typed(), xml, 0
    for task in diagram.of_kind("userTask"):
        before = sheet.read(diagram, task)
        after = _typed_row(before, names, request.form, task.id, typed)
        wrong = sheet.check(after, labels.roles, labels.forms) if after != before else {}
        if wrong:
            typed.wrong[task.id] = wrong
        elif after != before:
            changed, count = sheet.write(changed, task, before, after), count + 1
    if typed.wrong:
        return table_page(process_key, typed=typed), 422
    if not count:
        return back_to("studio.tasks", "No había nada que cambiar.", process_key=process_key)
    try:
        with current().database.unit_of_work() as session:
            keep(session, process_key, changed, request.form.get("revision", 0, type=row_id))
    except StaleDraft as stale:
        return table_page(process_key, typed=typed, conflict=conflict(stale.theirs, changed)), 409
    said = "Un paso cambió" if count == 1 else f"{count} pasos cambiaron"
    return back_to("studio.tasks", f"{said} en el borrador.", process_key=process_key)


def _typed_row(before: Sheet, names: Called, form: MultiDict[str, str], task_id: str, typed: Typed) -> Sheet:
    """A row as it was typed; a cell that was not sent stays."""
    given = {cell: " ".join(form[f"{cell}-{task_id}"].split()) for cell in
             ("name", "role", "days", "base", "form") if f"{cell}-{task_id}" in form}  # fmt: skip
    typed.values[task_id] = given
    after = replace(before, **{cell: given[cell] for cell in ("name", "days", "base") if cell in given})
    if "role" in given and given["role"] != shown_role(names, before):
        after = replace(after, role=names.role(given["role"]))
    if "form" in given and given["form"] != names.forms.get(before.form, before.form):
        after = replace(after, form=names.form(given["form"]))
    return after


@blueprint.post("/<process_key>/tareas/pegar")
@allow(*LEADERS, of=Of.DEFINITION)
def paste_steps(process_key: str) -> Response | str | tuple[str, int]:
    """Steps from rows of a sheet (what, who, days, form), one after another after a step, in one change."""
    with current().database.reading() as session:
        xml, _ = overview.working_xml(session, process_key)
        labels = overview.labels(session, current().engine, Name.parse(process_key).tenant)
    rows, wrong = read_rows(request.form.get("filas", ""), labels)
    if not rows and not wrong:
        wrong = ["Pegue al menos una fila: qué se hace, quién, en cuántos días hábiles y con qué formulario."]
    if wrong:
        return table_page(process_key, pasted=wrong), 422
    try:
        for row in reversed(rows):
            xml, made = stepping.insert_after(xml, request.form.get("despues", ""), row.name)
            diagram: DiagramModel = read_diagram(xml)
            task = diagram.elements[made]
            xml = sheet.write(xml, task, sheet.read(diagram, task), row)
    except Invalid as refused:
        return table_page(process_key, pasted=[str(refused)]), 422
    with current().database.unit_of_work() as session:
        keep(session, process_key, xml, request.form.get("revision", 0, type=row_id))
    said = "Se agregó un paso" if len(rows) == 1 else f"Se agregaron {len(rows)} pasos"
    return back_to("studio.tasks", f"{said} al borrador.", process_key=process_key)


@blueprint.post("/<process_key>/tareas/deshacer")
@allow(*LEADERS, of=Of.DEFINITION)
def undo_change(process_key: str) -> Response:
    """Take the last change of the draft back, whoever made it and wherever."""
    with current().database.unit_of_work() as session:
        revision = request.form.get("revision", 0, type=row_id)
        drafts.undo(session, current().engine, process_key, actor=actor(), revision=revision)
    return back_to("studio.tasks", "Se deshizo el último cambio del borrador.", process_key=process_key)
