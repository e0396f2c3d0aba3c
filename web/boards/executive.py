"""What the head of a sector reads: one page on screen and on paper, of the last month with figures."""

from __future__ import annotations

from typing import Any

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from web import exporting
from web.auth import SIGNED_IN, Of, allow
from web.boards.promised import promised
from web.boards.sheets import LINE_COLUMNS
from web.boards.tables import lights_of, standing_figures
from web.boards.views import blueprint, coming
from web.boards.wording import headline
from web.pages import actor, current, page
from workflows.calendar import bogota_day
from workflows.monitoring import board, overview
from workflows.people.groups import sectors_of
from workflows.reports import assembling
from workflows.reports.contents import light_of_level

NEXT = 4


@blueprint.get("/ejecutivo")
@allow(SIGNED_IN, of=Of.PLAN)
def executive() -> str | Response:
    """How the plan goes, the first page of the report in its own words, what waits for a decision, what comes."""
    with current().database.reading() as session:
        plans = overview.plans(session, sectors_of(actor()))
        plan = next((one for one in plans if one.code == request.args.get("plan")), plans[0] if plans else None)
        return _page(session, plan) if plan is not None else page("boards/none.html")


def _page(session: Session, plan: Any) -> str | Response:
    now, calendar = current().clock.now(), current().calendar.within(plan.code)
    today, found = bogota_day(now), board.of_plan(session, plan.code, now, months=3)
    if not found.months:
        return page("boards/none.html", plan=plan)
    newest = found.months[0]
    standing = standing_figures(session, plan.code, found.months)
    judged, before = standing.judged, standing.before
    lines = list(judged.lines.values()) if judged else []
    if (file := exporting.asked(f"{plan.code} lineas", "Líneas", LINE_COLUMNS, lines)) is not None:
        return file
    here = [task for task in found.tasks if task.period == newest.code]
    return page(
        "boards/executive.html",
        plan=plan,
        today=today,
        shown=newest,
        headline=headline(newest, here, found.orphans, now, calendar),
        judged=judged,
        before=before,
        moved=_moved(judged, before),
        lights=lights_of(session, plan.code, judged.period) if judged else {},
        first_page=assembling.first_page(session, plan.code, judged.period) if judged else (),
        board=found,
        late_promises=[one for one in promised(session, plan.code, today) if one.is_late],
        coming=coming(session, plan, today, found)[:NEXT],
        level_light=light_of_level,
        files=exporting.files_of(),
    )


def _moved(judged: Any, before: Any) -> dict[str, Any]:
    """By line: percentage points since the month before, where both have a figure."""
    if not judged or not before:
        return {}
    return {
        code: line.capped - before.lines[code].capped
        for code, line in judged.lines.items()
        if code in before.lines and line.capped is not None and before.lines[code].capped is not None
    }
