"""`cauce guide coverage`: which step of which diagram executes each row of the guide."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import orjson

from web import migrating
from web.cli.group import LazyGroup
from web.cli.root import opened

if TYPE_CHECKING:
    from web.bootstrap import Application
    from workflows.lifecycle.coverage import RowCoverage

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
@click.option("--json", "as_json", is_flag=True, help="Escribe el resultado como JSON.")
def coverage(as_json: bool) -> None:
    """Print the coverage."""
    from workflows.lifecycle.coverage import as_json as to_json  # noqa: PLC0415

    with opened() as application:
        rows = _rows(application)
    if as_json:
        click.echo(orjson.dumps(to_json(rows), option=orjson.OPT_INDENT_2))
    else:
        _tell(rows)
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


def _tell(rows: list[RowCoverage]) -> None:
    for row_coverage in rows:
        sign = "✓" if row_coverage.is_covered else "✗"
        click.echo(f"{sign} {row_coverage.row.id:5} {row_coverage.row.place} · {row_coverage.origin}")
        click.echo(f"        {row_coverage.product}")
        click.echo(f"        {', '.join(row_coverage.nodes) or 'ningún paso'}")
        for product in row_coverage.missing:
            absent = [maker for maker in product.makers if maker not in row_coverage.nodes]
            click.echo(f"        falta «{product.name}»: {', '.join(absent)}")
    click.echo(f"{sum(found.is_covered for found in rows)} de {len(rows)} filas de la guía.")
