"""The board of the month, and what a coordinator decides from it: who does a task, which periods open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, request
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine.instances.models import Instance
from engine.tasks import commands
from engine.tasks.models import UserTask
from engine.waits import WaitKind, of_cases
from notifications import nudges
from notifications import reading as mails
from web import exporting
from web.auth import SIGNED_IN, Of, allow
from web.boards import stages, wording
from web.boards.candidates import candidates, tenant_of
from web.boards.promised import promised
from web.boards.sheets import DAY_COLUMNS, LINE_COLUMNS, LOAD_COLUMNS, RED_COLUMNS, STEP_COLUMNS, TASK_COLUMNS
from web.boards.tables import (
    TaskLine,
    lights_of,
    limits,
    punctuality,
    standing_figures,
    task_lines,
    told_limits,
    workload,
    worsened,
)
from web.cases.waiting import ShownWait, shown
from web.exporting import files_of
from web.forms.sparks import spark
from web.pages import actor, back_to, current, page
from web.paging import ROWS, Paged, cut, offset
from workflows.calendar import WorkingCalendar, bogota_day
from workflows.cycles import opening as cycles
from workflows.errors import NotFound
from workflows.indicators.alerts import OPPORTUNITY
from workflows.monitoring import ahead, alerts, board, overview
from workflows.monitoring.board import Board, BoardMonth, BoardTask
from workflows.monitoring.period_figures import LevelFigures
from workflows.people import directory
from workflows.people.assigning import ensure_may_be_given
from workflows.people.groups import sectors_of
from workflows.people.roles import COORDINATING
from workflows.recovery import reds
from workflows.reports.contents import light_of_level

blueprint = Blueprint("boards", __name__, url_prefix="/seguimiento")

YEAR = 12
"""Months of punctuality."""
SHOWN_RED, SHOWN_NEXT = 8, 6
AHEAD = dt.timedelta(days=75)
MONEY_RULE = "brecha_fisico_financiera"
SHOWN_SILENT = 12
"""Of those who did not report, as many as are told on the board."""

PERIOD_CHOICES = "coordinador_pes"
"""Who opens or skips a period by hand."""


@blueprint.get("")
@blueprint.get("/<period>")
@allow(SIGNED_IN, of=Of.PLAN)
def month(period: str | None = None) -> str | Response:
    """The board of a month, the newest where none is asked for."""
    with current().database.reading() as session:
        plans = overview.plans(session, sectors_of(actor()))
        if not plans:
            return page("boards/none.html")
        chosen = next((plan for plan in plans if plan.code == request.args.get("plan")), plans[0])
        return _board(session, plans, chosen, period or request.args.get("mes"))


def _board(session: Session, plans: list[Any], plan: Any, asked: str | None) -> str | Response:
    now, calendar = current().clock.now(), current().calendar.within(plan.code)
    found = board.of_plan(session, plan.code, now, months=YEAR, upto=asked)
    if not found.codes:
        return page("boards/none.html", plan=plan)
    if asked is not None and asked not in found.codes:
        raise NotFound(f"El plan no tiene el periodo «{asked}». Elija otro en el seguimiento.")
    newest = found.months[0]
    standing = standing_figures(session, plan.code, found.months)
    judged, before = standing.judged, standing.before
    here = _of_month(found, newest)
    if (file := _file(session, plan, found, newest, judged)) is not None:
        return file
    steps, by_month = stages.of_month(found, newest), limits(found, plan.code, calendar)
    raised = alerts.of_month(session, plan.code, judged.period) if judged else []
    silent = [one for one in raised if one.rule in OPPORTUNITY]
    in_red = reds.of_month(session, plan.code, judged.period) if judged else []
    mailed = None
    if current_user.may(COORDINATING):
        yesterday = calendar.add_working_days(bogota_day(now), -1)
        mailed = mails.of_day(session, actor().supervises, yesterday, now)
    return page(
        "boards/month.html",
        plan=plan,
        plans=plans,
        months=found.codes,
        shown=newest,
        board=found,
        undelivered=mails.undelivered(session, actor().supervises) if current_user.may(COORDINATING) else [],
        mail_server=mailed.server if mailed else None,
        mailed=mailed,
        headline=wording.headline(newest, here, found.orphans, now, calendar),
        late_opening=wording.late_opening(newest.late_days),
        cells=_cells(newest, found, steps, calendar),
        steps=steps,
        step_names=[title for title, _steps in stages.STEPS],
        judged=judged,
        before=before,
        earlier=standing.earlier,
        worse=worsened(standing),
        lights=lights_of(session, plan.code, judged.period) if judged else {},
        bottlenecks=board.bottlenecks_by_line(session, plan.code, judged.period) if judged else {},
        **_waiting(session, plan.code),
        workload=workload(found.tasks),
        tasks=_lines(here, "tareas", calendar),
        other_tasks=_lines(_elsewhere(found, newest) if newest.code == found.codes[0] else [], "otras", calendar),
        level_light=light_of_level,
        in_red=[(one, spark(one.course)) for one in in_red[:SHOWN_RED]],
        more_red=max(len(in_red) - SHOWN_RED, 0),
        money_gaps=[one for one in raised if one.rule == MONEY_RULE],
        punctuality=punctuality(found, by_month, calendar),
        told_limits=told_limits(by_month),
        coming=coming(session, plan, bogota_day(now), found),
        promised=promised(session, plan.code, bogota_day(now)),
        nudged=nudges.asked_today(session, now),
        files_of=files_of,
        silent=silent[:SHOWN_SILENT],
        more_silent=max(len(silent) - SHOWN_SILENT, 0),
    )


def coming(session: Session, plan: Any, today: dt.date, found: Board) -> list[ahead.Coming]:
    """The next things that open or meet."""
    return list(ahead.next_events(session, current().engine, plan, today, today + AHEAD, found.decided)[:SHOWN_NEXT])


def _file(
    session: Session, plan: Any, found: Board, newest: BoardMonth, judged: LevelFigures | None
) -> Response | None:
    """The table of the board that the address asks for as a file, if it does."""
    calendar, now = current().calendar.within(plan.code), current().clock.now()
    file: Response | None = None
    match request.args.get("tabla", "") if "formato" in request.args else "":
        case "tareas":
            rows = task_lines(found.tasks, now, calendar)
            file = exporting.asked(f"{plan.code} tareas", "Tareas abiertas", TASK_COLUMNS, rows, "tareas")
        case "rojos" if judged:
            rows_red = reds.of_month(session, plan.code, judged.period)
            file = exporting.asked(f"{plan.code} rojos", "En rojo", RED_COLUMNS, rows_red, "rojos")
        case "pasos":
            rows_step = [(code, one) for code, row in stages.of_month(found, newest).items() for one in row.stages]
            file = exporting.asked(f"{plan.code} pasos", "Quién ha reportado", STEP_COLUMNS, rows_step, "pasos")
        case "puntualidad":
            by_month = limits(found, plan.code, calendar)
            rows_day = [(one, each) for one in punctuality(found, by_month, calendar) for each in one.arrivals]
            file = exporting.asked(f"{plan.code} puntualidad", "Puntualidad", DAY_COLUMNS, rows_day, "puntualidad")
        case "carga":
            file = exporting.asked(f"{plan.code} carga", "Carga", LOAD_COLUMNS, workload(found.tasks), "carga")
        case "lineas" if judged:
            lines = list(judged.lines.values())
            file = exporting.asked(f"{plan.code} lineas", "Líneas", LINE_COLUMNS, lines, "lineas")
    return file


def _waiting(session: Session, plan_code: str) -> dict[str, list[tuple[Instance, list[ShownWait]]]]:
    """The cases of a plan that no person can take further by doing a task, with what they wait for; failures first.

    `stuck` are those that somebody has to look at; the others go on by themselves when their moment comes: `resting`.
    """
    cases = board.stuck(session, plan_code)
    waits = of_cases(session, current().engine, [case.id for case in cases])
    # Tasks have a list of their own; what may come meanwhile holds nobody.
    found = {one: [w for w in mine if w.kind != WaitKind.TASK and not w.meanwhile] for one, mine in waits.items()}
    told = iter(shown(session, [wait for case in cases for wait in found[case.id]]))
    now = current().clock.now()
    parts: dict[str, list[tuple[Instance, list[ShownWait]]]] = {"stuck": [], "resting": []}
    for case in cases:
        mine = [next(told) for _ in found[case.id]]
        needs = not mine or any(one.needs_somebody(now) for one in mine)
        parts["stuck" if needs else "resting"].append((case, mine))
    return parts


def _of_month(found: Board, shown: BoardMonth) -> list[BoardTask]:
    return [task for task in found.tasks if task.period == shown.code]


def _elsewhere(found: Board, shown: BoardMonth) -> list[BoardTask]:
    return [task for task in found.tasks if task.period != shown.code]


def _lines(tasks: list[BoardTask], name: str, calendar: WorkingCalendar) -> Paged[TaskLine]:
    """A page of the tasks, in words."""
    start = offset(name)
    rows = task_lines(tasks[start : start + ROWS], current().clock.now(), calendar)
    return cut(rows, len(tasks), name, anchor=name)


def _cells(
    shown: BoardMonth, found: Board, steps: Mapping[str, stages.Row], calendar: WorkingCalendar
) -> dict[str, wording.Cell]:
    """By entity: how its report of the month stands; none where in no month of the year any was asked for."""
    if not any(month.reports for month in found.months):
        return {}
    return {
        code: wording.cell(shown, shown.reports.get(code), calendar, is_open=bool(row.stages[0].tasks))
        for code, row in steps.items()
    }


@blueprint.get("/tareas/<int:task_id>/reasignar")
@allow(*COORDINATING, of=Of.TASK)
def choose_person(task_id: int) -> str:
    """Choose who is to do a task, and say why."""
    with current().database.reading() as session:
        return _choosing(session, task_id)


def _choosing(session: Session, task_id: int, **context: Any) -> str:
    task = session.get(UserTask, task_id) or abort(404)
    names = directory.display_names(session, {task.assignee} if task.assignee else ())
    return page(
        "boards/reassign.html",
        task=task,
        holder=names.get(task.assignee or ""),
        groups=candidates(session, task, bogota_day(current().clock.now())),
        **context,
    )


@blueprint.post("/tareas/<int:task_id>/reasignar")
@allow(*COORDINATING, of=Of.TASK)
def reassign(task_id: int) -> Any:
    """Hand a task to the chosen person."""
    to, reason = request.form.get("persona", ""), request.form.get("motivo", "")
    errors = _missing(persona="Elija a quién le queda la tarea." if not to else "", motivo=_reason_error(reason))
    if errors:
        with current().database.reading() as session:
            return _choosing(session, task_id, errors=errors, to=to, reason=reason), 422
    with current().database.unit_of_work() as session:
        task = session.get(UserTask, task_id) or abort(404)
        ensure_may_be_given(session, to, tenant_of(session, task), bogota_day(current().clock.now()))
        task = commands.reassign(session, current().engine, task_id, actor=actor(), to=to, reason=reason)
        name = directory.person(session, to).name
        period = task.variables.get("periodo")
    return back_to("boards.month", f"«{task.name}» le quedó a {name}.", **_address(task.variables.get("plan"), period))


@blueprint.get("/periodos/<process_key>/<label>")
@allow(PERIOD_CHOICES, of=Of.PLAN)
def choose_opening(process_key: str, label: str) -> str:
    """Decide about a period that was not opened: missed, skipped, or still to come."""
    return _deciding(process_key, label, request.args.get("plan", ""))


def _deciding(process_key: str, label: str, plan_code: str, **context: Any) -> str:
    with current().database.reading() as session:
        found = cycles.to_decide(session, current().engine, plan_code, process_key, label)
        return page(
            "boards/opening.html",
            plan_code=plan_code,
            found=found,
            today=bogota_day(current().clock.now()),
            **context,
        )


@blueprint.post("/periodos/<process_key>/<label>")
@allow(PERIOD_CHOICES, of=Of.PLAN)
def decide_opening(process_key: str, label: str) -> Any:
    """Open or skip the period, with the reason."""
    plan_code, reason, opens = request.form.get("plan", ""), request.form.get("motivo", ""), "abrir" in request.form
    errors = _missing(motivo=_reason_error(reason))
    if errors:
        return _deciding(process_key, label, plan_code, errors=errors, reason=reason), 422
    act = cycles.open_by_hand if opens else cycles.skip_by_hand
    with current().database.unit_of_work() as session:
        act(session, current().engine, plan_code, process_key, label, actor=actor(), reason=reason)
    notice = f"El periodo {label} quedó abierto." if opens else f"El periodo {label} no se abrirá."
    return back_to("boards.month", notice, plan=plan_code)


def _reason_error(reason: str) -> str:
    return "" if reason.strip() else "Diga el motivo: queda en la historia del proceso."


def _missing(**errors: str) -> dict[str, str]:
    return {field: sentence for field, sentence in errors.items() if sentence}


def _address(plan: str | None, period: str | None) -> dict[str, str]:
    """The board that shows a task again."""
    with current().database.reading() as session:
        known = overview.months(session, plan) if plan else []
    return {"period": period, "plan": plan or ""} if period in known and period else {"plan": plan or ""}
