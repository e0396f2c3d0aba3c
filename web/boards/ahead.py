"""The calendar of a plan: what opens, falls due, meets and rests in the next twelve months."""

from __future__ import annotations

import datetime as dt
from itertools import groupby

from flask import request
from werkzeug.wrappers import Response

from web.auth import Of, allow
from web.auth.access import SIGNED_IN
from web.boards.views import blueprint
from web.exporting import asked, files_of
from web.pages import actor, current, page
from workflows.calendar import add_months, bogota_day
from workflows.cycles import opening as cycles
from workflows.documents.tables import Column
from workflows.monitoring import ahead, overview
from workflows.people.groups import sectors_of

MONTHS = 12
SKIPPED = 12
"""Of the periods that were not opened, as many as are told, the last ones."""
COLUMNS: list[Column[ahead.Coming]] = [
    Column("Día", lambda one: one.day),
    Column("Qué", lambda one: str(one.what)),
    Column("Cuál", lambda one: one.text),
    Column("Cuántas tareas", lambda one: one.count),
]


@blueprint.get("/calendario")
@allow(SIGNED_IN, of=Of.PLAN)
def calendar_ahead() -> str | Response:
    """Twelve months from today, by month and day."""
    today = bogota_day(current().clock.now())
    with current().database.reading() as session:
        plans = overview.plans(session, sectors_of(actor()))
        if not plans:
            return page("boards/none.html")
        plan = next((one for one in plans if one.code == request.args.get("plan")), plans[0])
        coming = ahead.of_plan(session, current().engine, plan, today, add_months(today, MONTHS) - dt.timedelta(days=1))
        missed = cycles.undecided(session, plan.code)
        skipped = cycles.skipped(session, plan.code, SKIPPED)
        names = {start.process_key: start.name for start in cycles.calendar_starts(session, plan.sector_code)}
    if (file := asked(f"{plan.code} calendario", "Calendario", COLUMNS, coming)) is not None:
        return file
    months = [(f"{month[0]}-{month[1]:02}", list(found)) for month, found in groupby(coming, key=_month)]
    return page(
        "boards/ahead.html", plan=plan, plans=plans, months=months, missed=missed, today=today, files=files_of(),
        skipped=skipped, names=names,
    )  # fmt: skip


def _month(coming: ahead.Coming) -> tuple[int, int]:
    return coming.day.year, coming.day.month
