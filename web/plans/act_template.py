"""The .docx from which a sector's acts are made: its variables, its versions, a new one that is tried first."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request
from sqlalchemy.orm import Session

from web.answers import named
from web.auth import Of, allow
from web.pages import actor, back_to, current, page
from web.plans.blueprint import blueprint
from workflows.approvals import act_files
from workflows.documents import files
from workflows.people import directory
from workflows.people.roles import COORDINATING
from workflows.plan.models import Plan

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@blueprint.get("/<plan_code>/acto/plantilla")
@allow(*COORDINATING, of=Of.PLAN)
def act_template(plan_code: str) -> str:
    """The template in force, those before, and what one may write in it."""
    return _shown(plan_code)


@blueprint.post("/<plan_code>/acto/plantilla")
@allow(*COORDINATING, of=Of.PLAN)
def replace_act_template(plan_code: str) -> Any:
    """Keep a template from which an act can be made; what is wrong with another is told, and nothing is kept."""
    given = request.files.get("archivo")
    if given is None or not given.filename:
        return _shown(plan_code, ["Elija la plantilla que quiere usar."]), 422
    name, content = files.clean_name(given.filename), given.read()
    if wrong := act_files.check(content):
        return _shown(plan_code, wrong), 422
    application = current()
    with application.database.unit_of_work() as session:
        kept = act_files.save(session, application.clock, _sector(session, plan_code), name, content, actor=actor())
        told = (
            f"La plantilla quedó en uso (versión {kept.number}). Los actos que se proyecten desde ahora salen de ella."
        )
    return back_to("plans.act_template", told, plan_code=plan_code)


@blueprint.get("/<plan_code>/acto/plantilla.docx")
@allow(*COORDINATING, of=Of.PLAN)
def act_template_file(plan_code: str) -> Response:
    """A version of the template; without any, or asked for it, the one to begin with."""
    asked = request.args.get("version", "")
    with current().database.reading() as session:
        known = act_files.of_sector(session, _sector(session, plan_code))
        found = next((one for one in known if str(one.number) == asked), None)
        content = files.read(session, found.file_id) if found else act_files.example()
    if asked and found is None:
        abort(404)
    return named(Response(content, mimetype=WORD), f"plantilla-acto{f'-{asked}' if asked else ''}.docx")


def _shown(plan_code: str, wrong: list[str] | None = None) -> str:
    with current().database.reading() as session:
        known = act_files.of_sector(session, _sector(session, plan_code))
        return page(
            "plans/act_template.html",
            plan=session.get_one(Plan, plan_code),
            known=known,
            names=directory.display_names(session, {one.uploaded_by for one in known}),
            wrong=wrong or [],
            texts=act_files.TEXTS,
            lists=act_files.LISTS,
            flags=act_files.FLAGS,
        )


def _sector(session: Session, plan_code: str) -> str:
    plan = session.get(Plan, plan_code) or abort(404)
    return plan.sector_code
