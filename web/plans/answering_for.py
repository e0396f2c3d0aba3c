"""Who answers for each indicator of a plan: who reports, who reviews, who stands in."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from flask import abort, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from web import exporting
from web.auth import SIGNED_IN, Of, allow
from web.pages import HERE, addresses, current, page
from web.paging import paged
from web.plans.blueprint import blueprint
from workflows.documents.tables import Column
from workflows.indicators.models import Indicator
from workflows.people.models import Person
from workflows.plan.models import Plan
from workflows.sectors.models import Entity


@dataclass(frozen=True, slots=True)
class Answering:
    """Somebody who answers for an indicator: their name, and whether they can (`left`: they were deactivated)."""

    name: str
    left: bool


@dataclass(frozen=True, slots=True)
class Line:
    """An indicator with those who answer for it; None: nobody is named."""

    code: str
    name: str
    entity: str
    reports: Answering | None
    reviews: Answering | None
    substitute: Answering | None

    @property
    def is_alone(self) -> bool:
        """Whether nobody can report or review it."""
        reporting = [one for one in (self.reports, self.substitute) if one and not one.left]
        return not reporting or self.reviews is None or self.reviews.left


def _name(one: Answering | None) -> str:
    return f"{one.name}{' (ya no está)' if one.left else ''}" if one is not None else ""


COLUMNS: list[Column[Line]] = [
    Column("Código", lambda one: one.code),
    Column("Indicador", lambda one: one.name),
    Column("Entidad", lambda one: one.entity),
    Column("Reporta", lambda one: _name(one.reports)),
    Column("Reemplaza", lambda one: _name(one.substitute)),
    Column("Revisa", lambda one: _name(one.reviews)),
    Column("Sin quien lo haga", lambda one: "sí" if one.is_alone else ""),
]


@blueprint.get("/<plan_code>/responsables")
@allow(SIGNED_IN, of=Of.PLAN)
def answering_for(plan_code: str) -> str | Response:
    """The matrix of a plan, of one entity where it is asked for."""
    asked = request.args.get("entidad", "")
    with current().database.reading() as session:
        plan = session.get(Plan, plan_code) or abort(404)
        lines = _lines(session, plan_code)
        names = dict(session.execute(sa.select(Entity.code, Entity.name)).all())
    entities = list(dict.fromkeys(line.entity for line in lines))
    shown = [line for line in lines if asked in ("", line.entity)]
    return exporting.asked(f"{plan_code} responsables", "Responsables", COLUMNS, shown) or page(
        "plans/answering_for.html",
        plan=plan,
        lines=paged(shown),
        alone=sum(line.is_alone for line in shown),
        entities=[(code, names.get(code, code)) for code in entities],
        asked=asked,
        files=exporting.files_of(),
        address=addresses("plans.indicator", plan_code=plan_code, indicator_code=HERE),
    )


def _lines(session: Session, plan_code: str) -> list[Line]:
    """Every active indicator in the order of the plan, in two statements."""
    query = sa.select(Indicator).where(Indicator.plan_code == plan_code, Indicator.active)
    indicators = session.scalars(query.order_by(Indicator.position, Indicator.code)).all()
    named = {name for one in indicators for name in (one.reports, one.reviews, one.substitute) if name}
    found = session.execute(sa.select(Person.username, Person.name, Person.active).where(Person.username.in_(named)))
    people = {username: Answering(name, not active) for username, name, active in found}
    return [
        Line(
            one.code,
            one.name,
            one.entity_code,
            *(people.get(name or "") for name in (one.reports, one.reviews, one.substitute)),
        )
        for one in indicators
    ]
