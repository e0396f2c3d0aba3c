"""The development plans of the installation: everybody reads them, who administers it registers them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request
from sqlalchemy.orm import Session

from web.auth import SIGNED_IN, Of, allow
from web.days import typed_day
from web.pages import actor, back_to, current, page
from workflows.auditing import recording as auditing
from workflows.errors import Conflict, Refused
from workflows.people.groups import sectors_of
from workflows.people.roles import INSTALLATION_ADMINISTRATOR
from workflows.plan import development
from workflows.plan.development import Described
from workflows.plan.models import DevelopmentPlan

blueprint = Blueprint("frames", __name__, url_prefix="/planes-de-desarrollo")

FIELDS = ("codigo", "nombre", "gobierno", "desde", "hasta", "acto", "acto_fecha")


@blueprint.get("/")
@allow(SIGNED_IN, of=Of.NONE)
def index() -> str:
    """Every development plan, with the reader's plans that are made in its frame."""
    with current().database.reading() as session:
        return _listed(session, {})


@blueprint.post("/")
@allow(INSTALLATION_ADMINISTRATOR, of=Of.INSTALLATION)
def register() -> Any:
    """Register one; what was typed stays where something is wrong."""
    application = current()
    try:
        with application.database.unit_of_work() as session:
            made = development.register(session, _said())
            target, after = ("plan_de_desarrollo", made.code), _cells(made)
            auditing.record(
                session, application.clock, actor(), "registrar_plan_de_desarrollo", target, after=after
            )  # fmt: skip
            code, name = made.code, made.name
    except (Refused, Conflict) as wrong:
        with application.database.reading() as session:
            return _listed(session, _typed(), str(wrong)), 422
    return back_to("frames.show", f"«{name}» quedó registrado.", code=code)


@blueprint.get("/<code>")
@allow(SIGNED_IN, of=Of.NONE)
def show(code: str) -> str:
    """One of them."""
    with current().database.reading() as session:
        return _shown(session, code, {})


@blueprint.post("/<code>")
@allow(INSTALLATION_ADMINISTRATOR, of=Of.INSTALLATION)
def describe(code: str) -> Any:
    """Write what is known of one; the plans that name it say so from now on."""
    application = current()
    try:
        with application.database.unit_of_work() as session:
            found = development.find(session, code)
            before = _cells(found)
            after = _cells(development.describe(session, found, _said()))
            if before != after:
                auditing.record(
                    session, application.clock, actor(), "cambiar_plan_de_desarrollo", ("plan_de_desarrollo", code),
                    before=before, after=after,
                )  # fmt: skip
    except (Refused, Conflict) as wrong:
        with application.database.reading() as session:
            return _shown(session, code, _typed(), str(wrong)), 422
    return back_to("frames.show", "El plan de desarrollo quedó guardado.", code=code)


def _listed(session: Session, typed: Mapping[str, str], error: str = "") -> str:
    everybody = development.everybody(session)
    plans: dict[str, list[Any]] = {}
    for code, plan in development.plans_of(session, [one.code for one in everybody], sectors_of(actor())):
        plans.setdefault(code, []).append(plan)
    return page("frames/index.html", frames=everybody, plans=plans, typed=typed, error=error, **_common())


def _shown(session: Session, code: str, typed: Mapping[str, str], error: str = "") -> str:
    found = development.find(session, code)
    plans = [plan for _code, plan in development.plans_of(session, [code], sectors_of(actor()))]
    return page("frames/card.html", frame=found, plans=plans, typed=typed or _cells(found), error=error, **_common())


def _common() -> Mapping[str, Any]:
    return {"may_change": "" in actor().supervises, "in_force": development.in_force}


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in FIELDS}


def _cells(frame: DevelopmentPlan) -> dict[str, str]:
    """What is known of one, as its form shows it."""
    days = [day.isoformat() if day else "" for day in (frame.starts_on, frame.ends_on, frame.adopted_on)]
    values = (frame.code, frame.name, frame.government, days[0], days[1], frame.adopted_by, days[2])
    return dict(zip(FIELDS, values, strict=True))


def _said() -> Described:
    """What the form says. Raises `Refused` for what is no day."""
    typed = _typed()
    for name in ("desde", "hasta", "acto_fecha"):
        if typed[name].strip() and typed_day(typed[name]) is None:
            raise Refused(f"«{typed[name]}» no es una fecha. Escríbala como 30/11/2026.")
    return Described(
        typed["codigo"], typed["nombre"], typed["gobierno"], typed_day(typed["desde"]), typed_day(typed["hasta"]),
        typed["acto"], typed_day(typed["acto_fecha"]),
    )  # fmt: skip
