"""The monthly matrix of an entity, brought by its liaison for everybody who reports: a draft for each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import request, url_for
from sqlalchemy.orm import Session

from engine.instances.models import Instance
from engine.states import UserTaskState
from engine.tasks.models import UserTask
from web import loads
from web.auth import Of, allow
from web.inbox import brought_file
from web.inbox.blueprint import blueprint
from web.pages import actor, back_to, current, page
from workflows.auditing import recording as auditing
from workflows.documents import files, grids
from workflows.documents.grids import Grid
from workflows.errors import Forbidden, NotFound
from workflows.forms import drafts
from workflows.forms.opening import OpenForm
from workflows.forms.values import ROW_KEY
from workflows.implementation import budget
from workflows.monitoring import brought_files
from workflows.monitoring.brought_files import CODE, LAYOUTS, PROGRESS, FileColumns, Found
from workflows.people import directory
from workflows.people.groups import Group
from workflows.plan.models import Plan

SALT = "brought-matrix"
KIND = "matriz_del_mes"
"""What the *bitácora* calls what was left to everybody of an entity."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """Somebody who has still to report in the month, with the form of their task."""

    opened: OpenForm
    name: str


@blueprint.get("/plan/<plan_code>/matriz")
@allow(budget.LIAISON, of=Of.PLAN)
def matrix(plan_code: str) -> str:
    """Where the liaison of an entity hands its matrix in."""
    return _upload(plan_code)


@blueprint.post("/plan/<plan_code>/matriz")
@allow(budget.LIAISON, of=Of.PLAN)
def preview_matrix(plan_code: str) -> Any:
    """What the file says for each person's rows; nothing is kept."""
    given, sealed = request.files.get("archivo"), request.form.get("cargue", "")
    if sealed:
        name, content = brought_file.put_aside(sealed, SALT)
    elif given is not None and given.filename:
        name, content = files.clean_name(given.filename), given.read()
    else:
        return _upload(plan_code, error="Elija el archivo que quiere traer."), 422
    found = grids.read_strangers(name, content)
    with current().database.reading() as session:
        entity = _entity(session, plan_code)
        reporters = _reporters(session, plan_code, entity)
        kept = brought_files.kept(session, PROGRESS, plan_code, entity)
    month = _month(reporters)
    asked = brought_file.asked(PROGRESS, kept, found, month)
    grid, read = brought_files.sheet_of(asked, found), _read(reporters, found, asked)
    return page(
        "inbox/brought_file.html",
        **_about(plan_code, entity),
        layout=PROGRESS,
        name=name,
        sealed=sealed or loads.put_aside(name, content, (), plan_code, salt=SALT),
        sheets=[one.name for one in found],
        headings=[one for one in brought_files.headings(grid)[1] if one] if grid else [],
        asked=asked,
        units=brought_file.UNIT_WORDS,
        is_remembered=kept is not None and asked == brought_files.of_month(kept, month),
        is_cut=grid is not None and grid.is_cut,
        told=[one for one in PROGRESS.columns if one.key != CODE and asked.columns.get(one.key)],
        rows=[
            {**row, "title": f"{row['title']} · {one.name}"}
            for one in reporters
            for row in (brought_file.compared(one.opened, PROGRESS, read) if read else ())
        ],
        read=read,
        most=brought_file.MOST_TOLD,
    )


@blueprint.post("/plan/<plan_code>/matriz/dejar")
@allow(budget.LIAISON, of=Of.PLAN)
def leave_matrix(plan_code: str) -> Any:
    """Leave each person a draft in the liaison's name: they begin from it, add what proves it, and send."""
    application = current()
    name, content = brought_file.put_aside(request.form.get("cargue", ""), SALT)
    found = grids.read_strangers(name, content)
    with application.database.unit_of_work() as session:
        entity = _entity(session, plan_code)
        reporters = _reporters(session, plan_code, entity)
        asked = brought_file.asked(PROGRESS, None, found, _month(reporters))
        read = _read(reporters, found, asked)
        if read is None:
            raise NotFound("Ese archivo no tiene las columnas que se escogieron: escójalas otra vez.")
        left = [one for one in reporters if any(row[ROW_KEY] in read.rows for row in one.opened.shown[PROGRESS.table])]
        for one in left:
            values = {PROGRESS.table: brought_file.typed(one.opened, PROGRESS, read)}
            drafts.save(session, one.opened.task.id, actor().id, values, application.clock.now())
        brought_files.keep(session, application.engine, PROGRESS, plan_code, entity, asked, actor=actor())
        target = (KIND, f"{plan_code}/{entity}")
        told = {"archivo": name, "tareas": [one.opened.task.id for one in left], "para": [one.name for one in left]}
        auditing.record(session, application.engine.clock, actor(), "dejar_matriz", target, after=told)
    names = ", ".join(one.name for one in left) or "nadie"
    notice = f"Quedó un borrador para {names}: al abrir su tarea parten de él, ponen los soportes y envían."
    return back_to("plans.index", notice, plan=plan_code)


