"""The versions of a plan and its modifications; the coordinator asks for one here."""

from __future__ import annotations

import sqlalchemy as sa
from flask import abort
from werkzeug.wrappers import Response

from web import exporting
from web.auth import SIGNED_IN, Of, allow
from web.pages import actor, back_to, current, page
from web.plans.blueprint import blueprint
from web.plans.sheets import CHANGES
from web.plans.wording import MODIFICATION_WORDS
from workflows.approvals import acts, modifying
from workflows.approvals.models import AdministrativeAct, Modification, PlanVersion
from workflows.people import directory
from workflows.plan.models import Plan


@blueprint.get("/<plan_code>/modificaciones")
@allow(SIGNED_IN, of=Of.PLAN)
def changes(plan_code: str) -> str | Response:
    """Every version of the plan, and every modification with its changes, the newest first."""
    with current().database.reading() as session:
        plan = session.get(Plan, plan_code) or abort(404)
        of_plan = sa.select(PlanVersion).where(PlanVersion.plan_code == plan_code)
        versions = session.scalars(of_plan.order_by(PlanVersion.number.desc())).all()
        asked = sa.select(Modification).where(Modification.plan_code == plan_code)
        modifications = session.scalars(asked.order_by(Modification.number.desc())).all()
        changed = modifying.changes_by(session, modifications)
        rows = [(modification, changed[modification.id]) for modification in modifications]
        each = [(modification, change) for modification, found in rows for change in found]
        if (file := exporting.asked(f"{plan_code} modificaciones", "Modificaciones", CHANGES, each)) is not None:
            return file
        names = directory.display_names(session, {one.requested_by for one in modifications})
        issued = session.scalars(sa.select(AdministrativeAct).where(AdministrativeAct.plan_code == plan_code))
        act_names = {act.id: acts.name_of(act) for act in issued}
    return page(
        "plans/changes.html",
        plan=plan, versions=versions, rows=rows, names=names, act_names=act_names, states=MODIFICATION_WORDS,
        files=exporting.files_of(),
    )  # fmt: skip


@blueprint.post("/<plan_code>/modificaciones")
@allow("coordinador_pes", of=Of.PLAN)
def ask_for_change(plan_code: str) -> Response:
    """Open the case of a modification; its first task waits in the inbox."""
    with current().database.unit_of_work() as session:
        if session.get(Plan, plan_code) is None:
            abort(404)
        modifying.ask(session, current().engine, plan_code, actor=actor())
    said = "Se abrió la modificación: en su bandeja está la tarea para decir qué cambia y por qué."
    return back_to("plans.changes", said, plan_code=plan_code)
