"""Every record of a plan: how many there are of each kind, and those of one to look through and to take along."""

from __future__ import annotations

from flask import abort, request
from werkzeug.wrappers import Response

from web.auth import SIGNED_IN, Of, allow
from web.days import typed_day
from web.exporting import asked, files_of
from web.pages import current, page
from web.paging import paged
from web.plans.blueprint import blueprint
from workflows import guide
from workflows.documents.tables import Column
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
    wanted = reading.KINDS.get(kind) or abort(404)
    with current().database.reading() as session:
        plan = session.get(Plan, plan_code) or abort(404)
        found = reading.find(session, plan_code, wanted, _sought())
    rows = [list(row) for row in found.rows]
    about = "plan", f"{plan_code}/{kind}"
    file = asked(f"{plan_code} {found.kind.key}", found.kind.title, _columns(found), rows, about=about)
    if file is not None:
        return file
    return page(
        "plans/record.html",
        plan=plan, found=found, rows=paged(found.rows), typed=request.args, together=TOGETHER,
        file_of=files_of(),
    )  # fmt: skip


def _sought() -> Sought:
    typed = request.args
    return Sought(
        word=typed.get("q", "").strip(),
        kind=typed.get("tipo", ""),
        entity=typed.get("entidad", ""),
        since=typed_day(typed.get("desde", "")),  # what can't be read asks for nothing: the page shows what was typed
        until=typed_day(typed.get("hasta", "")),
    )


def _columns(found: Found) -> list[Column[list[Cell]]]:
    def under(place: int) -> Column[list[Cell]]:
        return Column(found.kind.columns[place].title, lambda row: row[place].text)

    return [under(place) for place in range(len(found.kind.columns))]
