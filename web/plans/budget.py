"""What a year's projects are given and spend, what was reported outside, and the recovery plans."""

from __future__ import annotations

from typing import Any

from flask import abort, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from web import exporting
from web.auth import SIGNED_IN, Of, allow
from web.pages import actor, back_to, current, page
from web.paging import paged
from web.plans import sheets
from web.plans.blueprint import blueprint
from workflows.calendar import bogota_day
from workflows.formulation import funding
from workflows.implementation import budget, external_files, external_reports, years
from workflows.people import directory
from workflows.plan.models import Plan
from workflows.recovery import plans as recovery


@blueprint.get("/<plan_code>/presupuesto")
@allow(SIGNED_IN, of=Of.PLAN)
def money(plan_code: str) -> str | Response:
    """The money of each project in a year, its modifications, and the button that registers one."""
    with current().database.reading() as session:
        plan = _plan(session, plan_code)
        year = _year(plan)
        projects = budget.of_year(session, plan_code, year)
        return exporting.asked(f"{plan_code} presupuesto {year}", "Presupuesto", sheets.MONEY, projects) or page(
            "plans/budget.html",
            plan=plan,
            year=year,
            years=range(plan.first_year, plan.ends_on.year + 1),
            projects=projects,
            estimated=funding.of_projects(session, plan_code, year),
            action_plans=years.of_year(session, plan_code, year),
            kinds=budget.KIND_WORDS,
            files=exporting.files_of(),
            names=directory.display_names(
                session, [modification.registered_by for project in projects for modification in project.modifications]
            ),
            may_modify={
                project_year.project.code
                for project_year in projects
                if budget.is_liaison(session, project_year.project, actor())
            },
        )


@blueprint.post("/<plan_code>/presupuesto/<project_code>/modificacion")
@allow(budget.LIAISON, of=Of.PLAN)
def modify(plan_code: str, project_code: str) -> Any:
    """Open the case in which the change and its act are registered."""
    with current().database.unit_of_work() as session:
        budget.ask(session, current().engine, plan_code, project_code, actor=actor())
    notice = f"Quedó en su bandeja: registre la modificación del proyecto {project_code} con su acto."
    return back_to("plans.money", notice, plan_code=plan_code)


@blueprint.get("/<plan_code>/reportes-externos")
@allow(SIGNED_IN, of=Of.PLAN)
def external(plan_code: str) -> str | Response:
    """The reports to SDP/SDH: their files and under which number they were filed."""
    with current().database.reading() as session:
        plan = _plan(session, plan_code)
        every = external_reports.of_plan(session, plan_code)
        if (file := exporting.asked(f"{plan_code} externos", "Reportes externos", sheets.EXTERNAL, every)) is not None:
            return file
        reports = paged(every)
        made = external_files.files_of(session, reports.rows)
        files = {
            id_: [(suffix, found[suffix]) for suffix in external_files.RENDERERS if suffix in found]
            for id_, found in made.items()
        }
        return page(
            "plans/external.html", plan=plan, reports=reports, made=files, systems=external_reports.SYSTEM_WORDS,
            files=exporting.files_of(),
        )  # fmt: skip


@blueprint.get("/<plan_code>/planes-de-choque")
@allow(SIGNED_IN, of=Of.PLAN)
def recovery_plans(plan_code: str) -> str | Response:
    """The recovery plans: how each stands, its actions and what was learnt."""
    with current().database.reading() as session:
        plan = _plan(session, plan_code)
        every = recovery.of_plan(session, plan_code)
        if (file := exporting.asked(f"{plan_code} choque", "Planes de choque", sheets.RECOVERIES, every)) is not None:
            return file
        found = paged(every)
        people = {action.responsible for recovery_plan in found.rows for action in recovery_plan.actions}
        return page(
            "plans/recovery.html",
            plan=plan,
            found=[(one, recovery.actions(one)) for one in found.rows],
            pages=found,
            states=recovery.STATE_WORDS,
            files=exporting.files_of(),
            names=directory.display_names(session, people),
        )


def _plan(session: Session, plan_code: str) -> Plan:
    return session.get(Plan, plan_code) or abort(404)


def _year(plan: Plan) -> int:
    """The year asked for, else the present one, within the plan."""
    asked = request.args.get("vigencia", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else bogota_day(current().clock.now()).year
    return min(max(year, plan.first_year), plan.ends_on.year)
