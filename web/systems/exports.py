"""The pages of a plan's exports: which there are, what each sent, and what changed since the one before."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, make_response, request
from sqlalchemy.orm import Session

from notifications.errors import InvalidReceiver
from notifications.exports import channels, keeping
from notifications.exports.keeping import Wanted
from notifications.exports.states import When
from notifications.webhooks import signing
from web.answers import named
from web.auth import Of, allow
from web.numbers import row_id
from web.pages import actor, back_to, current, page
from workflows.errors import Refused
from workflows.people.roles import COORDINATING
from workflows.plan.models import Plan
from workflows.reports import layouts

blueprint = Blueprint("exports", __name__, url_prefix="/plan/<plan_code>/sistemas/archivos")

SHOWN = 50
DUE = {
    When.CLOSED: "Cada mes, cuando se cierra",
    When.QUARTERLY: "Cada trimestre, cuando se cierra su último mes",
    When.WEEKLY: "Cada semana, el primer día hábil",
    When.DAILY: "Cada día hábil",
}
FORMATS = {layouts.CSV: "CSV (texto separado)", layouts.XLSX: "Excel (xlsx)"}
EXAMPLE = 'Código = codigo\nVigencia = anio\nMes = mes\nEjecutado = ejecutado\nFuente = "Cauce"'


@blueprint.get("/")
@allow(*COORDINATING, of=Of.PLAN)
def index(plan_code: str) -> str:
    """The exports of a plan, and a form for another one."""
    with current().database.reading() as session:
        return _page(session, plan_code)


@blueprint.post("/")
@allow(*COORDINATING, of=Of.PLAN)
def make(plan_code: str) -> Any:
    """Make an export; what is wrong is told above the form, which keeps all that was typed."""
    application, form = current(), request.form
    names = ("nombre", "columnas", "destino", "cuando", "formato", "separador", "decimales", "huella")
    wanted = Wanted(*(form.get(name, "") for name in names))
    try:
        with application.database.unit_of_work() as session:
            made = keeping.make(
                session, application.clock, plan_code, wanted, actor=actor(), settings=application.config.receivers
            ).id
    except (Refused, InvalidReceiver) as wrong:
        with application.database.reading() as session:
            body = _page(session, plan_code, error=wrong.message)
        return make_response(body, HTTPStatus.UNPROCESSABLE_ENTITY)
    said = "Quedó. Lo que ya toca sale en unos segundos."
    return back_to("exports.show", said, plan_code=plan_code, export_id=made)


@blueprint.get("/<int:export_id>")
@allow(*COORDINATING, of=Of.PLAN)
def show(plan_code: str, export_id: int) -> str:
    """One export: its columns, its files, and what the chosen one changed."""
    application = current()
    with application.database.reading() as session:
        export = keeping.find(session, plan_code, export_id)
        log = keeping.log_of(session, export, limit=SHOWN)
        asked = request.args.get("archivo", type=row_id)
        shown = keeping.delivery(session, export, asked) if asked else log[0] if log else None
        key = application.config.sftp_key
        return page(
            "systems/export.html",
            plan=session.get_one(Plan, plan_code),
            export=export,
            due=DUE[export.due],
            format=FORMATS[export.format],
            titles=[one.title for one in keeping.layout_of(export).columns],
            log=log,
            shown=shown,
            differences=keeping.differences(session, shown) if shown else None,
            public_key=channels.public_key(key) if key and export.target.startswith("sftp:") else "",
            secret=signing.secret_of(application.config.secret_key, export.id, export.salt)
            if export.target.startswith("http")
            else "",
        )


@blueprint.get("/<int:export_id>/enviados/<int:delivery_id>")
@allow(*COORDINATING, of=Of.PLAN)
def sent(plan_code: str, export_id: int, delivery_id: int) -> Response:
    """A file as it was sent."""
    with current().database.reading() as session:
        export = keeping.find(session, plan_code, export_id)
        found = keeping.delivery(session, export, delivery_id)
    return named(Response(found.content, content_type=layouts.MEDIA_TYPES[export.format]), found.name)


@blueprint.post("/<int:export_id>/activo")
@allow(*COORDINATING, of=Of.PLAN)
def switch(plan_code: str, export_id: int) -> Any:
    """Stop sending it, or begin again."""
    application, active = current(), request.form.get("activo") == "1"
    with application.database.unit_of_work() as session:
        export = keeping.find(session, plan_code, export_id)
        keeping.switch(session, application.clock, export, active, actor=actor())
    said = "Vuelve a enviarse cuando toque." if active else "Ya no se envía."
    return back_to("exports.show", said, plan_code=plan_code, export_id=export_id)


@blueprint.post("/<int:export_id>/reenviar")
@allow(*COORDINATING, of=Of.PLAN)
def send_again(plan_code: str, export_id: int) -> Any:
    """Send the newest file once more."""
    application = current()
    with application.database.unit_of_work() as session:
        export = keeping.find(session, plan_code, export_id)
        name = keeping.send_again(session, application.clock, export, actor=actor()).name
    said = f"{name} sale de nuevo en unos segundos."
    return back_to("exports.show", said, plan_code=plan_code, export_id=export_id)


def _page(session: Session, plan_code: str, error: str = "") -> str:
    settings = current().config.receivers
    return page(
        "systems/exports.html",
        plan=session.get_one(Plan, plan_code),
        exports=keeping.of_plan(session, plan_code),
        newest=keeping.newest(session, plan_code),
        fields=layouts.FIELDS,
        dues=DUE,
        formats=FORMATS,
        separators=layouts.SEPARATORS,
        decimals=layouts.DECIMALS,
        example=EXAMPLE,
        settings=settings,
        public_key=channels.public_key(settings.sftp_key) if settings.sftp_key else "",
        error=error,
        typed=request.form,
    )
