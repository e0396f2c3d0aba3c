"""The projects of a plan and their goals: what each month promised, what was done, and the money beside."""

from __future__ import annotations

from flask import abort, request
from werkzeug.wrappers import Response

from web import exporting
from web.auth import SIGNED_IN, Of, allow
from web.pages import current, page
from web.plans import sheets
from web.plans.blueprint import blueprint
from workflows.calendar import bogota_day
from workflows.implementation import goal_courses
from workflows.plan.models import Plan
from workflows.sectors import registry
from workflows.spanish import MONTHS


@blueprint.get("/<plan_code>/proyectos")
@allow(SIGNED_IN, of=Of.PLAN)
def projects(plan_code: str) -> str | Response:
    """The goals of each project in a year, of all the entities or of one."""
    with current().database.reading() as session:
        plan = session.get(Plan, plan_code) or abort(404)
        asked = request.args.get("vigencia", "")
        year = int(asked) if asked.isdecimal() and len(asked) == 4 else bogota_day(current().clock.now()).year
        year = min(max(year, plan.first_year), plan.ends_on.year)
        courses = goal_courses.of_year(session, plan_code, year)
        entities = list(dict.fromkeys(one.money.project.entity_code for one in courses))
        entity = request.args.get("entidad", "")
        courses = [one for one in courses if entity not in entities or one.money.project.entity_code == entity]
        goals = [(one, goal) for one in courses for goal in one.goals]
        return exporting.asked(f"{plan_code} metas {year}", "Metas de proyectos", sheets.GOALS, goals) or page(
            "plans/projects.html",
            plan=plan,
            year=year,
            years=range(plan.first_year, plan.ends_on.year + 1),
            entities=entities,
            entity=entity,
            courses=courses,
            files=exporting.files_of(),
            months=MONTHS,
            places={place.code: place.name for place in registry.places(session, plan.sector_code)},
        )
