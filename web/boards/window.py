"""The page on which who coordinates moves the reporting window of a month for everybody."""

from __future__ import annotations

from typing import Any

from flask import abort, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from notifications import windows as mails
from web.auth import Of, allow
from web.boards.views import blueprint
from web.days import typed_day
from web.pages import actor, back_to, current, page
from workflows.errors import Refused, WorkflowsError
from workflows.monitoring import windows
from workflows.people import directory
from workflows.people.roles import COORDINATING
from workflows.plan.models import Plan
from workflows.spanish import long_day


@blueprint.get("/planes/<plan_code>/ventana/<period_code>")
@allow(*COORDINATING, of=Of.PLAN)
def window(plan_code: str, period_code: str) -> str:
    """Until when a month is reported, how often that was moved, and to which day it goes."""
    with current().database.reading() as session:
        return _page(session, plan_code, period_code)


@blueprint.post("/planes/<plan_code>/ventana/<period_code>")
@allow(*COORDINATING, of=Of.PLAN)
def move_window(plan_code: str, period_code: str) -> Response | str | tuple[str, int]:
    """What moving it would do, or, where that was seen, do it and tell everybody."""
    application, until, engine = current(), typed_day(request.form.get("hasta", "")), current().engine
    reason, seen = request.form.get("motivo", ""), typed_day(request.form.get("visto", ""))
    try:
        if "mover" in request.form and seen == until:
            with application.database.unit_of_work() as session:
                done = windows.move(
                    session, engine, plan_code, period_code, until=until, reason=reason, actor=actor()
                )  # fmt: skip
                mails.tell(session, engine, done, plan_code, reason=reason, base_url=application.config.base_url)
            people = f"{len(done.told)} persona" if len(done.told) == 1 else f"{len(done.told)} personas"
            told = f"La ventana cierra el {long_day(done.closes_on)}. Se le escribió a {people}."
            return back_to("boards.window", told, plan_code=plan_code, period_code=period_code)
        with application.database.unit_of_work() as session:
            effect = windows.preview(session, engine, plan_code, period_code, until=until, actor=actor())
            reminded = mails.reminders(session, engine, effect, plan_code)
            return _page(session, plan_code, period_code, effect=effect, reminded=reminded)
    except (Refused, WorkflowsError) as wrong:
        with application.database.reading() as session:
            return _page(session, plan_code, period_code, error=wrong.message), 422


def _page(session: Session, plan_code: str, period_code: str, **context: Any) -> str:
    plan = session.get(Plan, plan_code) or abort(404)
    moves = windows.history(session, plan_code, period_code)
    closes_on, over = None, ""
    try:
        closes_on = windows.closes_on(session, current().engine, plan_code, period_code)
    except Refused as is_over:
        over = is_over.message
    return page(
        "boards/window.html", plan=plan, month=period_code, closes_on=closes_on, over=over, moves=moves,
        names=directory.display_names(session, {one.moved_by for one in moves}),
        **{"error": "", "effect": None, "reminded": [], **context},
    )  # fmt: skip
