"""Development plans that a file names: they are of the installation, and other sectors may use them too."""

from __future__ import annotations

from dataclasses import fields, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from workflows.plan import development
from workflows.plan.development import Described
from workflows.plan.models import DevelopmentPlan, Plan, PlanDevelopmentPlan
from workflows.records.columns import BY_KEY
from workflows.records.data import PlanData
from workflows.records.problems import Problem


def as_known(session: Session, data: PlanData) -> PlanData:
    """The file with each development plan by the code it has here; what the file leaves empty stays as it is known."""
    found = {one.name: _filled(session, one) for one in data.development_plans}
    named = tuple(dict.fromkeys(found[name].name for name in data.plan.development_plans))
    known = {one.code: one for one in found.values()}
    return replace(data, plan=replace(data.plan, development_plans=named), development_plans=tuple(known.values()))


def on_record(session: Session, data: PlanData) -> list[Described]:
    """What is known of those that the file names."""
    found = (session.get(DevelopmentPlan, one.code) for one in data.development_plans)
    return [development.described(one) for one in found if one is not None]


def problems(session: Session, data: PlanData, sector: str) -> list[Problem]:
    """One that plans of another sector are made in is not a file's to change; none ends before it begins."""
    sheet, found = BY_KEY["planes_desarrollo"], []
    known, shared = {one.code: one for one in on_record(session, data)}, _of_others(session, sector)
    for one in data.development_plans:
        row = data.rows.get((sheet.key, one.code))
        if one.starts_on and one.ends_on and one.ends_on < one.starts_on:
            message = f"«{one.name}» terminaría antes de empezar. Corrija las fechas."
            found.append(Problem(message, sheet.title, row, sheet.heading("hasta")))
        if one.code in known and known[one.code] != one and one.code in shared:
            message = (
                f"«{known[one.code].name}» ya está registrado y otro sector lo usa; sus datos los cambia quien "
                "administra la instalación."
            )
            found.append(Problem(message, sheet.title, row, sheet.heading("codigo")))
    return found


def _of_others(session: Session, sector: str) -> set[str]:
    """The codes of those that plans of other sectors name."""
    query = sa.select(PlanDevelopmentPlan.development_plan_code).join(Plan, Plan.code == PlanDevelopmentPlan.plan_code)
    return set(session.scalars(query.where(Plan.sector_code != sector)))


def _filled(session: Session, said: Described) -> Described:
    kept = session.get(DevelopmentPlan, said.code) or development.named(session, said.name)
    if kept is None:
        return said
    known = development.described(kept)
    spoken = {one.name: getattr(said, one.name) or getattr(known, one.name) for one in fields(said)}
    name = said.name if kept.code == said.code else known.name
    return replace(said, **spoken | {"code": known.code, "name": name})