def entities_of_liaison(sector: str) -> list[str]:
    """The entities of a sector whose liaison the person is."""
    held = (Group.parse(group) for group in actor().groups)
    return sorted(one.entity for one in held if one.role == budget.LIAISON and one.sector == sector and one.entity)


def _entity(session: Session, plan_code: str) -> str:
    """Whose matrix it is: the entity that is asked for, else the only one. Raises `Forbidden`."""
    mine = entities_of_liaison(session.get_one(Plan, plan_code).sector_code)
    entity = request.values.get("entidad") or (mine[0] if mine else "")
    if entity not in mine:
        raise Forbidden("La matriz del mes la trae el enlace de planeación de la entidad.")
    return entity


def _reporters(session: Session, plan_code: str, entity: str) -> list[Reporter]:
    """Who has still to report in the newest month that is open for the entity. Raises `NotFound`."""
    forms = [name for name, layout in LAYOUTS.items() if layout is PROGRESS]
    query = (
        sa.select(UserTask)
        .join(Instance, Instance.id == UserTask.instance_id)
        .where(Instance.scope == plan_code, UserTask.state == UserTaskState.OPEN, UserTask.form_key.in_(forms))
        .where(UserTask.assignee.is_not(None))
        .order_by(UserTask.id)
    )
    tasks = [task for task in session.scalars(query) if task.variables.get("entidad") == entity]
    if not tasks:
        raise NotFound(f"En {entity} nadie tiene un reporte de avance por enviar.")
    newest = max(str(task.variables["periodo"]) for task in tasks)
    open_ones = [task for task in tasks if task.variables["periodo"] == newest]
    names = directory.display_names(session, [str(task.assignee) for task in open_ones])
    application = current()
    return [
        Reporter(
            application.forms.open(session, application.engine, task.id, directory.actor(session, str(task.assignee))),
            names[str(task.assignee)],
        )
        for task in open_ones
    ]


def _month(reporters: Sequence[Reporter]) -> int:
    return int(str(reporters[0].opened.task.variables["periodo"])[5:])


def _read(reporters: Sequence[Reporter], found: Sequence[Grid], asked: FileColumns) -> Found | None:
    grid = brought_files.sheet_of(asked, found)
    if grid is None or not brought_files.fits(PROGRESS, asked, found):
        return None
    codes = [row[ROW_KEY] for one in reporters for row in one.opened.shown[PROGRESS.table]]
    return brought_files.read(PROGRESS, grid, asked, codes)


def _about(plan_code: str, entity: str) -> Mapping[str, Any]:
    """What both pages say of whose file it is, and where it goes."""
    here = url_for("inbox.matrix", plan_code=plan_code, entidad=entity)
    return {
        "crumbs": [("Plan", url_for("plans.index", plan=plan_code)), ("Matriz del mes", here)],
        "entity": entity,
        "upload_at": here,
        "preview_at": url_for("inbox.preview_matrix", plan_code=plan_code, entidad=entity),
        "take_at": url_for("inbox.leave_matrix", plan_code=plan_code, entidad=entity),
        "take": "Dejarle a cada quien su borrador",
        "heading": f"Traer la matriz del mes de {entity}",
        "where": "Nada se envía: a cada persona que reporta le queda un borrador, y ve que lo dejó usted.",
    }


def _upload(plan_code: str, error: str = "") -> str:
    with current().database.reading() as session:
        entity = _entity(session, plan_code)
        kept = brought_files.kept(session, PROGRESS, plan_code, entity)
    return page("inbox/bring_file.html", **_about(plan_code, entity), layout=PROGRESS, error=error, kept=kept)
