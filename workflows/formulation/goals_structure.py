"""The lines, objectives and products of a plan, written as they are defined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.database import replace_rows
from workflows.formulation import structure
from workflows.formulation.models import ChapterTitle, Product
from workflows.goals.models import Line, Objective
from workflows.prioritization import framework
from workflows.records import stored, writing
from workflows.records.data import LineRecord, ObjectiveRecord

Row = Mapping[str, Any]


def define(
    session: Session,
    plan_code: str,
    lines_rows: Sequence[Row],
    objective_rows: Sequence[Row],
    products_rows: Sequence[Row],
    titles: Sequence[Row] = (),
) -> None:
    """Write lines and the framework's objectives under them, and the titles they are told under.

    Without `titles` each line is one. An objective is told under its own title or its line's.
    """
    own = dict(
        zip((row["codigo"] for row in lines_rows), structure.of_lines(r["nombre"] for r in lines_rows), strict=True)
    )
    theme_of = {row["codigo"]: row.get("tema_capitulo") or own[row["codigo"]][0] for row in lines_rows}
    names = {stated.code: stated.name for stated in framework.objectives(session, plan_code)}
    records = [
        ObjectiveRecord(
            code=row["codigo"],
            line=row["linea"],
            name=names[row["codigo"]],
            weight=row["peso"],
            lead_entity=row["entidad_lider"],
            theme=row.get("tema_capitulo") or theme_of[row["linea"]],
            expected_result=row["resultado_esperado"],
        )
        for row in objective_rows
    ]
    kept = [LineRecord(row["codigo"], row["nombre"], row["peso"]) for row in lines_rows]
    ids = writing.write_goals(session, plan_code, kept, records)
    for line in lines(session, plan_code):
        line.theme = theme_of[line.code]
    _write_titles(session, plan_code, [(row["codigo"], row["titulo"]) for row in titles] or list(own.values()))
    _write_products(session, plan_code, products_rows, ids)
    session.flush()


def _write_titles(session: Session, plan_code: str, titles: Sequence[tuple[str, str]]) -> None:
    rows = ({"code": code, "title": title, "position": place} for place, (code, title) in enumerate(titles))
    replace_rows(session, ChapterTitle, {"plan_code": plan_code}, rows)


def _write_products(session: Session, plan_code: str, rows: Sequence[Row], objectives: Mapping[str, int]) -> None:
    replace_rows(
        session,
        Product,
        {"plan_code": plan_code},
        (
            {
                "objective_id": objectives[row["objetivo"]],
                "name": row["producto"],
                "entity_code": row["entidad"],
                "position": position,
            }
            for position, row in enumerate(rows)
        ),
    )


def lines(session: Session, plan_code: str) -> list[Line]:
    """The plan's lines, in order."""
    return stored.lines(session, plan_code)


def objectives(session: Session, plan_code: str) -> list[tuple[Objective, str]]:
    """The plan's objectives with the codes of their lines."""
    query = (
        sa.select(Objective, Line.code)
        .join(Line, Line.id == Objective.line_id)
        .where(Objective.plan_code == plan_code, Objective.weight > 0)
        .order_by(Objective.position)
    )
    return [(objective, line) for objective, line in session.execute(query)]


def products(session: Session, plan_code: str) -> list[tuple[Product, str]]:
    """The plan's products with the codes of their objectives."""
    query = (
        sa.select(Product, Objective.code)
        .join(Objective, Objective.id == Product.objective_id)
        .where(Product.plan_code == plan_code)
        .order_by(Product.position)
    )
    return [(product, objective) for product, objective in session.execute(query)]
