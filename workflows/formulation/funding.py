"""The money of chapter 4: what each project is to receive from which source in which year of the plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.clock import Clock
from engine.database import replace_rows
from engine.identity import Actor
from workflows.formulation.models import Funding, FundingNote
from workflows.plan import participants
from workflows.plan.models import Plan, Project, ProjectGoal
from workflows.sectors.models import Entity, SectorEntity

SOURCES: Mapping[str, str] = {
    "recursos_del_distrito": "Recursos del Distrito",
    "transferencias": "Transferencias",
    "regalias": "Regalías",
    "otra": "Otra fuente",
}

MOST_YEARS = 4


def years(plan: Plan) -> range:
    """The years of the plan, which the columns `anio_1`, `anio_2`… of a form stand for."""
    return range(plan.first_year, plan.first_year + plan.years)


def linked_projects(session: Session, plan_code: str, entity_code: str) -> list[Project]:
    """The projects of an entity that have goals in the plan: each needs its money said."""
    goal = sa.select(ProjectGoal.id).where(ProjectGoal.project_id == Project.id)
    query = sa.select(Project).where(Project.plan_code == plan_code, Project.entity_code == entity_code, goal.exists())
    return list(session.scalars(query.order_by(Project.code)))


def estimated(session: Session, plan_code: str, entity_code: str) -> list[dict[str, Any]]:
    """What an entity said, a row for each project and source with an amount for each `anio_n`."""
    first = session.get_one(Plan, plan_code).first_year
    query = (
        sa.select(Project.code, Funding.source, Funding.year, Funding.amount)
        .join(Project, Project.id == Funding.project_id)
        .where(Funding.plan_code == plan_code, Funding.entity_code == entity_code)
        .order_by(Project.code, Funding.id)
    )
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for code, source, year, amount in session.execute(query):
        row = rows.setdefault((code, source), {"proyecto": code, "fuente": source})
        row[f"anio_{year - first + 1}"] = amount
    return list(rows.values())


def estimate(session: Session, plan_code: str, entity_code: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep what an entity estimates; saying it again replaces it."""
    plan = session.get_one(Plan, plan_code)
    query = sa.select(Project.code, Project.id).where(Project.plan_code == plan_code)
    ids = {code: id_ for code, id_ in session.execute(query)}
    replace_rows(
        session,
        Funding,
        {"plan_code": plan_code, "entity_code": entity_code},
        (
            {"project_id": ids[row["proyecto"]], "source": row["fuente"], "year": year, "amount": row[f"anio_{place}"]}
            for row in rows
            for place, year in enumerate(years(plan), start=1)
        ),
    )


def note(session: Session, plan_code: str, entity_code: str | None = None) -> FundingNote | None:
    """The assumptions of an entity; without one, what opens the chapter."""
    query = sa.select(FundingNote).where(FundingNote.plan_code == plan_code)
    return session.scalar(query.where(FundingNote.entity_code == entity_code))


def keep_note(
    session: Session, clock: Clock, plan_code: str, entity_code: str | None, text: str, *,
    files: Sequence[int] = (), actor: Actor,
) -> None:  # fmt: skip
    """Write the assumptions of an entity, or without one what opens the chapter."""
    kept = note(session, plan_code, entity_code) or FundingNote(plan_code=plan_code, entity_code=entity_code)
    kept.text, kept.files, kept.written_by, kept.written_at = text, list(files), actor.id, clock.now()
    session.add(kept)
    session.flush()


def matrix(session: Session, plan_code: str) -> tuple[list[str], list[list[Any]]]:
    """Entity and source by year, with the sum of each row and a last row of the sector: titles and rows."""
    plan = session.get_one(Plan, plan_code)
    query = (
        participants.in_order(plan_code, Entity.code, Funding.source, Funding.year, sa.func.sum(Funding.amount))
        .join(Funding, sa.and_(Funding.entity_code == Entity.code, Funding.plan_code == plan_code))
        .group_by(Entity.code, SectorEntity.position, Funding.source, Funding.year)
    )
    found: dict[tuple[str, str], dict[int, Decimal]] = {}
    for code, source, year, amount in session.execute(query):
        found.setdefault((code, source), {})[year] = Decimal(amount)
    entities = dict.fromkeys(code for code, _source in found)
    rows = [
        [code, SOURCES[source], *_by_year(plan, found[code, source])]
        for code in entities
        for source in SOURCES
        if (code, source) in found
    ]
    return ["Entidad", "Fuente", *map(str, years(plan)), "Total"], [*rows, *_sum_of(rows)]


def of_entity(session: Session, plan_code: str, entity_code: str) -> tuple[list[str], list[list[Any]]]:
    """Project and source by year of one entity, with the sums: titles and rows."""
    plan = session.get_one(Plan, plan_code)
    query = sa.select(Project.code, Project.name).where(Project.plan_code == plan_code)
    names = {code: name for code, name in session.execute(query)}
    rows = []
    for row in estimated(session, plan_code, entity_code):
        amounts = {year: row.get(f"anio_{place}") or Decimal(0) for place, year in enumerate(years(plan), start=1)}
        project = f"{row['proyecto']} {names[row['proyecto']]}"
        rows.append([project, SOURCES[row["fuente"]], *_by_year(plan, amounts)])
    return ["Proyecto", "Fuente", *map(str, years(plan)), "Total"], [*rows, *_sum_of(rows)]


def of_projects(session: Session, plan_code: str, year: int) -> dict[int, Decimal]:
    """By project, what chapter 4 estimates for a year, of all its sources: what its appropriation is held against."""
    query = sa.select(Funding.project_id, sa.func.sum(Funding.amount)).group_by(Funding.project_id)
    found = session.execute(query.where(Funding.plan_code == plan_code, Funding.year == year))
    return {id_: Decimal(amount) for id_, amount in found if amount is not None}


def _by_year(plan: Plan, amounts: Mapping[int, Decimal]) -> list[Decimal]:
    told = [amounts.get(year, Decimal(0)) for year in years(plan)]
    return [*told, sum(told, Decimal(0))]


def _sum_of(rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    columns = list(zip(*(row[2:] for row in rows), strict=True))
    return [["Total", "—", *(sum(column, Decimal(0)) for column in columns)]] if columns else []
