"""Every record of a plan: how many there are of each kind, and those of one to look through and to take along."""

from __future__ import annotations

import datetime as dt
import io
from urllib.parse import urlencode

from flask import Response, abort, request
from openpyxl import Workbook

from web.answers import named
from web.auth import SIGNED_IN, Of, allow
from web.pages import actor, current, page
from web.paging import paged
from web.plans.blueprint import blueprint
from workflows import guide
from workflows.auditing import recording as auditing
from workflows.documents.tables import Column, as_csv, write_sheet
from workflows.lifecycle.dossier import execution, reading
from workflows.lifecycle.dossier.reading import Cell, Found, Sought
from workflows.plan.models import Plan

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TOGETHER = (execution.MEETINGS.key, execution.COMMITMENTS.key)
"""What is of no phase: it comes first."""


@blueprint.get("/<plan_code>/registros")
@allow(SIGNED_IN, of=Of.PLAN)
def records(plan_code: str) -> str:
    """Every kind of record by phase, with how many there are."""
    with current().database.reading() as session:
        plan = session.get(Plan, plan_code) or abort(404)
        counts = reading.counts(session, plan_code)
    phases = {0: "Mesas y compromisos"} | {number: f"Fase {number}. {name}" for number, name in guide.PHASES.items()}
    kinds = {number: [kind for kind in reading.KINDS.values() if kind.phase == number] for number in phases}
    return page("plans/records.html", plan=plan, phases=phases, kinds=kinds, counts=counts)


@blueprint.get("/<plan_code>/registros/<kind>")
@allow(SIGNED_IN, of=Of.PLAN)
def record(plan_code: str, kind: str) -> str | Response:
    """The records of a kind: by type, entity, days and word, as a page or as a file."""
    asked = reading.KINDS.get(kind) or abort(404)
    with current().database.reading() as session:
        plan = session.get(Plan, plan_code) or abort(404)
        found = reading.find(session, plan_code, asked, _sought())
    wanted = request.args.get("formato", "")
    if wanted in FILES:
        _note_taken(plan_code, kind, wanted)
        return FILES[wanted](plan_code, found)
    rest = {key: value for key, value in request.args.items() if value and key not in ("formato", "pagina")}
    return page(
        "plans/record.html",
        plan=plan, found=found, rows=paged(found.rows), typed=request.args, together=TOGETHER,
        file_of=lambda suffix: f"?{urlencode({**rest, 'formato': suffix})}",
    )  # fmt: skip


def _note_taken(plan_code: str, kind: str, form: str) -> None:
    """Write down who took records along: they name people."""
    application = current()
    asked = {name: value for name, value in request.args.items() if value}
    with application.database.unit_of_work() as session:
        auditing.record(
            session, application.clock, actor(), "exportar", ("plan", f"{plan_code}/{kind}"),
            after={"como": form, "filtro": asked},
        )  # fmt: skip


def _sought() -> Sought:
    typed = request.args
    return Sought(
        word=typed.get("q", "").strip(),
        kind=typed.get("tipo", ""),
        entity=typed.get("entidad", ""),
        since=_day(typed.get("desde", "")),
        until=_day(typed.get("hasta", "")),
    )


def _day(text: str) -> dt.date | None:
    """A day that cannot be read asks for nothing: the page shows what was typed."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _columns(found: Found) -> list[Column[list[Cell]]]:
    def under(place: int) -> Column[list[Cell]]:
        return Column(found.kind.columns[place].title, lambda row: row[place].text)

    return [under(place) for place in range(len(found.kind.columns))]


def _csv(plan_code: str, found: Found) -> Response:
    content = as_csv(_columns(found), [list(row) for row in found.rows])
    return named(Response(content, mimetype="text/csv"), f"{plan_code} {found.kind.key}.csv")


def _xlsx(plan_code: str, found: Found) -> Response:
    book, target = Workbook(), io.BytesIO()
    sheet = book.worksheets[0]
    sheet.title = found.kind.title[:31]
    write_sheet(sheet, _columns(found), [list(row) for row in found.rows])
    book.save(target)
    return named(Response(target.getvalue(), mimetype=XLSX), f"{plan_code} {found.kind.key}.xlsx")


FILES = {"csv": _csv, "xlsx": _xlsx}
