"""`cauce guide coverage`: which step of which diagram executes each row of the guide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
import orjson

from web import migrating
from web.cli.group import LazyGroup
from web.cli.root import opened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from web.bootstrap import Application
    from workflows.lifecycle.coverage import RowCoverage
    from workflows.lifecycle.dossier.answering import Answer

INCOMPLETE = 1


@click.group(
    cls=LazyGroup,
    commands_at={"coverage": "web.cli.guide:coverage"},
    help="Muestra cómo los diagramas ejecutan la guía metodológica.",
)
def guide() -> None:
    """Group the commands on the guide."""


@click.command(
    help="Dice, fila por fila de la guía, qué pasos la ejecutan y qué producto deja. Mira los diagramas publicados o, "
    "si no hay, los que trae Cauce. Termina con 1 si a una fila le falta su producto."
)
@click.option(
    "--plan", "plan_code", help="Dice además qué registros de cada fila hay ya en este plan, y en qué página se ven."
)
@click.option("--json", "as_json", is_flag=True, help="Escribe el resultado como JSON.")
def coverage(plan_code: str | None, as_json: bool) -> None:
    """Print the coverage."""
    with opened() as application:
        rows = _rows(application)
        answers = _answers(application, plan_code) if plan_code else {}
    if as_json:
        click.echo(orjson.dumps(_as_json(rows, plan_code, answers), option=orjson.OPT_INDENT_2))
    else:
        _tell(rows, plan_code or "", answers)
    if not all(row.is_covered for row in rows):
        raise SystemExit(INCOMPLETE)


def _rows(application: Application) -> list[RowCoverage]:
    from engine.definitions.reading import read_diagram  # noqa: PLC0415
    from workflows.lifecycle import coverage as covering  # noqa: PLC0415
    from workflows.shipped import shipped_diagrams  # noqa: PLC0415

    doers = covering.doers_of(application.forms.handlers, application.engine.service_tasks)
    diagrams = []
    if migrating.is_current(application.database):
        with application.database.reading() as session:
            diagrams = covering.published(session)
    return covering.of_diagrams(diagrams or [read_diagram(xml) for xml in shipped_diagrams()], doers)


def _answers(application: Application, plan_code: str) -> Mapping[str, Answer]:
    from workflows.errors import NotFound  # noqa: PLC0415
    from workflows.lifecycle.dossier import answering  # noqa: PLC0415
    from workflows.plan.models import Plan  # noqa: PLC0415

    with application.database.reading() as session:
        if session.get(Plan, plan_code) is None:
            raise NotFound(f"No hay un plan con el código «{plan_code}».")
        return answering.of_plan(session, plan_code)


def _as_json(rows: list[RowCoverage], plan_code: str | None, answers: Mapping[str, Answer]) -> dict[str, Any]:
    from workflows.lifecycle.coverage import as_json as to_json  # noqa: PLC0415

    whole = to_json(rows)
    if not plan_code:
        return whole
    for row in whole["rows"]:
        answer = answers[row["id"]]
        row["found"] = answer.is_found
        row["where"] = [one.address(plan_code) for one in answer.there]
        row["missing"] = [one.title for one in answer.missing]
    return {**whole, "plan": plan_code, "found": sum(answer.is_found for answer in answers.values())}


def _tell(rows: list[RowCoverage], plan_code: str, answers: Mapping[str, Answer]) -> None:
    for row_coverage in rows:
        sign = "✓" if row_coverage.is_covered else "✗"
        click.echo(f"{sign} {row_coverage.row.id:5} {row_coverage.row.place} · {row_coverage.origin}")
        click.echo(f"        {row_coverage.product}")
        click.echo(f"        {', '.join(row_coverage.nodes) or 'ningún paso'}")
        for product in row_coverage.missing:
            absent = [maker for maker in product.makers if maker not in row_coverage.nodes]
            click.echo(f"        falta «{product.name}»: {', '.join(absent)}")
        if answer := answers.get(row_coverage.row.id):
            for one in answer.there:
                click.echo(f"        está: {one.title} ({one.address(plan_code)})")
            for one in answer.missing:
                click.echo(f"        no está: {one.title}")
    if answers:
        click.echo(
            f"{sum(one.is_found for one in answers.values())} de {len(rows)} filas con sus registros en {plan_code}."
        )
    click.echo(f"{sum(found.is_covered for found in rows)} de {len(rows)} filas de la guía.")
