"""The columns of an export, as a table: their order, titles and what they hold, tried before they are kept."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from flask import Blueprint, make_response, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from notifications.exports import keeping
from notifications.exports.models import Export
from notifications.exports.upcoming import upcoming
from web.auth import Of, allow
from web.pages import actor, back_to, current, page
from workflows.errors import Refused
from workflows.people.roles import COORDINATING
from workflows.plan.models import Plan
from workflows.reports import layouts
from workflows.reports.layouts import Asked

blueprint = Blueprint("columns", __name__, url_prefix="/plan/<plan_code>/sistemas/archivos/<int:export_id>/columnas")

SHOWN = 8
"""So many rows of the next file are shown."""
_ACTION = re.compile(r"(subir|bajar|quitar)-(\d{1,3})")


@blueprint.get("/")
@allow(*COORDINATING, of=Of.PLAN)
def show(plan_code: str, export_id: int) -> str:
    """The columns, and what the next file would hold."""
    with current().database.reading() as session:
        export = keeping.find(session, plan_code, export_id)
        return _page(session, export, list(keeping.layout_of(export).columns))


@blueprint.post("/")
@allow(*COORDINATING, of=Of.PLAN)
def change(plan_code: str, export_id: int) -> Any:
    """Keep the columns, or show the table with one more, one less, two in another order, or as it would be sent."""
    columns, action = _typed(request.form), request.form.get("accion", "")
    if action == "guardar":
        return _keep(plan_code, export_id, columns)
    if action == "agregar" and len(columns) < layouts.MOST_COLUMNS:
        columns.append(Asked("", next(iter(layouts.FIELDS))))
    elif found := _ACTION.fullmatch(action):
        _rearrange(columns, found[1], int(found[2]))
    with current().database.reading() as session:
        return _page(session, keeping.find(session, plan_code, export_id), columns)


def _keep(plan_code: str, export_id: int, columns: list[Asked]) -> Any:
    application = current()
    try:
        with application.database.unit_of_work() as session:
            export = keeping.find(session, plan_code, export_id)
            keeping.change_columns(session, application.clock, export, _mapping(columns), actor=actor())
    except Refused as wrong:
        with application.database.reading() as session:
            body = _page(session, keeping.find(session, plan_code, export_id), columns, wrong.message)
        return make_response(body, HTTPStatus.UNPROCESSABLE_ENTITY)
    said = "Quedaron las columnas: las lleva el próximo archivo. Los que ya se enviaron siguen como están."
    return back_to("exports.show", said, plan_code=plan_code, export_id=export_id)


def _typed(form: MultiDict[str, str]) -> list[Asked]:
    """The rows of the table, each with its title, what it holds and the text of those that hold one."""
    titles, fields, texts = (form.getlist(name) for name in ("titulo", "campo", "texto"))
    rows = zip(titles, fields, texts, strict=False)
    return [
        Asked(" ".join(title.split()), field if field in layouts.FIELDS else "", " ".join(text.split()))
        for title, field, text in list(rows)[: layouts.MOST_COLUMNS]
    ]


def _rearrange(columns: list[Asked], act: str, place: int) -> None:
    if place >= len(columns):
        return
    column = columns.pop(place)
    if act != "quitar":
        columns.insert(max(place - 1, 0) if act == "subir" else place + 1, column)


def _mapping(columns: list[Asked]) -> str:
    """The mapping that the table says. Raises `Refused` for a column without a title."""
    for number, one in enumerate(columns, start=1):
        if not one.title:
            raise Refused(f"Escriba el título de la columna {number}.")
    return layouts.write(columns)


def _page(session: Session, export: Export, columns: list[Asked], error: str = "") -> str:
    following, wrong = None, "Todavía no hay un mes que enviar."
    try:
        layout = layouts.read(_mapping(columns), export.format, export.separator, export.decimal)
        following = upcoming(session, export, layout)
    except Refused as refused:
        wrong = refused.message
    return page(
        "systems/columns.html",
        plan=session.get_one(Plan, export.plan_code),
        export=export,
        columns=columns,
        fields=layouts.FIELDS,
        following=following,
        rows=list(following.sheet.rows.values())[:SHOWN] if following else [],
        wrong=wrong,
        error=error,
    )
